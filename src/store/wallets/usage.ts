import { sql } from "kysely";
import type { UsageId } from "../../domain/ids.ts";
import { happenedAt, type Usage } from "../../domain/spending/usage.ts";
import { ascending, insertNouns, replaceNouns, type Session, selectByKeys } from "../engine/statements.ts";
import type { Loaded, Numbers } from "../loaded.ts";
import type { UsageRow } from "../schema.ts";
import { usageName, usageNoun } from "./nouns/spending.ts";

/** With what its wallet says. */
export type StoredUsage = UsageRow & { wallet_id: string; currency: string };

const selectUsage = selectByKeys<string, StoredUsage>(({ trx }, ids) =>
  usageRows(trx).where("usage.id", "in", ids),
);

export function usageRows(db: Pick<Session["trx"], "selectFrom">) {
  return db
    .selectFrom("usage")
    .innerJoin("wallets", "wallets.no", "usage.wallet_no")
    .selectAll("usage")
    .select(["wallets.id as wallet_id", "wallets.currency"]);
}

/** When it happened, as limits and reports count it; beside the hold that it settled. */
export const happenedIn = sql<bigint>`coalesce(holds.created_at, case
  when usage.occurred_at is null or usage.occurred_at > usage.applied_at then usage.applied_at
  else usage.occurred_at
end)`;

const insertUsage = insertNouns("usage", usageNoun);
const replaceUsage = replaceNouns("usage", usageNoun, "no");

/** What is stored of usage. Not locked: what can change of it changes under the lock of its wallet. */
export async function loadUsage(session: Session, loaded: Loaded, ids: Iterable<UsageId>): Promise<void> {
  putUsage(loaded, await selectUsage(session, ids));
}

export function putUsage(loaded: Loaded, rows: readonly StoredUsage[]): void {
  for (const { id, no } of rows) loaded.numbers.set(usageName(id as UsageId), no);
  const usage = rows.map(usageOf);
  for (const used of usage) loaded.reach(happenedAt(used));
  loaded.books.load({ usage });
}

/** Stores usage; the statement lines it is part of are stored already. */
export async function saveUsage(
  session: Session,
  numbers: Numbers,
  { added, changed }: { added: readonly Usage[]; changed: readonly Usage[] },
): Promise<void> {
  const byNumber = (a: Usage, b: Usage) =>
    ascending(numbers.of(usageName(a.id)), numbers.of(usageName(b.id)));
  // What is new was numbered in this order.
  await insertUsage(session, numbers, added);
  await replaceUsage(session, numbers, changed.toSorted(byNumber));
}

export const usageOf = (row: StoredUsage): Usage => usageNoun.nounOf(row);
