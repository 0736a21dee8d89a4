import type { Message } from "../../domain/books.ts";
import type { Conclusion, DiscrepancyChange } from "../../domain/reconciling/conclude.ts";
import type { Run } from "../../domain/reconciling/run.ts";
import type { Engine } from "../engine/engine.ts";
import { ascending, type InsertNouns, insertNouns, type Session } from "../engine/statements.ts";
import { holdsLease, inTransaction, type Lease, retrying } from "../engine/transaction.ts";
import { Numbers } from "../loaded.ts";
import { saveMessages } from "../outbox/messages.ts";
import { saveDiscrepancies } from "./discrepancies.ts";
import { runNoun, runRowNoun } from "./nouns/run.ts";

const insertRunRows = insertNouns("reconciliation_rows", runRowNoun);

/** Runs that were asked for. */
export const saveRuns: InsertNouns<Run> = insertNouns("reconciliations", runNoun);

/** What a run says of some of its rows, and what that changes. */
export interface ReconciledPage {
  readonly run: Pick<Run, "id" | "level"> & { readonly no: bigint };
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
      const { id: runId, level } = page.run;
      const rows = page.rows.map(({ row, discrepancyId }) => ({ ...row, runId, level, discrepancyId }));
      await insertRunRows(
        session,
        numbers,
        rows.sort((a, b) => ascending(a.key, b.key)),
      );
      await saveMessages(session, numbers, page.messages);
      return true;
    }),
  );
}

/** Numbers of what is there already, and new ones. */
async function numbersFor(
  session: Session,
  { run, rows, changes, messages }: ReconciledPage,
): Promise<Numbers> {
  const numbers = new Numbers();
  numbers.set(run.id, run.no);
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

/** Forgets what a run said before it was broken off: it begins again. Whether it was still ours to begin. */
export function forgetRows(engine: Engine, run: bigint, lease: Lease): Promise<boolean> {
  return retrying(engine, () =>
    inTransaction(engine.writer, async (trx) => {
      if (!(await holdsLease(trx, engine, lease))) return false;
      await trx.deleteFrom("reconciliation_rows").where("run_no", "=", run).execute();
      await trx.deleteFrom("reconciliation_matches").where("run_no", "=", run).execute();
      return true;
    }),
  );
}

const outcomeColumns = ["status", "missing", "counts", "totals", "finished_at"] as const;

/** The end of a run; whether it was still ours to end. */
export function finishRun(engine: Engine, run: Run, lease: Lease): Promise<boolean> {
  return retrying(engine, () =>
    inTransaction(engine.writer, async (trx) => {
      if (!(await holdsLease(trx, engine, lease))) return false;
      await trx
        .updateTable("reconciliations")
        .set(runNoun.valuesOf(outcomeColumns, run))
        .where("id", "=", run.id)
        .execute();
      return true;
    }),
  );
}
