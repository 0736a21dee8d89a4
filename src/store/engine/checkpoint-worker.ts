import { parentPort, workerData } from "node:worker_threads";
import BetterSqlite3 from "better-sqlite3";
import type { CheckpointRequest } from "./checkpoint.ts";

const intervalMilliseconds = 250;

const database = new BetterSqlite3(workerData as string, { fileMustExist: true });
const timer = setInterval(checkpoint, intervalMilliseconds);

parentPort?.on("message", (request: CheckpointRequest) => {
  if (request === "close") return close();
  checkpoint();
  parentPort?.postMessage("done");
});

/** Passive: it copies what it can and waits for nobody. Another process may be at it already; then there is nothing to do. */
function checkpoint(): void {
  try {
    database.pragma("wal_checkpoint(passive)");
  } catch (error) {
    if (!String((error as { code?: unknown }).code).startsWith("SQLITE_BUSY")) throw error;
  }
}

function close(): void {
  clearInterval(timer);
  checkpoint();
  database.close();
  parentPort?.close();
}
