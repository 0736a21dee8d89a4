import { chargeAt, walletMoments } from "../charge/as-of.ts";
import type { Charge } from "../charge/charge.ts";
import { endOfQuarter, type Instant } from "../time.ts";
import type { Terms } from "./pin.ts";
import { type WalletTargets, walletTargets } from "./wallet-targets.ts";

/** What a charge should have done to its wallet by the end of the quarter of an hour in which a moment lies. */
export interface DatedTargets {
  readonly at: Instant;
  readonly targets: WalletTargets;
}

/**
 * S, T and the debits of a charge that settled at an instant, by the provider's clock: at each moment at which they change,
 * in the order of time. The last is what they come to.
 */
export function datedTargets(charge: Charge, terms: Terms, settled: Instant): DatedTargets[] {
  const moments = walletMoments(charge, settled);
  return moments.map((at, index) => ({
    at,
    targets: walletTargets(
      index === moments.length - 1 ? charge : chargeAt(charge, settled, endOfQuarter(at)),
      terms,
    ),
  }));
}
