import { type Credit, creditOf as creditGivenBy } from "../../../src/domain/credit/customer-credit.ts";
import type { ChargeFact } from "../../../src/domain/facts/facts.ts";
import { nanosecondsPerDay } from "../../../src/domain/time.ts";
import { Desk, day, document, line, movement, seed } from "../build.ts";
import { invoice, invoiced, note } from "../build-invoices.ts";

/** Whether credit was spent that nothing gave, and how often that was announced. */
function creditOf(...facts: ChargeFact[]) {
  const { books } = new Desk().tell(...facts);
  const found = [...books.discrepancies.values()].find(({ kind }) => kind === "credit_source_unknown");
  const announced = books.messages.filter(
    ({ type, data }) => type === "discrepancy.opened" && data?.kind === "credit_source_unknown",
  );
  return [found?.status ?? null, announced.length];
}
const earlier = (of: Parameters<typeof document>[0] = {}) =>
  document({ ref: "txn_0", event: "evt_0", lines: [line("a", 5000n)], ...of });
const given = (amount: bigint, of: Parameters<typeof movement>[1] = {}) =>
  movement(amount, { chargeRef: "txn_0", movement: "credit", toCustomerBalance: true, ...of });

test("what became known of credit is told by how much it changed, when that was", () => {
  const desk = new Desk().on(1).tell(earlier(), given(1500n), given(1500n, { on: 3 }));
  desk.on(40).tell(given(900n, { on: 4, ref: "later" }), seed({ on: 5 }));
  desk.on(70).tell(given(1500n, { on: 6, status: "rejected" }));
  const told = desk.books.creditMemos.map(({ postedAt, issued, applied }) => [
    Number((postedAt - day(0)) / nanosecondsPerDay),
    issued,
    applied,
  ]);
  expect(told).toEqual([
    [1, 1500n, 0n],
    [40, 900n, 0n],
    [40, 0n, 1500n],
    [70, -1500n, 0n],
  ]);
});

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

describe("credit of a customer whose balance may also be debt", () => {
  const start = (startingBalance: bigint, endingBalance: bigint, of: Parameters<typeof invoice>[0] = {}) =>
    credited(invoice({ ...of, terms: { startingBalance, endingBalance, ...of.terms } }));
  const credited = (...facts: ChargeFact[]) => creditGivenBy(invoiced(...facts));
  test.each<[string, Credit, Credit]>([
    ["what a document spent", start(-1500n, 0n), { issued: 0n, applied: 1500n }],
    ["what a negative one gave", start(0n, -4000n), { issued: 4000n, applied: 0n }],
    ["debt put on the balance was given by nothing", start(0n, 30n), { issued: 0n, applied: 0n }],
    ["debt collected spends nothing", start(50n, 0n), { issued: 0n, applied: 0n }],
    ["debt is paid first", start(50n, -30n), { issued: 30n, applied: 0n }],
    ["what was overpaid", start(0n, 0n, { terms: { overpaid: 70n } }), { issued: 70n, applied: 0n }],
    ["what a draft would spend", start(-1500n, 0n, { stage: "draft" }), { issued: 0n, applied: 0n }],
    [
      "what was reserved by one that was called off",
      start(-1500n, 0n, { stage: "void" }),
      { issued: 0n, applied: 0n },
    ],
    ["what a note credited", credited(invoice(), note(700n)), { issued: 700n, applied: 0n }],
    [
      "what a note refunded is cash",
      credited(invoice(), note(700n, { givenOutside: 700n })),
      { issued: 0n, applied: 0n },
    ],
  ])("%s", (_, credit, expected) => {
    expect(credit).toEqual(expected);
  });
});
