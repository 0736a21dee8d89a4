import { tookEffectAt, walletMoments } from "../charge/as-of.ts";
import type { Charge } from "../charge/charge.ts";
import type { Movement } from "../charge/movement.ts";
import { compareInstants, endOfQuarter, type Instant } from "../time.ts";
import type { Terms } from "./pin.ts";
import { TurningTargets, type WalletTargets, walletTargets } from "./wallet-targets.ts";

/** What a charge should have done to its wallet by the end of the quarter of an hour in which a moment lies. */
export interface DatedTargets {
  readonly at: Instant;
  readonly targets: WalletTargets;
}

/**
 * S, T and the debits of a charge that settled at an instant, by the provider's clock: at each moment at which they change,
 * in the order of time. The last is what they come to. Of the charge nothing but its movements has a time for the wallet:
 * each is counted where it turns, so that a charge of a thousand refunds costs a thousand turns.
 */
export function datedTargets(charge: Charge, terms: Terms, settled: Instant): DatedTargets[] {
  const moments = walletMoments(charge, settled);
  const dated: DatedTargets[] = [];
  if (moments.length > 1) {
    const turning = new TurningTargets(charge, terms);
    const turns = turnsOf(charge);
    let next = 0;
    for (const at of moments.slice(0, -1)) {
      const end = endOfQuarter(at);
      for (let turn = turns[next]; turn !== undefined && turn.at <= end; turn = turns[next]) {
        turning.turn(turn.movement, turn.sign);
        next += 1;
      }
      dated.push({ at, targets: turning.now() });
    }
  }
  const last = moments.at(-1);
  return last === undefined ? dated : [...dated, { at: last, targets: walletTargets(charge, terms) }];
}

interface Turn {
  readonly at: Instant;
  readonly movement: Movement;
  readonly sign: 1n | -1n;
}

/** When each movement took effect and was undone, in the order of time. */
function turnsOf({ movements }: Charge): Turn[] {
  const turns = movements.flatMap((movement): Turn[] => {
    const [from, undone] = [tookEffectAt(movement), movement.undoneAt];
    if (from === null || (undone !== null && undone <= from)) return [];
    const begins = { at: from, movement, sign: 1n } as const;
    return undone === null ? [begins] : [begins, { at: undone, movement, sign: -1n }];
  });
  return turns.sort((a, b) => compareInstants(a.at, b.at));
}
