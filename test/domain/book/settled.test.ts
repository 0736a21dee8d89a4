import { movementSettledOf, taxBackBy } from "../../../src/domain/book/book.ts";
import type { Settled } from "../../../src/domain/book/settled.ts";
import type { Charge } from "../../../src/domain/charge/charge.ts";
import type { ChargeFact } from "../../../src/domain/facts/facts.ts";
import { foldFacts, keyOf, movement, seed } from "../build.ts";
import { charged, dispute, invoice, invoiced, paidWith, refund, row, settles } from "../build-invoices.ts";

type Figures = Pick<Settled, "gross" | "tax" | "fee" | "disputeFee" | "net">;

/** What the provider settles of each movement; its parts make the whole. */
function settledIn(charge: Charge): (Figures | null)[] {
  return charge.movements.map((movement) => {
    const settled = movementSettledOf(charge, movement);
    if (settled === null) return null;
    const { gross, tax, fee, disputeFee, net } = settled;
    expect(net).toBe(gross - (tax ?? 0n) - (fee ?? 0n) - (disputeFee ?? 0n));
    return { gross, tax, fee, disputeFee, net };
  });
}

const sale = [invoice(), charged(1999n), paidWith(1999n)];
const failed = [refund(1999n), refund(1999n, { on: 3, status: "failed" })];
const disputed = (state: "open" | "lost", fee: bigint) =>
  dispute(1999n, { state, rows: [row("txn_d", -1999n, fee, { category: "dispute" })] });

describe("what the provider settles of our own sale's movement", () => {
  test.each<[string, ChargeFact[], Figures | null]>([
    ["a refund that waits for its row", [refund(1999n)], null],
    [
      "a refund, its fee given back",
      [refund(1999n), settles("re_1", row("txn_r", -1999n, -88n))],
      { gross: -1999n, tax: null, fee: -88n, disputeFee: 0n, net: -1911n },
    ],
    [
      "a refund that failed, and came back at another rate and for a fee: what both rows leave",
      [
        ...failed,
        settles("re_1", row("txn_r", -1799n, 0n, { currency: "EUR" })),
        settles("re_1", row("txn_f", 1795n, 25n, { currency: "EUR", category: "failure" })),
      ],
      { gross: -4n, tax: null, fee: 25n, disputeFee: 0n, net: -29n },
    ],
    [
      "a dispute, and what it costs by itself",
      [disputed("open", 1500n)],
      { gross: -1999n, tax: null, fee: 0n, disputeFee: 1500n, net: -3499n },
    ],
    [
      "one that was lost",
      [disputed("lost", 1500n)],
      { gross: -1999n, tax: null, fee: 0n, disputeFee: 1500n, net: -3499n },
    ],
  ])("%s", (_, facts, expected) => {
    expect(settledIn(invoiced(...sale, ...facts))).toEqual([expected]);
  });

  test("a refund takes its share of the tax back, a dispute none", () => {
    const taxBack = (...facts: ChargeFact[]) => {
      const charge = invoiced(...sale, ...facts);
      return charge.movements.map((movement) => taxBackBy(charge, movement));
    };
    expect(taxBack(refund(1999n))).toEqual([333n]);
    expect(taxBack(disputed("lost", 1500n))).toEqual([0n]);
  });
});

describe("what the provider settles as merchant of record", () => {
  const payout = {
    currency: "USD",
    subtotal: 400n,
    tax: 80n,
    total: 480n,
    fee: 20n,
    earnings: 380n,
    retainedFee: null,
    disputeFee: 1500n,
    disputeFeeOriginal: null,
  };
  test.each<[string, Partial<Parameters<typeof movement>[1]>, Figures]>([
    ["a refund", {}, { gross: -480n, tax: -80n, fee: -20n, disputeFee: 0n, net: -380n }],
    [
      "a chargeback, and what it costs by itself",
      { movement: "dispute", payout },
      { gross: -480n, tax: -80n, fee: -20n, disputeFee: 1500n, net: -1880n },
    ],
    [
      "an early warning: its fee alone",
      { movement: "dispute", warning: true, payout },
      { gross: 0n, tax: 0n, fee: 0n, disputeFee: 1500n, net: -1500n },
    ],
  ])("%s", (_, of, expected) => {
    const facts = [seed(), movement(480n, { tax: 80n, fee: 20n, ...of })];
    expect(settledIn(foldFacts(keyOf("txn_1"), facts))).toEqual([expected]);
  });
});
