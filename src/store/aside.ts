import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { Database } from "./schema.ts";

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
  const db = new Kysely<Database>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new AsideDriver(connection),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
  return { db, close: () => connection.close() };
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
