import { setTimeout as sleep } from "node:timers/promises";
import { type Kysely, type SelectQueryBuilder, sql, type Transaction } from "kysely";
import type { Instant } from "../../domain/time.ts";
import type { Database } from "../schema.ts";
import type { Engine } from "./engine.ts";
import type { Session } from "./statements.ts";

const usualRetries = 5;
/** So long, at least, the database is tried again for a fault of its own that may pass. */
const usualPatienceMilliseconds = 2_000;
const firstPauseMilliseconds = 10;
const longestPauseMilliseconds = 160;

interface RetryOptions {
  readonly retries?: number;
  readonly patienceMilliseconds?: number;
}

/**
 * Runs a transaction again while its failure is one that may not come again: a lost race, a deadlock, a connection that
 * broke. Pauses double and are cut by chance, so that two processes that met do not meet again.
 */
export async function retrying<Result>(
  { faultOf }: Pick<Engine, "faultOf">,
  run: () => Promise<Result>,
  { retries = usualRetries, patienceMilliseconds = usualPatienceMilliseconds }: RetryOptions = {},
): Promise<Result> {
  const begun = performance.now();
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      const { of, again, refusesWrites = false } = faultOf(error);
      const isSoon = of === "database" && !refusesWrites && performance.now() - begun < patienceMilliseconds;
      if (again !== true || (attempt >= retries && !isSoon)) throw error;
      const pause = Math.min(firstPauseMilliseconds * 2 ** attempt, longestPauseMilliseconds);
      await sleep(pause * (0.5 + Math.random() / 2));
    }
  }
}

/**
 * Commits what `run` did, or nothing of it. A rollback that fails too (the disk is full, the connection is gone) does not
 * hide the error that led to it.
 */
export async function inTransaction<Result>(
  db: Kysely<Database>,
  run: (trx: Transaction<Database>) => Promise<Result>,
): Promise<Result> {
  const trx = await db.startTransaction().execute();
  try {
    const result = await run(trx);
    await trx.commit().execute();
    return result;
  } catch (error) {
    await trx
      .rollback()
      .execute()
      .catch(() => {});
    throw error;
  }
}

/** The database as it was at one moment, for as long as it is read: other processes write meanwhile, and are not seen. */
export interface OpenSnapshot {
  /** For queries only. */
  readonly read: Kysely<Database>;
  close(): Promise<void>;
}

/** What is looked at first, which fixes the moment; it may be asked again where the way to the database broke. */
export type FirstLook<Seen> = (read: Kysely<Database>) => Promise<Seen>;

/** A snapshot with what was looked at first. */
export type OpenMoment<Seen> = OpenSnapshot & { readonly seen: Seen };

/** Of whoever needs nothing at once. */
export async function anyRow(read: Kysely<Database>): Promise<void> {
  await read.selectFrom("migrations").select("name").limit(1).execute();
}

/** What an engine says of slices. */
export interface SliceTerms {
  /** For how long one may be looked at. */
  readonly milliseconds: number;
  /** For how long the others have the database to themselves before the next. */
  readonly pauseMilliseconds: number;
  open(): Promise<OpenSnapshot>;
}

/**
 * Locks the rows of a query until the batch is committed, in the order of a key: two batches that want the same rows then
 * wait for each other instead of locking each other out. SQLite has one writer, and needs neither lock nor order.
 */
export function lockedRows<Table extends keyof Database, Row>(
  { engine }: Session,
  query: SelectQueryBuilder<Database, Table, Row>,
  key: string,
): SelectQueryBuilder<Database, Table, Row> {
  if (engine.rowLock === "") return query;
  return query.orderBy(sql.ref(key)).modifyEnd(sql.raw(engine.rowLock));
}

/** The right to do what only one process does at a time, until it expires. */
export interface Lease {
  readonly name: string;
  readonly token: bigint;
}

/** `null` if somebody holds it. One that has expired is anybody's. */
export async function takeLease(
  engine: Engine,
  name: string,
  { now, until }: { readonly now: Instant; readonly until: Instant },
): Promise<Lease | null> {
  const { rows } = await retrying(engine, () =>
    sql<{ token: bigint }>`
      insert into leases (name, token, expires_at) values (${name}, 1, ${until})
      on conflict (name) do update set token = leases.token + 1, expires_at = excluded.expires_at
      where leases.expires_at <= ${now}
      returning token
    `.execute(engine.writer),
  );
  const [row] = rows;
  return row === undefined ? null : { name, token: row.token };
}

/** Whether it was still ours; `until` in the past gives it up. */
export async function prolongLease(engine: Engine, { name, token }: Lease, until: Instant): Promise<boolean> {
  const { numUpdatedRows } = await retrying(engine, () =>
    engine.writer
      .updateTable("leases")
      .set({ expires_at: until })
      .where("name", "=", name)
      .where("token", "=", token)
      .executeTakeFirst(),
  );
  return numUpdatedRows > 0n;
}

/** Whether nobody took it since: then nobody does before the transaction ends. */
export async function holdsLease(
  trx: Transaction<Database>,
  { rowLock }: Engine,
  { name, token }: Lease,
): Promise<boolean> {
  const row = await trx
    .selectFrom("leases")
    .select("token")
    .where("name", "=", name)
    .modifyEnd(sql.raw(rowLock))
    .executeTakeFirst();
  return row?.token === token;
}
