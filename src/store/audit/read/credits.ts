import { type Kysely, sql } from "kysely";
import type { CustomerCredit } from "../../../domain/credit/customer-credit.ts";
import type { ChargeId } from "../../../domain/ids.ts";
import { creditOf } from "../../charges/customer-credits.ts";
import type { Database } from "../../schema.ts";

/** Whose credit, and in which currency. */
export type CreditKey = Pick<CustomerCredit, "provider" | "account" | "customerRef" | "currency">;

/** The next customers' credits after an id. */
export function storedCredits(db: Kysely<Database>, after: string, size: number): Promise<CustomerCredit[]> {
  return db
    .selectFrom("customer_credits")
    .selectAll()
    .where("id", ">", after)
    .orderBy("id")
    .limit(size)
    .execute()
    .then((rows) => rows.map(creditOf));
}

/** Of these credits, those whose memos do not add up to what is stored of them. */
export async function misremembered(db: Kysely<Database>, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<{ id: string }>`
    select id from (
      select id, issued, applied from customer_credits where id in (${sql.join(ids)})
      union all
      select credit_id, -issued, -applied from credit_memos where credit_id in (${sql.join(ids)})
    ) told
    group by id
    having sum(issued) <> 0 or sum(applied) <> 0
    order by id
  `.execute(db);
  return rows.map(({ id }) => id);
}

/** The charges of a customer in a currency. */
export async function chargesOfCredit(
  db: Kysely<Database>,
  { provider, account, customerRef, currency }: CreditKey,
): Promise<ChargeId[]> {
  const rows = await db
    .selectFrom("charges")
    .select("id")
    .where("customer_ref", "=", customerRef)
    .where("provider", "=", provider)
    .where("account", "=", account)
    .where("currency", "=", currency)
    .execute();
  return rows.map((row) => row.id as ChargeId);
}
