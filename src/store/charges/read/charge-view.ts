import { rowsSettling, type Settled } from "../../../domain/book/settled.ts";
import type { Charge, ChargeLine } from "../../../domain/charge/charge.ts";
import type { Movement } from "../../../domain/charge/movement.ts";
import type { Basis, Effect, Pin } from "../../../domain/policy/policy.ts";
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

/** A line, what the policy says of it, and its part of what was paid. */
export interface LineView {
  readonly line: ChargeLine;
  readonly effect: Effect;
  readonly share: bigint;
}

/** That of all the rows that settle it; `null` where they are of several, or one is not known. */
export function payoutRefOf(payouts: ChargeView["payouts"], one: Charge | Movement): string | null {
  const refs = new Set(rowsSettling(one).map((key) => payouts.get(key) ?? null));
  return refs.size === 1 ? ([...refs][0] ?? null) : null;
}

/** A movement, and its part in what its charge took back from the wallet. */
export interface MovementView {
  readonly movement: Movement;
  readonly provider: string;
  readonly settled: Settled | null;
  /** Which payout pays that out, as far as it is said. */
  readonly payoutRef: string | null;
  /** What of the tax in it goes back: none by a dispute of what we sold ourselves. */
  readonly taxBack: bigint;
  /** What T rises by because of it; negative for a reversal. `null` while its charge has not been seen. */
  readonly takenBack: bigint | null;
  /** What of that no value covers now. */
  readonly uncovered: bigint | null;
}
