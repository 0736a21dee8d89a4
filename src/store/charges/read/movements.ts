import { type ExpressionBuilder, type Kysely, sql } from "kysely";
import type { MovementKind } from "../../../domain/facts/facts.ts";
import type { ChargeId, MovementId } from "../../../domain/ids.ts";
import {
  type Page,
  type PageRequest,
  pageAt,
  positionIn,
  type TimedPage,
  type TimedRequest,
  type TimeWindow,
  timedPage,
} from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";

export interface MovementFilter extends TimeWindow {
  readonly kind?: MovementKind | undefined;
  readonly status?: string | undefined;
  readonly chargeId?: string | undefined;
  readonly ref?: string | undefined;
  /** Of charges of which something that was taken back is not covered now. */
  readonly uncovered?: boolean | undefined;
  /** Of charges that have no wallet. */
  readonly noWallet?: boolean | undefined;
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
  // A window is read in its own order, so that the index of it leads to the page.
  if (filter.from !== undefined || filter.to !== undefined)
    return movementsByTime(db, filter, { ...page, before: page.before ?? null });
  const at = await positionIn(db, "movements", page);
  const rows = await db
    .selectFrom("movements")
    .innerJoin("charges", "charges.no", "movements.charge_no")
    .select(["movements.id", "charges.id as charge_id"])
    .where("movements.no", at.compare, at.no)
    .where((eb) => eb.and(conditions(eb, filter)))
    .orderBy("movements.no", at.order)
    .limit(page.limit + 1)
    .execute();
  const places = rows.map((row) => ({ id: row.id as MovementId, chargeId: row.charge_id as ChargeId }));
  return pageAt(places, page, ({ id }) => id);
}

/** By when they happened; newest first. */
export async function movementsByTime(
  db: Kysely<Database>,
  filter: MovementFilter,
  page: TimedRequest,
): Promise<TimedPage<MovementPlace>> {
  return timedPage(
    page,
    (id) =>
      db.selectFrom("movements").select(["no", "occurred_at as at"]).where("id", "=", id).executeTakeFirst(),
    async ({ order, limit, beyond }) => {
      const rows = await db
        .selectFrom("movements")
        .innerJoin("charges", "charges.no", "movements.charge_no")
        .select(["movements.id", "charges.id as charge_id"])
        .where(beyond(sql.ref<bigint>("movements.occurred_at"), sql.ref<bigint>("movements.no")))
        .where((eb) => eb.and(conditions(eb, filter)))
        .orderBy("movements.occurred_at", order)
        .orderBy("movements.no", order)
        .limit(limit)
        .execute();
      return rows.map((row) => ({ id: row.id as MovementId, chargeId: row.charge_id as ChargeId }));
    },
  );
}

/** The charge that a movement is on. */
export async function placeOfMovement(db: Kysely<Database>, id: string): Promise<MovementPlace | undefined> {
  const row = await db
    .selectFrom("movements")
    .innerJoin("charges", "charges.no", "movements.charge_no")
    .select(["movements.id", "charges.id as charge_id"])
    .where("movements.id", "=", id)
    .executeTakeFirst();
  return row && { id: row.id as MovementId, chargeId: row.charge_id as ChargeId };
}

const somethingUncovered = sql<boolean>`(
  select sum(uncovered_moves.amount) from uncovered_moves where uncovered_moves.charge_no = movements.charge_no
) > 0`;

function conditions(eb: ExpressionBuilder<Database, "movements" | "charges">, filter: MovementFilter) {
  return [
    ...(filter.kind === undefined ? [] : [eb("movements.kind", "=", filter.kind)]),
    ...(filter.status === undefined ? [] : [eb("movements.status", "=", filter.status)]),
    ...(filter.chargeId === undefined ? [] : [eb("charges.id", "=", filter.chargeId)]),
    ...(filter.ref === undefined ? [] : [eb("movements.ref", "=", filter.ref)]),
    ...(filter.uncovered === true ? [somethingUncovered] : []),
    ...(filter.noWallet === true ? [eb("charges.wallet_id", "is", null)] : []),
    ...(filter.from === undefined ? [] : [eb("movements.occurred_at", ">=", filter.from)]),
    ...(filter.to === undefined ? [] : [eb("movements.occurred_at", "<", filter.to)]),
  ];
}
