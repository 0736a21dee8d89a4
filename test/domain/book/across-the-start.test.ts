import { book } from "../../../src/domain/book/book.ts";
import type { ChargeFact } from "../../../src/domain/facts/facts.ts";
import { byAccount, day, foldFacts, keyOf, movement, seed } from "../build.ts";
import { chargeOf } from "../build-invoices.ts";
import { attempt, dispute, invoice, invoicePayment, refund, row } from "../build-linked.ts";

const start = day(40);
const opening = "equity:opening:stripe:default";
const balance = "assets:provider:stripe:default:balance";

/** What books that begin on day 40 say of an invoice that was paid on day 1, and of what followed. */
function since(...facts: ChargeFact[]) {
  const charge = chargeOf("in_1", invoice(), attempt(), invoicePayment(), ...facts);
  const target = book(charge, { settledAt: charge.saidPaidAt, booksStartAt: start });
  for (const { at } of target.steps()) expect(at >= start).toBe(true);
  return byAccount(target.total());
}

const out = row("out", -5000n, { createdAt: day(20) });
const back = row("back", 5000n, { createdAt: day(60) });

describe("what comes back after the books began, of something from before", () => {
  test("a dispute withdrawn before and won since: against what they opened with, its account is zero", () => {
    const won = dispute([out, back], { on: 60, state: "won", amount: 5000n });
    expect(since(won)).toEqual({ [balance]: 5000n, [opening]: -5000n });
  });

  test("a dispute withdrawn before and lost since moves nothing", () => {
    expect(since(dispute([out], { on: 60, state: "lost", amount: 5000n }))).toEqual({});
  });

  test("one that is withdrawn anew since is out since", () => {
    const again = row("again", -5000n, { createdAt: day(70) });
    const lost = dispute([out, back, again], { on: 80, state: "lost", amount: 5000n });
    expect(since(lost)).toEqual({ "expenses:dispute_losses": 5000n, [opening]: -5000n });
  });

  test("a refund that took effect before and failed since", () => {
    const settled = (status: "succeeded" | "failed", on: number) =>
      refund(300n, { status, on, createdAt: day(20) });
    expect(since(settled("succeeded", 20))).toEqual({});
  });

  test("a refund of Paddle's that is undone since, and a chargeback that is reversed since", () => {
    const paddle = (...facts: ChargeFact[]) => {
      const charge = foldFacts(keyOf("txn_1"), [seed(), ...facts]);
      return byAccount(book(charge, { settledAt: charge.saidCompletedAt, booksStartAt: start }).total());
    };
    const undone = [movement(300n, { on: 10 }), movement(300n, { on: 50, status: "reversed" })];
    expect(Object.keys(paddle(...undone)).sort()).toEqual([
      "assets:provider:balance",
      "equity:opening:paddle:default",
    ]);
    const taken = movement(300n, { on: 10, movement: "dispute" });
    const given = movement(300n, { on: 50, movement: "dispute_reversal", ref: "adj_2" });
    expect(paddle(taken)).toEqual({});
    const reversed = paddle(taken, given);
    expect(reversed["revenue:chargebacks"]).toBeUndefined();
    expect(Object.values(reversed).reduce((sum, amount) => sum + amount, 0n)).toBe(0n);
    expect(reversed["assets:provider:balance"]).toBeGreaterThan(0n);
  });
});
