import { type Kysely, sql } from "kysely";
import type { ChargeId, PayoutId, ProviderName, Source } from "../../../domain/ids.ts";
import type { Instant } from "../../../domain/time.ts";
import type { Database } from "../../schema.ts";

/** A charge, and whose customer's links and credit booking it anew needs. */
export interface ChargeToRebook {
  readonly no: bigint;
  readonly id: ChargeId;
  readonly provider: ProviderName;
  readonly account: string;
  readonly customerRef: string | null;
  readonly currency: string;
}

interface ChargesToRebookRequest {
  /** Half-open, on the provider's clock. */
  readonly from: Instant | null;
  readonly to: Instant | null;
  /** Whether those count to which no policy is pinned, too. */
  readonly unsettled: boolean;
  readonly after: bigint;
  readonly limit: number;
}

/**
 * Charges that have settled, or all of them, in the order they were first seen. One that was rebooked to a policy which settles later
 * counts by when it was paid: it must be found again to be booked back.
 */
export async function chargesToRebook(
  db: Kysely<Database>,
  { from, to, unsettled, after, limit }: ChargesToRebookRequest,
): Promise<ChargeToRebook[]> {
  const settledAt = sql<bigint>`coalesce(settled_at, said_paid_at, status_changed_at)`;
  let query = db
    .selectFrom("charges")
    .select(["no", "id", "provider", "account", "customer_ref", "currency"])
    .where("no", ">", after)
    .where("merged_into_no", "is", null);
  if (!unsettled) query = query.where("policy_version", "is not", null);
  if (from !== null) query = query.where(settledAt, ">=", from);
  if (to !== null) query = query.where(settledAt, "<", to);
  const rows = await query.orderBy("no").limit(limit).execute();
  return rows.map(({ id, provider, customer_ref: customerRef, ...row }) => ({
    ...row,
    id: id as ChargeId,
    provider: provider as ProviderName,
    customerRef,
  }));
}

/** Money that moved without a charge, in the order it was first heard of; not what only follows from charges. */
export async function transfersToRebook(
  db: Kysely<Database>,
  { after, limit }: { readonly after: bigint; readonly limit: number },
): Promise<{ readonly no: bigint; readonly id: PayoutId }[]> {
  const rows = await db
    .selectFrom("payouts")
    .select(["no", "id"])
    .where("no", ">", after)
    .where("kind", "<>", "credit_opening")
    .orderBy("no")
    .limit(limit)
    .execute();
  return rows.map(({ no, id }) => ({ no, id: id as PayoutId }));
}

/** Charges that have not settled and whose owner was read by another policy than one of these, oldest first. */
export async function chargesReadOtherwise(
  db: Kysely<Database>,
  versions: readonly number[],
  limit: number,
): Promise<ChargeId[]> {
  const rows = await db
    .selectFrom("charges")
    .select("id")
    .where("owner_version", "is not", null)
    .where("owner_version", "not in", versions.map(BigInt))
    .orderBy("no")
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id as ChargeId);
}

/** The ids of all charges that name a customer, those that turned out to be others among them. */
export const chargesNaming = (db: Kysely<Database>, { provider, account }: Source, customerRef: string) =>
  db
    .selectFrom("charges")
    .select("id")
    .where("customer_ref", "=", customerRef)
    .where("provider", "=", provider)
    .where("account", "=", account);

/** All charges of one customer, oldest first. */
export async function chargesOfCustomer(
  db: Kysely<Database>,
  source: Source,
  customerRef: string,
): Promise<ChargeId[]> {
  const rows = await chargesNaming(db, source, customerRef)
    .where("merged_into_no", "is", null)
    .orderBy("no")
    .execute();
  return rows.map(({ id }) => id as ChargeId);
}
