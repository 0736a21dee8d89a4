import type { Charge } from "../../../src/domain/charge/charge.ts";
import { findingsOf } from "../../../src/domain/charge/checks.ts";
import type { ChargeFact } from "../../../src/domain/facts/facts.ts";
import { day } from "../build.ts";
import {
  charged,
  chargeOf,
  invoice,
  invoiced,
  ledgerOf,
  paidWith,
  refund,
  row,
  settles,
} from "../build-invoices.ts";
import { orders } from "../build-linked.ts";

/** The charge `ch_1` of these facts. */
const only = (...facts: ChargeFact[]): Charge => inAnyOrder("ch_1", facts);

function inAnyOrder(ref: string, facts: readonly ChargeFact[]): Charge {
  const found = chargeOf(ref, ...facts);
  for (const order of orders(facts)) expect(chargeOf(ref, ...order)).toEqual(found);
  return found;
}

const minutes = (count: number) => count / 1440;
const alone = { invoiceRef: "none" } as const;
const figures = ({ collected, refunded }: Charge) => [collected, refunded];
const movesOf = (charge: Charge) =>
  charge.movements.map(({ ref, amount, effective, occurredAt }) => [ref, amount, effective, occurredAt]);

describe("of 50.00 that were authorised 30.00 are captured, and some of them go back", () => {
  const authorised = charged(0n, { ...alone, status: "pending", authorised: 5000n });
  const captured = (amountRefunded: bigint, on = 2) =>
    charged(3000n, { ...alone, on, authorised: 5000n, amountRefunded });
  const release = refund(2000n, { ref: "re_release", on: 2, createdAt: day(2) });
  const ways = ["by its object", "by the count", "by both"] as const;
  const everyWay = ways.flatMap((released) =>
    ways.flatMap((returned) => [1000n, 2000n, 3000n].map((amount) => [released, returned, amount] as const)),
  );

  test.each(everyWay)(
    "what was let go is told %s, a true refund %s: it is %d",
    (released, returned, amount) => {
      const letGo = released === "by its object" ? 0n : 2000n;
      const charge = only(
        authorised,
        captured(letGo),
        ...(released === "by the count" ? [] : [release]),
        ...(returned === "by the count"
          ? []
          : [refund(amount, { ref: "re_true", on: 5, createdAt: day(5) })]),
        ...(returned === "by its object" ? [] : [captured(letGo + amount, 5)]),
      );
      expect(figures(charge)).toEqual([3000n, amount]);
      expect(ledgerOf(charge)).toEqual({
        sales: -3000n,
        refunds: amount,
        ...(amount === 3000n ? {} : { unsettled: 3000n - amount }),
      });
    },
  );

  test.each<[string, ChargeFact[]]>([
    ["nothing is said of the rest", [captured(0n)]],
    ["the rest counts as given back", [captured(2000n)]],
    ["a refund lets go of it", [captured(0n), release]],
    ["both", [captured(2000n), release]],
    ["the intent tells what was captured", [charged(3000n, { ...paidByIntent(), on: 2 }), release]],
  ])("nothing goes back: %s", (_, told) => {
    const charge = only(authorised, ...told);
    expect(figures(charge)).toEqual([3000n, 0n]);
    expect(ledgerOf(charge)).toEqual({ sales: -3000n, unsettled: 3000n });
    expect(charge.movements.every(({ effective }) => !effective)).toBe(true);
  });

  test("all of it is let go: nothing was ever collected", () => {
    const expired = charged(0n, { ...alone, status: "pending", authorised: 5000n, on: 3 });
    const all = refund(5000n, { on: 3, createdAt: day(3) });
    // No attempt took anything: the payment goes by its intent.
    const charge = inAnyOrder("pi_1", [authorised, all, expired]);
    expect(ledgerOf(charge)).toEqual({});
    expect(charge.refunded).toBe(0n);
  });

  test("a row that releases says which refund it is, whatever its amount and time", () => {
    const settled = settles("re_release", row("txn_2", -2000n, 0n, { category: "release" }));
    const late = { ...release, createdAt: day(9) };
    const charge = only(captured(0n), late, settles("ch_1", row("txn_1", 5000n, 117n)), settled);
    expect(figures(charge)).toEqual([3000n, 0n]);
    expect(ledgerOf(charge)).toEqual({ sales: -3000n, balance: 2883n, fees: 117n });
  });

  test("a report's row names the charge, also where the refund is never heard of", () => {
    const released = {
      ...settles("re_never", row("txn_2", -2000n, 0n, { category: "release" })),
      chargeRef: "ch_1",
    };
    const charge = only(captured(2000n), settles("ch_1", row("txn_1", 5000n, 117n)), released);
    expect(ledgerOf(charge)).toEqual({ sales: -3000n, balance: 2883n, fees: 117n });
  });
});

/** The payment by what its intent says, no attempt having been seen to take anything. */
function paidByIntent() {
  const refs = { intentRef: "pi_1", chargeRef: "ch_1" };
  return { ...alone, ref: "pi_1", refs, authorised: 5000n } as const;
}

describe("what counts as given back, and no refund tells", () => {
  const sale = charged(2000n, { ...alone, authorised: 2000n, amountRefunded: 0n });
  const counted = (amountRefunded: bigint, on: number) =>
    charged(2000n, { ...alone, authorised: 2000n, amountRefunded, on, event: `evt_${on}_${amountRefunded}` });
  const object = (amount: bigint, on: number, ref = `re_${on}`) =>
    refund(amount, { ref, on, createdAt: day(on) });
  const untold = "ch_1:amount_refunded";

  /** A refund that a list told so many days later. */
  const heard = (amount: bigint, on: number, asked: number) => {
    const told = object(amount, asked, `re_${on}`);
    return { ...told, createdAt: day(on) };
  };

  test("is a movement of its own, from when that was first said", () => {
    const charge = only(sale, counted(500n, 2), counted(800n, 3), counted(800n, 4));
    expect(figures(charge)).toEqual([2000n, 800n]);
    expect(movesOf(charge)).toEqual([[untold, 800n, true, day(3)]]);
    expect(ledgerOf(charge)).toEqual({ sales: -2000n, refunds: 800n, unsettled: 1200n });
    expect(findingsOf(charge, [])).toEqual([]);
  });

  test("is nothing once refunds tell it, and stays as that where they were heard later", () => {
    const charge = only(sale, counted(500n, 2), counted(800n, 2.5), heard(500n, 2, 7), heard(300n, 2.5, 7));
    expect(figures(charge)).toEqual([2000n, 800n]);
    expect(movesOf(charge)).toEqual([
      [untold, 0n, false, day(2)],
      ["re_2", 500n, true, day(7)],
      ["re_2.5", 300n, true, day(7)],
    ]);
  });

  test("is as if it had never been where its refund was told beside it", () => {
    const charge = only(sale, counted(500n, 2), object(500n, 2));
    expect(movesOf(charge)).toEqual([["re_2", 500n, true, day(2)]]);
  });

  test("is added to by a refund that was made later, and told alone", () => {
    const charge = only(sale, counted(500n, 2), object(300n, 3));
    expect(figures(charge)).toEqual([2000n, 800n]);
    expect(movesOf(charge)).toEqual([
      [untold, 500n, true, day(2)],
      ["re_3", 300n, true, day(3)],
    ]);
  });

  test("is the same if the next count has both", () => {
    const charge = only(sale, counted(500n, 2), object(300n, 3), counted(800n, 3));
    expect(figures(charge)).toEqual([2000n, 800n]);
    expect(movesOf(charge)[0]).toEqual([untold, 500n, true, day(2)]);
  });

  test.each([
    [0.5, 500n],
    [1, 500n],
    [2, 800n],
  ])("a refund of less that is made %d minutes after the count makes %d", (after, refunded) => {
    expect(only(sale, counted(500n, 2), object(300n, 2 + minutes(after))).refunded).toBe(refunded);
  });

  test.each([
    [2, 500n],
    [11, 1000n],
  ])("a refund of just that which is made %d minutes after the count makes %d", (after, refunded) => {
    expect(only(sale, counted(500n, 2), object(500n, 2 + minutes(after))).refunded).toBe(refunded);
  });

  test("a refund that failed was in the count as well", () => {
    const failed = refund(500n, { on: 3, createdAt: day(2), status: "failed" });
    expect(only(sale, counted(500n, 2), object(500n, 2, "re_1"), failed).refunded).toBe(0n);
  });

  test("a list tells its count as of when it was asked", () => {
    const asked = { ...counted(800n, 1), stamp: { ...counted(800n, 1).stamp, askedAt: day(4) } };
    expect(figures(only(sale, asked, object(500n, 2)))).toEqual([2000n, 800n]);
    expect(movesOf(only(sale, asked))).toEqual([[untold, 800n, true, day(4)]]);
  });
});

describe("a payment that failed after it had succeeded", () => {
  const sale = charged(3000n, { ...alone, authorised: 3000n });
  const failed = charged(0n, { ...alone, status: "failed", on: 5 });
  const undone = settles("ch_1", row("txn_2", -3000n, 400n, { category: "failure", createdAt: day(4) }));
  const settled = settles("ch_1", row("txn_1", 3000n, 80n));

  test("is undone by a movement of the day it failed; what was captured stays captured", () => {
    const charge = only(sale, failed);
    expect(figures(charge)).toEqual([3000n, 3000n]);
    expect(charge.movements).toMatchObject([
      { ref: "ch_1:payment_failed", kind: "refund", reason: "payment_failed", effective: true },
    ]);
    expect(movesOf(charge)).toEqual([["ch_1:payment_failed", 3000n, true, day(5)]]);
    expect(ledgerOf(charge)).toEqual({ sales: -3000n, refunds: 3000n });
  });

  test("dates from its row, whose fee is one; nothing is in suspense", () => {
    const charge = only(sale, failed, undone, settled);
    expect(movesOf(charge)).toEqual([["ch_1:payment_failed", 3000n, true, day(4)]]);
    expect(ledgerOf(charge)).toEqual({ sales: -3000n, refunds: 3000n, balance: -480n, fees: 480n });
    expect(findingsOf(charge, [])).toEqual([]);
  });

  test("is known by its row alone", () => {
    expect(movesOf(only(sale, undone, settled))).toEqual([["ch_1:payment_failed", 3000n, true, day(4)]]);
  });

  test("gives back what was not refunded before", () => {
    const charge = only(sale, refund(1000n, { on: 3 }), failed);
    expect(movesOf(charge)).toEqual([
      ["ch_1:payment_failed", 2000n, true, day(5)],
      ["re_1", 1000n, true, day(3)],
    ]);
  });

  test("is no attempt that failed before another one succeeded", () => {
    const declined = charged(0n, {
      ...alone,
      ref: "ch_0",
      refs: { intentRef: "pi_1", chargeRef: "ch_0" },
      status: "failed",
    });
    expect(figures(only(declined, { ...sale, stamp: failed.stamp }))).toEqual([3000n, 0n]);
  });

  test("leaves its invoice paid, and all of it given back", () => {
    const { invoiceRef: _, ...of } = alone;
    const charge = invoiced(
      invoice({ total: 3000n }),
      paidWith(3000n),
      charged(3000n, of),
      charged(0n, { ...of, status: "failed", on: 5 }),
    );
    expect([charge.status, charge.reversal, ...figures(charge)]).toEqual(["paid", "refunded", 3000n, 3000n]);
  });
});
