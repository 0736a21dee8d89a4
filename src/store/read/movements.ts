import type { ExpressionBuilder, Kysely } from "kysely";
import type { ChargeId, MovementId } from "../../domain/ids.ts";
import type { Database } from "../schema.ts";
import { numberBelow, type Page, type PageRequest, pageOf, type TimeWindow } from "./page.ts";

export interface MovementFilter extends TimeWindow {
  readonly kind?: string | undefined;
  readonly status?: string | undefined;
  readonly chargeId?: string | undefined;
}

/** A movement is read with its charge: what it took back depends on the others. */
export interface MovementPlace {
  readonly id: MovementId;
  readonly chargeId: ChargeId;
}

/** Newest first. */
export async function listMovements(
  db: Kysely<Database>,
  filter: MovementFilter,
  page: PageRequest,
): Promise<Page<MovementPlace>> {
  const below = await numberBelow(db, "movements", page);
  const rows = await db
    .selectFrom("movements")
    .innerJoin("charges", "charges.no", "movements.charge_no")
    .select(["movements.id", "charges.id as charge_id"])
    .where("movements.no", "<", below)
    .where((eb) => eb.and(conditions(eb, filter)))
    .orderBy("movements.no", "desc")
    .limit(page.limit + 1)
    .execute();
  const places = rows.map((row) => ({ id: row.id as MovementId, chargeId: row.charge_id as ChargeId }));
  return pageOf(places, page, ({ id }) => id);
}

function conditions(eb: ExpressionBuilder<Database, "movements" | "charges">, filter: MovementFilter) {
  return [
    ...(filter.kind === undefined ? [] : [eb("movements.kind", "=", filter.kind)]),
    ...(filter.status === undefined ? [] : [eb("movements.status", "=", filter.status)]),
    ...(filter.chargeId === undefined ? [] : [eb("charges.id", "=", filter.chargeId)]),
    ...(filter.from === undefined ? [] : [eb("movements.occurred_at", ">=", filter.from)]),
    ...(filter.to === undefined ? [] : [eb("movements.occurred_at", "<", filter.to)]),
  ];
}
