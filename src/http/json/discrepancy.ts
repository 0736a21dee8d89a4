import type { Discrepancy } from "../../domain/books.ts";
import { time } from "./values.ts";

export function discrepancyJson(discrepancy: Discrepancy) {
  return {
    id: discrepancy.id,
    provider: discrepancy.provider,
    account: discrepancy.account,
    kind: discrepancy.kind,
    status: discrepancy.status,
    charge_id: discrepancy.chargeId,
    event_id: discrepancy.eventId,
    detail: discrepancy.detail,
    changed_at: time(discrepancy.at),
  };
}
