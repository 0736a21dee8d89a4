import { z } from "zod";
import { type Amount, exponentOf, fitsInto64Bits } from "../../domain/money.ts";

/** Paddle writes amounts as strings of ASCII digits in the currency's lowest denomination. */
const digits = /^-?(?:0|[1-9]\d*)$/;
/** One more than 64 bits can have, with a sign: longer ones are not even converted. */
const longestAmount = 20;

type AmountProblem = "amount_invalid" | "amount_out_of_range" | "amount_negative";

const explanations: Record<AmountProblem, string> = {
  amount_invalid: "must be a string of digits.",
  amount_out_of_range: "does not fit into 64 bits.",
  amount_negative: "cannot be negative.",
};

/** An amount of any sign: a line or a document can be negative when a part-period is credited. */
export const amount = z.unknown().transform((value, context) => taken(readAmount(value), context));

/** An amount that only goes one way: what was paid, credited or given back. */
export const unsignedAmount = z.unknown().transform((value, context) => {
  const read = readAmount(value);
  return taken(typeof read === "bigint" && read < 0n ? "amount_negative" : read, context);
});

/** One of the currencies Paddle knows; how many decimals it has is known for no other. */
export const currency = z.string().transform((code, context) => {
  if (exponentOf("paddle", code) !== undefined) return code;
  context.addIssue({
    code: "custom",
    message: "is no currency of Paddle.",
    params: { reason: "currency_unknown" },
  });
  return z.NEVER;
});

function readAmount(value: unknown): Amount | AmountProblem {
  if (typeof value !== "string" || !digits.test(value) || value === "-0") return "amount_invalid";
  if (value.length > longestAmount) return "amount_out_of_range";
  const read = BigInt(value);
  return fitsInto64Bits(read) ? read : "amount_out_of_range";
}

function taken(read: Amount | AmountProblem, context: z.RefinementCtx): Amount {
  if (typeof read === "bigint") return read;
  context.addIssue({ code: "custom", message: explanations[read], params: { reason: read } });
  return z.NEVER;
}
