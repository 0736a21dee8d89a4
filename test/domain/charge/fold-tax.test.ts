import fc from "fast-check";
import type { Movement } from "../../../src/domain/charge/movement.ts";
import type { ChargeFact } from "../../../src/domain/facts/facts.ts";
import { minimum } from "../../../src/domain/money.ts";
import { day, line } from "../build.ts";
import {
  charged,
  dispute,
  invoice,
  invoiced,
  ledgerOf,
  note,
  paidWith,
  refund,
  row,
} from "../build-invoices.ts";

describe("the tax in what went back", () => {
  const taxes = (...facts: ChargeFact[]) =>
    Object.fromEntries(
      invoiced(invoice(), charged(1999n), paidWith(1999n), ...facts).movements.map(({ ref, tax }) => [
        ref,
        tax,
      ]),
    );

  test("the cash part of 4.99 of 19.99 gives back 83 of 333", () => {
    expect(taxes(refund(499n))).toEqual({ re_1: 83n });
  });

  test("is cut from the running total, so that the last refund drains it", () => {
    const parts = [refund(700n), refund(700n, { ref: "re_2", on: 3 }), refund(599n, { ref: "re_3", on: 4 })];
    expect(taxes(...parts)).toEqual({ re_1: 116n, re_2: 117n, re_3: 100n });
  });

  test("goes by the time of the refunds, not by their names", () => {
    const parts = [
      refund(599n, { on: 4 }),
      refund(700n, { ref: "re_2", on: 3 }),
      refund(700n, { ref: "re_3" }),
    ];
    expect(taxes(...parts)).toEqual({ re_1: 100n, re_2: 117n, re_3: 116n });
  });

  test("is never more than there was", () => {
    expect(taxes(refund(1999n), refund(1999n, { ref: "re_2", on: 3 }))).toEqual({ re_1: 333n, re_2: 0n });
  });

  test("a dispute takes none of the tax that a refund gives back", () => {
    const rows = [row("txn_a", -1000n, 1500n, { createdAt: day(4) })];
    expect(taxes(dispute(1000n, { rows }), refund(1999n, { on: 6 }))).toEqual({ re_1: 333n, txn_a: 166n });
  });

  test("a refund that failed is not counted", () => {
    const failed = refund(700n, { status: "failed", ref: "re_0", on: 1 });
    expect(taxes(failed, refund(1999n)).re_1).toBe(333n);
  });

  test("what a note states comes first, and the rest makes up for it", () => {
    const stated = note(500n, { ref: "cn_1", on: 5, tax: 0n });
    expect(taxes(stated, refund(1499n))).toEqual({ cn_1: 0n, re_1: 333n });
  });

  test("of a credit whose note states none is its part", () => {
    expect(taxes(note(1000n))).toEqual({ cn_1: 166n });
  });

  test("of a dispute is its part, and a reinstatement brings it back", () => {
    const rows = [
      row("txn_a", -1000n, 1500n, { createdAt: day(4) }),
      row("txn_b", 1000n, 0n, { createdAt: day(5) }),
    ];
    expect(taxes(dispute(1000n, { rows }), refund(1999n))).toEqual({ re_1: 333n, txn_a: 166n, txn_b: 166n });
  });

  test("of a note before payment is what the note states, else its part", () => {
    const lowered = (of: object) =>
      invoiced(invoice({ notes: 1000n }), note(1000n, { beforePayment: 1000n, ...of }));
    expect(lowered({ tax: 150n }).linked?.notesTax).toBe(150n);
    expect(lowered({}).linked?.notesTax).toBe(166n);
    expect(invoiced(invoice({ notes: 1000n })).linked?.notesTax).toBe(166n);
    const contradicting = note(0n, { beforePayment: 5n, tax: 1n, credited: 0n });
    expect(invoiced(invoice({ notes: 5n }), contradicting).linked?.notesTax).toBe(1n);
  });

  /** `untaxed` is unused time that was credited without tax: it can leave a total below the tax in it. */
  const soldFor = (total: bigint, tax: bigint, untaxed: bigint, ...facts: ChargeFact[]) => {
    const lines = [line("a", total + untaxed, { tax }), line("unused", -untaxed)];
    return invoiced(invoice({ lines }), charged(total), paidWith(total), ...facts);
  };
  const later = (amount: bigint, index: number) => refund(amount, { ref: `re_${index}`, on: 2 + index });

  test.each<[string, readonly bigint[], ChargeFact[], Record<string, bigint>]>([
    ["one refund of all of it", [100n], [], { re_0: 400n }],
    ["a part holds no more tax than money", [30n], [], { re_0: 30n }],
    ["the last part drains the rest", [30n, 70n], [], { re_0: 30n, re_1: 370n }],
    ["what goes back beyond the total holds none", [100n, 50n], [], { re_0: 400n, re_1: 0n }],
    ["more than the total at once", [120n], [], { re_0: 400n }],
    [
      "what a note states too much is made up for by what makes it whole",
      [60n],
      [note(40n, { on: 9, tax: 404n })],
      { re_0: -4n, cn_1: 404n },
    ],
    ["a note that states all of it", [], [note(100n, { tax: 20n })], { cn_1: 20n }],
  ])("of a total of 100 with 400 of tax in it: %s", (_, amounts, facts, expected) => {
    const charge = soldFor(100n, 400n, 1900n, ...amounts.map(later), ...facts);
    expect(Object.fromEntries(charge.movements.map(({ ref, tax }) => [ref, tax]))).toEqual(expected);
    for (const { amount, subtotal, tax } of charge.movements) expect(subtotal + tax).toBe(amount);
  });

  test("owes nothing to the tax office once all of a sale below its own tax went back", () => {
    const whole = soldFor(100n, 400n, 1900n, refund(100n));
    expect(ledgerOf(whole)).toMatchObject({ refunds: -300n, sales: -1600n, proration_credits: 1900n });
    expect(ledgerOf(whole)).not.toHaveProperty("tax");
  });

  test("owes nothing once more went back than was asked for, whatever notes stated of it", () => {
    const refunds = [{ ref: "re_noted", amount: 751n }];
    const noted = note(751n, { tax: 61n, credited: 0n, refunds });
    const charge = soldFor(751n, 45n, 250n, refund(751n, { ref: "re_noted" }), later(250n, 0), noted);
    expect(Object.fromEntries(charge.movements.map(({ ref, tax }) => [ref, tax]))).toEqual({
      re_noted: 61n,
      re_0: -16n,
    });
    expect(ledgerOf(charge)).not.toHaveProperty("tax");
  });

  test("of disputes that all came back is none, however little money a large tax was in", () => {
    const withdrawn = row("txn_a", -100n, 1500n, { createdAt: day(4) });
    const back = [60n, 40n].map((amount, index) =>
      row(`txn_b${index}`, amount, 0n, { createdAt: day(5 + index) }),
    );
    const { movements } = soldFor(100n, 400n, 1900n, dispute(100n, { rows: [withdrawn, ...back] }));
    expect(Object.fromEntries(movements.map(({ ref, tax }) => [ref, tax]))).toEqual({
      txn_a: 400n,
      txn_b0: 60n,
      txn_b1: 340n,
    });
  });

  test("whatever the parts, refunds of the whole total hold the whole tax", () => {
    const cents = fc.bigInt({ min: 0n, max: 3000n });
    const parts = fc.array(fc.bigInt({ min: 1n, max: 900n }), { maxLength: 6 });
    fc.assert(
      fc.property(cents, cents, cents, parts, (net, tax, untaxed, drawn) => {
        const total = net + tax > untaxed ? net + tax - untaxed : net + tax;
        const refunds = inParts(total, drawn).map((amount, index) =>
          refund(amount, { ref: `re_${index}`, on: 2 + (index % 3) }),
        );
        const { movements } = soldFor(total, tax, net + tax - total, ...refunds);
        expect(movements.reduce((all, movement) => all + movement.tax, 0n)).toBe(total === 0n ? 0n : tax);
        for (const movement of movements.filter((one) => one.tax > one.amount || one.tax < 0n)) {
          expect(tax).toBeGreaterThan(total);
          expect(movement).toBe(lastOf(movements));
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** What was drawn, as far as there is something left of the total, and then the rest. */
function inParts(total: bigint, drawn: readonly bigint[]): bigint[] {
  let left = total;
  return [...drawn, total].flatMap((part) => {
    const amount = minimum(part, left);
    left -= amount;
    return amount === 0n ? [] : [amount];
  });
}

function lastOf(movements: readonly Movement[]): Movement | undefined {
  return movements.toSorted((a, b) => Number(a.occurredAt - b.occurredAt) || (a.ref < b.ref ? -1 : 1)).at(-1);
}
