import type { Amount } from "../money.ts";
import type { Stated } from "./reconciled-row.ts";

/** Kinds whose sides are names and words, some of which look like amounts. */
const wordKinds: ReadonlySet<string> = new Set(["owner_differs", "told_otherwise", "metadata_unreadable"]);

const figures = ["", "_net", "_gross", "_fee", "_tax"] as const;

/**
 * What the provider says less what we say: as its row has it, else as both sides stand in its detail, in the currency that is
 * named there or else in the document's. Empty where they state no amounts, or the same ones.
 */
export function statedDifferences(
  {
    kind,
    differences,
    detail,
  }: {
    readonly kind: string;
    readonly differences: readonly Stated[];
    readonly detail: Readonly<Record<string, string>>;
  },
  documentCurrency: string | null,
): readonly Stated[] {
  if (differences.length > 0 || wordKinds.has(kind)) return differences;
  const currency = detail.currency ?? documentCurrency;
  if (currency === null) return [];
  if ([detail.provider_says_currency, detail.we_say_currency].some((one) => (one ?? currency) !== currency))
    return [];
  for (const figure of figures) {
    const theirs = amountIn(detail[`provider_says${figure}`]);
    const ours = amountIn(detail[`we_say${figure}`]);
    if (theirs !== null && ours !== null && theirs !== ours) return [{ currency, amount: theirs - ours }];
  }
  return [];
}

const amountIn = (said: string | undefined): Amount | null =>
  said !== undefined && /^-?\d{1,19}$/.test(said) ? BigInt(said) : null;
