import { z } from "zod";
import type { PaymentRefs } from "../../domain/facts/linked-facts.ts";
import { referenceOrObject } from "./fields.ts";

/** How what is about a payment names it: by its intent since 2019, by the attempt that was charged, or by both. */
export const paymentNamed = {
  payment_intent: referenceOrObject.nullish(),
  charge: referenceOrObject.nullish(),
};
const named = z.object(paymentNamed);

export function paymentRefsOf({ payment_intent: intent, charge }: z.output<typeof named>): PaymentRefs {
  return { intentRef: intent ?? null, chargeRef: charge ?? null };
}
