import { type Kysely, sql } from "kysely";
import type { CustomerCredit } from "../../domain/credit/customer-credit.ts";
import type { ChargeId } from "../../domain/ids.ts";
import { creditOf } from "../customer-credits.ts";
import type { Database } from "../schema.ts";

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

/** The charges of the customer and currency that an id made by the domain's `customerCreditId` names. */
export async function chargesOfCredit(db: Kysely<Database>, id: string): Promise<ChargeId[]> {
  const { rows } = await sql<{ id: ChargeId }>`
    select id from charges
    where provider || ':' || account || ':' || customer_ref || ':' || currency = ${id}
  `.execute(db);
  return rows.map((row) => row.id);
}
