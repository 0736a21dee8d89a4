import type { Instant } from "../../domain/time.ts";
import type { DiscrepancyDetail, ListedDiscrepancy } from "../../services/read/discrepancies.ts";
import { ageGroupOf, ageOf } from "../../services/read/reconciliation-json.ts";
import { amount, nullableTime, time } from "./values.ts";

/** An open one has an age, since it was due. */
export function discrepancyJson(discrepancy: ListedDiscrepancy, now: Instant) {
  const { row, openedAt } = discrepancy;
  const dueAt = row?.dueAt ?? openedAt;
  const isOpen = discrepancy.status === "open";
  return {
    id: discrepancy.id,
    provider: discrepancy.provider,
    account: discrepancy.account,
    kind: discrepancy.kind,
    status: discrepancy.status,
    resolution: discrepancy.resolution,
    level: row?.level ?? null,
    key: row?.key ?? null,
    differences: (row?.differences ?? []).map((stated) => ({
      currency: stated.currency,
      amount: amount(stated.amount),
    })),
    charge_id: discrepancy.chargeId,
    event_id: discrepancy.eventId,
    detail: discrepancy.detail,
    hash: discrepancy.hash,
    occurred_at: nullableTime(row?.at ?? null),
    due_at: time(dueAt),
    age_days: isOpen ? ageOf(dueAt, now) : null,
    age: isOpen ? ageGroupOf(dueAt, now) : null,
    opened_at: time(openedAt),
    changed_at: time(discrepancy.at),
  };
}

/** With its history: who or what did what to it. */
export function discrepancyDetailJson({ discrepancy, steps }: DiscrepancyDetail, now: Instant) {
  return {
    ...discrepancyJson(discrepancy, now),
    history: steps.map((step) => ({
      action: step.action,
      at: time(step.at),
      by: step.actor,
      resolution: step.resolution,
      reason: step.reason,
      entry_id: step.entryId,
      event_id: step.eventId,
      reconciliation_id: step.reconciliationId,
      detail: step.detail,
    })),
  };
}
