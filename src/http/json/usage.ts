import type { Usage } from "../../services/read/usage.ts";
import type { UsageResult } from "../../services/spending/record-usage.ts";
import { amount, nullableTime, time } from "./values.ts";

export function usageJson(usage: Usage) {
  return {
    id: usage.id,
    wallet_id: usage.walletId,
    currency: usage.currency,
    meter: usage.metered?.meter ?? null,
    quantity: usage.metered?.quantity ?? null,
    price: usage.metered?.price ?? null,
    cost: usage.cost,
    requested: amount(usage.requested),
    covered: amount(usage.covered),
    uncovered: amount(usage.uncovered),
    balance: amount(usage.balanceAfter),
    seq: usage.seq,
    occurred_at: nullableTime(usage.occurredAt),
    applied_at: time(usage.appliedAt),
    reversal:
      usage.reversal === null
        ? null
        : { at: time(usage.reversal.at), reason: usage.reversal.reason, seq: usage.reversal.seq },
  };
}

/** What became of one event of a batch. */
export function usageResultJson(result: UsageResult) {
  switch (result.outcome) {
    case "applied":
    case "duplicate": {
      const { requested, covered, uncovered, balanceAfter } = result.usage;
      return {
        id: result.id,
        outcome: result.outcome,
        requested: amount(requested),
        covered: amount(covered),
        uncovered: amount(uncovered),
        balance: amount(balanceAfter),
        reason: null,
        detail: null,
      };
    }
    case "conflict":
      return withoutEffect(result.id, "conflict", { reason: "id_used_for_other_content", detail: null });
    case "rejected":
      return rejectedJson(result.id, result.reason, null);
    default:
      return result satisfies never;
  }
}

/** `id` is null if the event had none that can be read. */
export function rejectedJson(id: string | null, reason: string, detail: string | null) {
  return withoutEffect(id, "rejected", { reason, detail });
}

function withoutEffect(
  id: string | null,
  outcome: "conflict" | "rejected",
  why: { readonly reason: string; readonly detail: string | null },
) {
  return { id, outcome, requested: null, covered: null, uncovered: null, balance: null, ...why };
}
