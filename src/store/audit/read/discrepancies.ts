import { type Kysely, sql } from "kysely";
import { personsResolutions } from "../../../domain/books.ts";
import type { ChargeId, DiscrepancyId } from "../../../domain/ids.ts";
import type { NumberRange } from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";

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
