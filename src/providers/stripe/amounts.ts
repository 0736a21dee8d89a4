import type { Amount } from "../../domain/money.ts";
import { type AmountProblem, amountSchemas, currencySchema } from "../kit/amounts.ts";

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
