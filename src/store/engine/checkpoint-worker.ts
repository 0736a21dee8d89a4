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

/**
 * Passive: it copies what it can and waits for nobody. Where it cannot, the next one may: another process is at it already, or the disk is
 * full and will not be for ever. Whether the store can be written to is for the writer to find out.
 */
function checkpoint(): void {
  try {
    database.pragma("wal_checkpoint(passive)");
  } catch (error) {
    if (!(error instanceof BetterSqlite3.SqliteError)) throw error;
  }
}

function close(): void {
  clearInterval(timer);
  checkpoint();
  database.close();
  parentPort?.close();
}
