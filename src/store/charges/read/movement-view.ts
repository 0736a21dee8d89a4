import type { Settled } from "../../../domain/book/settled.ts";
import type { Movement } from "../../../domain/charge/movement.ts";

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
