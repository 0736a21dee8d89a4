import type { ChargeFact } from "../../../src/domain/facts/facts.ts";
import { lineData } from "../../../src/domain/outbox/messages.ts";
import type { WalletLine } from "../../../src/domain/wallet/wallet.ts";
import { Desk, document, line, movement } from "../build.ts";

/** 4.99, all paid in cash. */
const seed = (of: Parameters<typeof document>[0] = {}) => document({ lines: [line("a", 499n)], ...of });

const types = (desk: Desk) => desk.books.messages.map((message) => message.type);
const reversals = (desk: Desk) =>
  desk.books.messages.filter(({ type }) => type === "charge.reversed").map(({ data }) => data?.reversal);

describe("a message tells the app", () => {
  test("that a charge settled, once, and that the wallet changed, with both sides of the number", () => {
    const desk = new Desk().tell(seed(), seed({ on: 2 }));
    expect(types(desk)).toEqual(["wallet.balance_changed", "charge.settled"]);
    const [told] = desk.books.messages;
    expect(told).toMatchObject({ walletId: desk.wallet().id, seq: 1, fromSeq: 1, data: null });
    const line = { ...(desk.books.walletLines[0] as WalletLine), fromSeq: 1 };
    expect(lineData("wallet.balance_changed", desk.wallet(), line)).toMatchObject({
      owner: "paddle:ctm_1",
      currency: "USD",
      seq: 1,
      kind: "top_up",
      amount: "499",
      balance: "499",
    });
    expect(desk.books.messages[1]).toMatchObject({
      walletId: null,
      seq: null,
      data: { ref: "txn_1", grand_total: "499", topped_up: "499", taken_back: "0", reversal: "none" },
    });
  });

  test("nothing of a charge that is not settled", () => {
    expect(types(new Desk().tell(seed({ stage: "paid" }), movement(5n)))).toEqual([]);
  });

  test.each<[string, ChargeFact[], string[]]>([
    [
      "a part, then all",
      [seed(), movement(100n), movement(399n, { ref: "b", event: "evt_b" })],
      ["partially_refunded", "refunded"],
    ],
    [
      "a further part changes nothing",
      [seed(), movement(100n), movement(99n, { ref: "b" })],
      ["partially_refunded"],
    ],
    [
      "a refund undone",
      [seed(), movement(499n), movement(499n, { status: "reversed", on: 3 })],
      ["refunded", "none"],
    ],
    ["a chargeback", [seed(), movement(499n, { movement: "dispute" })], ["charged_back"]],
    ["all was refunded before the document came", [movement(499n), seed()], ["refunded"]],
    ["a part was refunded before the document came", [movement(100n), seed()], ["partially_refunded"]],
    ["a request says nothing", [seed(), movement(499n, { status: "pending" })], []],
  ])("that its reversal changed: %s", (_, facts, said) => {
    expect(reversals(new Desk().tell(...facts))).toEqual(said);
  });

  test("one message per statement line, in the order of the statement", () => {
    const desk = new Desk().tell(movement(100n), seed(), movement(399n, { ref: "b", event: "evt_b" }));
    expect(desk.books.messages.flatMap(({ seq }) => (seq === null ? [] : [seq]))).toEqual([1, 2, 3]);
  });

  test("each under an id of its own", () => {
    const desk = new Desk().tell(
      seed(),
      movement(100n),
      movement(399n, { ref: "b", event: "evt_b" }),
      document({ ref: "txn_2", lines: [line("a", 7n)] }),
    );
    expect(new Set(desk.books.messages.map(({ id }) => id)).size).toBe(desk.books.messages.length);
  });
});
