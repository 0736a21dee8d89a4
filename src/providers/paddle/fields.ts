import { z } from "zod";
import type { Period } from "../../domain/facts/facts.ts";
import { type Amount, fitsInto64Bits } from "../../domain/money.ts";
import type { StatementRowKind } from "../../domain/reconciling/statement.ts";
import { type Instant, isZeroTime, parseInstant } from "../../domain/time.ts";
import { type AmountProblem, amountSchemas, currencySchema } from "../kit/fields.ts";

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

/** RFC 3339; Go's zero time, which Paddle sends for "never", is `null`. */
export const time = z.string().transform((text, context): Instant | null => {
  if (isZeroTime(text)) return null;
  const instant = parseInstant(text);
  if (instant !== undefined) return instant;
  context.addIssue({ code: "custom", message: "is no RFC 3339 time.", params: { reason: "time_invalid" } });
  return z.NEVER;
});

export const period = z.object({ starts_at: time, ends_at: time });

/** `null` unless both ends are known. */
export function periodOf(sent: z.output<typeof period> | null | undefined): Period | null {
  if (sent == null || sent.starts_at === null || sent.ends_at === null) return null;
  return { startsAt: sent.starts_at, endsAt: sent.ends_at };
}

/** Paddle's words for how far a transaction is, as the status of a charge; for statements, not for facts. */
export const transactionStates: ReadonlyMap<string, string> = new Map([
  ["draft", "draft"],
  ["ready", "draft"],
  ["billed", "open"],
  ["past_due", "past_due"],
  ["canceled", "void"],
  ["paid", "paid"],
  ["completed", "paid"],
]);

export const adjustmentStates: ReadonlyMap<string, string> = new Map([
  ["pending_approval", "pending"],
  ["approved", "approved"],
  ["rejected", "rejected"],
  ["reversed", "reversed"],
]);

interface Action {
  readonly kind: StatementRowKind;
  /** The movement's own kind; a warning is told apart. */
  readonly category: string;
}

export const adjustmentActions: ReadonlyMap<string, Action> = new Map([
  ["refund", { kind: "refund", category: "refund" }],
  ["credit", { kind: "credit", category: "credit" }],
  ["credit_reverse", { kind: "credit", category: "credit_reversal" }],
  ["chargeback", { kind: "dispute", category: "dispute" }],
  ["chargeback_reverse", { kind: "dispute", category: "dispute_reversal" }],
  ["chargeback_warning", { kind: "dispute", category: "dispute_warning" }],
  ["chargeback_warning_reverse", { kind: "dispute", category: "dispute_warning_reversal" }],
]);
