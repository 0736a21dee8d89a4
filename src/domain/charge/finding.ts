import type { Claim, RefusedAssertion } from "../facts/claims.ts";
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

/** What was said of objects, against what was heard of them before: of each, both. */
export function refusedFindings(refused: readonly RefusedAssertion[]): Finding[] {
  const words = ({ noun, of }: Claim) => (of === null ? noun : `${noun} of ${of}`);
  const told = refused.map(({ says, stands }) => [says.ref, words(says), words(stands)] as const);
  const each = [...new Map(told.map((words) => [words.join(), words])).values()].sort((a, b) =>
    a.join() < b.join() ? -1 : 1,
  );
  if (each.length === 0) return [];
  const column = (index: 0 | 1 | 2) => each.map((words) => words[index]).join(", ");
  return [
    { kind: "told_otherwise", detail: { refs: column(0), provider_says: column(1), we_say: column(2) } },
  ];
}
