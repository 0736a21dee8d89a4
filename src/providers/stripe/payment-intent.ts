import { z } from "zod";
import type { Stamp } from "../../domain/facts/facts.ts";
import type { PaymentFact } from "../../domain/facts/linked-facts.ts";
import { freeText, reference, unlessMalformed } from "../kit/fields.ts";
import { readMetadata } from "../kit/metadata.ts";
import { parkedBy } from "../kit/parked.ts";
import type { Normalised } from "../provider.ts";
import { currency, unsignedAmount } from "./amounts.ts";
import { invoiceRefOf } from "./charge.ts";
import { listOf, referenceOrObject, time } from "./fields.ts";
import { ifProviderSells, managedPayments } from "./managed-payments.ts";

const paymentIntent = z.object({
  id: reference,
  status: z.string(),
  currency,
  amount: unsignedAmount.nullish(),
  amount_received: unsignedAmount,
  /** Since 2022-11-15; before it the attempts were listed, newest first. */
  latest_charge: referenceOrObject.nullish(),
  charges: listOf(z.object({ id: reference })).nullish(),
  /** Until Basil; `null` proves that there is none. */
  invoice: referenceOrObject.nullish(),
  customer: referenceOrObject.nullish(),
  description: unlessMalformed(freeText),
  livemode: unlessMalformed(z.boolean()),
  created: time.nullish(),
  metadata: z.unknown().optional(),
  managed_payments: managedPayments,
});
type PaymentIntent = z.output<typeof paymentIntent>;

/** What one event says about a payment intent. One that has received nothing has nothing to say yet. */
export function readPaymentIntent(object: unknown, stamp: Stamp): Normalised {
  const parsed = paymentIntent.safeParse(object);
  if (!parsed.success) return parkedBy(parsed.error, "data.object");
  if (parsed.data.amount_received === 0n) return { kind: "ignored", reason: "no_money_meaning" };
  return { kind: "facts", facts: [paymentFact(parsed.data, stamp)] };
}

function paymentFact(sent: PaymentIntent, stamp: Stamp): PaymentFact {
  const status = statusOf(sent.status);
  return {
    kind: "payment",
    stamp,
    ref: sent.id,
    refs: {
      intentRef: sent.id,
      chargeRef: sent.latest_charge ?? sent.charges?.data?.at(0)?.id ?? null,
    },
    invoiceRef: invoiceRefOf(sent.invoice),
    status,
    currency: sent.currency,
    amount: sent.amount_received,
    authorised: status === "succeeded" ? (sent.amount ?? null) : null,
    amountRefunded: null,
    capturedAt: status === "succeeded" ? stamp.occurredAt : null,
    reachedAt: null,
    method: null,
    customerRef: sent.customer ?? null,
    description: sent.description ?? null,
    livemode: sent.livemode ?? null,
    createdAt: sent.created ?? null,
    metadata: readMetadata(sent.metadata),
    rowRef: null,
    ...ifProviderSells(sent.managed_payments),
  };
}

/** All that is neither `succeeded` nor `canceled` is on its way: `processing`, `requires_capture`, … */
function statusOf(status: string): PaymentFact["status"] {
  return status === "succeeded" || status === "canceled" ? status : "pending";
}
