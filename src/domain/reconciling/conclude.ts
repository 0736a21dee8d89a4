import type { Discrepancy } from "../books.ts";
import { type DiscrepancyId, discrepancyId as idOf, type Source } from "../ids.ts";
import type { Amount } from "../money.ts";
import type { Instant } from "../time.ts";
import { isUnexplained, type Level } from "./level.ts";
import type { ReconciledRow, Stated } from "./reconciled-row.ts";

/** What a run concludes from one row: how the row counts, and which discrepancies are other than before. */
export interface Conclusion {
  readonly row: ReconciledRow;
  /** That the row shows, open or settled by a person; `null` if it shows none. */
  readonly discrepancyId: DiscrepancyId | null;
  readonly changes: readonly DiscrepancyChange[];
}

export interface DiscrepancyChange {
  readonly discrepancy: Discrepancy;
  readonly action: "opened" | "changed" | "reopened" | "resolved";
}

export interface Concluding extends Source {
  readonly level: Level;
  readonly now: Instant;
}

/**
 * A row that nobody can explain opens a discrepancy, or finds it open; one that a person has settled stays settled for as
 * long as both sides are as they were. Whatever else is known under the row's key has disappeared, also where a person had
 * settled it: that word was about other sides.
 */
export function conclude(row: ReconciledRow, known: readonly Discrepancy[], about: Concluding): Conclusion {
  if (row.class === "undecided" || row.class === "not_due") return { row, discrepancyId: null, changes: [] };
  const current = isUnexplained(row.class) ? discrepancyOf(row, about) : null;
  const before = known.find(({ id }) => id === current?.id);
  const gone = known
    .filter(({ id, resolution }) => id !== current?.id && resolution !== "disappeared")
    .map((discrepancy) => disappeared(discrepancy, about.now));
  if (current === null) return { row, discrepancyId: null, changes: gone };
  const { id: discrepancyId } = current;
  if (before !== undefined && isSettledByPerson(before) && before.hash === current.hash)
    return { row: { ...row, class: "resolved" }, discrepancyId, changes: gone };
  const action = actionOf(before, current);
  return {
    row,
    discrepancyId,
    changes: action === null ? gone : [...gone, { discrepancy: current, action }],
  };
}

/** Whether a person has said how it ends, and both sides are still what that was said of. */
export function isSettledByPerson({ status, resolution }: Discrepancy): boolean {
  return status === "resolved" && resolution !== "disappeared";
}

export function disappeared(discrepancy: Discrepancy, now: Instant): DiscrepancyChange {
  const resolved = { ...discrepancy, status: "resolved", resolution: "disappeared", at: now } as const;
  return { discrepancy: resolved, action: "resolved" };
}

function actionOf(before: Discrepancy | undefined, current: Discrepancy): DiscrepancyChange["action"] | null {
  if (before === undefined) return "opened";
  if (before.status === "resolved") return "reopened";
  return before.hash === current.hash ? null : "changed";
}

function discrepancyOf(row: ReconciledRow, { provider, account, level, now }: Concluding): Discrepancy {
  const kind = row.kind ?? "differs";
  return {
    id: idOf(kind, `${level}:${provider}:${account}:${row.key}`),
    provider,
    account,
    kind,
    status: "open",
    chargeId: null,
    eventId: null,
    detail: { ...row.detail, key: row.key, ...(row.subject === null ? {} : { subject: row.subject }) },
    hash: hashOf(row),
    at: now,
    row: { level, key: row.key, differences: differencesOf(row), at: row.at, dueAt: row.dueAt },
    resolution: null,
  };
}

/** Changes when either side does. */
export function hashOf({ left, right, detail }: ReconciledRow): string {
  const side = (stated: Stated | null) => (stated === null ? "-" : `${stated.amount} ${stated.currency}`);
  return JSON.stringify([side(left), side(right), detail]);
}

/** What the provider says less what we say, in each currency. */
export function differencesOf({ left, right }: Pick<ReconciledRow, "left" | "right">): Stated[] {
  const sums = new Map<string, Amount>();
  const add = (currency: string, amount: Amount) => sums.set(currency, (sums.get(currency) ?? 0n) + amount);
  if (left !== null) add(left.currency, left.amount);
  if (right !== null) add(right.currency, -right.amount);
  return [...sums].filter(([, amount]) => amount !== 0n).map(([currency, amount]) => ({ currency, amount }));
}
