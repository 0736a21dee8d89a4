import { CompiledQuery, type Kysely } from "kysely";
import type { Database } from "../schema.ts";

/** Of a statement that is compiled already. */
export async function firstRow<Row>(
  db: Kysely<Database>,
  sql: string,
  parameters: readonly unknown[],
): Promise<Row | undefined> {
  const query = CompiledQuery.raw(sql, [...parameters]) as CompiledQuery<Row>;
  return (await db.executeQuery(query)).rows[0];
}
