import { z } from "zod";
import type { Stamp } from "../../domain/facts/facts.ts";
import type { OpeningEvidence } from "../../domain/facts/transfer-facts.ts";
import type { Amount } from "../../domain/money.ts";
import { formatInstant, type Instant, parseInstant, toUnixMilliseconds } from "../../domain/time.ts";
import { openingRef } from "../../domain/transfer/opening.ts";
import { bodyOf } from "../kit/own-key.ts";
import { parkedBy } from "../kit/parked.ts";
import type { Normalised } from "../provider.ts";
import { amount, currency } from "./amounts.ts";

/** What we know Stripe's balance in one currency to have been at an instant, and how. */
export interface StatedBalance {
  readonly at: Instant;
  readonly currency: string;
  readonly amount: Amount;
  readonly evidence: OpeningEvidence;
}

/** As an event: no webhook carries one. What is known otherwise is another event. */
export function openingBalanceBody({ at, currency, amount, evidence }: StatedBalance): Uint8Array {
  const object = {
    object: "opening_balance",
    at: formatInstant(at),
    currency: currency.toLowerCase(),
    amount: Number(amount),
    evidence,
  };
  return bodyOf({
    id: `${openingRef(at, currency)}:${evidence}:${amount}`,
    object: "event",
    created: Math.floor(toUnixMilliseconds(at) / 1_000),
    type: "opening_balance.stated",
    data: { object },
  });
}

const openingBalance = z.object({
  at: z.string().transform((text, context) => parseInstant(text) ?? invalid(context)),
  currency,
  amount,
  evidence: z.enum(["rows", "stated"]),
});

function invalid(context: z.core.$RefinementCtx): never {
  context.addIssue({ code: "custom", message: "is no time.", params: { reason: "time_invalid" } });
  return z.NEVER;
}

export function readOpeningBalance(object: unknown, stamp: Stamp): Normalised {
  const parsed = openingBalance.safeParse(object);
  if (!parsed.success) return parkedBy(parsed.error, "data.object");
  const { at, currency, amount, evidence } = parsed.data;
  const ref = openingRef(at, currency);
  return { kind: "facts", facts: [{ kind: "opening", stamp, ref, at, evidence, currency, amount }] };
}
