import { z } from "zod";
import type { Stamp } from "../../domain/facts/facts.ts";
import type { BalanceFact, RefundFact } from "../../domain/facts/linked-facts.ts";
import { freeText, reference, unlessMalformed } from "../kit/fields.ts";
import { parkedBy } from "../kit/parked.ts";
import type { Normalised } from "../provider.ts";
import { currency, unsignedAmount } from "./amounts.ts";
import { brokenRow, expandedRow, rowOrRef } from "./balance-row.ts";
import { time } from "./fields.ts";
import { paymentNamed, paymentRefsOf } from "./payment-refs.ts";

/** One that waits for the customer to give a bank account (`requires_action`) has not moved either. */
const statuses = {
  pending: "pending",
  requires_action: "pending",
  succeeded: "succeeded",
  failed: "failed",
  canceled: "canceled",
} as const;

export const refund = z.object({
  id: reference,
  ...paymentNamed,
  status: z.enum(Object.keys(statuses) as (keyof typeof statuses)[]),
  currency,
  amount: unsignedAmount,
  reason: unlessMalformed(freeText),
  created: time.nullish(),
  balance_transaction: rowOrRef.nullish(),
  failure_balance_transaction: rowOrRef.nullish(),
});
type Refund = z.output<typeof refund>;

/** What one event says about a refund; cash that leaves a customer's cash balance is one of no payment. */
export function readRefund(object: unknown, stamp: Stamp): Normalised {
  const parsed = refund.safeParse(object);
  if (!parsed.success) return parkedBy(parsed.error, "data.object");
  const sent = parsed.data;
  if (sent.payment_intent == null && sent.charge == null)
    return { kind: "ignored", reason: "not_booked_yet" };
  return (
    brokenRow(sent.balance_transaction, "data.object.balance_transaction") ??
    brokenRow(sent.failure_balance_transaction, "data.object.failure_balance_transaction") ?? {
      kind: "facts",
      facts: refundFacts(sent, stamp),
    }
  );
}

export function refundFacts(sent: Refund, stamp: Stamp): (RefundFact | BalanceFact)[] {
  const fact: RefundFact = {
    kind: "refund",
    stamp,
    ref: sent.id,
    payment: paymentRefsOf(sent),
    status: statuses[sent.status],
    currency: sent.currency,
    amount: sent.amount,
    reason: sent.reason ?? null,
    createdAt: sent.created ?? null,
  };
  const rows = [sent.balance_transaction, sent.failure_balance_transaction];
  return [fact, ...rows.flatMap((row) => expandedRow(row, sent.id, stamp))];
}
