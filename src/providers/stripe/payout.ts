import { z } from "zod";
import type { Stamp } from "../../domain/facts/facts.ts";
import { type PayoutFact, payoutStatuses } from "../../domain/facts/transfer-facts.ts";
import { freeText, reference } from "../kit/fields.ts";
import { parkedBy } from "../kit/parked.ts";
import type { Normalised } from "../provider.ts";
import { amount, currency } from "./amounts.ts";
import { time } from "./fields.ts";

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
