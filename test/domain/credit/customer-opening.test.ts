import type { ChargeFact } from "../../../src/domain/facts/facts.ts";
import { sum } from "../../../src/domain/money.ts";
import { defaultPolicy } from "../../../src/domain/policy/policy.ts";
import { Desk, day } from "../build.ts";
import { creditNote, invoice, orders } from "../build-linked.ts";

const start = day(40);
const policy = {
  ...defaultPolicy,
  settleOn: { paddle: "paid", stripe: "paid" },
  booksStartAt: start,
} as const;
const isCredit = (account: string) => account.startsWith("liabilities:customer_credit:");
const isOpening = (account: string) => account.startsWith("equity:opening:");

interface Stating {
  readonly finalized: number;
  /** Day on which it is paid; by default as it is finalized. */
  readonly paid?: number;
  readonly total?: bigint;
}

/** An invoice that began and ended with these balances: negative is credit. */
function stating(ref: string, starting: bigint, ending: bigint, of: Stating) {
  const { finalized, paid = finalized, total = 1000n } = of;
  const change = ending - starting;
  const due = total - change;
  const base = invoice();
  const terms = base.invoice as NonNullable<typeof base.invoice>;
  return invoice({
    ref,
    event: `evt_${ref}`,
    on: paid,
    billedAt: day(finalized),
    total,
    subtotal: total,
    creditApplied: change > 0n ? change : 0n,
    creditIssued: change < 0n ? -change : 0n,
    grandTotal: due,
    invoice: { ...terms, amountPaid: due, startingBalance: starting, endingBalance: ending },
  });
}

/** What the ledger has of the customer's credit, and what is disagreed on: in every order, and some of it told again. */
function told(...facts: ChargeFact[]) {
  const found = orders(facts)
    .slice(0, 24)
    .map((order) => {
      const { books } = new Desk(policy).tell(...order);
      const postings = books.entries.flatMap(({ postings }) => postings);
      const over = (is: (account: string) => boolean) =>
        sum(postings.filter(({ account }) => is(account)).map(({ amount }) => amount));
      for (const { payoutId, effectiveAt } of books.entries)
        if (payoutId !== null) expect(effectiveAt).toBe(start);
      const open = [...books.discrepancies.values()].filter(({ status }) => status === "open");
      return {
        owned: -over(isCredit),
        opened: over(isOpening),
        disagreement: open.find(({ kind }) => kind === "customer_credit_differs")?.detail ?? null,
      };
    });
  for (const other of found) expect(other).toEqual(found[0]);
  return found[0];
}

const agreed = (owned: bigint, opened: bigint) => ({ owned, opened, disagreement: null });

describe("a customer's credit in books that began after it was given", () => {
  test("is opened with what the first invoice since finds, and is gone once it is drawn", () => {
    expect(told(stating("in_1", -500n, 0n, { finalized: 45 }))).toEqual(agreed(0n, 500n));
    expect(told(stating("in_1", -500n, -200n, { finalized: 45, total: 300n }))).toEqual(agreed(200n, 500n));
  });

  test("also where it was debt", () => {
    expect(told(stating("in_1", 30n, 0n, { finalized: 45 }))).toEqual(agreed(0n, -30n));
  });

  test("is none where the first invoice since finds none, whatever a later one does", () => {
    const gift = stating("in_2", -500n, 0n, { finalized: 75 });
    expect(told(stating("in_1", 0n, 0n, { finalized: 45 }), gift)).toEqual({
      ...agreed(-500n, 0n),
      disagreement: { provider_says: "500", we_say: "0", currency: "USD" },
    });
  });

  test("is what the earliest finds, though a later one was heard first", () => {
    const first = stating("in_1", -900n, -600n, { finalized: 45 });
    const second = stating("in_2", -600n, 0n, { finalized: 75 });
    expect(told(second)).toEqual(agreed(0n, 600n));
    expect(told(first, second)).toEqual(agreed(0n, 900n));
  });

  test("is not what a note has given since", () => {
    const note = creditNote({ credited: 300n, on: 42, createdAt: day(42), invoiceRef: "in_0" });
    const sold = stating("in_0", 0n, 0n, { finalized: 10 });
    const drawing = stating("in_1", -800n, 0n, { finalized: 45 });
    expect(told(sold, note, drawing)).toEqual(agreed(0n, 500n));
    const none = stating("in_1", -300n, 0n, { finalized: 45 });
    expect(told(sold, note, none)).toEqual(agreed(0n, 0n));
  });

  test("of the same second is what was known before, else before it", () => {
    const note = creditNote({ credited: 300n, on: 45, createdAt: day(45), invoiceRef: "in_0" });
    const sold = stating("in_0", 0n, 0n, { finalized: 10 });
    expect(told(sold, note, stating("in_1", -300n, 0n, { finalized: 45 }))).toEqual(agreed(0n, 0n));
  });

  test("of the second of the last document before the start, too, what it gave or drew counts once", () => {
    const sold = stating("in_0", 0n, 0n, { finalized: 10 });
    const note = creditNote({ credited: 510n, on: 20, createdAt: day(20), invoiceRef: "in_0" });
    expect(told(sold, note, stating("in_1", -510n, -500n, { finalized: 20 }))).toEqual(agreed(500n, 500n));
    expect(told(sold, note, stating("in_1", 0n, 10n, { finalized: 20 }))).toEqual(agreed(500n, 500n));
  });

  test("of two invoices of one second is what the first of them finds", () => {
    const [tail, head] = [
      stating("in_a", -300n, 0n, { finalized: 45 }),
      stating("in_b", -500n, -300n, { finalized: 45 }),
    ];
    expect(told(tail, head)).toEqual(agreed(0n, 500n));
  });

  test.each([
    ["since", { finalized: 45 }],
    ["before, and settled since", { finalized: 38, paid: 41 }],
  ])("of two invoices of one second %s that make a debt and collect it is none", (_, when) => {
    for (const [makes, collects] of [
      ["in_a", "in_b"],
      ["in_b", "in_a"],
    ] as const)
      expect(told(stating(makes, 0n, 30n, when), stating(collects, 30n, 0n, when))).toEqual(agreed(0n, 0n));
  });

  test("of which an invoice drew before the start, and settled since, is opened with that too", () => {
    const across = stating("in_1", -500n, -200n, { finalized: 38, paid: 41 });
    expect(told(across)).toEqual(agreed(200n, 500n));
    expect(told(across, stating("in_2", -200n, 0n, { finalized: 45 }))).toEqual(agreed(0n, 500n));
    // In between somebody drew another 150, of which nothing was heard.
    expect(told(across, stating("in_2", -50n, 0n, { finalized: 45 }))).toEqual(agreed(0n, 350n));
  });

  test("that was heard of is opened before anything draws it", () => {
    const downgrade = stating("in_1", 0n, -4000n, { finalized: 10, total: -4000n });
    const renewal = stating("in_2", -4000n, -3000n, { finalized: 30 });
    expect(told(downgrade)).toEqual(agreed(4000n, 4000n));
    expect(told(downgrade, renewal)).toEqual(agreed(3000n, 3000n));
    expect(told(downgrade, renewal, stating("in_3", -3000n, -2000n, { finalized: 45 }))).toEqual(
      agreed(2000n, 3000n),
    );
  });
});
