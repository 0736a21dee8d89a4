import type { Payout } from "../../domain/transfer/payout.ts";
import { amount, time } from "./values.ts";

export function payoutJson({
  id,
  key,
  status,
  amount: paid,
  currency,
  remittanceRef,
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
    occurred_at: time(statusChangedAt),
  };
}
