import { z } from "zod";
import type { Stamp } from "../../domain/facts/facts.ts";
import { reference } from "../fields.ts";
import { readMetadata } from "../metadata.ts";
import { parkedBy } from "../parked.ts";
import type { Normalised } from "../provider.ts";
import { amount, currency } from "./amounts.ts";
import { referenceOrObject } from "./fields.ts";

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
});

/** What one event says about a checkout: which payment or invoice came of it. One that names neither says nothing. */
export function readCheckoutSession(object: unknown, stamp: Stamp): Normalised {
  const parsed = checkoutSession.safeParse(object);
  if (!parsed.success) return parkedBy(parsed.error, "data.object");
  const { payment_intent: intent, invoice, total_details: details, ...sent } = parsed.data;
  if (intent == null && invoice == null) return { kind: "ignored", reason: "no_money_meaning" };
  return {
    kind: "facts",
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
      },
    ],
  };
}
