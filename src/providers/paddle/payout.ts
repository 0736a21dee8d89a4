import { z } from "zod";
import type { Stamp } from "../../domain/facts/facts.ts";
import type { PayoutFact } from "../../domain/facts/transfer-facts.ts";
import { freeText, reference } from "../kit/fields.ts";
import { type Parked, parked, parkedBy } from "../kit/parked.ts";
import { amount, currency } from "./amounts.ts";

/** `paid` is said about a working day before the money is there. Source: Paddle's page on payout.paid. */
const statuses: ReadonlyMap<string, PayoutFact["status"]> = new Map([
  ["unpaid", "pending"],
  ["paid", "paid"],
]);

const payout = z.object({
  id: reference,
  status: z.string(),
  amount,
  currency_code: currency,
  remittance_reference: freeText.nullish(),
});

/** What one event says about money that Paddle sends to our bank. */
export function readPayout(data: unknown, stamp: Stamp): PayoutFact | Parked {
  const parsed = payout.safeParse(data);
  if (!parsed.success) return parkedBy(parsed.error);
  const { id: ref, amount, currency_code: currency, remittance_reference: remittanceRef } = parsed.data;
  const status = statuses.get(parsed.data.status);
  if (status === undefined) return parked("unknown_status", "data.status");
  return {
    kind: "payout",
    stamp,
    ref,
    status,
    amount,
    currency,
    remittanceRef: remittanceRef ?? null,
    createdAt: null,
    arrivalOn: null,
  };
}
