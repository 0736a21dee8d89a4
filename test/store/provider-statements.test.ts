import type { ReportRow, StatementRow } from "../../src/domain/reconciling/statement.ts";
import { fromUnixSeconds } from "../../src/domain/time.ts";
import type { ReadLines } from "../../src/store/reconciling/provider-statements.ts";
import {
  keysTaken,
  listReportRows,
  statementLinesAfter,
  statementRowsByKeys,
} from "../../src/store/reconciling/read/statement-rows.ts";
import { findStatement, reportsOf } from "../../src/store/reconciling/read/statements.ts";
import { engines } from "../support/engines.ts";
import { OpenStores } from "../support/open-stores.ts";

const stores = new OpenStores();
afterEach(() => stores.close());

const now = fromUnixSeconds(1_790_000_000);
const source = { provider: "stripe", account: "default" } as const;
const begun = {
  ...source,
  format: "payout_reconciliation",
  origin: "import",
  actionOf: null,
  covered: { from: null, to: now },
  createdAt: now,
} as const;

function rowOf(key: string): StatementRow {
  return {
    key,
    kind: "balance",
    category: "charge",
    objectRef: "ch_1",
    payoutRef: "po_1",
    customerRef: null,
    state: null,
    at: now,
    currency: "USD",
    gross: 9_007_199_254_740_993n,
    fee: -30n,
    tax: null,
    net: 9_007_199_254_741_023n,
  };
}

const included = (line: number, key: string): ReportRow => {
  return { line, status: "included", reason: null, row: rowOf(key) };
};
const lines: ReportRow[] = [
  included(2, "txn_1"),
  { line: 3, status: "excluded", reason: "not_billed", row: { ...rowOf("txn_2"), gross: null, at: null } },
  { line: 5, status: "error", reason: "row_duplicated", row: rowOf("txn_1") },
];
const unreadable: ReportRow = { line: 6, status: "error", reason: "row_broken", row: {} };
const none = { included: 0, excluded: 0, inError: 0, news: 0 };
const three = { included: 1, excluded: 1, inError: 1, news: 1 };
const step: ReadLines = { lines, before: none, after: three };

describe.each(engines)("a provider's statement, on $name", ({ freshDatabaseUrl }) => {
  test("is kept with every row, to the cent, and read again by key and in order", async () => {
    const store = await stores.open({ databaseUrl: await freshDatabaseUrl() });
    const opened = await store.openStatement(begun);
    await store.addStatementLines(opened, step);
    const four = { ...three, inError: 2 };
    await store.addStatementLines(opened, { lines: [unreadable], before: three, after: four });
    expect(await statementLinesAfter(store.read, opened.no, { line: 2, limit: 2 })).toEqual(lines.slice(1));
    const page = await listReportRows(store.read, opened.no, { status: "error" }, { limit: 1, after: null });
    expect(page).toEqual({ rows: [lines[2]], next: "5" });
    const rest = await listReportRows(store.read, opened.no, {}, { limit: 9, after: "5" });
    expect(rest.rows).toMatchObject([{ line: 6, status: "error", reason: "row_broken" }]);
    const found = await statementRowsByKeys(store.read, [opened.no], ["txn_1", "txn_9"]);
    expect(found).toMatchObject([lines[0], lines[2]]);
    expect(await keysTaken(store.read, opened.no, ["txn_1", "txn_2", "txn_9"])).toEqual(
      new Set(["txn_1", "txn_2"]),
    );
  });

  test("ends with its problem, its warnings and what it counted", async () => {
    const store = await stores.open({ databaseUrl: await freshDatabaseUrl() });
    const opened = await store.openStatement(begun);
    const problem = { code: "csv_invalid", detail: "A quote never ends." };
    await store.addStatementLines(opened, step);
    const end = {
      status: "incomplete",
      problem,
      warnings: ["column_unknown: colour"],
      finishedAt: now,
    } as const;
    await store.finishStatement(opened, end);
    const { covered, createdAt } = begun;
    expect((await findStatement(store.read, opened.id))?.statement).toEqual({
      ...source,
      dismissedAt: null,
      dismissedReason: null,
      ...end,
      id: opened.id,
      format: begun.format,
      origin: "import",
      covered,
      createdAt,
      counts: three,
    });
  });

  test("stores a step once, though it is done again after its answer was lost", async () => {
    const store = await stores.open({ databaseUrl: await freshDatabaseUrl() });
    const opened = await store.openStatement(begun);
    await store.addStatementLines(opened, step);
    await store.addStatementLines(opened, step);
    expect(await statementLinesAfter(store.read, opened.no, { line: 0, limit: 9 })).toHaveLength(3);
    const other = { lines: [unreadable], before: none, after: { ...none, inError: 1 } };
    await expect(store.addStatementLines(opened, other)).rejects.toThrow("another writer");
  });

  test("has a name of its own, also if two begin at once", async () => {
    const store = await stores.open({ databaseUrl: await freshDatabaseUrl() });
    const opened = await Promise.all([1, 2, 3].map(() => store.openStatement(begun)));
    expect(new Set(opened.map(({ id }) => id)).size).toBe(3);
    const listed = await reportsOf(store.read, source, ["payout_reconciliation"]);
    expect(listed.map(({ statement }) => statement.id).sort()).toEqual(opened.map(({ id }) => id).sort());
  });
});
