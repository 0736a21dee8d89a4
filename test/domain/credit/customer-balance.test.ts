import type { ChargeFact } from "../../../src/domain/facts/facts.ts";
import { Desk, day } from "../build.ts";
import { creditNote, invoice, orders } from "../build-linked.ts";

/** An invoice finalized on a day, which began and ended with these balances: negative is credit. */
function stating(ref: string, on: number, starting: bigint, ending: bigint, total = 1000n) {
  const change = ending - starting;
  const due = total - change;
  const base = invoice();
  return invoice({
    ref,
    event: `evt_${ref}`,
    on,
    billedAt: day(on),
    total,
    subtotal: total,
    creditApplied: change > 0n ? change : 0n,
    creditIssued: change < 0n ? -change : 0n,
    grandTotal: due,
    invoice: {
      ...(base.invoice as NonNullable<typeof base.invoice>),
      amountPaid: due,
      startingBalance: starting,
      endingBalance: ending,
    },
  });
}

/** What is disagreed on, which must not depend on the order of the facts. */
function disagreement(...facts: ChargeFact[]) {
  const found = orders(facts)
    .slice(0, 24)
    .map((order) => {
      const { books } = new Desk().tell(...order);
      const open = [...books.discrepancies.values()].filter(({ status }) => status === "open");
      return open.filter(({ kind }) => kind === "customer_credit_differs").map(({ detail }) => detail);
    });
  for (const other of found) expect(other).toEqual(found[0]);
  const [detail] = found[0] ?? [];
  return detail === undefined ? null : [detail.provider_says, detail.we_say];
}

test("a customer's balance that every invoice takes over from the last is agreed on", () => {
  const downgrade = stating("in_1", 1, 0n, -4000n, -4000n);
  const renewal = stating("in_2", 31, -4000n, -3000n);
  const last = stating("in_3", 61, -3000n, 0n, 5000n);
  expect(disagreement(downgrade, renewal, last)).toBeNull();
});

test("credit that somebody gave by hand shows in the next invoice", () => {
  expect(disagreement(stating("in_1", 1, 0n, 0n), stating("in_2", 31, -500n, 0n))).toEqual(["500", "0"]);
});

test("credit that somebody took by hand shows too", () => {
  const downgrade = stating("in_1", 1, 0n, -4000n, -4000n);
  expect(disagreement(downgrade, stating("in_2", 31, 0n, 0n))).toEqual(["0", "4000"]);
});

test("an invoice that was never heard of is what the next one disagrees on, until it is told", () => {
  const [first, second, third] = [
    stating("in_1", 1, 0n, -4000n, -4000n),
    stating("in_2", 31, -4000n, -3000n),
    stating("in_3", 61, -3000n, -2000n),
  ];
  expect(disagreement(first, third)).toEqual(["3000", "4000"]);
  expect(disagreement(first, third, second)).toBeNull();
});

test("what a credit note gave between two invoices is counted between them", () => {
  const note = creditNote({ credited: 300n, on: 3 });
  expect(disagreement(stating("in_1", 1, 0n, 0n), note, stating("in_2", 31, -300n, 0n))).toBeNull();
  expect(disagreement(stating("in_1", 1, 0n, 0n), stating("in_2", 31, -300n, 0n))).toEqual(["300", "0"]);
});

test("credit that paid, and that the invoice's own balances do not tell, is gone from the customer's balance", () => {
  const downgrade = stating("in_1", 1, 0n, -300n, -300n);
  const last = stating("in_3", 61, 0n, 0n);
  const silent = stating("in_2", 31, 0n, 0n);
  expect(disagreement(downgrade, silent)).toEqual(["0", "300"]);
  const terms = silent.invoice as NonNullable<typeof silent.invoice>;
  const spent = { ...silent, creditApplied: 300n, invoice: { ...terms, unstatedCredit: 300n } };
  expect(disagreement(downgrade, spent)).toBeNull();
  expect(disagreement(downgrade, spent, last)).toBeNull();
});

test("debt is brought forward as well", () => {
  expect(disagreement(stating("in_1", 1, 0n, 30n, 30n), stating("in_2", 31, 30n, 0n))).toBeNull();
});

test("two invoices of one second agree in one order of the two", () => {
  const [first, second] = [stating("in_2", 1, 0n, -400n, -400n), stating("in_1", 1, -400n, 0n)];
  expect(disagreement(first, second)).toBeNull();
});
