import { findingsOf } from "../../../src/domain/charge/checks.ts";
import type { ChargeFact } from "../../../src/domain/facts/facts.ts";
import { line } from "../build.ts";
import {
  charged,
  dispute,
  invoice,
  invoiced,
  note,
  paidWith,
  refund,
  row,
  settles,
} from "../build-invoices.ts";

const open = invoice({ stage: "open" });
const paid = [invoice(), charged(1999n), paidWith(1999n)];
const unstatedTerms = {
  creditApplied: 300n,
  grandTotal: 1699n,
  terms: { unstatedCredit: 300n, amountPaid: 1699n },
};
const unstated = invoice(unstatedTerms);
const outside = { ref: "inpay_o", payment: "outside" } as const;

test.each<[string, ChargeFact[], Record<string, Record<string, string>>]>([
  // What was told, and what disagrees: what the provider says and what we say.
  ["an invoice that is paid", paid, {}],
  ["paid by its own word", [invoice()], {}],
  ["paid outside", [invoice(), paidWith(1999n, outside)], {}],
  ["overpaid, and said so", [invoice({ terms: { overpaid: 1n } }), paidWith(2000n)], {}],
  ["a negative invoice", [invoice({ lines: [line("a", -400n)], terms: { endingBalance: -400n } })], {}],
  ["lines that are cut off", [invoice({ terms: { linesComplete: false } })], {}],
  ["a full refund", [...paid, refund(1999n)], {}],
  ["a dispute", [...paid, dispute(1999n, { rows: [row("txn_w", -1999n, 1500n)] })], {}],
  [
    "credit that nothing but what was asked tells of",
    [unstated, paidWith(1699n)],
    { credit_not_stated: { provider_says: "0", we_say: "300" } },
  ],
  ["the same, told by a later body", [unstated, invoice({ on: 2, terms: { startingBalance: -300n } })], {}],
  [
    "the same, told otherwise by an earlier body",
    [invoice({ stage: "open", on: 1 }), invoice({ ...unstatedTerms, on: 2 })],
    { credit_not_stated: { provider_says: "0", we_say: "300" } },
  ],
  [
    "the same, and a payment of another amount",
    [unstated, paidWith(1999n)],
    {
      credit_not_stated: { provider_says: "0", we_say: "300" },
      collected_differs: { provider_says: "1699", we_say: "1999" },
    },
  ],
  [
    "a payment that is missing",
    [invoice(), paidWith(1500n)],
    { collected_differs: { provider_says: "1999", we_say: "1500" } },
  ],
  [
    "more than was asked, and nobody says so",
    [invoice(), paidWith(2000n)],
    { collected_differs: { provider_says: "1999", we_say: "2000" } },
  ],
  ["a payment that is told before the open invoice counts it", [open, paidWith(1999n)], {}],
  [
    "an open invoice that counts a payment which was not told",
    [invoice({ stage: "open", terms: { amountPaid: 1999n } }), paidWith(500n)],
    { balance_differs: { provider_says: "0", we_say: "1499" } },
  ],
  [
    "an open invoice whose own figures differ",
    [invoice({ stage: "open", balance: 1000n })],
    { balance_differs: { provider_says: "1000", we_say: "1999" } },
  ],
  ["called off, with what remained as it was", [invoice({ stage: "void", balance: 1999n })], {}],
  [
    "paid after it was called off",
    [invoice({ stage: "void" }), invoice({ on: 2 })],
    { paid_after_void: { ref: "in_1" } },
  ],
  ["marked uncollectible, and paid after all", [invoice({ stage: "uncollectible" }), invoice({ on: 2 })], {}],
  [
    "a payment that captured another amount than the invoice was paid",
    [invoice(), charged(1900n), paidWith(1999n)],
    { captured_differs: { provider_says: "1900", we_say: "1999" } },
  ],
  [
    "a payment of which more went back than we hold refunds of: the rest is a movement of its own",
    [invoice(), charged(1999n, { on: 2, amountRefunded: 700n }), paidWith(1999n), refund(500n)],
    {},
  ],
  [
    "a payment that still counts a refund which failed",
    [
      invoice(),
      charged(1999n, { on: 2, amountRefunded: 500n }),
      paidWith(1999n),
      refund(500n, { status: "failed" }),
    ],
    {},
  ],
  [
    "more went back than was ever paid",
    [...paid, refund(1999n), dispute(1999n, { rows: [row("txn_w", -1999n, 1500n)] })],
    { returned_exceeds_collected: { provider_says: "3998", we_say: "1999" } },
  ],
  [
    "given back outside, as it was paid",
    [invoice(), paidWith(1999n, outside), note(1999n, { givenOutside: 1999n })],
    {},
  ],
  [
    "a refund in another currency",
    [...paid, refund(5n, { currency: "EUR" })],
    { movement_currency_differs: { refs: "re_1" } },
  ],
  [
    "a payment in another currency",
    [invoice({ terms: { payment: charged(0n).refs } }), charged(1999n, { currency: "EUR" })],
    { payment_currency_differs: { refs: "ch_1" } },
  ],
  [
    "a balance row of another amount",
    [...paid, settles("ch_1", row("txn_1", 1900n, 88n))],
    { row_differs: { provider_says: "1900", we_say: "1999" } },
  ],
  [
    "a balance row in another currency",
    [...paid, settles("ch_1", row("txn_1", 1799n, 80n, { currency: "EUR" }))],
    {},
  ],
  [
    "one refund of a payment for two invoices, and no note that says whose",
    [
      invoice({ lines: [line("a", 600n)] }),
      invoice({ ref: "in_2", lines: [line("a", 400n)] }),
      charged(1000n, { on: 2, amountRefunded: 100n }),
      paidWith(600n),
      paidWith(400n, { ref: "inpay_2", invoiceRef: "in_2" }),
      refund(100n),
    ],
    { refund_shared: { refs: "re_1" } },
  ],
  [
    "a draft, whose credit is not known yet",
    [{ ...invoice({ stage: "draft" }), grandTotal: 1499n, balance: 1499n, creditApplied: null }],
    {},
  ],
  [
    "a dispute of a payment for two invoices",
    [
      invoice({ lines: [line("a", 600n)] }),
      invoice({ ref: "in_2", lines: [line("a", 400n)] }),
      charged(1000n),
      paidWith(600n),
      paidWith(400n, { ref: "inpay_2", invoiceRef: "in_2" }),
      dispute(1000n, { rows: [row("txn_w", -1000n, 1500n)] }),
    ],
    {},
  ],
  [
    "figures of two events that do not go together",
    [invoice({ terms: { startingBalance: -500n } }), { ...invoice({ on: 2 }), creditApplied: null }],
    {
      grand_total_differs: { provider_says: "1999", we_say: "1499" },
    },
  ],
  [
    "credit of a customer that is not named",
    [invoice({ customerRef: null, terms: { startingBalance: -999n } }), paidWith(1000n)],
    { credit_customer_unknown: { ref: "in_1" } },
  ],
  [
    "credit by a note to a customer that is not named",
    [invoice({ customerRef: null }), note(600n, { customerRef: null })],
    { credit_customer_unknown: { ref: "in_1" } },
  ],
])("%s", (_, facts, found) => {
  const findings = findingsOf(invoiced(...facts), facts);
  expect(Object.fromEntries(findings.map(({ kind, detail }) => [kind, detail]))).toEqual(found);
});
