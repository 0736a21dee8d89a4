import type { Kysely } from "kysely";
import { ascending } from "../../src/store/engine/statements.ts";
import type { Database } from "../../src/store/schema.ts";
import { usageRows } from "../../src/store/wallets/usage.ts";

/** Statements and comparisons with them are no part of the books. */
type Table = Exclude<
  keyof Database,
  | "migrations"
  | "watermarks"
  | "leases"
  | "refused_deliveries"
  | "told_states"
  | "statements"
  | "statement_rows"
  | "discrepancy_changes"
  | "reconciliations"
  | "reconciliation_rows"
  | "reconciliation_matches"
  // Of statements that contradict each other the first heard stands: which one that was is history.
  | "claims"
  // Who decided is told in the trail; what came of it is in the books.
  | "installation"
  | "actions"
  | "sessions"
  | "sign_in_attempts"
  // What of the journal is summed up already is history, too.
  | "account_days"
  | "rolled_up_days"
  | "account_days_mark"
  | "audits"
  // Told with the usage that shares them.
  | "tallies"
>;
type Row = Readonly<Record<string, unknown>>;

const tables: readonly Table[] = [
  "events",
  "renderings",
  "charges",
  "dossier_names",
  "facts",
  "movements",
  "payouts",
  "accounts",
  "entries",
  "postings",
  "wallets",
  "wallet_lines",
  "lots",
  "lot_moves",
  "uncovered_moves",
  "holds",
  "limits",
  "limit_counts",
  "limit_amounts",
  "usage",
  "customers",
  "customer_credits",
  "credit_memos",
  "policies",
  "discrepancies",
  "outbox",
  "idempotency_keys",
];

/** Tables whose rows a column ending in `_no` can name. */
const named: Readonly<Record<string, readonly Table[]>> = {
  event_no: ["events"],
  charge_no: ["charges"],
  dossier_no: ["charges"],
  merged_into_no: ["charges"],
  subject_no: ["charges", "payouts"],
  payout_no: ["payouts"],
  wallet_no: ["wallets"],
  reversed_wallet_no: ["wallets"],
  entry_no: ["entries"],
  correction_no: ["entries"],
  account_no: ["accounts"],
};

/** Columns filled by our own clock: two runs over the same events differ in them. */
const ourClock: Partial<Record<Table, readonly string[]>> = {
  events: ["received_at", "applied_at", "retry_at"],
  renderings: ["received_at"],
  entries: ["posted_at"],
  wallet_lines: ["posted_at"],
  holds: ["created_at", "expires_at", "closed_at"],
  limits: ["starts_at", "set_at", "ended_at"],
  limit_counts: ["period_at"],
  limit_amounts: ["set_at"],
  usage: ["applied_at", "reversed_at"],
  customers: ["linked_at"],
  credit_memos: ["posted_at"],
  policies: ["created_at"],
  discrepancies: ["at", "opened_at"],
  outbox: ["created_at", "next_at", "first_tried_at"],
  idempotency_keys: ["created_at"],
};

export interface DumpOptions {
  /** Leaves out what our own clock said. */
  readonly withoutOurClock?: boolean;
}

/**
 * The whole books as text, one line a row, the same for the same books whatever engine holds them and in whatever order
 * they were written: rows are sorted, and internal numbers are replaced by the ids they stand for. It reads everything
 * into memory: for tests, and for comparing small databases by hand.
 */
export async function dump(db: Kysely<Database>, options: DumpOptions = {}): Promise<string> {
  const rows = new Map<Table, Row[]>();
  for (const table of tables) {
    rows.set(
      table,
      (await (table === "usage"
        ? usageRows(db)
        : db.selectFrom(table as "events").selectAll()
      ).execute()) as unknown as Row[],
    );
  }
  const ids = new Map(tables.map((table) => [table, idsOf(rows.get(table) ?? [])]));
  const lines = tables.flatMap((table) => {
    const hidden = new Set([
      "no",
      "heard",
      "superseded",
      // How usage is spread over tallies says nothing: each is told with what it shares.
      "tally_no",
      ...(options.withoutOurClock ? (ourClock[table] ?? []) : []),
    ]);
    const texts = (rows.get(table) ?? []).map((row) => JSON.stringify(canonical(row, hidden, ids)));
    return texts.sort(ascending).map((text) => `${table} ${text}\n`);
  });
  return lines.join("");
}

function idsOf(rows: readonly Row[]): Map<unknown, string> {
  return new Map(rows.map((row) => [row.no, String(row.id ?? `${row.path} ${row.currency}`)]));
}

function canonical(
  row: Row,
  hidden: ReadonlySet<string>,
  ids: ReadonlyMap<Table, Map<unknown, string>>,
): Row {
  const columns = Object.entries(row).filter(([column]) => !hidden.has(column));
  return Object.fromEntries(
    columns.map(([column, value]) => {
      const tables = named[column];
      if (tables === undefined || value === null) return [column, plain(value)];
      const id = tables.map((table) => ids.get(table)?.get(value)).find((found) => found !== undefined);
      if (id === undefined) throw new Error(`${column} ${value} names no row.`);
      return [column.replace(/_no$/, ""), id];
    }),
  );
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
}
