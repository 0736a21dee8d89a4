import { type RawBuilder, sql } from "kysely";
import { idsOfRef } from "../../../domain/ids.ts";

const prefixes = { charges: "chg", payouts: "pay" } as const;

/** Charges or transfers of a provider's own id: theirs begin with it, so that no index has the refs beside them. */
export function hasRef(table: keyof typeof prefixes, ref: string): RawBuilder<boolean> {
  const id = sql.ref(`${table}.id`);
  const { from, before } = idsOfRef(prefixes[table], ref);
  return sql<boolean>`(${id} >= ${from} and ${id} < ${before})`;
}
