import fc from "fast-check";
import { defaultPolicy, type Policy } from "../../src/domain/policy/policy.ts";
import { debit } from "../../src/domain/wallet/moves.ts";
import { balanceOf, type Wallet } from "../../src/domain/wallet/wallet.ts";
import type { MemoryBooks } from "../support/memory-books.ts";
import { notifiedAgain, type PaddleEvent, paddleHistory } from "../support/paddle-history.ts";

/** A cart of which one price tops up, one is paid from the wallet, and one is neither. */
const mixedPolicy: Policy = {
  ...defaultPolicy,
  onUncoveredReversal: "recover",
  rules: [
    {
      match: { priceRef: "pri_topup" },
      rule: { effect: "top_up", basis: "grand_total", priority: 0, expiresAfterDays: 30 },
    },
    {
      match: { priceRef: "pri_addon" },
      rule: { effect: "debit", basis: "grand_total", priority: 0, expiresAfterDays: null },
    },
  ],
  default: { effect: "none", basis: "grand_total", priority: 0, expiresAfterDays: null },
};
const byBasis = (basis: "net_of_tax" | "total"): Policy => ({
  ...defaultPolicy,
  default: { ...defaultPolicy.default, basis },
});
const policies = {
  default: defaultPolicy,
  mixed: mixedPolicy,
  net_of_tax: byBasis("net_of_tax"),
  total: byBasis("total"),
};

export const histories = fc
  .constantFrom(...Object.values(policies))
  .chain((policy) => paddleHistory.map((events) => ({ policy, events })));

/** A history as it happened, and as it may arrive: in another order, with some of it told again. */
export const shuffled = histories.chain(({ policy, events }) =>
  fc
    .array(fc.nat(events.length - 1), { maxLength: 10 })
    .chain((again) => {
      const all = [...events, ...again.map((index) => notifiedAgain(events[index] as PaddleEvent))];
      return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
    })
    .map((other) => ({ policy, events, other })),
);

/** Spends what `part` says of every wallet. */
export function spend(books: MemoryBooks, part: (wallet: Wallet) => bigint): void {
  for (const wallet of books.all().wallets) {
    const cause = {
      chargeId: null,
      eventId: null,
      reason: "test",
      effectiveAt: books.now,
      postedAt: books.now,
    };
    const change = debit(wallet, cause, part(wallet));
    books.books.putWallet(change.wallet);
    books.books.walletLines.push(change.line);
    books.books.entries.push(change.entry);
  }
}

export const aThird = (wallet: Wallet) => (balanceOf(wallet) + 2n) / 3n;
