import { type SelectQueryBuilder, sql } from "kysely";
import type { Database } from "../schema.ts";
import type { Session } from "./statements.ts";

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
