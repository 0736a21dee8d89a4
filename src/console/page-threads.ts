import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Log } from "../services/kit/log.ts";
import type { ReadingTask } from "../services/running/open-reading.ts";
import { type ErrorPage, errorPageOf } from "./kit/errors.tsx";
import type { AskedPage, MadePage } from "./page-maker.tsx";

export interface ToThread {
  readonly no: number;
  readonly asked: AskedPage;
}

export type FromThread =
  | { readonly kind: "made"; readonly no: number; readonly made: MadePage }
  | { readonly kind: "log"; readonly level: keyof Log; readonly fields: object; readonly message: string };

interface Shares {
  /** Threads at most; all but the first begin with the first page that finds the others busy. */
  readonly threads: number;
  /** Pages that one of them makes at a time. */
  readonly atOnce: number;
}

/**
 * On SQLite a thread reads one moment at a time, and leaves a core to the thread that serves; on PostgreSQL it waits most of the time
 * for the database.
 */
const shares: Readonly<Record<"sqlite" | "postgres", Shares>> = {
  sqlite: { threads: availableParallelism() > 2 ? 2 : 1, atOnce: 1 },
  postgres: { threads: 1, atOnce: 2 },
};

/** Pages that wait at most: so many take some seconds, and whoever asked for a further one has given up by then. */
export const mostWaiting = 100;

const tooMany: ErrorPage = {
  status: 503,
  title: "Too many pages are asked for at once",
  why: "Nothing was changed. Others are served first: try again in a few seconds.",
  headers: { "retry-after": "5" },
};

/** Makes pages on threads beside the one that serves, which neither reads nor writes down any of them. Whoever finds all busy waits. */
export class PageThreads {
  readonly #task: ReadingTask;
  readonly #log: Log;
  readonly #shares: Shares;
  readonly #threads: PageThread[] = [];
  readonly #waiting: ((thread: PageThread) => void)[] = [];

  constructor(task: ReadingTask, log: Log) {
    this.#task = task;
    this.#log = log;
    this.#shares = shares[task.databaseUrl.startsWith("sqlite:") ? "sqlite" : "postgres"];
  }

  /** The first thread begins before anybody asks for a page: to load what it needs takes as long as a hundred pages. */
  start(): void {
    this.#free()?.start();
  }

  make = async (asked: AskedPage): Promise<MadePage> => {
    const free = this.#free();
    if (free === undefined && this.#waiting.length >= mostWaiting)
      return { kind: "error", error: { page: tooMany, logged: null } };
    const thread = free ?? (await new Promise<PageThread>((resolve) => this.#waiting.push(resolve)));
    try {
      return await thread.make(asked);
    } catch (error) {
      return { kind: "error", error: errorPageOf({ isUnavailable: () => false }, error) };
    } finally {
      if (thread.pages < this.#shares.atOnce) this.#waiting.shift()?.(thread);
    }
  };

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  #free(): PageThread | undefined {
    const free = this.#threads.find(({ pages }) => pages < this.#shares.atOnce);
    if (free !== undefined || this.#threads.length >= this.#shares.threads) return free;
    const thread = new PageThread(this.#task, this.#log);
    this.#threads.push(thread);
    return thread;
  }
}

interface Waiting {
  resolve(made: MadePage): void;
  reject(error: Error): void;
}

/** One that has ended is started again by the next page. */
class PageThread {
  readonly #task: ReadingTask;
  readonly #log: Log;
  readonly #asked = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #no = 0;

  constructor(task: ReadingTask, log: Log) {
    this.#task = task;
    this.#log = log;
  }

  /** How many it makes. */
  get pages(): number {
    return this.#asked.size;
  }

  start(): void {
    this.#worker ??= this.#begun();
  }

  make(asked: AskedPage): Promise<MadePage> {
    const no = this.#no++;
    const { promise, resolve, reject } = Promise.withResolvers<MadePage>();
    this.#asked.set(no, { resolve, reject });
    this.start();
    this.#worker?.postMessage({ no, asked } satisfies ToThread);
    return promise;
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #begun(): Worker {
    // Beside this file, and like it TypeScript in a checkout's tests and JavaScript elsewhere.
    const file = new URL(`./page-worker${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(file, { workerData: this.#task, execArgv: loadedFirst(process.execArgv) });
    worker.unref();
    let failure = new Error("The thread that made the page ended.");
    worker.on("message", (message: FromThread) => this.#hear(message));
    worker.on("error", (error) => {
      failure = error as Error;
    });
    worker.on("exit", () => {
      this.#worker = undefined;
      const unmade = [...this.#asked.values()];
      this.#asked.clear();
      for (const { reject } of unmade) reject(failure);
    });
    return worker;
  }

  #hear(message: FromThread): void {
    switch (message.kind) {
      case "log":
        this.#log[message.level](message.fields, message.message);
        break;
      case "made":
        this.#made(message);
        break;
      default:
        message satisfies never;
    }
  }

  #made({ no, made }: Extract<FromThread, { kind: "made" }>): void {
    const waiting = this.#asked.get(no);
    this.#asked.delete(no);
    waiting?.resolve(made.kind === "html" ? { ...made, html: Buffer.from(made.html.buffer) } : made);
  }
}

/** What the process was told to load before anything else, a thread of it loads too; other options are not for threads. */
function loadedFirst(execArgv: readonly string[]): string[] {
  return execArgv.flatMap((argument, index) =>
    argument === "--import" || argument === "--require"
      ? [argument, execArgv[index + 1] ?? ""]
      : /^--(?:import|require)=/.test(argument)
        ? [argument]
        : [],
  );
}
