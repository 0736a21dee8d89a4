import { z } from "zod";
import type { Stamp } from "../../domain/facts/facts.ts";
import { parkedBy, readMetadata, reference, unlessMalformed } from "../kit/fields.ts";
import type { Normalised } from "../provider.ts";
import { amount, currency, referenceOrObject } from "./fields.ts";
import { managedPayments, providerSells } from "./managed-payments.ts";

const checkoutSession = z.object({
  id: reference,
  mode: z.enum(["payment", "subscription", "setup"]),
  payment_intent: referenceOrObject.nullish(),
  invoice: referenceOrObject.nullish(),
  currency: currency.nullish(),
  amount_total: amount.nullish(),
  total_details: z.object({ amount_discount: amount.nullish(), amount_tax: amount.nullish() }).nullish(),
  customer: referenceOrObject.nullish(),
  metadata: z.unknown().optional(),
  subscription: unlessMalformed(referenceOrObject),
  payment_link: unlessMalformed(referenceOrObject),
  managed_payments: managedPayments,
});

/** What one event says about a checkout: which payment or invoice came of it. One that names neither says nothing. */
export function readCheckoutSession(object: unknown, stamp: Stamp): Normalised {
  const parsed = checkoutSession.safeParse(object);
  if (!parsed.success) return parkedBy(parsed.error, "data.object");
  const { payment_intent: intent, invoice, total_details: details, subscription, ...sent } = parsed.data;
  const sells = providerSells(sent.managed_payments);
  const through = sells === true && subscription != null ? { providerSells: [subscription] } : {};
  if (intent == null && invoice == null)
    return "providerSells" in through
      ? { kind: "facts", facts: [], ...through }
      : { kind: "ignored", reason: "no_money_meaning" };
  return {
    kind: "facts",
    ...through,
    facts: [
      {
        kind: "checkout",
        stamp,
        ref: sent.id,
        payment: intent == null ? null : { intentRef: intent, chargeRef: null },
        invoiceRef: invoice ?? null,
        mode: sent.mode,
        currency: sent.currency ?? null,
        discount: details?.amount_discount ?? null,
        tax: details?.amount_tax ?? null,
        total: sent.amount_total ?? null,
        customerRef: sent.customer ?? null,
        metadata: readMetadata(sent.metadata),
        ...(sells !== null && { providerSells: sells }),
        ...(subscription != null && { subscriptionRef: subscription }),
        ...(sent.payment_link != null && { linkRef: sent.payment_link }),
      },
    ],
  };
}
