import BetterSqlite3 from "better-sqlite3";
import { CachingDatabase, type Prepared } from "./sqlite-statements.ts";

/**
 * Databases in memory are opened by the hundred, one after the other: by a replay for each case, by an app's tests for each
 * test. Half of what one costs is to migrate it, and to prepare again every statement that the one before had prepared. So the
 * first one that was migrated is remembered, and a closed one is emptied to what that was, and is the next.
 */
interface Migrated {
  readonly bytes: Buffer;
  /** What refers to another table stands before it. */
  readonly tables: readonly string[];
  readonly rows: readonly { readonly table: string; readonly values: readonly unknown[] }[];
}

/** Emptied, a larger one would hold its memory for nothing. */
const mostPagesKept = 4_096n;

let migrated: Migrated | undefined;
let emptied: { readonly database: BetterSqlite3.Database; readonly prepared: Prepared } | undefined;

/** A database as migrations leave it, once one was seen; `open` makes one of bytes, or an empty one. */
export function openInMemory(
  open: (content: Buffer | ":memory:") => BetterSqlite3.Database,
): CachingDatabase {
  const { database, prepared } = emptied ?? {
    database: open(migrated?.bytes ?? ":memory:"),
    prepared: new Map(),
  };
  emptied = undefined;
  return new CachingDatabase(database, { prepared, takeOver });
}

/** The first one that is migrated is what others begin as. */
export function rememberMigrated(first: CachingDatabase): void {
  if (migrated !== undefined) return;
  const bytes = first.serialize();
  const database = new BetterSqlite3(bytes).defaultSafeIntegers();
  const rowsOf = (table: string) => database.prepare<[], unknown[]>(`select * from ${table}`).raw().all();
  const tables = tablesOf(database);
  const rows = tables.flatMap((table) => rowsOf(table).map((values) => ({ table, values })));
  database.close();
  migrated = { bytes, tables, rows };
}

/** Only one is kept, and only if nothing of it is still going on. */
function takeOver(database: BetterSqlite3.Database, prepared: Prepared): boolean {
  if (migrated === undefined || emptied !== undefined || database.inTransaction) return false;
  if ([...prepared.values()].some(({ busy }) => busy)) return false;
  if ((database.pragma("page_count", { simple: true }) as bigint) > mostPagesKept) return false;
  empty(database, migrated);
  emptied = { database, prepared };
  return true;
}

/** Foreign keys stay on: a pragma would make SQLite prepare everything again. */
function empty(database: BetterSqlite3.Database, { tables, rows }: Migrated): void {
  database.transaction(() => {
    for (const table of tables) database.exec(`delete from ${table}`);
    for (const { table, values } of rows)
      database.prepare(`insert into ${table} values (${values.map(() => "?").join(", ")})`).run(values);
  })();
}

function tablesOf(database: BetterSqlite3.Database): string[] {
  const strings = (sql: string) => database.prepare<[], string>(sql).pluck().all();
  const found = new Set<string>();
  const find = (table: string) => {
    if (found.has(table)) return;
    for (const other of strings(`select "table" from pragma_foreign_key_list('${table}')`))
      if (other !== table) find(other);
    found.add(table);
  };
  for (const table of strings(
    "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\'",
  ))
    find(table);
  return [...found].reverse();
}
