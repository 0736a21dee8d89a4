import { createHash } from "node:crypto";
import pg from "pg";

const names = new Map<string, string>();

/**
 * Has PostgreSQL keep a statement prepared on every connection; for statements of which there are few, used often. A name says
 * which statement it is, in every process.
 */
export function keepPrepared(sql: string): void {
  if (!names.has(sql))
    names.set(sql, `tallyhook_${createHash("sha256").update(sql).digest("hex").slice(0, 24)}`);
}

/** A client that sends the statements of {@link keepPrepared} by name: parsed and planned once per connection. */
export class NamingClient extends pg.Client {
  // The driver overloads `query` a dozen times; Kysely calls it with text and values, and that is all that is changed.
  override query(...given: unknown[]): never {
    const [text, values] = given;
    const name = typeof text === "string" ? names.get(text) : undefined;
    const call = super.query as (...args: unknown[]) => never;
    return name === undefined ? call.apply(this, given) : call.call(this, { name, text, values });
  }
}
