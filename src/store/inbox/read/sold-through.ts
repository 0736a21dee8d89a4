import type { Kysely } from "kysely";
import type { CheckoutFact } from "../../../domain/facts/linked-facts.ts";
import type { ChargeId, ObjectKey } from "../../../domain/ids.ts";
import type { Database } from "../../schema.ts";
import { factIn } from "../nouns/fact.ts";

/** Charges of a subscription that are not known as the provider's own sales yet. */
export async function chargesOfSubscription(
  db: Kysely<Database>,
  { provider, account, ref }: ObjectKey,
  limit: number,
): Promise<ChargeId[]> {
  const rows = await db
    .selectFrom("charges")
    .select("id")
    .where("subscription_ref", "=", ref)
    .where("provider", "=", provider)
    .where("account", "=", account)
    .where("provider_sells", "=", 0n)
    .where("merged_into_no", "is", null)
    .orderBy("no")
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id as ChargeId);
}

/** The same of checkouts that began with a link, among the facts filed under some numbers: no index finds them. */
export async function chargesOfLink(
  db: Kysely<Database>,
  { provider, account, ref }: ObjectKey,
  { after, upTo }: { readonly after: bigint; readonly upTo: bigint },
): Promise<ChargeId[]> {
  const rows = await db
    .selectFrom("facts")
    .innerJoin("charges", "charges.no", "facts.subject_no")
    .select(["charges.id", "facts.body"])
    .where("facts.subject_no", ">", after)
    .where("facts.subject_no", "<=", upTo)
    .where("facts.kind", "=", "checkout")
    .where("facts.body", "like", `%"${ref}"%`)
    .where("charges.provider", "=", provider)
    .where("charges.account", "=", account)
    .where("charges.provider_sells", "=", 0n)
    .execute();
  const ids = rows.flatMap(({ id, body }) => {
    const { linkRef, providerSells } = factIn<CheckoutFact>(body);
    return linkRef === ref && providerSells !== false ? [id as ChargeId] : [];
  });
  return [...new Set(ids)];
}
