import type { StatementRow } from "./statement-row.ts";

/** The figures of a row that are compared, each by its name. */
export const figures = ["gross", "fee", "tax", "net"] as const;
export type Figure = (typeof figures)[number];

/** Our side of a row: what we hold of what the provider states under the same key, in the same words. */
export interface HeldRow extends Pick<StatementRow, "key" | "at" | "currency" | "state" | Figure> {
  /** The charge, movement, payout, wallet or account that holds it, by its id. */
  readonly subject: string;
  /** Why the provider need not state it now, if it does not; `null` if it should. `nothing`: it moves nothing, and never need be. */
  readonly expected: "pending" | "in_transit" | "credit_not_drawn" | "nothing" | null;
}
