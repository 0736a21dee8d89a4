import type { Charge } from "../../../domain/charge/charge.ts";
import type { Basis, Pin } from "../../../domain/policy/policy.ts";
import type { Instant } from "../../../domain/time.ts";

/** A charge with what the ledger has posted of it. */
export interface ChargeView {
  readonly charge: Charge;
  readonly pin: Pin | null;
  /** The pinned owner; before it settles, the owner its customer belongs to now. */
  readonly owner: string | null;
  readonly basis: Basis | null;
  readonly settledAt: Instant | null;
  /** S and T as posted, and what of T no value covers now. */
  readonly toppedUp: bigint;
  readonly takenBack: bigint;
  readonly uncovered: bigint;
  /** Which payout pays out a row of the balance, by its key; what no report or list said is not there. */
  readonly payouts: ReadonlyMap<string, string>;
}
