import { z } from "zod";
import type { Stamp } from "../../domain/facts/facts.ts";
import type { InvoicePaymentFact } from "../../domain/facts/linked-facts.ts";
import { reference } from "../kit/fields.ts";
import { parkedBy } from "../kit/parked.ts";
import type { Normalised } from "../provider.ts";
import { currency, unsignedAmount } from "./amounts.ts";
import { referenceOrObject, time } from "./fields.ts";

/** Which payment it is; a payment record is of money that Stripe never had. */
const payment = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("payment_intent"),
    payment_intent: referenceOrObject,
    charge: referenceOrObject.nullish(),
  }),
  z.object({ type: z.literal("charge"), charge: referenceOrObject }),
  z.object({ type: z.literal("payment_record") }),
]);

export const invoicePayment = z.object({
  id: reference,
  invoice: referenceOrObject,
  currency,
  amount_paid: unsignedAmount.nullish(),
  payment,
  status: z.enum(["open", "paid", "canceled"]),
  status_transitions: z.object({ paid_at: time.nullish() }).nullish(),
});
type InvoicePayment = z.output<typeof invoicePayment>;

/** What one event says about a payment, or a part of one, towards one invoice. */
export function readInvoicePayment(object: unknown, stamp: Stamp): Normalised {
  const parsed = invoicePayment.safeParse(object);
  if (!parsed.success) return parkedBy(parsed.error, "data.object");
  return { kind: "facts", facts: [invoicePaymentFact(parsed.data, stamp)] };
}

export function invoicePaymentFact(sent: InvoicePayment, stamp: Stamp): InvoicePaymentFact {
  return {
    kind: "invoice_payment",
    stamp,
    ref: sent.id,
    invoiceRef: sent.invoice,
    payment: paymentOf(sent.payment),
    status: sent.status,
    currency: sent.currency,
    amount: sent.amount_paid ?? null,
    paidAt: sent.status_transitions?.paid_at ?? null,
  };
}

function paymentOf(sent: InvoicePayment["payment"]): InvoicePaymentFact["payment"] {
  switch (sent.type) {
    case "payment_intent":
      return { intentRef: sent.payment_intent, chargeRef: sent.charge ?? null };
    case "charge":
      return { intentRef: null, chargeRef: sent.charge };
    case "payment_record":
      return "outside";
    default:
      return sent satisfies never;
  }
}
