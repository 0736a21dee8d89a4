import type { Instant } from "../../domain/time.ts";
import { hours, secondsOf } from "../calendar.ts";
import { majorUnits } from "../catalogue.ts";
import type { Payment } from "../stripe/payment.ts";
import { type StatedBalanceRow, statedBalance } from "../stripe/stated-balance.ts";
import type { World } from "../world.ts";
import { type Cells, csv } from "./csv.ts";
import { isWithin, type ReportWindow } from "./report.ts";

const columns = [
  "automatic_payout_id",
  "automatic_payout_effective_at",
  "automatic_payout_effective_at_utc",
  "balance_transaction_id",
  "created",
  "created_utc",
  "available_on",
  "available_on_utc",
  "currency",
  "gross",
  "fee",
  "net",
  "reporting_category",
  "source_id",
  "description",
  "customer_facing_amount",
  "customer_facing_currency",
  "customer_id",
  "charge_id",
  "payment_intent_id",
  "invoice_id",
  "invoice_number",
  "subscription_id",
  "trace_id",
] as const;

/**
 * Stripe's payout reconciliation, itemised: the rows of every automatic payout that arrived in the window. The row of the
 * payout itself is not among them.
 */
export function stripePayoutReconciliation({ stripe, restatements }: World, window: ReportWindow): string {
  const settled = settledObjects(stripe);
  const rows = statedBalance(stripe, restatements).flatMap(({ body, payout }) => {
    if (payout === null || body.type === "payout" || !isWithin(payout.paidAt, window)) return [];
    return [reportRow({ body, payout }, settled.get(String(body.source)) ?? null)];
  });
  return csv(columns, rows);
}

interface Settled {
  readonly payment: Payment;
  readonly amount: bigint;
}

/** By the ids of charges, refunds and disputes. */
function settledObjects({ payments, refunds, disputes }: World["stripe"]): ReadonlyMap<string, Settled> {
  return new Map([
    ...payments.map((payment) => [payment.terms.chargeRef, { payment, amount: payment.amount }] as const),
    ...refunds.map(({ id, payment, amount }) => [id, { payment, amount: -amount }] as const),
    ...disputes.map(({ id, payment, amount }) => [id, { payment, amount: -amount }] as const),
  ]);
}

function reportRow(
  { body, payout }: StatedBalanceRow,
  settled: Settled | null,
): Cells<(typeof columns)[number]> {
  const currency = String(body.currency);
  const units = (amount: unknown) => majorUnits(BigInt(Number(amount)), currency.toUpperCase());
  return {
    automatic_payout_id: payout?.id ?? null,
    ...(payout === null ? {} : dates("automatic_payout_effective_at", payout.paidAt)),
    balance_transaction_id: String(body.id),
    ...dates("created", secondsOf(Number(body.created))),
    ...dates("available_on", secondsOf(Number(body.available_on))),
    currency,
    gross: units(body.amount),
    fee: units(body.fee),
    net: units(body.net),
    reporting_category: String(body.reporting_category),
    source_id: body.source === null ? "" : String(body.source),
    description: body.description === null ? "" : String(body.description),
    ...(settled === null ? {} : customerFacing(settled)),
  };
}

function customerFacing({ payment, amount }: Settled): Cells<(typeof columns)[number]> {
  const { terms, invoice } = payment;
  return {
    customer_facing_amount: majorUnits(amount, terms.currency),
    customer_facing_currency: terms.currency.toLowerCase(),
    customer_id: terms.customerRef,
    charge_id: terms.chargeRef,
    payment_intent_id: terms.intentRef,
    invoice_id: invoice?.terms.id ?? null,
    invoice_number: invoice?.number ?? null,
    subscription_id: invoice?.terms.subscriptionRef ?? null,
  };
}

/** The company's own clock is five hours behind UTC: a date is one of two days. */
const zone = -hours(5);

function dates<Column extends string>(column: Column, at: Instant): Record<Column | `${Column}_utc`, string> {
  const written = { [column]: dateTime(at + zone), [`${column}_utc`]: dateTime(at) };
  return written as Record<Column | `${Column}_utc`, string>;
}

function dateTime(at: Instant): string {
  return new Date(Number(at / 1_000_000n)).toISOString().slice(0, 19).replace("T", " ");
}
