import type { Amount } from "../../domain/money.ts";
import { isRecord } from "../kit/json.ts";
import { ListedFields, type ListedRow, listedRow, saysNothing } from "../kit/listed-row.ts";
import type { ListedObjectRow } from "../kit/listed-rows.ts";
import { balanceCategories } from "./balance-categories.ts";

/** The lists that Stripe is compared with. */
export const stripeLists = [
  "invoices",
  "charges",
  "refunds",
  "disputes",
  "credit_notes",
  "balance_transactions",
  "payouts",
  "customer_balances",
] as const;
export type StripeListName = (typeof stripeLists)[number];

const same = (...words: string[]): ReadonlyMap<string, string> => new Map(words.map((word) => [word, word]));

const invoiceStates = same("draft", "open", "paid", "uncollectible", "void");
const paymentStates = same("pending", "succeeded", "failed");
const refundStates = new Map([
  ...same("pending", "succeeded", "failed", "canceled"),
  ["requires_action", "pending"] as const,
]);
const payoutStates = same("pending", "in_transit", "paid", "failed", "canceled");
const noteStates: ReadonlyMap<string, string> = new Map([
  ["issued", "succeeded"],
  ["void", "canceled"],
]);
const disputeStates: ReadonlyMap<string, string> = new Map([
  ["warning_needs_response", "inquiry"],
  ["warning_under_review", "inquiry"],
  ["warning_closed", "inquiry_closed"],
  ["charge_refunded", "inquiry_closed"],
  ["needs_response", "open"],
  ["under_review", "open"],
  ["appeal_needs_response", "open"],
  ["appeal_under_review", "open"],
  ["won", "won"],
  ["lost", "lost"],
  ["prevented", "prevented"],
]);

/** What one object of a list says; a customer's balance says one thing for each of its currencies. */
export function readListedRow(list: StripeListName, row: ListedObjectRow): readonly ListedRow[] {
  return list === "customer_balances"
    ? customerBalances(row)
    : [readers[list](new ListedFields("stripe", row))];
}

type Reader = (fields: ListedFields) => ListedRow;

const readers: Readonly<Record<Exclude<StripeListName, "customer_balances">, Reader>> = {
  invoices: (fields) =>
    listedRow(fields, {
      ...named(fields, "document"),
      state: fields.word("status", invoiceStates, "status_unknown"),
      gross: fields.amount("total"),
      tax: taxOf(fields),
      net: fields.amount("amount_due"),
    }),
  charges: (fields) =>
    listedRow(fields, {
      ...named(fields, "payment"),
      state: fields.word("status", paymentStates, "status_unknown"),
      gross: takenOf(fields),
    }),
  refunds: (fields) =>
    listedRow(fields, {
      ...named(fields, "refund"),
      state: fields.word("status", refundStates, "status_unknown"),
      gross: fields.amount("amount"),
    }),
  disputes: (fields) =>
    listedRow(fields, {
      ...named(fields, "dispute"),
      state: fields.word("status", disputeStates, "status_unknown"),
      gross: fields.amount("amount"),
    }),
  credit_notes: (fields) =>
    listedRow(fields, {
      ...named(fields, "credit"),
      state: fields.word("status", noteStates, "status_unknown"),
      gross: fields.amount("total"),
      tax: taxOf(fields),
    }),
  payouts: (fields) =>
    listedRow(fields, {
      ...named(fields, "payout"),
      payoutRef: fields.reference("id"),
      state: fields.word("status", payoutStates, "status_unknown"),
      at: fields.time("arrival_date"),
      gross: fields.amount("amount"),
    }),
  balance_transactions: (fields) =>
    listedRow(fields, {
      ...named(fields, "balance"),
      category: fields.word("reporting_category", balanceCategories, "category_unknown"),
      objectRef: fields.optionalReference("source"),
      gross: fields.amount("amount"),
      fee: fields.amount("fee"),
      net: fields.amount("net"),
    }),
};

function named<Kind extends string>(fields: ListedFields, kind: Kind) {
  const key = fields.reference("id");
  const customerRef = fields.optionalReference("customer");
  const [at, currency] = [
    fields.time(kind === "payout" ? "arrival_date" : "created"),
    fields.currency("currency"),
  ];
  return {
    ...saysNothing,
    key,
    kind,
    category: kind as string | null,
    objectRef: key,
    customerRef,
    at,
    currency,
  };
}

/** Of an authorisation that was captured in part, that part. */
function takenOf(fields: ListedFields): Amount | null {
  const isCaptured = fields.at("captured") === true && fields.at("amount_captured") != null;
  return fields.amount(isCaptured ? "amount_captured" : "amount");
}

/** The new shape names each tax, the old ones their sum. */
function taxOf(fields: ListedFields): Amount | null {
  for (const path of ["total_taxes", "total_tax_amounts", "tax_amounts"]) {
    const taxes = fields.at(path);
    if (!Array.isArray(taxes)) continue;
    const amounts = taxes.map((tax) => (isRecord(tax) ? tax.amount : undefined));
    if (!amounts.every(Number.isSafeInteger)) return fields.refuse("amount_invalid", path);
    return amounts.reduce((total: bigint, amount) => total + BigInt(Number(amount)), 0n);
  }
  return fields.optionalAmount("tax");
}

/**
 * What a customer owns: Stripe's balance with its sign turned, and in further currencies where it tells them. A customer who
 * never had a currency has nothing.
 */
function customerBalances(row: ListedObjectRow): ListedRow[] {
  const { currency, balance } = row;
  const usual = typeof currency === "string" ? { [currency]: owned(balance) } : {};
  const further = isRecord(row.invoice_credit_balance) ? row.invoice_credit_balance : {};
  return Object.entries({ ...usual, ...further }).map(([code, amount]) => customerBalance(row, code, amount));
}

/** Without a negative zero. */
const owned = (balance: unknown): unknown => (typeof balance === "number" ? 0 - balance : balance);

function customerBalance({ id }: ListedObjectRow, code: string, owned: unknown): ListedRow {
  const fields = new ListedFields("stripe", { id, currency: code, owned });
  const [customerRef, currency] = [fields.reference("id"), fields.currency("currency")];
  const key = customerRef === null || currency === null ? null : `${customerRef}:${currency}`;
  const net = fields.amount("owned");
  const kind = "customer_balance";
  return listedRow(fields, {
    ...saysNothing,
    key,
    kind,
    category: kind,
    objectRef: customerRef,
    customerRef,
    currency,
    net,
  });
}
