/** What is compared with what; in the order in which one explains the next. */
export const levels = [
  "completeness",
  "posting",
  "settlement",
  "payout",
  "rollforward",
  "customer_credit",
  "wallets",
] as const;
export type Level = (typeof levels)[number];

/** `incomplete`: a source was missing, cut off or refused, so that it could not be decided. */
export const verdicts = ["matched", "discrepancies", "incomplete"] as const;
export type Verdict = (typeof verdicts)[number];

/** A row of a run: both sides agree; they do not, for a reason that is known; or nobody knows why. */
export const rowClasses = [
  "matched",
  /**
   * Explained: too young to be told yet, not decided by the provider yet, on its way, given as credit that nothing has drawn
   * from our balance, settled by a person, told by another row.
   */
  "not_due",
  "pending",
  "in_transit",
  "credit_not_drawn",
  "resolved",
  "reported",
  /** Ours alone, but the source did not come to its end: it may well state it. */
  "undecided",
  /** Unexplained: nothing of it here, nothing of it there, both and not the same, the same one twice. */
  "missing_here",
  "missing_there",
  "differs",
  "duplicate",
] as const;
export type RowClass = (typeof rowClasses)[number];

const unexplained: ReadonlySet<RowClass> = new Set(["missing_here", "missing_there", "differs", "duplicate"]);

/** Whether a discrepancy stands behind it that a person has to look at. */
export function isUnexplained(rowClass: RowClass): boolean {
  return unexplained.has(rowClass);
}
