import { parentPort, workerData } from "node:worker_threads";
import BetterSqlite3 from "better-sqlite3";
import type { AsideAnswer, AsideQuestion } from "./aside.ts";

/** Here it stops nobody. */
const busyTimeoutMilliseconds = 5_000;

const database = new BetterSqlite3(workerData as string, {
  readonly: true,
  fileMustExist: true,
  timeout: busyTimeoutMilliseconds,
});
database.defaultSafeIntegers(true);

parentPort?.on("message", ({ sql, parameters }: AsideQuestion) => {
  parentPort?.postMessage(answer(sql, parameters));
});

function answer(sql: string, parameters: readonly unknown[]): AsideAnswer {
  try {
    const statement = database.prepare(sql);
    // What would write is refused by the connection.
    if (!statement.reader) statement.run(...parameters);
    return { rows: statement.reader ? statement.all(...parameters) : [] };
  } catch (error) {
    const { message, code } = error as { message: string; code?: string };
    return { error: { message, code } };
  }
}
