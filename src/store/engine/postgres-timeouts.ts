import type pg from "pg";
import { postgresFault } from "./postgres-faults.ts";
import { NamingClient } from "./postgres-statements.ts";

/**
 * What the server itself ends, in milliseconds; the same words at the end of a database URL
 * (`?statement_timeout=60000`, 0 for never) say otherwise. A batch takes milliseconds. Another process that stopped within
 * a transaction keeps its locks only for as long as it may be idle there.
 */
export const writeTimeouts = {
  statement_timeout: 10_000,
  lock_timeout: 5_000,
  idle_in_transaction_session_timeout: 10_000,
};
export const readTimeouts = { statement_timeout: 30_000 };

/** A migration takes the time it takes, whatever the URL says of other statements. */
export function withoutTimeouts(url: string): string {
  return url.replaceAll(/(?<=[?&])(?:statement|lock|idle_in_transaction_session)_timeout=[^&]*&?/g, "");
}

/** For a connection to be made, or to become free. */
export const connectTimeoutMilliseconds = 5_000;

/** How much longer than the server may take over a statement its answer is waited for. */
const graceMilliseconds = 2_000;
const closeTimeoutMilliseconds = 2_000;

const timedOut = "ETIMEDOUT";

/** The server may have done what it was asked to: nobody knows. */
class NoAnswer extends Error {
  readonly code = timedOut;
  constructor(milliseconds: number) {
    super(`PostgreSQL did not answer within ${milliseconds / 1000} s.`);
  }
}

/** Said by a client that met an error after which the connections of before are not to be used. */
export const renew = "renew";

/** What the driver's types keep to themselves. */
interface Inside {
  readonly connection: pg.Connection;
  readonly connectionParameters: { readonly statement_timeout: number | string | false };
}

/**
 * A client that waits for no answer for ever: a server that hangs, or is behind a network that does, closes nothing. The
 * connection is given up, since whatever it says later would be taken for the answer to another question.
 */
export class TimedClient extends NamingClient {
  override query(...given: unknown[]): never {
    const answer = (super.query as (...args: unknown[]) => unknown).apply(this, given);
    const limit = Number(this.#inside.connectionParameters.statement_timeout || 0);
    if (answer instanceof Promise) {
      if (limit > 0) this.#limit(answer, limit + graceMilliseconds);
      answer.catch((error: unknown) => {
        if (postgresFault(error).renew) this.emit(renew);
      });
    }
    return answer as never;
  }

  override end(...given: unknown[]): never {
    const { stream } = this.#inside.connection;
    const giveUp = setTimeout(() => stream.destroy(), closeTimeoutMilliseconds);
    this.once("end", () => clearTimeout(giveUp));
    return (super.end as (...args: unknown[]) => unknown).apply(this, given) as never;
  }

  get #inside(): Inside {
    return this as unknown as Inside;
  }

  #limit(answer: Promise<unknown>, milliseconds: number): void {
    const { stream } = this.#inside.connection;
    const giveUp = setTimeout(() => stream.destroy(new NoAnswer(milliseconds)), milliseconds);
    const stop = () => clearTimeout(giveUp);
    answer.then(stop, stop);
  }
}
