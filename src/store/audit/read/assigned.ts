import { type Kysely, sql } from "kysely";
import type { ChargeId } from "../../../domain/ids.ts";
import type { NumberRange } from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";

/** A charge that is somebody's by a person's word, or was, and what the trail says last of it. */
export interface AssignedCharge {
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
