import { z } from "zod";
import { largestAmount } from "../../domain/money.ts";
import { quantityOf } from "../../domain/spending/rate.ts";
import { parseInstant } from "../../domain/time.ts";

/** What stands in the bodies of writes. */

export const name = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[\u0021-\u007e]+$/, "must be printable and without spaces");

export const currency = z.string().regex(/^[A-Z]{3}$/, "must be a currency in capitals, such as USD");

const anyAmount = z.string().regex(/^\d{1,19}$/, "must be a string of digits, in minor units");

/** Minor units, 0 or more, within 64 bits. */
export const amountOrZero = anyAmount
  .transform((digits) => BigInt(digits))
  .refine((amount) => amount <= largestAmount, "is too large");

export const positiveAmount = amountOrZero.refine((amount) => amount > 0n, "must be more than 0");

/** Read by people who ask, years later, why. */
export const reason = z.string().trim().min(1).max(500);

export const moment = z.string().transform((value, context) => {
  const instant = parseInstant(value);
  if (instant === undefined) context.addIssue("must be an RFC 3339 time, such as 2026-01-31T00:00:00Z");
  return instant ?? z.NEVER;
});

/** A decimal string or a safe integer, if anything; the usage that it is of is rejected by itself if not. */
export const anyQuantity = z.union([z.string().max(64), z.number()]);

export const quantity = anyQuantity.refine(
  (value) => quantityOf(value) !== undefined,
  "must be a decimal string or a safe integer, 0 or more, with at most 12 decimals",
);
