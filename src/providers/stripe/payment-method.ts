import { z } from "zod";
import type { PaymentMethod } from "../../domain/facts/facts.ts";
import { freeText } from "../kit/fields.ts";
import { isRecord } from "../kit/json.ts";

const shape = z.object({ type: freeText });
/** Under a key of the method's own name: a card's brand, a bank account's last digits. */
const details = z.object({
  brand: freeText.nullish().catch(null),
  last4: z
    .string()
    .regex(/^\d{4}$/)
    .nullish()
    .catch(null),
});

/** Of a card only its brand and last four digits: the holder's name and the expiry are personal. It moves no money. */
export function methodOf(sent: unknown): PaymentMethod | null {
  const method = shape.safeParse(sent);
  if (!method.success) return null;
  const { type } = method.data;
  const own = isRecord(sent) && Object.hasOwn(sent, type) ? sent[type] : undefined;
  const read = details.safeParse(own);
  return { type, brand: read.data?.brand ?? null, last4: read.data?.last4 ?? null };
}
