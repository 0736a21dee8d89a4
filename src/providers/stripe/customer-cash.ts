import { z } from "zod";
import type { Stamp } from "../../domain/facts/facts.ts";
import { reference } from "../kit/fields.ts";
import { parkedBy } from "../kit/parked.ts";
import type { Normalised } from "../provider.ts";
import { amount, currency } from "./amounts.ts";
import { referenceOrObject } from "./fields.ts";

const cashBalanceTransaction = z.object({
  id: reference,
  /** Positive for a bank transfer that came in or came back from a payment, negative for what was applied or returned. */
  net_amount: amount,
  currency,
  customer: referenceOrObject,
});

/**
 * What one event says about cash that a customer has at Stripe: funded, applied to a payment, returned, transferred. What
 * happened shows in the sign alone; what it paid is told by the payment. Source: Stripe's customer cash balance.
 */
export function readCustomerCash(object: unknown, stamp: Stamp): Normalised {
  const parsed = cashBalanceTransaction.safeParse(object);
  if (!parsed.success) return parkedBy(parsed.error, "data.object");
  const { id: ref, net_amount: amount, currency, customer: customerRef } = parsed.data;
  return { kind: "facts", facts: [{ kind: "customer_cash", stamp, ref, customerRef, amount, currency }] };
}
