import fc from "fast-check";
import { auditCharge } from "../../src/domain/audit.ts";
import { Balances } from "../../src/domain/book/journal.ts";
import type { ChargeRecord } from "../../src/domain/books.ts";
import { type Amount, maximum, minimum, sum } from "../../src/domain/money.ts";
import { balanceOf, type Wallet, type WalletLine } from "../../src/domain/wallet/wallet.ts";
import { MemoryBooks } from "../support/memory-books.ts";
import { notifiedAgain, paddleHistory } from "../support/paddle-history.ts";
import { propertyRuns } from "../support/property-runs.ts";
import { walletIds } from "../support/wallet-ids.ts";
import { aThird, histories, shuffled, spend } from "./histories.ts";

/** The books after events in any order, with spending in between and days that go by, so that lots expire. */
const lived = fc
  .record({
    drawn: shuffled,
    waits: fc.array(fc.constantFrom(0, 0, 0, 13, 40), { minLength: 1, maxLength: 9 }),
    spends: fc.boolean(),
  })
  .map(({ drawn, waits, spends }) => {
    const books = new MemoryBooks(drawn.policy);
    drawn.other.forEach((event, index) => {
      books.wait(waits[index % waits.length] as number).apply(event);
      if (spends) spend(books, aThird);
    });
    return { ...drawn, books };
  });

/** LEDGER section 3: what wallet entries say of one wallet, by account; another wallet's name may not appear. */
function postedOf(books: MemoryBooks, wallet: Wallet): (account: string) => Amount {
  const own = books.books.entries.filter((entry) => entry.walletId === wallet.id);
  const balances = Balances.of(own.flatMap((entry) => entry.postings));
  return (account) => balances.amountOf(account.replace("{wallet}", wallet.id), wallet.currency);
}

/** What a wallet must agree with: DESIGN section 1's equation, its lots, its lines, and its own accounts. */
function expectSound(
  wallet: Wallet,
  own: readonly ChargeRecord[],
  lines: readonly WalletLine[],
  posted: (account: string) => Amount,
): void {
  const sold = sum(own.map((record) => record.toppedUp - record.takenBack));
  const of = (kind: WalletLine["kind"]) =>
    sum(lines.filter((line) => line.kind === kind).map((line) => line.covered));
  const expired = sum(wallet.lots.map((lot) => lot.expired));
  const writtenOff = sum(
    lines
      .flatMap((line) => line.uncoveredMoves)
      .filter((move) => move.account === "write_off")
      .map((move) => move.amount),
  );
  expect(wallet.paid - wallet.recovery).toBe(
    sold - of("debit") + of("debit_reversal") - expired + writtenOff,
  );
  expect(balanceOf(wallet)).toBeGreaterThanOrEqual(0n);
  expect(sum(wallet.lots.map((lot) => lot.remaining))).toBe(balanceOf(wallet));
  expect(sum(lines.map((line) => line.amount))).toBe(balanceOf(wallet));
  expect(sum(wallet.recoveries.map((recovery) => recovery.open))).toBe(wallet.recovery);
  for (const line of lines) expect(line.covered + line.uncovered).toBe(line.requested);
  expect(posted("liabilities:wallet:{wallet}:paid")).toBe(-wallet.paid);
  expect(posted("assets:recovery:{wallet}")).toBe(wallet.recovery);
  expect(posted("revenue:sold_into_wallets")).toBe(sold);
  expect(posted("expenses:write_off")).toBe(writtenOff);
  expect(posted("revenue:breakage")).toBe(-expired);
}

describe("whatever happened, in whatever order", () => {
  test("every wallet is the sum of its lots, of its lines and of its postings", () => {
    fc.assert(
      fc.property(lived, ({ books }) => {
        const { records, wallets } = books.all();
        for (const wallet of wallets) {
          const own = records.filter((record) => record.pin?.walletId === wallet.id);
          const lines = books.books.walletLines.filter((line) => line.walletId === wallet.id);
          expectSound(wallet, own, lines, postedOf(books, wallet));
        }
      }),
      { numRuns: propertyRuns(60) },
    );
  });

  test("once a wallet is empty and nothing is open, what was sold into it was used, expired or written off", () => {
    fc.assert(
      fc.property(lived, ({ books }) => {
        spend(books, balanceOf);
        for (const wallet of books.all().wallets) {
          const posted = postedOf(books, wallet);
          const accounts = [
            "revenue:sold_into_wallets",
            "revenue:usage:paid",
            "revenue:breakage",
            "expenses:write_off",
            "assets:recovery:{wallet}",
          ];
          expect(balanceOf(wallet)).toBe(0n);
          expect(sum(accounts.map(posted))).toBe(0n);
        }
      }),
      { numRuns: propertyRuns(35) },
    );
  });

  test("every entry sums to zero per currency, has a name of its own, and posts nothing twice", () => {
    fc.assert(
      fc.property(lived, ({ books }) => {
        const { entries } = books.books;
        for (const { postings } of entries) {
          for (const group of Map.groupBy(postings, (posting) => posting.currency).values())
            expect(sum(group.map((posting) => posting.amount))).toBe(0n);
        }
        expect(new Set(entries.map((entry) => entry.id)).size).toBe(entries.length);
        for (const record of books.all().records) {
          const own = entries.filter((entry) => entry.kind === "provider" && entry.chargeId === record.id);
          expect(Balances.of(own.flatMap((entry) => entry.postings)).postings()).toEqual(
            record.posted.total().postings(),
          );
          expect(own).toHaveLength(record.entryCount);
        }
      }),
      { numRuns: propertyRuns(50) },
    );
  });

  test("0 ≤ T ≤ S, or what became the customer's credit, and the audit finds nothing", () => {
    fc.assert(
      fc.property(lived, ({ books, policy }) => {
        for (const record of books.all().records) {
          const most = maximum(record.toppedUp, record.charge?.creditIssued ?? 0n);
          expect(record.takenBack >= 0n && record.takenBack <= most).toBe(true);
          expect(auditCharge(record, { current: policy, version: () => policy }, walletIds)).toEqual([]);
        }
      }),
      { numRuns: propertyRuns(35) },
    );
  });
});

describe("a history that agrees with itself", () => {
  test("is read, and told again as other notifications it changes nothing", () => {
    fc.assert(
      fc.property(histories, ({ policy, events }) => {
        const books = new MemoryBooks(policy);
        for (const event of events) {
          expect(["applied", "waiting"]).toContain(books.apply(event).outcome);
          expect(books.apply(notifiedAgain(event)).outcome).toBe("duplicate");
        }
        expect(books.books.facts).toHaveLength(events.length);
      }),
      { numRuns: propertyRuns(50) },
    );
  });

  test("leaves nothing to disagree on but alerts, chargebacks of what was refunded, and credit from nowhere", () => {
    fc.assert(
      fc.property(shuffled, ({ policy, other }) => {
        const { discrepancies } = new MemoryBooks(policy).applyAll(other).books;
        const expected = ["chargeback_warning", "returned_exceeds_collected", "credit_source_unknown"];
        for (const { kind, status } of discrepancies.values())
          expect(status === "resolved" || expected.includes(kind)).toBe(true);
      }),
      { numRuns: propertyRuns(35) },
    );
  });

  test("tops up what was collected, and takes back what went back in cash", () => {
    fc.assert(
      fc.property(paddleHistory, (events) => {
        for (const record of new MemoryBooks().applyAll(events).all().records) {
          const { charge } = record;
          if (charge === null || record.settledAt === null || (charge.total ?? 0n) <= 0n) continue;
          expect(record.toppedUp).toBe(charge.collected);
          expect(record.takenBack).toBe(minimum(charge.refunded + charge.disputed, record.toppedUp));
        }
      }),
      { numRuns: propertyRuns(50) },
    );
  });
});
