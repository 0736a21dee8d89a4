import fc from "fast-check";
import type { ChargeRecord } from "../../src/domain/books.ts";
import { debit } from "../../src/domain/debit.ts";
import { walletId } from "../../src/domain/ids.ts";
import { minimum, sum } from "../../src/domain/money.ts";
import { defaultPolicy, type Policy } from "../../src/domain/policy.ts";
import { balanceOf } from "../../src/domain/wallet.ts";
import { MemoryBooks } from "../support/memory-books.ts";
import { type PaddleEvent, paddleHistory } from "../support/paddle-history.ts";

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

const histories = fc
  .constantFrom(...Object.values(policies))
  .chain((policy) => paddleHistory.map((events) => ({ policy, events })));
const shuffled = histories.chain(({ policy, events }) =>
  fc
    .array(fc.nat(events.length - 1), { maxLength: 10 })
    .chain((again) => {
      const all = [...events, ...again.map((index) => events[index] as PaddleEvent)];
      return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
    })
    .map((other) => ({ policy, events, other })),
);

/** What does not depend on what had been spent: the charge, the provider side, S and T. */
function orderFree(books: MemoryBooks) {
  const { records } = books.all();
  const of = ({
    id,
    charge,
    posted,
    settledAt,
    toppedUp,
    takenBack,
    debited,
    discrepancies,
  }: ChargeRecord) => ({
    id,
    charge,
    posted: posted.postings(),
    settledAt,
    toppedUp,
    takenBack,
    debited,
    discrepancies,
  });
  return records.map(of).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Spends a third of every wallet. */
function spend(books: MemoryBooks): void {
  for (const wallet of books.all().wallets) {
    const cause = {
      chargeId: null,
      eventId: null,
      reason: "test",
      effectiveAt: books.now,
      postedAt: books.now,
    };
    const change = debit(wallet, cause, (balanceOf(wallet) + 2n) / 3n);
    books.books.putWallet(change.wallet);
    books.books.walletLines.push(change.line);
    books.books.entries.push(change.entry);
  }
}

function expectSoundWallets(books: MemoryBooks): void {
  const { records, wallets } = books.all();
  for (const wallet of wallets) {
    const own = records.filter((record) => record.pin?.walletId === wallet.id);
    const lines = books.books.walletLines.filter((line) => line.walletId === wallet.id);
    const sold = sum(own.map((record) => record.toppedUp - record.takenBack));
    const used = sum(
      lines.map((line) =>
        line.kind === "debit" ? line.covered : line.kind === "debit_reversal" ? -line.covered : 0n,
      ),
    );
    const expired = sum(wallet.lots.map((lot) => lot.expired));
    const writtenOff = sum(
      lines
        .flatMap((line) => line.uncoveredMoves)
        .filter((move) => move.account === "write_off")
        .map((move) => move.amount),
    );
    expect(wallet.paid - wallet.recovery).toBe(sold - used - expired + writtenOff);
    expect(balanceOf(wallet)).toBeGreaterThanOrEqual(0n);
    expect(sum(wallet.lots.map((lot) => lot.remaining))).toBe(balanceOf(wallet));
    expect(sum(lines.map((line) => line.amount))).toBe(balanceOf(wallet));
    expect(sum(wallet.recoveries.map((recovery) => recovery.open))).toBe(wallet.recovery);
    for (const line of lines) {
      expect(line.covered + line.uncovered).toBe(line.requested);
    }
  }
}

describe("What DESIGN section 1 promises about order", () => {
  test("any order and any repetition gives the same charges, provider side, S and T", () => {
    fc.assert(
      fc.property(shuffled, ({ policy, events, other }) => {
        const inOrder = orderFree(new MemoryBooks(policy).applyAll(events));
        expect(orderFree(new MemoryBooks(policy).applyAll(other))).toEqual(inOrder);
      }),
      { numRuns: 400 },
    );
  });

  test("with spending in between, S, T and the provider side still do not depend on order", () => {
    fc.assert(
      fc.property(shuffled, ({ policy, events, other }) => {
        const inOrder = orderFree(new MemoryBooks(policy).applyAll(events));
        const books = new MemoryBooks(policy);
        for (const event of other) {
          books.apply(event);
          spend(books);
        }
        expect(orderFree(books)).toEqual(inOrder);
        expectSoundWallets(books);
      }),
      { numRuns: 300 },
    );
  });

  test("every entry sums to zero per currency, and every wallet is the sum of its lots and lines", () => {
    fc.assert(
      fc.property(shuffled, ({ policy, other }) => {
        const books = new MemoryBooks(policy).applyAll(other);
        for (const entry of books.books.entries) {
          const byCurrency = Map.groupBy(entry.postings, (posting) => posting.currency);
          for (const postings of byCurrency.values())
            expect(sum(postings.map((posting) => posting.amount))).toBe(0n);
        }
        expectSoundWallets(books);
      }),
      { numRuns: 300 },
    );
  });

  test("generated histories are read: no event of theirs is parked", () => {
    fc.assert(
      fc.property(paddleHistory, (events) => {
        const books = new MemoryBooks();
        for (const event of events) expect(["applied", "waiting"]).toContain(books.apply(event).outcome);
      }),
      { numRuns: 200 },
    );
  });

  test("a wallet holds what was collected less what went back, when nothing was spent", () => {
    fc.assert(
      fc.property(paddleHistory, (events) => {
        const books = new MemoryBooks().applyAll(events);
        for (const record of books.all().records) {
          const { charge } = record;
          if (charge === null || charge.grandTotal === null || (charge.total ?? 0n) <= 0n) continue;
          expect(record.toppedUp).toBe(charge.collected);
          // A chargeback may follow a refund: more is claimed back then than was ever topped up.
          expect(record.takenBack).toBe(minimum(charge.refunded + charge.disputed, record.toppedUp));
        }
      }),
      { numRuns: 300 },
    );
  });
});

test("ids of wallets do not depend on who asks first", () => {
  expect(walletId("acme", "USD")).toBe(walletId("acme", "USD"));
  expect(walletId("acme", "USD")).not.toBe(walletId("acme", "EUR"));
});
