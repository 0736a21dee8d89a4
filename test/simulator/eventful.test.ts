import { buildWorld } from "../../src/simulator/world.ts";

const world = buildWorld({ customers: 120, months: 8, seed: "eventful", eventful: true });
const { stripe, paddle } = world;

/** What happens to few, as far as the company itself knows it. */
test.each<[what: string, seen: () => unknown[]]>([
  [
    "a refund at another rate than its sale",
    () =>
      stripe.refunds.filter(
        ({ row, payment }) => row?.rate != null && row.rate !== (payment.row?.rate ?? row.rate),
      ),
  ],
  [
    "a refund that came back at a price",
    () => stripe.refunds.filter(({ failureRow }) => (failureRow?.fee ?? 0n) > 0n),
  ],
  [
    "a refund that came back at another rate",
    () =>
      stripe.refunds.filter(
        ({ row, failureRow }) => row !== null && failureRow !== null && row.gross !== -failureRow.gross,
      ),
  ],
  [
    "a dispute won at a better rate, and one at a worse",
    () => {
      const rests = stripe.disputes
        .filter(({ status, rows }) => status === "won" && rows.length === 2)
        .map(({ rows }) => rows.reduce((sum, { gross }) => sum + gross, 0n));
      return rests.some((rest) => rest > 0n) && rests.some((rest) => rest < 0n) ? rests : [];
    },
  ],
  ["a dispute that was back and taken again", () => stripe.disputes.filter(({ rows }) => rows.length === 3)],
  [
    "a payment taken in part of what was authorised",
    () => stripe.payments.filter(({ captured, release }) => (captured ?? 0n) > 0n && release !== null),
  ],
  ["an authorisation let go as a whole", () => stripe.payments.filter(({ captured }) => captured === 0n)],
  [
    "one payment for two invoices",
    () => stripe.payments.filter(({ terms }) => terms.purpose.kind === "invoices"),
  ],
  ["an invoice paid elsewhere", () => stripe.invoices.filter(({ outOfBand }) => outOfBand)],
  [
    "a document of Paddle's that was paid in two parts",
    () =>
      paddle.transactions.filter(
        ({ attempts }) => attempts.filter(({ status }) => status === "captured").length > 1,
      ),
  ],
])("an eventful world holds %s", (_, seen) => {
  expect(seen().length).toBeGreaterThan(0);
});

test("where only the usual happens, nothing of it does", () => {
  const usual = buildWorld({ customers: 40, months: 4, seed: "eventful" }).stripe;
  expect(
    usual.payments.every(({ captured, terms }) => captured === null && terms.purpose.kind !== "invoices"),
  ).toBe(true);
  expect(usual.disputes.every(({ rows }) => rows.length < 3)).toBe(true);
  expect(usual.refunds.every(({ failureRow }) => (failureRow?.fee ?? 0n) === 0n)).toBe(true);
});
