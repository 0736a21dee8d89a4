import Database from "better-sqlite3";
import { chargeId, eventId, type Source, statementId } from "../../src/domain/ids.ts";
import type { Instant } from "../../src/domain/time.ts";
import { factText } from "../../src/store/inbox/nouns/fact.ts";

/** A provider's balance over two months, as we hold it and as the provider states it. */
export interface BalanceRows {
  readonly source: Source;
  readonly statement: string;
  readonly from: Instant;
  readonly to: Instant;
}

const source: Source = { provider: "stripe", account: "default" };
const from = 1_756_684_800_000_000_000n;
const to = from + 60n * 86_400_000_000_000n;
const statement = statementId(source, "payout_reconciliation", 1);
/** Of so many rows the provider states another fee, and so many we do not hold, whatever their number. */
export const differing = 10;

interface BalanceRow {
  readonly index: number;
  readonly ref: string;
  readonly sourceRef: string;
  readonly gross: bigint;
  readonly fee: bigint;
  readonly at: Instant;
}

/**
 * Fills a migrated SQLite database past the services, which would take an hour: four dossiers have five rows together, since
 * every fifth payment goes back. The provider's report has each row once.
 */
export function fillWithBalanceRows(file: string, count: number): BalanceRows {
  const database = new Database(file);
  database.pragma("synchronous = off");
  const insert = database.transaction(() => {
    insertEventAndStatement(database, count);
    insertHeld(database, count);
    insertStated(database, count);
    database.prepare("update numbers set next = ?").run(10 * count);
  });
  insert();
  database.exec("analyze");
  database.close();
  return { source, statement, from, to };
}

/** All that moved the balance, in the order of time. */
export function* balanceRows(count: number): Generator<BalanceRow> {
  const step = (to - from) / BigInt(count);
  for (let index = 0; index < count; index++) {
    const isRefund = index % 5 === 4;
    // Names begin with the time, as the providers' own do, and end with anything.
    const anything = (Math.imul(index, 0x9e3779b1) >>> 0).toString(36).padStart(7, "0");
    const name = `${index.toString(36).padStart(5, "0")}LkdIwHu7ix${anything}`;
    const gross = 1_000n + BigInt(index % 9_000);
    yield {
      index,
      ref: `txn_3N${name}`,
      sourceRef: `${isRefund ? "re" : "ch"}_3N${name}`,
      gross: isRefund ? -gross : gross,
      fee: isRefund ? 0n : 30n + (gross * 29n) / 1_000n,
      at: from + step * BigInt(index),
    };
  }
}

const subjectOf = (index: number): number => 2 + (index % 5 === 4 ? index - 1 : index);

function insertEventAndStatement(database: Database.Database, count: number): void {
  insertOf(
    database,
    "events",
  )({
    no: 1,
    id: eventId(source, "evt_bench"),
    ...source,
    provider_event_id: "evt_bench",
    type: "charge.updated",
    other_versions: "[]",
    origin: "webhook",
    body: Buffer.from("{}"),
    received_at: from,
    outcome: "applied",
    attempts: 1,
  });
  insertOf(
    database,
    "statements",
  )({
    no: 1,
    id: statement,
    ...source,
    format: "payout_reconciliation",
    origin: "import",
    status: "complete",
    warnings: "[]",
    covered_from: from,
    covered_to: to,
    rows_included: count,
    rows_excluded: 0,
    rows_in_error: 0,
    rows_new: 0,
    created_at: to,
    finished_at: to,
  });
}

function insertHeld(database: Database.Database, count: number): void {
  const [charges, facts] = [insertOf(database, "charges"), insertOf(database, "facts")];
  const unheld = Math.floor(count / differing);
  for (const row of balanceRows(count)) {
    const subject = subjectOf(row.index);
    if (row.sourceRef.startsWith("ch_")) charges(dossier(subject, row));
    if (row.index % unheld === 1) continue;
    const { ref, sourceRef, gross, fee, at } = row;
    const settled = {
      currency: "USD",
      gross,
      fee,
      net: gross - fee,
      exchangeRate: null,
      createdAt: at,
      category: "payment" as const,
    };
    const stamp = { eventId: eventId(source, "evt_bench"), occurredAt: at };
    const about = { sourceRef, chargeRef: null };
    const fact = { kind: "balance_row", stamp, ref, ...about, row: { ref, ...settled } } as const;
    const position = subject === row.index + 2 ? 1 : 2;
    facts({
      subject_no: subject,
      event_no: 1,
      position,
      kind: fact.kind,
      body: factText(fact),
      heard: subject * 2 + position,
      superseded: 0,
    });
  }
}

/** By its places: what was collected is stated, its fee known; it has no metadata and no lines. */
const restOfDossier = JSON.stringify(
  Array.from({ length: 25 }, (_, place) => ({ 6: "stated", 11: "known", 21: {}, 22: [] })[place] ?? null),
);

function dossier(no: number, { sourceRef, gross, at }: BalanceRow): Record<string, unknown> {
  return {
    no,
    unless_invoiced: 0,
    provider_sells: 0,
    id: chargeId({ ...source, ref: sourceRef }),
    ...source,
    ref: sourceRef,
    dossier_no: no,
    kind: "payment",
    status: "paid",
    reversal: "none",
    currency: "USD",
    collected: gross,
    refunded: 0,
    disputed: 0,
    created_at: at,
    status_changed_at: at,
    told_in_parts: 0,
    rest: restOfDossier,
    topped_up: 0,
    taken_back: 0,
    debited: 0,
    entry_count: 0,
    fact_count: 2,
    discrepancies: "[]",
  };
}

function insertStated(database: Database.Database, count: number): void {
  const rows = insertOf(database, "statement_rows");
  const misstated = Math.floor(count / differing);
  for (const { index, ref, sourceRef, gross, fee, at } of balanceRows(count)) {
    const stated = index % misstated === 0 ? fee + 1n : fee;
    rows({
      statement_no: 1,
      line: index + 1,
      status: "included",
      key: ref,
      kind: "balance",
      category: gross < 0n ? "refund" : "charge",
      object_ref: sourceRef,
      payout_ref: `po_${Math.floor(index / 5_000)}`,
      at,
      currency: "USD",
      gross,
      fee: stated,
      net: gross - stated,
    });
  }
}

/** All rows of a table are given in the same columns. */
function insertOf(database: Database.Database, table: string) {
  let insert: Database.Statement | undefined;
  return (row: Record<string, unknown>): void => {
    const columns = Object.keys(row);
    insert ??= database.prepare(
      `insert into ${table} (${columns.join(", ")}) values (${columns.map(() => "?").join(", ")})`,
    );
    insert.run(Object.values(row));
  };
}
