import type { OwnProvider } from "../../domain/ids.ts";
import type { Emission } from "../emission.ts";
import type { Restatement } from "../restatement.ts";

export const breakKinds = [
  "dropped_event",
  "missing_refund",
  "altered_amount",
  "changed_fee",
  "duplicated_row",
  "shifted_day",
  "swapped_currency",
  "unattributed_payout_row",
  "changed_customer_balance",
] as const;
export type BreakKind = (typeof breakKinds)[number];

export type BreakLevel = "completeness" | "settlement" | "payout" | "customer_credit" | "rollforward";

/** One thing that was made wrong on purpose, and how it must be found. */
export interface PlantedBreak {
  readonly kind: BreakKind;
  readonly provider: OwnProvider;
  /** The level that must find it, the kind it must have there, and the key of its statement row. */
  readonly level: BreakLevel;
  readonly discrepancy: string;
  readonly key: string;
  readonly currency: string;
  /**
   * What the provider states less what we hold, in minor units: of a document its grand total, of a movement its amount, of a
   * fee the fee, of a balance row its net, of a customer what it owns; 0 where only a date differs. Of a row in another
   * currency: in that currency, where we hold nothing; in ours the same amount is missing.
   */
  readonly amount: bigint;
  /** Where else the same cause may show; of the roll-forward, which sums everything, without a key. */
  readonly echoes: readonly { readonly level: BreakLevel; readonly key: string | null }[];
}

/** How a break is made. */
export interface Plan {
  readonly planted: PlantedBreak;
  /** What it needs for itself: two breaks never touch the same thing. */
  readonly touches: readonly string[];
  /** Whether nobody was ever told this. */
  isSilent(emission: Emission): boolean;
  /** As the provider states it when the books are held against it. */
  readonly stated: readonly Restatement[];
  /** As the provider stated it before: what we were not told was in no list yet. */
  readonly before: readonly Restatement[];
}

export const everythingIsTold = (): boolean => false;
