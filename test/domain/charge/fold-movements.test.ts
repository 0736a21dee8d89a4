import type { MovementFact, MovementKind, MovementStatus } from "../../../src/domain/facts/facts.ts";
import { day, document, foldFacts, keyOf, line, movement } from "../build.ts";

function chargeOf(...facts: Parameters<typeof foldFacts>[1]) {
  const charge = foldFacts(keyOf("txn_1"), facts);
  expect(foldFacts(keyOf("txn_1"), [...facts].reverse())).toEqual(charge);
  expect(foldFacts(keyOf("txn_1"), [...facts, ...facts])).toEqual(charge);
  return charge;
}
const sold = document({ lines: [line("a", 1000n)] });
/** What was said of one movement, in order, a day apart. */
const told = (kind: MovementKind, amount: bigint, ...statuses: MovementStatus[]): MovementFact[] =>
  statuses.map((status, index) => movement(amount, { ref: kind, movement: kind, status, on: 2 + index }));

describe("whether money or credit has moved", () => {
  test.each<[MovementKind, MovementStatus[], boolean]>([
    ["refund", ["pending"], false],
    ["refund", ["pending", "approved"], true],
    ["refund", ["pending", "rejected"], false],
    ["refund", ["approved", "pending"], true],
    ["refund", ["approved", "reversed"], false],
    ["credit", ["pending"], true],
    ["credit", ["approved"], true],
    ["credit", ["pending", "rejected"], false],
    ["credit", ["approved", "reversed"], true],
    ["credit_reversal", ["pending"], false],
    ["credit_reversal", ["approved"], true],
    ["dispute", ["pending"], false],
    ["dispute", ["approved"], true],
    ["dispute", ["approved", "reversed"], true],
    ["dispute", ["pending", "rejected"], false],
    ["dispute_reversal", ["approved"], true],
    ["dispute_reversal", ["approved", "reversed"], true],
  ])("%s that was %s: %s", (kind, statuses, effective) => {
    const [folded] = chargeOf(sold, ...told(kind, 500n, ...statuses)).movements;
    expect(folded).toMatchObject({ effective, status: folded?.status });
  });
});

describe("refunded and disputed, in cash", () => {
  test.each<[string, MovementFact[], { refunded: bigint; disputed: bigint; reversal: string }]>([
    ["nothing yet", [], { refunded: 0n, disputed: 0n, reversal: "none" }],
    ["a request only", told("refund", 1000n, "pending"), { refunded: 0n, disputed: 0n, reversal: "none" }],
    [
      "a part",
      told("refund", 999n, "approved"),
      { refunded: 999n, disputed: 0n, reversal: "partially_refunded" },
    ],
    ["all", told("refund", 1000n, "approved"), { refunded: 1000n, disputed: 0n, reversal: "refunded" }],
    [
      "undone",
      told("refund", 1000n, "approved", "reversed"),
      { refunded: 0n, disputed: 0n, reversal: "none" },
    ],
    [
      "a chargeback",
      told("dispute", 1000n, "approved"),
      { refunded: 0n, disputed: 1000n, reversal: "charged_back" },
    ],
    [
      "a chargeback told to be reversed, whose reversal has not come: it stands",
      told("dispute", 1000n, "approved", "reversed"),
      { refunded: 0n, disputed: 1000n, reversal: "charged_back" },
    ],
    [
      "a chargeback and its reversal: told twice, undone once",
      [...told("dispute", 1000n, "approved", "reversed"), ...told("dispute_reversal", 1000n, "approved")],
      { refunded: 0n, disputed: 0n, reversal: "none" },
    ],
    [
      "a reversal that came before its chargeback counts as nothing yet",
      told("dispute_reversal", 1000n, "approved"),
      { refunded: 0n, disputed: 0n, reversal: "none" },
    ],
    [
      "a chargeback on a refunded charge comes first",
      [...told("refund", 1000n, "approved"), ...told("dispute", 400n, "approved")],
      { refunded: 1000n, disputed: 400n, reversal: "charged_back" },
    ],
    [
      "credit is not cash",
      told("credit", 1000n, "approved"),
      { refunded: 0n, disputed: 0n, reversal: "none" },
    ],
    [
      "an alert moves nothing",
      [movement(1000n, { movement: "dispute", warning: true })],
      { refunded: 0n, disputed: 0n, reversal: "none" },
    ],
  ])("%s", (_, movements, money) => {
    expect(chargeOf(sold, ...movements)).toMatchObject(money);
  });

  test("refunds of a document with nothing to pay leave it partially refunded, never refunded", () => {
    const free = document({ creditApplied: 1999n });
    expect(chargeOf(free, movement(1n)).reversal).toBe("partially_refunded");
  });
});

describe("a movement keeps", () => {
  test("what was once known, whatever a later event leaves out", () => {
    const [folded] = chargeOf(
      movement(500n, { on: 2, fee: 20n, reason: "asked for it" }),
      movement(500n, { on: 3, fee: null, earnings: null, reason: null }),
    ).movements;
    expect(folded).toMatchObject({ fee: 20n, earnings: 480n, reason: "asked for it" });
  });

  test.each<[string, MovementKind, MovementStatus[], number, number | null]>([
    // Asked on day 2, then one status a day.
    ["a refund: when it was approved", "refund", ["pending", "approved", "approved"], 3, null],
    ["a refund undone: also the day it was undone", "refund", ["pending", "approved", "reversed"], 3, 4],
    ["a refund asked for: when it was asked for", "refund", ["pending", "pending"], 2, null],
    [
      "a chargeback stays where it was when it is told to be reversed",
      "dispute",
      ["approved", "reversed"],
      2,
      null,
    ],
    ["a credit counts from its creation", "credit", ["pending", "approved", "reversed"], 2, null],
    ["a credit refused: also the day it was refused", "credit", ["pending", "rejected"], 2, 3],
    ["a refund refused: when it was refused", "refund", ["pending", "rejected"], 3, null],
  ])("the day it took effect; %s", (_, kind, statuses, on, undoneOn) => {
    const [movement] = chargeOf(sold, ...told(kind, 500n, ...statuses)).movements;
    expect(movement?.occurredAt).toBe(day(on));
    expect(movement?.undoneAt).toBe(undoneOn === null ? null : day(undoneOn));
  });
});

describe("before the document is seen", () => {
  test("a charge is unseen, in its movement's currency, for its movement's customer", () => {
    const charge = chargeOf(movement(500n, { currency: "EUR", customerRef: "ctm_9" }));
    expect(charge).toMatchObject({
      kind: "unseen",
      status: "unseen",
      stage: null,
      currency: "EUR",
      customerRef: "ctm_9",
      grandTotal: null,
      collected: null,
      refunded: 500n,
      fee: null,
    });
  });

  test("it becomes the real one when the document comes", () => {
    expect(chargeOf(movement(500n), sold)).toMatchObject({
      kind: "transaction",
      status: "paid",
      refunded: 500n,
    });
  });

  test("no facts are no charge", () => {
    expect(() => foldFacts(keyOf("txn_1"), [])).toThrow("Nothing is known of txn_1.");
  });
});
