import BetterSqlite3 from "better-sqlite3";

/** The statements that this process prepares on SQLite while something is done, each once. */
export async function preparedDuring(run: () => Promise<void>): Promise<ReadonlySet<string>> {
  const statements = new Set<string>();
  const { prepare } = BetterSqlite3.prototype;
  BetterSqlite3.prototype.prepare = function (this: BetterSqlite3.Database, sql: string) {
    statements.add(sql);
    return prepare.call(this, sql);
  } as typeof prepare;
  try {
    await run();
  } finally {
    BetterSqlite3.prototype.prepare = prepare;
  }
  return statements;
}
