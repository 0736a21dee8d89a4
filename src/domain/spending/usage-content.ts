import type { WalletIds } from "../ids.ts";
import type { UsageEvent } from "./apply-usage.ts";
import { sameQuantity } from "./rate.ts";
import type { Usage } from "./usage.ts";

/**
 * Whether an event says the same as the usage of its id: the same payer, meter, quantity, member and time. A currency that is not
 * said is the one that was found the first time: wallets and prices may have come since.
 */
export function isSameUsage(event: UsageEvent, usage: Usage, walletIds: WalletIds): boolean {
  const { payer, currency, meter, quantity, member = null, occurredAt } = event;
  const payerId = "walletId" in payer ? payer.walletId : walletIds.of(payer.owner, usage.currency);
  return (
    payerId === usage.walletId &&
    (currency === null || currency === usage.currency) &&
    meter === usage.metered?.meter &&
    sameQuantity(quantity, usage.metered.quantity) &&
    member === usage.member &&
    occurredAt === usage.occurredAt
  );
}
