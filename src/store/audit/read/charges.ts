import { type Kysely, sql } from "kysely";
import { personsResolutions } from "../../../domain/books.ts";
import type { CustomerCredit } from "../../../domain/credit/customer-credit.ts";
import type { Claim } from "../../../domain/facts/claims.ts";
import type { ChargeId, DiscrepancyId, LotId } from "../../../domain/ids.ts";
import { creditOf } from "../../charges/customer-credits.ts";
import { chargesNaming } from "../../charges/read/to-book-anew.ts";
import type { NumberRange } from "../../engine/read/page.ts";
import { claimOf } from "../../inbox/claims.ts";
import type { Database } from "../../schema.ts";

/** A charge that is somebody's by a person's word, or was, and what the trail says last of it. */
interface AssignedCharge {
  readonly id: ChargeId;
  readonly assigned: string | null;
  /** `null` where nobody gave it to anybody, or it was taken back. */
  readonly told: string | null;
}

/** By the lines of the trail of a charge and of payments that turned out to be it; of one that others may be, whom it has. */
export async function assignedCharges(
  db: Kysely<Database>,
  { after, upTo }: NumberRange,
): Promise<AssignedCharge[]> {
  const { rows } = await sql<{ id: string; assigned: string | null; told: string | null }>`
    select own.id, own.assigned_owner as assigned, (
      select actions.after from actions
      where actions.action = 'charge.assign' and actions.subject in (
        select own.id union all
        select payment.id from charges payment
        where payment.dossier_no = own.dossier_no and payment.merged_into_no = own.no
      )
      order by actions.no desc limit 1) as told
    from charges own
    where own.no > ${after} and own.no <= ${upTo} and (
      own.assigned_owner is not null
      or (own.dossier_no is null and exists (
        select 1 from actions where actions.subject = own.id and actions.action = 'charge.assign'
      ))
    )
  `.execute(db);
  return rows.map(({ id, assigned, told }) => ({
    id: id as ChargeId,
    assigned,
    told: told === null ? null : (JSON.parse(told) as { owner: string }).owner,
  }));
}

/** Lots that charges opened. */
export async function lotsOfCharges(db: Kysely<Database>, { after, upTo }: NumberRange) {
  const rows = await db
    .selectFrom("lots")
    .innerJoin("charges", "charges.no", "lots.charge_no")
    .select(["lots.id", "lots.priority", "charges.id as charge"])
    .where("charges.no", ">", after)
    .where("charges.no", "<=", upTo)
    .execute();
  return rows.map((row) => ({
    id: row.id as LotId,
    charge: row.charge as ChargeId,
    priority: Number(row.priority),
  }));
}

/** A claim, and when the fact that made it was heard. */
interface StoredClaim {
  readonly claim: Claim;
  readonly heard: bigint;
}

/** Names of one statement: SQLite takes no more parameters than some ten thousands. */
const mostNames = 1_000;

export async function claimsNamed(
  db: Kysely<Database>,
  names: readonly string[],
): Promise<ReadonlyMap<string, StoredClaim>> {
  const distinct = [...new Set(names)];
  const found = new Map<string, StoredClaim>();
  for (let start = 0; start < distinct.length; start += mostNames) {
    const rows = await db
      .selectFrom("claims")
      .selectAll()
      .where("name", "in", distinct.slice(start, start + mostNames))
      .execute();
    for (const row of rows) found.set(row.name, { claim: claimOf(row), heard: row.heard });
  }
  return found;
}

/** The next names after one. */
export async function claimNames(db: Kysely<Database>, after: string, size: number): Promise<string[]> {
  const rows = await db
    .selectFrom("claims")
    .select("name")
    .where("name", ">", after)
    .orderBy("name")
    .limit(size)
    .execute();
  return rows.map(({ name }) => name);
}

/** Claims that no fact made: goes through all of them. */
export async function unmadeClaims(db: Kysely<Database>): Promise<string[]> {
  const rows = await db
    .selectFrom("claims")
    .leftJoin("facts", "facts.heard", "claims.heard")
    .select("claims.name")
    .where("facts.heard", "is", null)
    .execute();
  return rows.map(({ name }) => name);
}

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
  { customerRef, currency, ...source }: CreditKey,
): Promise<ChargeId[]> {
  const rows = await chargesNaming(db, source, customerRef).where("currency", "=", currency).execute();
  return rows.map((row) => row.id as ChargeId);
}

/** Discrepancies that are not what their history says last, or that a person settled whom it does not name. */
export async function untoldDiscrepancies(db: Kysely<Database>, { after, upTo }: NumberRange) {
  const { rows } = await sql<{ id: DiscrepancyId; kind: string }>`
    select discrepancies.id, discrepancies.kind
    from discrepancies
      left join discrepancy_changes last on last.discrepancy_no = discrepancies.no and last.ordinal = (
        select max(ordinal) from discrepancy_changes
        where discrepancy_no = discrepancies.no and action not in ('noted', 'assigned')
      )
    where discrepancies.no > ${after} and discrepancies.no <= ${upTo} and (
      last.hash is distinct from discrepancies.hash
      or last.detail is distinct from discrepancies.detail
      or last.resolution is distinct from discrepancies.resolution
      or (discrepancies.status = 'open') <> (discrepancies.resolution is null)
      or (
        discrepancies.resolution in (${sql.join(personsResolutions)})
        and (last.action <> 'resolved_by_person' or last.actor is null)
      )
    )
  `.execute(db);
  return rows;
}

/** Discrepancies for which something else is posted, over all their entries, than the entry that stands for them. */
export async function miscorrectedDiscrepancies(db: Kysely<Database>, { after, upTo }: NumberRange) {
  const { rows } = await sql<{ id: DiscrepancyId }>`
    select distinct id from (
      select id from (
        select discrepancies.id, postings.account_no, postings.amount
        from discrepancies
          join discrepancy_changes change on change.discrepancy_no = discrepancies.no
          join postings on postings.entry_no = change.entry_no
        where discrepancies.no > ${after} and discrepancies.no <= ${upTo}
        union all
        select discrepancies.id, postings.account_no, -postings.amount
        from discrepancies join postings on postings.entry_no = discrepancies.correction_no
        where discrepancies.no > ${after} and discrepancies.no <= ${upTo}
      ) posted
      group by id, account_no
      having sum(amount) <> 0
    ) wrong
  `.execute(db);
  return rows;
}

/** What is listed about charges, beside what each charge holds open. */
export async function discrepanciesOfCharges(db: Kysely<Database>, { after, upTo }: NumberRange) {
  const rows = await db
    .selectFrom("discrepancies")
    .innerJoin("charges", "charges.no", "discrepancies.charge_no")
    .select(["discrepancies.id", "discrepancies.kind", "discrepancies.status", "charges.id as charge"])
    .select(["discrepancies.hash", "discrepancies.detail", "charges.discrepancies as held"])
    .where("discrepancies.no", ">", after)
    .where("discrepancies.no", "<=", upTo)
    .execute();
  return rows.map((row) => ({ ...row, id: row.id as DiscrepancyId, charge: row.charge as ChargeId }));
}
