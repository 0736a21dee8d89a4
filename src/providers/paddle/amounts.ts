import { type Amount, fitsInto64Bits } from "../../domain/money.ts";
import { type AmountProblem, amountSchemas, currencySchema } from "../kit/amounts.ts";

/** Paddle writes amounts as strings of ASCII digits in the currency's lowest denomination. */
const digits = /^-?(?:0|[1-9]\d*)$/;
/** One more than 64 bits can have, with a sign: longer ones are not even converted. */
const longestAmount = 20;

const schemas = amountSchemas({ read: readAmount, form: "a string of digits" });
/** An amount of any sign: a line or a document can be negative when a part-period is credited. */
export const amount = schemas.amount;
/** An amount that only goes one way: what was paid, credited or given back. */
export const unsignedAmount = schemas.unsignedAmount;

/** Paddle writes currencies in upper case. */
export const currency = currencySchema("paddle", (code) => code);

function readAmount(value: unknown): Amount | AmountProblem {
  if (typeof value !== "string" || !digits.test(value) || value === "-0") return "amount_invalid";
  if (value.length > longestAmount) return "amount_out_of_range";
  const read = BigInt(value);
  return fitsInto64Bits(read) ? read : "amount_out_of_range";
}
