import { z } from "zod";
import type { Stamp } from "../../domain/facts/facts.ts";
import type { BalanceFact, DisputeState, RefundFact } from "../../domain/facts/linked-facts.ts";
import { freeText, parked, parkedBy, reference, unlessMalformed } from "../kit/fields.ts";
import type { Normalised } from "../provider.ts";
import { balanceRow, brokenRow, expandedRow, rowOf, rowOrRef } from "./balance-transaction.ts";
import { currency, paymentNamed, paymentRefsOf, time, unsignedAmount } from "./fields.ts";

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

const states: ReadonlyMap<string, DisputeState> = new Map([
  ["warning_needs_response", "inquiry"],
  ["warning_under_review", "inquiry"],
  ["warning_closed", "inquiry_closed"],
  // Of older API versions: an inquiry that was answered by a refund.
  ["charge_refunded", "inquiry_closed"],
  ["needs_response", "open"],
  ["under_review", "open"],
  ["appeal_needs_response", "open"],
  ["appeal_under_review", "open"],
  ["won", "won"],
  ["lost", "lost"],
  ["prevented", "prevented"],
]);

const dispute = z.object({
  id: reference,
  ...paymentNamed,
  status: z.string(),
  currency,
  amount: unsignedAmount,
  reason: unlessMalformed(freeText),
  created: time.nullish(),
  balance_transactions: z.array(balanceRow),
});

/** What one event says about a dispute: its state, and every row that moved money for it so far. */
export function readDispute(object: unknown, stamp: Stamp): Normalised {
  const parsed = dispute.safeParse(object);
  if (!parsed.success) return parkedBy(parsed.error, "data.object");
  const sent = parsed.data;
  const state = states.get(sent.status);
  if (state === undefined) return parked("unknown_status", "data.object.status");
  if (sent.payment_intent == null && sent.charge == null)
    return parked("payment_missing", "data.object.charge: is missing, and so is payment_intent.");
  for (const [index, row] of sent.balance_transactions.entries()) {
    const broken = brokenRow(row, `data.object.balance_transactions.${index}`);
    if (broken !== null) return broken;
  }
  return {
    kind: "facts",
    facts: [
      {
        kind: "dispute",
        stamp,
        ref: sent.id,
        payment: paymentRefsOf(sent),
        state,
        currency: sent.currency,
        amount: sent.amount,
        reason: sent.reason ?? null,
        createdAt: sent.created ?? null,
        rows: sent.balance_transactions.map(rowOf),
      },
    ],
  };
}
