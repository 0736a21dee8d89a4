import { z } from "zod";
import type { Stamp } from "../../domain/facts/facts.ts";
import { type OpeningEvidence, type PayoutFact, payoutStatuses } from "../../domain/facts/transfer-facts.ts";
import type { Amount } from "../../domain/money.ts";
import { formatInstant, type Instant, parseInstant, toUnixMilliseconds } from "../../domain/time.ts";
import { openingRef } from "../../domain/transfer/transfer.ts";
import { freeText, parkedBy, reference } from "../kit/fields.ts";
import { bodyOf } from "../kit/listed-rows.ts";
import type { Normalised } from "../provider.ts";
import { amount, currency, referenceOrObject, time } from "./fields.ts";

const cashBalanceTransaction = z.object({
  id: reference,
  /** Positive for a bank transfer that came in or came back from a payment, negative for what was applied or returned. */
  net_amount: amount,
  currency,
  customer: referenceOrObject,
});

/**
 * What one event says about cash that a customer has at Stripe: funded, applied to a payment, returned, transferred. What
 * happened shows in the sign alone; what it paid is told by the payment. Source: Stripe's customer cash balance.
 */
export function readCustomerCash(object: unknown, stamp: Stamp): Normalised {
  const parsed = cashBalanceTransaction.safeParse(object);
  if (!parsed.success) return parkedBy(parsed.error, "data.object");
  const { id: ref, net_amount: amount, currency, customer: customerRef } = parsed.data;
  return { kind: "facts", facts: [{ kind: "customer_cash", stamp, ref, customerRef, amount, currency }] };
}

/** Negative where Stripe takes a negative balance from our bank. */
const payout = z.object({
  id: reference,
  status: z.enum(payoutStatuses),
  amount,
  currency,
  created: time.nullish(),
  /** Midnight UTC of a calendar date. */
  arrival_date: time.nullish(),
  /** What the bank writes on its statement, once the bank has told. */
  trace_id: z.object({ value: freeText.nullish() }).nullish(),
});

/** What one event says about money that Stripe sends to our bank. `paid` is expected there, and can still fail. */
export function readPayout(object: unknown, stamp: Stamp): Normalised {
  const parsed = payout.safeParse(object);
  if (!parsed.success) return parkedBy(parsed.error, "data.object");
  const { id: ref, status, amount, currency, trace_id: trace, created, arrival_date: arrival } = parsed.data;
  const fact: PayoutFact = {
    kind: "payout",
    stamp,
    ref,
    status,
    amount,
    currency,
    remittanceRef: trace?.value ?? null,
    createdAt: created ?? null,
    arrivalOn: arrival ?? null,
  };
  return { kind: "facts", facts: [fact] };
}

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
