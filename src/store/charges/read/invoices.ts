import type { Kysely } from "kysely";
import type { Database } from "../../schema.ts";

/** An account that an invoice was heard of, as `stripe:default`; `null` if there is none. Without any it reads all charges. */
export async function accountWithInvoices(db: Kysely<Database>): Promise<string | null> {
  const row = await db
    .selectFrom("charges")
    .select(["provider", "account"])
    .where("kind", "=", "invoice")
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : `${row.provider}:${row.account}`;
}
