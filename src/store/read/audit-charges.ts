import { type Kysely, sql } from "kysely";
import type { ChargeId, DiscrepancyId, LotId } from "../../domain/ids.ts";
import type { Database } from "../schema.ts";
import type { Numbers } from "./audit.ts";

/** A charge beside one message that tells of it, or none. */
export interface ToldCharge {
  readonly id: ChargeId;
  readonly provider: string;
  readonly account: string;
  readonly ref: string;
  readonly reversal: string;
  readonly settled_at: bigint | null;
  /** Whether another charge turned out to be this one, or this one another: then some of it was told under another name. */
  readonly merged: bigint;
  readonly message_id: string | null;
  readonly type: string | null;
  readonly data: string | null;
}

/** All at one moment. A message's id begins with that of its charge. */
export async function toldCharges(db: Kysely<Database>, { after, upTo }: Numbers): Promise<ToldCharge[]> {
  const { rows } = await sql<ToldCharge>`
    select charges.id, charges.provider, charges.account, charges.ref, charges.reversal, charges.settled_at,
      case when charges.merged_into_no is not null
        or exists (select 1 from charges other where other.merged_into_no = charges.no) then 1 else 0 end as merged,
      told.id as message_id, told.type, told.data
    from charges
      left join outbox told on told.id >= charges.id || '.charge.' and told.id < charges.id || '.charge/'
    where charges.no > ${after} and charges.no <= ${upTo}
    order by charges.no
  `.execute(db);
  return rows;
}

/** Lots that charges opened. */
export async function lotsOfCharges(db: Kysely<Database>, { after, upTo }: Numbers) {
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

/** What is listed about charges. */
export async function discrepanciesOfCharges(db: Kysely<Database>, { after, upTo }: Numbers) {
  const rows = await db
    .selectFrom("discrepancies")
    .innerJoin("charges", "charges.no", "discrepancies.charge_no")
    .select(["discrepancies.id", "discrepancies.kind", "discrepancies.status", "charges.id as charge"])
    .select(["discrepancies.hash", "discrepancies.detail"])
    .where("charges.no", ">", after)
    .where("charges.no", "<=", upTo)
    .execute();
  return rows.map((row) => ({ ...row, id: row.id as DiscrepancyId, charge: row.charge as ChargeId }));
}
