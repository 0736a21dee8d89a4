import { sql, type Transaction } from "kysely";
import type { Instant } from "../../domain/time.ts";
import type { Database } from "../schema.ts";
import type { Engine } from "./engine.ts";
import { retrying } from "./retry.ts";

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
