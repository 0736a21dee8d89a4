import type { ChargeFact } from "../../../src/domain/facts/facts.ts";
import { place } from "../../../src/domain/place/place.ts";
import { day, told } from "../build.ts";
import { attempt, dispute, invoice, invoicePayment, refund, row } from "../build-linked.ts";

/** One payment of 1.04, of which invoices got 0.51 and 0.53: halves of it have no exact share. */
const shared: readonly ChargeFact[] = [
  invoice({ ref: "in_1", total: 51n }),
  invoice({ ref: "in_2", total: 53n }),
  invoicePayment({ ref: "inpay_1", invoiceRef: "in_1", amount: 51n }),
  invoicePayment({ ref: "inpay_2", invoiceRef: "in_2", amount: 53n }),
  attempt({ amount: 104n }),
];

function movementsOf(ref: string, ...facts: readonly ChargeFact[]) {
  return place(told([...shared, ...facts])).find((placed) => placed.ref === ref)?.movements ?? [];
}

const amounts = (...facts: readonly ChargeFact[]) =>
  ["in_1", "in_2"].map((ref) => movementsOf(ref, ...facts).map(({ amount }) => amount));

describe("what goes back of a payment that paid two invoices", () => {
  const half = refund(52n);
  const rest = refund(52n, { ref: "re_2", createdAt: day(3), on: 3 });

  test("gives back all of each, when all of it goes back in parts", () => {
    expect(amounts(half, rest)).toEqual([
      [26n, 25n],
      [26n, 27n],
    ]);
  });

  test("is shared the same way, whichever part is told first", () => {
    expect(amounts(rest, half)).toEqual(amounts(half, rest));
  });

  test("is as if it had never been, once it failed", () => {
    const failed = refund(52n, { status: "failed", on: 4 });
    const [first, second] = amounts(half, failed, rest).map((all) => all.at(-1));
    expect([first, second]).toEqual([26n, 26n]);
  });

  test("is shared by what was paid, if more goes back than was left", () => {
    const once = refund(104n);
    const again = refund(104n, { ref: "re_2", createdAt: day(3), on: 3 });
    expect(amounts(once, again)).toEqual([
      [51n, 51n],
      [53n, 53n],
    ]);
  });

  test("is what was left, if it is disputed", () => {
    expect(amounts(half, dispute([row("txn_1", -52n)], { amount: 52n, on: 3 }))).toEqual([
      [26n, 25n],
      [26n, 27n],
    ]);
  });

  test("costs what it costs, also the invoice of which nothing goes back", () => {
    const cent = dispute([row("txn_1", -1n, { fee: 1500n })], { amount: 1n });
    const parts = ["in_1", "in_2"].flatMap((ref) => movementsOf(ref, cent));
    expect(parts.map(({ amount }) => amount)).toEqual([0n, 1n]);
    expect(parts.reduce((sum, { linked }) => sum + (linked?.row?.fee ?? 0n), 0n)).toBe(1500n);
  });
});
