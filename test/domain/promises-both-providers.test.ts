import fc from "fast-check";
import { auditCharge } from "../../src/domain/audit.ts";
import type { ChargeRecord } from "../../src/domain/books.ts";
import { sum } from "../../src/domain/money.ts";
import { defaultPolicy, type Policy } from "../../src/domain/policy/policy.ts";
import { balanceOf, type Wallet } from "../../src/domain/wallet/wallet.ts";
import { type History, histories, ownerOf, policies } from "../model/histories.ts";
import { balanceOf as expectedBalanceOf, expectedOf } from "../model/reference-model.ts";
import { statedOf } from "../model/stated.ts";
import { MemoryBooks } from "../support/memory-books.ts";
import { propertyRuns } from "../support/property-runs.ts";
import { historyOf } from "../support/stripe-history.ts";
import { jointPlans } from "../support/stripe-plans.ts";
import { walletId, walletIds } from "../support/wallet-ids.ts";
import { byQuarter, walletByQuarter } from "./build.ts";
import { aThird, spend } from "./histories.ts";

/** `npm run properties` asks for more of them. */
const runs = propertyRuns(20);

function linked({ links }: History, policy: Policy = defaultPolicy): MemoryBooks {
  const books = new MemoryBooks(policy);
  for (const { provider, customerRef, owner } of links) books.link(provider, customerRef, owner);
  return books;
}

/** Charges that turned out to be others are none. */
function standing(books: MemoryBooks): ChargeRecord[] {
  return books
    .all()
    .records.filter(({ charge, mergedInto }) => charge !== null && mergedInto === null)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * What is a function of the set of facts: charges, movements, the provider side, S and T, these at every quarter of an hour.
 * What was spent, and how a take-back splits, is history.
 */
function orderFree(books: MemoryBooks) {
  return standing(books).map((record) => {
    const { id, charge, posted, settledAt, toppedUp, takenBack, debited, discrepancies } = record;
    const wallet = walletByQuarter(record.walletLines);
    return {
      id,
      charge,
      posted: byQuarter(posted),
      wallet,
      settledAt,
      toppedUp,
      takenBack,
      debited,
      discrepancies,
    };
  });
}

/** What is order-free only where nothing was spent: how take-backs were split, and what a wallet holds. */
function split(books: MemoryBooks) {
  const lines = books.books.walletLines;
  return books
    .all()
    .wallets.map(({ id, paid, recovery }) => {
      const moves = lines.filter((line) => line.walletId === id).flatMap((line) => line.uncoveredMoves);
      return { id, paid, recovery, uncovered: sum(moves.map((move) => move.amount)) };
    })
    .filter(({ paid, recovery }) => paid !== 0n || recovery !== 0n)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** DESIGN section 1 (b), for one wallet; there are no grants. */
function expectEquation(books: MemoryBooks, wallet: Wallet): void {
  const own = standing(books).filter((record) => record.pin?.walletId === wallet.id);
  const lines = books.books.walletLines.filter((line) => line.walletId === wallet.id);
  const covered = (kind: string) =>
    sum(lines.filter((line) => line.kind === kind).map((line) => line.covered));
  const writtenOff = lines
    .flatMap((line) => line.uncoveredMoves)
    .filter((move) => move.account === "write_off");
  const expired = sum(wallet.lots.map((lot) => lot.expired));
  expect(wallet.paid - wallet.recovery).toBe(
    sum(own.map((record) => record.toppedUp - record.takenBack)) -
      (covered("debit") - covered("debit_reversal")) -
      expired +
      sum(writtenOff.map((move) => move.amount)),
  );
  expect(balanceOf(wallet)).toBeGreaterThanOrEqual(0n);
}

describe("histories of both providers in one book", () => {
  test("agree with the reference model, however they are told", () => {
    fc.assert(
      fc.property(histories, (history) => {
        const books = linked(history).applyAll(history.other);
        const records = standing(books);
        for (const sale of history.sales) {
          const own = records.filter(
            ({ key }) => key.provider === sale.provider && sale.refs.includes(key.ref),
          );
          expect(statedOf(sale, own)).toEqual(expectedOf(sale));
        }
        for (const [owner, sales] of Map.groupBy(history.sales, (sale) => ownerOf(sale, history.links)))
          expect(books.wallet(walletId(owner, "USD"))?.paid ?? 0n).toBe(expectedBalanceOf(sales));
      }),
      { numRuns: runs },
    );
  });

  test("of two invoices paid by one payment, give back all of each when all of it goes back in parts", () => {
    fc.assert(
      fc.property(historyOf(jointPlans), ({ events, sales }) => {
        const records = standing(new MemoryBooks().applyAll(events));
        for (const { charge, toppedUp, takenBack } of records) {
          expect(charge?.refunded).toBe(charge?.collected);
          expect(takenBack).toBe(toppedUp);
        }
        expect(records).toHaveLength(sales.flatMap((sale) => sale.refs).length);
      }),
      { numRuns: runs },
    );
  });

  test("say the same in any order, and where some of it is told again", () => {
    fc.assert(
      fc.property(histories, policies, (history, policy) => {
        const inOrder = linked(history, policy).applyAll(history.events);
        const shuffled = linked(history, policy).applyAll(history.other);
        expect(orderFree(shuffled)).toEqual(orderFree(inOrder));
        // Under `total` a document below zero takes back what another topped up: what is told first decides what that finds.
        if (policy.rules.length === 0 && policy.default.basis !== "total")
          expect(split(shuffled)).toEqual(split(inOrder));
      }),
      { numRuns: runs },
    );
  });

  test("say the same with spending in between, and every wallet is what was sold, used, expired and written off", () => {
    fc.assert(
      fc.property(histories, policies, fc.constantFrom(0, 13, 40), (history, policy, days) => {
        const books = linked(history, policy);
        history.other.forEach((event, index) => {
          books.wait(index % 5 === 4 ? days : 0).apply(event);
          spend(books, aThird);
        });
        expect(orderFree(books)).toEqual(orderFree(linked(history, policy).applyAll(history.events)));
        for (const wallet of books.all().wallets) expectEquation(books, wallet);
        for (const record of standing(books))
          expect(auditCharge(record, { current: policy, version: () => policy }, walletIds)).toEqual([]);
      }),
      { numRuns: runs },
    );
  });

  test("leave no charge waiting, and no event unread", () => {
    fc.assert(
      fc.property(histories, (history) => {
        const books = linked(history);
        for (const event of history.other)
          expect(["applied", "waiting", "duplicate"]).toContain(books.apply(event).outcome);
        for (const { charge } of standing(books)) expect(charge?.kind).not.toBe("unseen");
        for (const { postings } of books.books.entries)
          for (const group of Map.groupBy(postings, ({ currency }) => currency).values())
            expect(sum(group.map(({ amount }) => amount))).toBe(0n);
      }),
      { numRuns: runs },
    );
  });
});
