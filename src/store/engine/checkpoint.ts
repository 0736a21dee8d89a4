import { statSync } from "node:fs";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";

/** Below it there is nothing worth a thread. */
const smallestWalBytes = 2 ** 20;
const largestWalBytes = 32 * 2 ** 20;
/** A worker that could not begin, as where files are short, is begun again. */
const againAfterMilliseconds = 10_000;

/** What the worker is told: a checkpoint that somebody awaits, or to end. */
export type CheckpointRequest = "checkpoint" | "close";

/**
 * Copies the write-ahead log of a SQLite file back into it, off the serving thread: once the log is over 1 MB, a worker makes a
 * passive checkpoint every 250 ms. Under steady load it alone never reaches the log's end, and the log would grow for ever: so once the log
 * is over 32 MB the writer waits for one checkpoint between two batches, after which the log starts anew.
 */
export class Checkpointer {
  readonly #path: string;
  #worker: Worker | undefined;
  /** When a worker ended that nobody had told to, by the monotonic clock. */
  #failedAt = Number.NEGATIVE_INFINITY;
  readonly #waiting: (() => void)[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  /** Starts the worker once there is something for it: a process that only reads, or writes little, needs none. */
  async betweenBatches(): Promise<void> {
    const walBytes = this.#walBytes();
    if (this.#worker === undefined && walBytes <= smallestWalBytes) return;
    const worker = this.#running();
    if (worker === undefined || walBytes <= largestWalBytes) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      worker.postMessage("checkpoint" satisfies CheckpointRequest);
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    // Closing is worth waiting for; everything before was not.
    worker.ref();
    const exited = new Promise((resolve) => worker.once("exit", resolve));
    // Somebody waits for it now: it must keep the process alive until it has ended.
    worker.ref();
    worker.postMessage("close" satisfies CheckpointRequest);
    await exited;
  }

  #running(): Worker | undefined {
    if (performance.now() - this.#failedAt > againAfterMilliseconds) this.#worker ??= this.#start();
    return this.#worker;
  }

  #start(): Worker {
    // Beside this file, and like it TypeScript in a checkout's tests and JavaScript elsewhere.
    const file = new URL(`./checkpoint-worker${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(file, { workerData: this.#path, execArgv: [] });
    worker.unref();
    worker.on("message", () => this.#waiting.shift()?.());
    worker.on("error", () => {
      this.#failedAt = performance.now();
    });
    worker.on("exit", () => {
      this.#worker = undefined;
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
    return worker;
  }

  #walBytes(): number {
    return statSync(`${this.#path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }
}
