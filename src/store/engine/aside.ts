import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
} from "kysely";
import type { Database } from "../schema.ts";
import { NamingSqliteCompiler } from "./columns.ts";
import type { FirstLook, OpenMoment } from "./transaction.ts";

export interface AsideQuestion {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export type AsideAnswer =
  | { readonly rows: unknown[] }
  | { readonly error: { readonly message: string; readonly code: string | undefined } };

/** Queries of a SQLite file on a thread of its own: what takes long there keeps nobody here waiting. */
export function openAside(path: string): { readonly db: Kysely<Database>; close(): Promise<void> } {
  const connection = new AsideConnection(path);
  return { db: kyselyOver(connection), close: () => connection.close() };
}

/** So many moments are read at once; whoever wants a further one waits. */
const threads = 2;

/** Moments of a SQLite file, each read on a thread that nobody else has meanwhile. */
export class AsideMoments {
  readonly #path: string;
  readonly #all: AsideConnection[] = [];
  readonly #free: AsideConnection[] = [];
  readonly #waiting: ((connection: AsideConnection) => void)[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  /** A read transaction begins with its first read: what is committed afterwards it does not see. */
  async open<Seen>(look: FirstLook<Seen>): Promise<OpenMoment<Seen>> {
    const connection = await this.#take();
    const read = kyselyOver(connection);
    const run = (sql: string) => read.executeQuery(CompiledQuery.raw(sql));
    let isOpen = true;
    const close = async () => {
      if (!isOpen) return;
      isOpen = false;
      await run("rollback").catch(() => {});
      this.#give(connection);
    };
    try {
      await run("begin deferred");
      return { read, close, seen: await look(read) };
    } catch (error) {
      await close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((connection) => connection.close()));
  }

  #take(): Promise<AsideConnection> | AsideConnection {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#all.length < threads) {
      const connection = new AsideConnection(this.#path);
      this.#all.push(connection);
      return connection;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #give(connection: AsideConnection): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(connection);
    else next(connection);
  }
}

function kyselyOver(connection: AsideConnection): Kysely<Database> {
  return new Kysely<Database>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new AsideDriver(connection),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new NamingSqliteCompiler(),
    },
  });
}

class AsideDriver implements Driver {
  readonly #connection: AsideConnection;

  constructor(connection: AsideConnection) {
    this.#connection = connection;
  }

  init = async () => {};
  acquireConnection = async () => this.#connection;
  releaseConnection = async () => {};
  beginTransaction = onlyQueries;
  commitTransaction = onlyQueries;
  rollbackTransaction = onlyQueries;
  destroy = () => this.#connection.close();
}

const onlyQueries = async (): Promise<never> => {
  throw new Error("Beside the serving thread there are single queries only.");
};

/** The thread starts with the first question; one that has ended is started again by the next. It answers in order. */
class AsideConnection implements DatabaseConnection {
  readonly #path: string;
  #worker: Worker | undefined;
  #isClosed = false;
  readonly #asked: { answer(answer: AsideAnswer): void; fail(error: Error): void }[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#isClosed) throw new Error("The store is closed.");
    this.#worker ??= this.#start();
    const answer = await new Promise<AsideAnswer>((resolve, reject) => {
      this.#asked.push({ answer: resolve, fail: reject });
      this.#worker?.postMessage({ sql, parameters } satisfies AsideQuestion);
    });
    if ("error" in answer) throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
    return { rows: answer.rows as Row[] };
  }

  // biome-ignore lint/correctness/useYield: it gives nothing.
  async *streamQuery(): AsyncGenerator<never> {
    await onlyQueries();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker?.terminate();
  }

  #start(): Worker {
    // Beside this file, and like it TypeScript in a checkout's tests and JavaScript elsewhere.
    const file = new URL(`./aside-worker${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(file, { workerData: this.#path, execArgv: [] });
    worker.unref();
    let failure = new Error("The thread beside ended.");
    worker.on("message", (answer: AsideAnswer) => this.#asked.shift()?.answer(answer));
    worker.on("error", (error) => {
      failure = error as Error;
    });
    worker.on("exit", () => {
      this.#worker = undefined;
      for (const { fail } of this.#asked.splice(0)) fail(failure);
    });
    return worker;
  }
}
