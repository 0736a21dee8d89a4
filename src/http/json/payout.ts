import type { Payout } from "../../domain/transfer/payout.ts";
import { amount, nullableTime, time } from "./values.ts";

export function payoutJson({
  id,
  key,
  status,
  amount: paid,
  currency,
  remittanceRef,
  createdAt,
  arrivalOn,
  statusChangedAt,
}: Payout) {
  return {
    id,
    provider: key.provider,
    account: key.account,
    ref: key.ref,
    status,
    amount: amount(paid),
    currency,
    remittance_ref: remittanceRef,
    created_at: nullableTime(createdAt),
    /** A calendar date, of no zone. */
    arrival_on: arrivalOn === null ? null : time(arrivalOn).slice(0, 10),
    occurred_at: time(statusChangedAt),
  };
}
