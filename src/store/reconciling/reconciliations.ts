import type { Message } from "../../domain/books.ts";
import type { Conclusion, DiscrepancyChange } from "../../domain/reconciling/conclude.ts";
import type { ReconciledRow } from "../../domain/reconciling/reconciled-row.ts";
import type { Run } from "../../domain/reconciling/run.ts";
import type { Engine } from "../engine/engine.ts";
import { toText } from "../engine/exact-json.ts";
import { holdsLease, type Lease } from "../engine/leases.ts";
import { retrying } from "../engine/retry.ts";
import { ascending, insertRows, type Session } from "../engine/statements.ts";
import { inTransaction } from "../engine/transaction.ts";
import { Numbers } from "../loaded.ts";
import { saveMessages } from "../outbox/messages.ts";
import type { ReconciledRowRow, ReconciliationRow } from "../schema.ts";
import { saveDiscrepancies } from "./discrepancies.ts";

const insertRuns = insertRows("reconciliations");
const insertReconciled = insertRows("reconciliation_rows");

/** Runs that were asked for. */
export async function saveRuns(session: Session, numbers: Numbers, runs: readonly Run[]): Promise<void> {
  await insertRuns(
    session,
    runs.map((run) => runRow(run, numbers.of(run.id))),
  );
}

function runRow(run: Run, no: bigint): ReconciliationRow {
  return {
    no,
    id: run.id,
    provider: run.provider,
    account: run.account,
    level: run.level,
    window_from: run.from,
    window_to: run.to,
    zone: run.zone,
    currency: run.currency,
    payout_ref: run.payoutRef,
    statement_ids: JSON.stringify(run.statementIds),
    requested_by: run.requestedBy,
    started_at: run.startedAt,
    ...outcomeColumns(run),
  };
}

type OutcomeColumn = "status" | "missing" | "counts" | "totals" | "finished_at";

function outcomeColumns(run: Run): Pick<ReconciliationRow, OutcomeColumn> {
  return {
    status: run.status,
    missing: JSON.stringify(run.missing),
    counts: JSON.stringify(run.counts),
    totals: toText(run.totals),
    finished_at: run.finishedAt,
  };
}

/** What a run says of some of its rows, and what that changes. */
export interface ReconciledPage {
  readonly run: { readonly no: bigint; readonly id: string };
  readonly rows: readonly Pick<Conclusion, "row" | "discrepancyId">[];
  readonly changes: readonly DiscrepancyChange[];
  readonly messages: readonly Message[];
}

/**
 * Stores a part of a run with what it changes, in one transaction. A statement row that was claimed before by another row is
 * refused by the database. Gives whether the lease was still ours: if not, nothing is stored.
 */
export function saveReconciledPage(engine: Engine, page: ReconciledPage, lease: Lease): Promise<boolean> {
  return retrying(engine, () =>
    inTransaction(engine.writer, async (trx) => {
      if (!(await holdsLease(trx, engine, lease))) return false;
      const session = { engine, trx };
      const numbers = await numbersFor(session, page);
      const actions = new Map(page.changes.map(({ discrepancy, action }) => [discrepancy.id, action]));
      const changed = page.changes.map(({ discrepancy }) => discrepancy);
      await saveDiscrepancies(session, numbers, changed, ({ id }) => ({
        action: actions.get(id) ?? "changed",
        actor: null,
        run: page.run.no,
        reason: null,
        entry: null,
      }));
      const rows = page.rows.map(({ row, discrepancyId }) =>
        reconciledRow(row, page.run.no, numbers.ofNullable(discrepancyId)),
      );
      await insertReconciled(
        session,
        rows.sort((a, b) => ascending(a.key, b.key)),
      );
      await saveMessages(session, numbers, page.messages);
      return true;
    }),
  );
}

/** Numbers of what is there already, and new ones. */
async function numbersFor(session: Session, { rows, changes, messages }: ReconciledPage): Promise<Numbers> {
  const numbers = new Numbers();
  const shown = rows.flatMap(({ discrepancyId }) => discrepancyId ?? []);
  const ids = [...new Set<string>([...shown, ...changes.map(({ discrepancy }) => discrepancy.id)])];
  if (ids.length > 0) {
    const known = session.trx.selectFrom("discrepancies").select(["no", "id"]).where("id", "in", ids);
    for (const { no, id } of await known.execute()) numbers.set(id, no);
  }
  const events = changes.flatMap(({ discrepancy }) => discrepancy.eventId ?? []);
  const charges = changes.flatMap(({ discrepancy }) => discrepancy.chargeId ?? []);
  if (events.length + charges.length > 0)
    throw new Error("What a run finds belongs to a row, not to a charge.");
  const added = [...ids, ...messages.map(({ id }) => id)].filter((id) => !numbers.has(id));
  if (added.length > 0) {
    const nextNumber = await session.engine.reserveNumbers(session.trx, added.length);
    for (const id of added) numbers.set(id, nextNumber());
  }
  return numbers;
}

function reconciledRow(row: ReconciledRow, run_no: bigint, discrepancy_no: bigint | null): ReconciledRowRow {
  return {
    run_no,
    key: row.key,
    class: row.class,
    kind: row.kind,
    statement_no: row.claim?.statement ?? null,
    line: row.claim?.line ?? null,
    subject: row.subject,
    left_currency: row.left?.currency ?? null,
    left_amount: row.left?.amount ?? null,
    right_currency: row.right?.currency ?? null,
    right_amount: row.right?.amount ?? null,
    detail: JSON.stringify(row.detail),
    at: row.at,
    due_at: row.dueAt,
    discrepancy_no,
  };
}

/** Forgets what a run said before it was broken off: it begins again. Whether it was still ours to begin. */
export function forgetRows(engine: Engine, run: bigint, lease: Lease): Promise<boolean> {
  return retrying(engine, () =>
    inTransaction(engine.writer, async (trx) => {
      if (!(await holdsLease(trx, engine, lease))) return false;
      await trx.deleteFrom("reconciliation_rows").where("run_no", "=", run).execute();
      return true;
    }),
  );
}

/** The end of a run; whether it was still ours to end. */
export function finishRun(engine: Engine, run: Run, lease: Lease): Promise<boolean> {
  return retrying(engine, () =>
    inTransaction(engine.writer, async (trx) => {
      if (!(await holdsLease(trx, engine, lease))) return false;
      await trx.updateTable("reconciliations").set(outcomeColumns(run)).where("id", "=", run.id).execute();
      return true;
    }),
  );
}
