import { z } from "zod";
import type { Stamp } from "../../domain/facts/facts.ts";
import type { BalanceFact, BalanceRow, RowCategory } from "../../domain/facts/linked-facts.ts";
import type { ProviderRowFact, RowMeaning } from "../../domain/facts/transfer-facts.ts";
import { sum } from "../../domain/money.ts";
import { type Parked, parked, parkedBy, reference } from "../kit/fields.ts";
import type { Normalised } from "../provider.ts";
import { amount, currency, referenceOrObject, time } from "./fields.ts";

/**
 * Stripe's reporting categories, in our words: a balance row has one in a report and in the API. Those without a word of
 * ours keep their own. Source: Stripe's page "Reporting categories" and the enum of its API, 2026-10.
 */
const ours: Readonly<Record<string, string>> = {
  charge: "charge",
  refund: "refund",
  refund_failure: "refund_failure",
  dispute: "dispute",
  dispute_reversal: "dispute_reversal",
  fee: "fee",
  network_cost: "fee",
  stripe_fee: "fee",
  platform_fee: "fee",
  stripe_fee_tax: "tax",
  tax: "tax",
  risk_reserved_funds: "reserve",
  connect_reserved_funds: "reserve",
  payment_network_reserved_funds: "reserve",
  minimum_balance_hold: "reserve",
  minimum_balance_release: "reserve",
  payout: "payout",
  payout_reversal: "payout_failure",
  other_adjustment: "other",
};

const kept = (
  "advance advance_funding anticipation_repayment charge_failure climate_order_purchase climate_order_refund " +
  "connect_collection_transfer contribution financing_paydown financing_paydown_reversal financing_payout " +
  "financing_payout_reversal inbound_transfer inbound_transfer_reversal issuing_authorization_hold " +
  "issuing_authorization_release issuing_disbursement issuing_dispute issuing_dispute_fraud_liability_debit " +
  "issuing_dispute_provisional_credit issuing_dispute_provisional_credit_reversal issuing_transaction obligation " +
  "outbound_payment outbound_payment_reversal outbound_transfer outbound_transfer_reversal partial_capture_reversal " +
  "platform_earning platform_earning_refund received_credit received_credit_reversal received_debit " +
  "received_debit_reversal return stripe_balance_payment_debit stripe_balance_payment_debit_reversal topup " +
  "topup_reversal transfer transfer_reversal unreconciled_customer_funds"
).split(" ");

export const balanceCategories: ReadonlyMap<string, string> = new Map([
  ...Object.entries(ours),
  ...kept.map((word) => [word, word] as const),
]);

/**
 * What a row of Stripe's balance is about: an object that settles or undoes a payment (`object`), a payout, or nothing that
 * a charge is made of. Source: Stripe's reporting categories; docs/decisions/0010 has them all.
 */
type RowSubject = "object" | "payout" | RowMeaning;

const subjects: ReadonlyMap<string, RowSubject> = new Map<string, RowSubject>([
  ["charge", "object"],
  ["charge_failure", "object"],
  ["refund", "object"],
  ["refund_failure", "object"],
  ["partial_capture_reversal", "object"],
  ["dispute", "object"],
  ["dispute_reversal", "object"],
  ["payout", "payout"],
  ["payout_reversal", "payout"],
  ["fee", "fee"],
  ["network_cost", "fee"],
  ["platform_fee", "fee"],
  ["stripe_fee", "fee"],
  ["stripe_fee_tax", "fee"],
  ["tax", "fee"],
  ["connect_reserved_funds", "reserve"],
  ["minimum_balance_hold", "reserve"],
  ["minimum_balance_release", "reserve"],
  ["payment_network_reserved_funds", "reserve"],
  ["risk_reserved_funds", "reserve"],
]);

/**
 * Whatever else there is, now or some day, has no place of its own. What a dispute costs is the dispute's, which may list
 * that row, too.
 */
function subjectOf(category: string, sourceRef: string | null = null): RowSubject {
  const subject = subjects.get(category) ?? "unplaced";
  return subject === "fee" && isDispute(sourceRef) ? "object" : subject;
}

const isDispute = (ref: string | null): boolean => /^(?:dp|du|pdp)_/.test(ref ?? "");

const rowCategories: ReadonlyMap<string | null, RowCategory> = new Map([
  ["charge", "payment"],
  ["charge_failure", "failure"],
  ["refund", "refund"],
  ["refund_failure", "failure"],
  ["partial_capture_reversal", "release"],
  ["dispute", "dispute"],
  ["dispute_reversal", "dispute"],
]);

/** What a row is to the object that it names. */
function rowCategoryOf(category: string | null): RowCategory | null {
  if (category !== null && subjectOf(category) === "fee") return "fee";
  return rowCategories.get(category) ?? null;
}

/** The reporting category of a row that does not state it, by its type; of all other types they are the same word. */
const categories: ReadonlyMap<string, string> = new Map([
  ["application_fee", "platform_earning"],
  ["application_fee_refund", "platform_earning_refund"],
  ["payment", "charge"],
  ["payment_failure_refund", "charge_failure"],
  ["payment_network_reserve_hold", "risk_reserved_funds"],
  ["payment_network_reserve_release", "risk_reserved_funds"],
  ["payment_refund", "refund"],
  ["payment_reversal", "charge_failure"],
  ["payment_unreconciled", "unreconciled_customer_funds"],
  ["payout_cancel", "payout_reversal"],
  ["payout_failure", "payout_reversal"],
  ["payout_minimum_balance_hold", "minimum_balance_hold"],
  ["payout_minimum_balance_release", "minimum_balance_release"],
  ["reserve_hold", "risk_reserved_funds"],
  ["reserve_release", "risk_reserved_funds"],
  ["reserve_transaction", "risk_reserved_funds"],
  ["reserved_funds", "connect_reserved_funds"],
  ["stripe_fee", "fee"],
  ["stripe_fx_fee", "fee"],
  ["tax_fee", "tax"],
  ["transfer_cancel", "transfer_reversal"],
  ["transfer_failure", "transfer_reversal"],
  ["transfer_refund", "transfer_reversal"],
]);

/** `null` where a row says neither. */
function categoryOf(row: {
  readonly reporting_category?: string | null | undefined;
  readonly type?: string | null | undefined;
  readonly source?: string | null | undefined;
}): string | null {
  if (row.reporting_category != null) return row.reporting_category;
  return row.type == null ? null : categoryOfType(row.type, row.source ?? null);
}

/** An adjustment is of the dispute or the failed refund that it names; one of anything else is just that. */
function categoryOfType(type: string, sourceRef: string | null): string {
  if (type !== "adjustment") return categories.get(type) ?? type;
  if (isDispute(sourceRef)) return "dispute";
  return /^(?:re|pyr)_/.test(sourceRef ?? "") ? "refund_failure" : "other_adjustment";
}

/** Rows that Stripe keeps apart from the balance that payouts are made of, by what we call those. */
const balances: ReadonlyMap<string, string> = new Map([
  ["payments", "balance"],
  ["risk_reserved", "reserve"],
  ["refund_and_dispute_prefunding", "prefunding"],
  ["issuing", "issuing"],
]);

/** `undefined` of a balance that we have never heard of: its rows wait until we have. */
function balanceNameOf(balanceType: string | null): string | undefined {
  return balanceType === null ? "balance" : balances.get(balanceType);
}

/** A balance transaction: what Stripe settled with us for one object, in the currency it settles in. */
export const balanceRow = z.object({
  id: reference,
  amount,
  currency,
  /** The sum of `fee_details`, tax on fees included. */
  fee: amount,
  net: amount,
  fee_details: z.array(z.object({ amount, type: z.string() })).nullish(),
  /** Kept for people; no amount is computed with it. */
  exchange_rate: z.number().nullish(),
  created: time.nullish(),
  /** What a report calls it; the API states both this and the older `type`. */
  reporting_category: reference.nullish(),
  type: reference.nullish(),
  source: referenceOrObject.nullish(),
});
const decimal = /^\d+(?:\.\d+)?$/;
type SentRow = z.output<typeof balanceRow>;

/** By its id alone, or whole where Stripe was asked to expand it. */
export const rowOrRef = z.union([reference, balanceRow]);
type RowOrRef = z.output<typeof rowOrRef> | null | undefined;

export function rowOf(sent: SentRow): BalanceRow {
  const { id: ref, currency, amount: gross, fee, net, exchange_rate: rate } = sent;
  const exchangeRate = decimal.test(String(rate)) ? String(rate) : null;
  const category = rowCategoryOf(categoryOf(sent));
  const withheld = (sent.fee_details ?? []).filter(({ type }) => type === "withheld_tax");
  return {
    ref,
    currency,
    gross,
    fee,
    net,
    exchangeRate,
    createdAt: sent.created ?? null,
    category,
    ...(withheld.length > 0 && { withheldTax: sum(withheld.map((detail) => detail.amount)) }),
  };
}

export function rowRefOf(sent: RowOrRef): string | null {
  return typeof sent === "object" ? (sent?.id ?? null) : (sent ?? null);
}

/** What Stripe states of every row: net = amount − fee. */
export function brokenRow(sent: RowOrRef, path: string): Parked | null {
  if (sent == null || typeof sent === "string" || sent.net === sent.amount - sent.fee) return null;
  return parked("balance_row_net", `${path}.net: is not amount − fee.`);
}

/** The facts of a row that was sent whole with the object it settles; none if only its id was. */
export function expandedRow(row: RowOrRef, sourceRef: string, stamp: Stamp): BalanceFact[] {
  if (row == null || typeof row === "string") return [];
  return [rowFact(row, { sourceRef, chargeRef: null }, stamp)];
}

function rowFact(
  row: SentRow,
  about: Pick<BalanceFact, "sourceRef" | "chargeRef">,
  stamp: Stamp,
): BalanceFact {
  return { kind: "balance_row", stamp, ref: row.id, ...about, row: rowOf(row) };
}

const balanceTransaction = balanceRow.extend({
  /** In no body of Stripe's: a report names the charge beside the object that the row settles. */
  charge: reference.nullish(),
  /** Which balance it moves; a report has rows of that of payments only. */
  balance_type: z.string().nullish(),
});
type BalanceTransaction = z.output<typeof balanceTransaction>;

/** What an imported row of Stripe's balance says; no webhook carries one. From the API and from a report it is the same fact. */
export function readBalanceTransaction(object: unknown, stamp: Stamp): Normalised {
  const parsed = balanceTransaction.safeParse(object);
  if (!parsed.success) return parkedBy(parsed.error, "data.object");
  const sent = parsed.data;
  const category = categoryOf(sent);
  if (category === null) return parked("schema_invalid", "data.object.reporting_category: is missing.");
  const broken = brokenRow(sent, "data.object");
  if (broken !== null) return broken;
  return readRow(sent, category, stamp);
}

function readRow(sent: BalanceTransaction, category: string, said: Stamp): Normalised {
  const subject = subjectOf(category, sent.source ?? null);
  // Whether the books had begun is decided by when the balance moved.
  const stamp = { ...said, occurredAt: sent.created ?? said.occurredAt };
  if (subject === "object" || subject === "payout") {
    const chargeRef = sent.charge ?? null;
    const source = sent.source ?? (subject === "object" ? chargeRef : null);
    if (source === null) return providerRow(sent, { category, meaning: "unplaced" }, stamp);
    if (subject === "object")
      return { kind: "facts", facts: [rowFact(sent, { sourceRef: source, chargeRef }, said)] };
    const { id: ref, currency, amount: gross, fee, net } = sent;
    const amounts = { currency, gross, fee, net };
    return { kind: "facts", facts: [{ kind: "payout_row", stamp, ref, payoutRef: source, ...amounts }] };
  }
  return providerRow(sent, { category, meaning: subject }, stamp);
}

function providerRow(
  { id: ref, currency, amount: gross, fee, net, source, balance_type: balanceType }: BalanceTransaction,
  what: { readonly category: string; readonly meaning: RowMeaning },
  stamp: Stamp,
): Normalised | Parked {
  const balanceName = balanceNameOf(balanceType ?? null);
  if (balanceName === undefined) return parked("unknown_balance", "data.object.balance_type");
  const fact: ProviderRowFact = {
    kind: "provider_row",
    stamp,
    ref,
    ...what,
    balanceName,
    sourceRef: source ?? null,
    currency,
    gross,
    fee,
    net,
  };
  return { kind: "facts", facts: [fact] };
}
