import { z } from "zod";
import { fitsInto64Bits } from "../../domain/money.ts";
import { fromUnixSeconds, type Instant } from "../../domain/time.ts";
import { isRecord } from "../kit/json.ts";
import { isName } from "../kit/text.ts";

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
