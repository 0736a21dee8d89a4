import { z } from "zod";
import type { PaymentRefs } from "../../domain/facts/linked-facts.ts";
import { type Amount, fitsInto64Bits } from "../../domain/money.ts";
import { fromUnixSeconds, type Instant } from "../../domain/time.ts";
import {
  type AmountProblem,
  amountSchemas,
  currencySchema,
  isName,
  isRecord,
  type Parked,
  parked,
} from "../kit/fields.ts";

const schemas = amountSchemas({ read: readAmount, form: "a whole number within ±(2^53 − 1)" });
/** An amount of any sign, in the currency's smallest unit as Stripe counts it. */
export const amount = schemas.amount;
/** An amount that only goes one way: what was paid or given back. */
export const unsignedAmount = schemas.unsignedAmount;

/** Stripe writes currencies in lower case; everywhere else they are in upper case. */
export const currency = currencySchema("stripe", (text) => text.toUpperCase());

/** Stripe writes amounts as JSON numbers: beyond 2^53 JSON.parse has already rounded them, so they are not to be trusted. */
function readAmount(value: unknown): Amount | AmountProblem {
  return Number.isSafeInteger(value) ? BigInt(Number(value)) : "amount_invalid";
}

/** Unix seconds; nanoseconds of them must fit into 64 bits, which ends in the year 2262. */
export const time = z.unknown().transform((value, context): Instant => {
  const instant = instantOf(value);
  if (instant !== null) return instant;
  context.addIssue({
    code: "custom",
    message: "must be a time in Unix seconds.",
    params: { reason: "time_invalid" },
  });
  return z.NEVER;
});

export function instantOf(value: unknown): Instant | null {
  if (!Number.isSafeInteger(value) || Number(value) < 0) return null;
  const instant = fromUnixSeconds(Number(value));
  return fitsInto64Bits(instant) ? instant : null;
}

/** The id of an object that Stripe names by its id, or sends whole where it was asked to expand it. */
export const referenceOrObject = z.unknown().transform((value, context): string => {
  const id = isRecord(value) ? value.id : value;
  if (isName(id)) return id;
  context.addIssue({
    code: "custom",
    message: "must be a printable text or an object that has one as its id.",
    params: { reason: typeof id === "string" ? "text_invalid" : "schema_invalid" },
  });
  return z.NEVER;
});

/** A list as Stripe sends it inside of an object: a long one is cut off, and `has_more` says so. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item).nullish(), has_more: z.boolean().nullish() });
}

/** How what is about a payment names it: by its intent since 2019, by the attempt that was charged, or by both. */
export const paymentNamed = {
  payment_intent: referenceOrObject.nullish(),
  charge: referenceOrObject.nullish(),
};
const named = z.object(paymentNamed);

export function paymentRefsOf({ payment_intent: intent, charge }: z.output<typeof named>): PaymentRefs {
  return { intentRef: intent ?? null, chargeRef: charge ?? null };
}

/**
 * A body can have a field of before Basil (2025-03-31) and the one that replaced it. The newer one counts; two that are
 * both there and say different things are not to be trusted. `null` says nothing.
 */
export interface Pair {
  readonly newer: unknown;
  readonly older: unknown;
  /** Where the newer one stands. */
  readonly path: string;
}

export function disagreeing(pairs: Iterable<Pair>): Parked | null {
  for (const { newer, older, path } of pairs) {
    if (newer == null || older == null || newer === older) continue;
    return parked("shapes_disagree", `${path}: says something else than the field it replaced.`);
  }
  return null;
}
