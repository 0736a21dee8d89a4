import type { Kysely } from "kysely";
import type { UsageId } from "../../domain/ids.ts";
import type { Usage } from "../../domain/spending/usage.ts";
import type { Database } from "../schema.ts";
import { usageOf, usageRows } from "../usage.ts";

export async function usageById(db: Kysely<Database>, id: UsageId): Promise<Usage | undefined> {
  const row = await usageRows(db).where("usage.id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : usageOf(row);
}
