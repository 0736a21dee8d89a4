import { z } from "zod";
import type { ProviderName } from "../../domain/ids.ts";
import { type Amount, exponentOf } from "../../domain/money.ts";

export type AmountProblem = "amount_invalid" | "amount_out_of_range" | "amount_negative";

export interface AmountReading {
  /** An amount of any sign as this provider writes it. */
  read(value: unknown): Amount | AmountProblem;
  /** What an amount must be, for people. */
  readonly form: string;
}

/** The two kinds of amounts: of any sign, and those that only go one way. */
export function amountSchemas({ read, form }: AmountReading) {
  const explanations: Record<AmountProblem, string> = {
    amount_invalid: `must be ${form}.`,
    amount_out_of_range: "does not fit into 64 bits.",
    amount_negative: "cannot be negative.",
  };
  const taken = (value: Amount | AmountProblem, context: z.RefinementCtx): Amount => {
    if (typeof value === "bigint") return value;
    context.addIssue({ code: "custom", message: explanations[value], params: { reason: value } });
    return z.NEVER;
  };
  return {
    amount: z.unknown().transform((value, context) => taken(read(value), context)),
    unsignedAmount: z.unknown().transform((value, context) => {
      const amount = read(value);
      return taken(typeof amount === "bigint" && amount < 0n ? "amount_negative" : amount, context);
    }),
  };
}

/** One of the provider's currencies, in upper case; how many decimals it has is known for no other. */
export function currencySchema(provider: ProviderName, codeOf: (text: string) => string) {
  const name = provider === "paddle" ? "Paddle" : "Stripe";
  return z.string().transform((text, context) => {
    const code = codeOf(text);
    if (exponentOf(provider, code) !== undefined) return code;
    context.addIssue({
      code: "custom",
      message: `is no currency of ${name}.`,
      params: { reason: "currency_unknown" },
    });
    return z.NEVER;
  });
}
