import fc from "fast-check";
import { auditCharge } from "../../src/domain/audit.ts";
import type { ChargeRecord } from "../../src/domain/books.ts";
import { defaultPolicy } from "../../src/domain/policy/policy.ts";
import { balanceOf } from "../../src/domain/wallet/wallet.ts";
import { assigningCharge } from "../../src/services/charges/assign-charge.ts";
import { MemoryBooks } from "../support/memory-books.ts";
import { type Sale, transactionBody } from "../support/paddle-bodies.ts";
import type { PaddleEvent } from "../support/paddle-history.ts";
import { propertyRuns } from "../support/property-runs.ts";
import { walletIds } from "../support/wallet-ids.ts";
import { byQuarter } from "./build.ts";
import { shuffled, spend } from "./histories.ts";

const withoutCustomer = (event: PaddleEvent): PaddleEvent => ({
  ...event,
  data: { ...event.data, customer_id: null },
});

/** What does not depend on when somebody said whose a charge is. */
const told = ({ id, charge, pin, assigned, posted, settledAt, toppedUp, takenBack }: ChargeRecord) => ({
  id,
  charge,
  owner: pin?.owner ?? null,
  assigned,
  posted: byQuarter(posted),
  settledAt,
  toppedUp,
  takenBack,
});

const toldOf = (books: MemoryBooks) =>
  books
    .all()
    .records.map(told)
    .sort((a, b) => (a.id < b.id ? -1 : 1));

const policies = { current: defaultPolicy, version: () => defaultPolicy };
const plainSale: Sale = {
  index: 1,
  customer: 1,
  lines: [
    {
      id: "txnitm_1",
      price: "pri_seat",
      quantity: 1,
      totals: { subtotal: 1000, discount: 0, tax: 0, total: 1000 },
    },
  ],
  creditPart: 0,
  payoutRate: null,
  manual: false,
};
const sold = (customer: string | null): PaddleEvent => ({
  event_id: `evt_sold_${customer}`,
  event_type: "transaction.completed",
  occurred_at: customer === null ? "2026-01-02T00:00:00Z" : "2026-01-03T00:00:00Z",
  notification_id: "ntf_1",
  data: {
    ...transactionBody(plainSale, { status: "completed", poorer: false, captured: [1000], lowered: 0 }),
    id: "txn_1",
    customer_id: customer,
  },
});
const give = (books: MemoryBooks, owner: string | null) =>
  assigningCharge({ chargeId: books.record("txn_1").id, owner, reason: "asked" }, policies).decide(
    books.books,
    books.now,
  );
const balances = (books: MemoryBooks) =>
  Object.fromEntries(books.all().wallets.map((wallet) => [wallet.owner, balanceOf(wallet)]));

describe("charges that a person gives to an owner", () => {
  test("stay that owner's when a customer becomes known, and say so; taken back, they are the customer's", () => {
    const books = new MemoryBooks();
    books.apply(sold(null));
    expect(give(books, "acme")).toMatchObject({ kind: "assigned" });
    books.apply(sold("ctm_late"));
    expect(balances(books)).toEqual({ acme: 1000n });
    expect(Object.keys(books.record("txn_1").discrepancies)).toEqual(["owner_differs"]);
    expect(give(books, null)).toMatchObject({ kind: "assigned" });
    expect(balances(books)).toEqual({ acme: 0n, "paddle:ctm_late": 1000n });
    expect(books.record("txn_1").discrepancies).toEqual({});
  });

  test("stay that owner's when the customer becomes known before they settle", () => {
    const books = new MemoryBooks();
    const asked = (customer: string | null, at: string): PaddleEvent => ({
      ...sold(customer),
      event_id: `evt_billed_${customer}`,
      event_type: "transaction.billed",
      occurred_at: at,
      data: { ...sold(customer).data, status: "billed" },
    });
    books.apply(asked(null, "2026-01-01T00:00:00Z"));
    expect(give(books, "acme")).toMatchObject({ kind: "assigned" });
    books.apply(asked("ctm_late", "2026-01-02T00:00:00Z"));
    books.apply(sold("ctm_late"));
    expect(balances(books)).toEqual({ acme: 1000n });
    expect(Object.keys(books.record("txn_1").discrepancies)).toEqual(["owner_differs"]);
  });

  test("are not taken back once something of them was spent, also if the wallet has enough of another's", () => {
    const books = new MemoryBooks();
    books.apply(sold(null));
    give(books, "acme");
    spend(books, () => 1n);
    expect(give(books, null)).toEqual({ kind: "already_spent", owner: "acme" });
    expect(balances(books)).toEqual({ acme: 999n });
  });

  test("are the same whether that is said before they settle, between refunds or at the end", () => {
    const cases = shuffled.chain((history) =>
      fc.record({ history: fc.constant(history), when: fc.array(fc.nat(3), { minLength: 1 }) }),
    );
    fc.assert(
      fc.property(cases, ({ history: { policy, events, other }, when }) => {
        const policies = { current: policy, version: () => policy };
        const giveAll = (books: MemoryBooks, isNow = (_: number) => true) => {
          for (const [index, { id }] of books.all().records.entries())
            if (isNow(index))
              assigningCharge({ chargeId: id, owner: `owner ${id}`, reason: "asked" }, policies).decide(
                books.books,
                books.now,
              );
        };
        const atTheEnd = new MemoryBooks(policy).applyAll(events.map(withoutCustomer));
        giveAll(atTheEnd);
        const between = new MemoryBooks(policy);
        for (const [index, event] of other.entries()) {
          between.apply(withoutCustomer(event));
          giveAll(between, (charge) => when[(index + charge) % when.length] === 0);
        }
        giveAll(between);
        expect(toldOf(between)).toEqual(toldOf(atTheEnd));
        // Every quarter of every statement, too, is what follows.
        for (const books of [between, atTheEnd])
          expect(books.all().records.flatMap((record) => auditCharge(record, policies, walletIds))).toEqual(
            [],
          );
      }),
      { numRuns: propertyRuns(15) },
    );
  });
});

test("of a customer who is linked no owner is looked for in metadata, so what stands there is no discrepancy", () => {
  const policy = { ...defaultPolicy, ownerFrom: { paddle: ["metadata.team"], stripe: [] } };
  const unreadable = sold("ctm_1");
  const event = { ...unreadable, data: { ...unreadable.data, custom_data: { team: { id: 7 } } } };
  const kinds = (books: MemoryBooks) =>
    Object.keys(books.apply(event) && books.record("txn_1").discrepancies);
  expect(kinds(new MemoryBooks(policy))).toEqual(["owner_unreadable"]);
  expect(kinds(new MemoryBooks(policy).link("paddle", "ctm_1", "acme"))).toEqual([]);
});
