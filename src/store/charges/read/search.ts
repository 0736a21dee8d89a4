import { type Kysely, type RawBuilder, sql } from "kysely";
import { nameKey, type Source } from "../../../domain/ids.ts";
import type { Database } from "../../schema.ts";
import { hasInvoiceNumber, hasRef } from "./charges.ts";

/** What can be found by something that a person has in hand. */
export const foundKinds = [
  "charge",
  "movement",
  "payout",
  "wallet",
  "hold",
  "usage",
  "event",
  "discrepancy",
  "reconciliation",
  "report",
  "owner",
  "customer",
  "subscription",
] as const;
export type FoundKind = (typeof foundKinds)[number];

/** Where what was given is looked for: each is a look into one index. */
export const searchPlaces = [
  "id",
  "provider's id",
  "part of it",
  "invoice number",
  "owner",
  "customer",
  "subscription",
  "usage id",
  "row of a report",
  "payout in a report",
] as const;
export type SearchPlace = (typeof searchPlaces)[number];

export interface Found {
  readonly kind: FoundKind;
  /** Its id; of an owner, a customer or a subscription, what it is called. */
  readonly id: string;
  readonly by: SearchPlace;
  readonly provider: string | null;
  /** What else tells it from others: the provider's id, an invoice number, an owner. */
  readonly name: string | null;
}

const eachLimit = 20n;

/** Our own ids say by how they begin what they are of. */
const ownIds = {
  chg_: () => sql`${ofCharges("id")} charges.id = `,
  mov_: () =>
    sql`select 'movement' as kind, movements.id as id, 'id' as "by", cast(null as text) as provider, movements.ref as name from movements where movements.id = `,
  pay_: () =>
    sql`select 'payout' as kind, id, 'id' as "by", provider, ref as name from payouts where kind = 'payout' and id = `,
  wal_: () =>
    sql`select 'wallet' as kind, id, 'id' as "by", cast(null as text) as provider, owner as name from wallets where id = `,
  dis_: () =>
    sql`select 'discrepancy' as kind, id, 'id' as "by", provider, kind as name from discrepancies where id = `,
  rec_: () =>
    sql`select 'reconciliation' as kind, id, 'id' as "by", provider, level as name from reconciliations where id = `,
  stm_: () =>
    sql`select 'report' as kind, id, 'id' as "by", provider, format as name from statements where id = `,
} as const satisfies Readonly<Record<string, () => RawBuilder<unknown>>>;

export type OwnPrefix = keyof typeof ownIds;
export const ownPrefixes = Object.keys(ownIds) as OwnPrefix[];

/** The charge that a document's row became: what became another is a part of that. */
function ofCharges(by: SearchPlace): RawBuilder<unknown> {
  return sql`select 'charge' as kind, coalesce(into_one.id, charges.id) as id,
    case when into_one.id is null then ${sql.lit(by)} else 'part of it' end as "by", charges.provider,
    coalesce(charges.invoice_number, charges.ref) as name
    from charges left join charges as into_one on into_one.no = charges.merged_into_no where`;
}

/** What has this id of ours. */
export async function findOwn(db: Kysely<Database>, prefix: OwnPrefix, id: string): Promise<Found[]> {
  const { rows } = await sql<Found>`${ownIds[prefix]()}${id}`.execute(db);
  return rows;
}

/** What has this name at a provider, or in the app; the accounts are those that events may be of. */
export async function findNamed(
  db: Kysely<Database>,
  name: string,
  accounts: readonly Source[],
): Promise<Found[]> {
  const objects = accounts.map((account) => nameKey(account, name));
  const keys = sql.join(objects.length === 0 ? [""] : [name, ...objects]);
  const parts = [
    sql`${ofCharges("provider's id")} ${hasRef("charges", name)} limit ${eachLimit}`,
    sql`${ofCharges("invoice number")} ${hasInvoiceNumber(name)} limit ${eachLimit}`,
    sql`select 'charge' as kind, coalesce(into_one.id, charges.id) as id, 'part of it' as "by", charges.provider,
      coalesce(charges.invoice_number, charges.ref) as name
      from dossier_names join charges on charges.dossier_no = dossier_names.dossier_no
      left join charges as into_one on into_one.no = charges.merged_into_no
      where dossier_names.name in (${keys}) limit ${eachLimit}`,
    sql`select 'movement' as kind, id, 'provider''s id' as "by", cast(null as text) as provider, kind as name
      from movements where ref = ${name} limit ${eachLimit}`,
    sql`select 'payout' as kind, id, 'provider''s id' as "by", provider, status as name
      from payouts where ${hasRef("payouts", name)} and kind = 'payout' limit ${eachLimit}`,
    sql`select 'event' as kind, id, 'provider''s id' as "by", provider, type as name from events where id in (${keys})`,
    sql`select 'usage' as kind, usage.id, 'usage id' as "by", cast(null as text) as provider, wallets.id as name
      from usage join tallies on tallies.no = usage.tally_no join wallets on wallets.no = tallies.wallet_no
      where usage.id = ${name}`,
    sql`select 'hold' as kind, holds.id, 'id' as "by", cast(null as text) as provider, wallets.id as name
      from holds join wallets on wallets.no = holds.wallet_no where holds.id = ${name}`,
    sql`select 'owner' as kind, owner as id, 'owner' as "by", cast(null as text) as provider, cast(null as text) as name
      from wallets where owner = ${name} limit 1`,
    sql`select 'owner' as kind, owner as id, 'owner' as "by", cast(null as text) as provider, cast(null as text) as name
      from charges where owner = ${name} limit 1`,
    sql`select 'customer' as kind, customer_ref as id, 'customer' as "by", provider, owner as name
      from charges where customer_ref = ${name} limit 1`,
    sql`select 'subscription' as kind, subscription_ref as id, 'subscription' as "by", provider, owner as name
      from charges where subscription_ref = ${name} limit 1`,
  ];
  const all = sql.join(
    parts.map((part, index) => sql`select * from (${part}) ${sql.ref(`part${index}`)}`),
    sql` union all `,
  );
  const { rows } = await sql<Found>`${all}`.execute(db);
  return rows;
}

/** A payout may have a hundred thousand rows: nearly always the first are of every report that lists it. */
const rowsLookedAt = 1_000n;

/** The reports and lists that have a row of this name, or say that they list the rows of a payout of this name; the last read first. */
export async function findInReports(db: Kysely<Database>, name: string): Promise<Found[]> {
  const [row, payout] = [sql.lit<SearchPlace>("row of a report"), sql.lit<SearchPlace>("payout in a report")];
  const { rows } = await sql<Found>`
    select 'report' as kind, statements.id, named."by", statements.provider, statements.format as name from (
      select distinct statement_no, ${row} as "by" from statement_rows where key = ${name}
      union
      select distinct statement_no, ${payout} as "by" from (
        select statement_no from statement_rows where payout_ref = ${name} limit ${rowsLookedAt}
      ) paid
    ) named join statements on statements.no = named.statement_no
    order by statements.no desc limit ${eachLimit}
  `.execute(db);
  return rows;
}
