import { CompiledQuery, type Kysely } from "kysely";
import type { Database } from "../schema.ts";
import type { OpenSnapshot } from "./snapshot.ts";

/**
 * Moments of a SQLite file, read on this thread by its one reading connection, which keeps what it prepared: one after the other,
 * whoever wants a further one waits.
 */
export class OwnMoments {
  readonly #read: Kysely<Database>;
  #last: Promise<void> = Promise.resolve();

  constructor(read: Kysely<Database>) {
    this.#read = read;
  }

  /** A read transaction begins with its first read: what is committed afterwards it does not see. */
  async open(): Promise<OpenSnapshot> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    const run = (sql: string) => this.#read.executeQuery(CompiledQuery.raw(sql));
    const close = async () => {
      await run("rollback").catch(() => {});
      resolve();
    };
    try {
      await run("begin deferred");
      await run("select name from migrations limit 1");
    } catch (error) {
      await close();
      throw error;
    }
    return { read: this.#read, close };
  }

  async close(): Promise<void> {
    await this.#last;
  }
}
