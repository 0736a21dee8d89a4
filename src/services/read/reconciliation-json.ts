import type { Stated } from "../../domain/matching/reconciled-row.ts";
import type { Run } from "../../domain/matching/run.ts";
import { formatInstant, type Instant, nanosecondsPerDay } from "../../domain/time.ts";
import type { KeptRow } from "./reconciliations.ts";

/** A run in the API's form; what the command line prints, too. */
export function runJson(run: Run) {
  return {
    id: run.id,
    provider: run.provider,
    account: run.account,
    level: run.level,
    from: formatInstant(run.from),
    to: formatInstant(run.to),
    zone: run.zone,
    currency: run.currency,
    payout_ref: run.payoutRef,
    statement_ids: run.statementIds,
    status: run.status,
    missing: run.missing,
    counts: run.counts,
    totals: run.totals.map(({ currency, ...amounts }) => ({
      currency,
      left: amounts.left.toString(),
      right: amounts.right.toString(),
      difference: amounts.difference.toString(),
      explained: amounts.explained.toString(),
      unexplained: amounts.unexplained.toString(),
    })),
    requested_by: run.requestedBy,
    started_at: formatInstant(run.startedAt),
    finished_at: nullable(run.finishedAt),
  };
}

/** A row: what the provider says, what we say, and why they may differ. */
export function rowJson(row: KeptRow, now: Instant) {
  return {
    level: row.level,
    key: row.key,
    class: row.class,
    kind: row.kind,
    subject: row.subject,
    provider_says: statedJson(row.left),
    we_say: statedJson(row.right),
    differences: row.differences.map(statedJson),
    detail: row.detail,
    at: nullable(row.at),
    due_at: nullable(row.dueAt),
    age_days: ageOf(row.dueAt, now),
    age: ageGroupOf(row.dueAt, now),
    hash: row.hash,
    discrepancy_id: row.discrepancyId,
  };
}

function statedJson(stated: Stated | null) {
  return stated === null ? null : { currency: stated.currency, amount: stated.amount.toString() };
}

/** Whole days since it was due; `null` if it is not, or nobody knows when. */
export function ageOf(dueAt: Instant | null, now: Instant): number | null {
  return dueAt === null || dueAt > now ? null : Number((now - dueAt) / nanosecondsPerDay);
}

/** The groups that open items are listed in: days since they were due. */
export function ageGroupOf(dueAt: Instant | null, now: Instant): "0-1" | "2-7" | "8-30" | "over 30" | null {
  const days = ageOf(dueAt, now);
  if (days === null) return null;
  if (days <= 1) return "0-1";
  return days <= 7 ? "2-7" : days <= 30 ? "8-30" : "over 30";
}

const nullable = (instant: Instant | null) => (instant === null ? null : formatInstant(instant));
