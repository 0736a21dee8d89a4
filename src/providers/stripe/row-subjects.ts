import type { RowCategory } from "../../domain/facts/linked-facts.ts";
import type { RowMeaning } from "../../domain/facts/transfer-facts.ts";

/**
 * What a row of Stripe's balance is about: an object that settles or undoes a payment (`object`), a payout, or nothing that
 * a charge is made of. Source: Stripe's reporting categories; docs/decisions/0010 has them all.
 */
export type RowSubject = "object" | "payout" | RowMeaning;

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
export function subjectOf(category: string, sourceRef: string | null = null): RowSubject {
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
export function rowCategoryOf(category: string | null): RowCategory | null {
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
export function categoryOf(row: {
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
export function balanceNameOf(balanceType: string | null): string | undefined {
  return balanceType === null ? "balance" : balances.get(balanceType);
}
