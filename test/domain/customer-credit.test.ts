import type { ChargeFact } from "../../src/domain/facts.ts";
import { Desk, document, line, movement, seed } from "./build.ts";

/** Whether credit was spent that nothing gave, and how often that was announced. */
function creditOf(...facts: ChargeFact[]) {
  const { books } = new Desk().tell(...facts);
  const found = [...books.discrepancies.values()].find(({ kind }) => kind === "credit_source_unknown");
  const announced = books.messages.filter(
    ({ type, data }) => type === "discrepancy.opened" && data.kind === "credit_source_unknown",
  );
  return [found?.status ?? null, announced.length];
}
const earlier = (of: Parameters<typeof document>[0] = {}) =>
  document({ ref: "txn_0", event: "evt_0", lines: [line("a", 5000n)], ...of });
const given = (amount: bigint, of: Parameters<typeof movement>[1] = {}) =>
  movement(amount, { chargeRef: "txn_0", movement: "credit", toCustomerBalance: true, ...of });

describe("credit that a customer spends", () => {
  test.each<[string, ChargeFact[], [string | null, number]]>([
    ["was given by nothing we heard of", [seed()], ["open", 1]],
    [
      "stays one disagreement, announced once, whatever else is told",
      [seed(), movement(1n), seed({ on: 3 })],
      ["open", 1],
    ],
    ["was given by a credit on an earlier charge", [earlier(), given(1500n), seed({ on: 3 })], [null, 0]],
    ["was given by a credit that comes late", [seed(), earlier(), given(1500n)], ["resolved", 1]],
    ["was given by a credit too small", [earlier(), given(1499n), seed({ on: 3 })], ["open", 1]],
    [
      "was given by a credit that was refused",
      [earlier(), given(1500n), given(1500n, { on: 3, status: "rejected" }), seed({ on: 4 })],
      ["open", 1],
    ],
    [
      "was given and taken back",
      [
        earlier(),
        given(1500n),
        given(1500n, { on: 3, ref: "r", movement: "credit_reversal" }),
        seed({ on: 4 }),
      ],
      ["open", 1],
    ],
    [
      "was given by a negative document",
      [earlier({ lines: [line("a", -1500n)] }), seed({ on: 3 })],
      [null, 0],
    ],
    [
      "only lowered an invoice",
      [earlier(), given(1500n, { toCustomerBalance: false }), seed({ on: 3 })],
      ["open", 1],
    ],
    [
      "is in another currency",
      [earlier({ currency: "EUR" }), given(1500n, { currency: "EUR" }), seed({ on: 3 })],
      ["open", 1],
    ],
    [
      "is another customer's",
      [earlier({ customerRef: "ctm_2" }), given(1500n, { customerRef: "ctm_2" }), seed({ on: 3 })],
      ["open", 1],
    ],
    [
      "was reserved by a document that was canceled",
      [seed({ stage: "open" }), seed({ on: 2, stage: "void" })],
      ["resolved", 1],
    ],
  ])("%s", (_, facts, found) => {
    expect(creditOf(...facts)).toEqual(found);
  });
});
