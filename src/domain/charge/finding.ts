import type { Amount } from "../money.ts";

/** A disagreement found on a folded charge: what the provider states against what follows from its other figures. */
export interface Finding {
  readonly kind: string;
  readonly detail: Readonly<Record<string, string>>;
}

/** Two amounts that should be one. */
export function compare(kind: string, amounts: Readonly<Record<string, Amount>>): Finding {
  return {
    kind,
    detail: Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, amount.toString()])),
  };
}

/** One finding that names all it is about; none if there are none. */
export function named(kind: string, objects: readonly { readonly ref: string }[]): Finding[] {
  return objects.length === 0 ? [] : [{ kind, detail: { refs: objects.map(({ ref }) => ref).join(" ") } }];
}
