import { z } from "zod";
import type { Stamp } from "../../domain/facts/facts.ts";
import type { DisputeState } from "../../domain/facts/linked-facts.ts";
import { freeText, reference, unlessMalformed } from "../kit/fields.ts";
import { parked, parkedBy } from "../kit/parked.ts";
import type { Normalised } from "../provider.ts";
import { currency, unsignedAmount } from "./amounts.ts";
import { balanceRow, brokenRow, rowOf } from "./balance-row.ts";
import { time } from "./fields.ts";
import { paymentNamed, paymentRefsOf } from "./payment-refs.ts";

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
