import { type ExpressionBuilder, type Kysely, sql } from "kysely";
import type { ChargeId } from "../../domain/ids.ts";
import type { Basis } from "../../domain/policy/policy.ts";
import { chargeOf, pinOf } from "../charge-rows.ts";
import { movementOf } from "../movements.ts";
import type { ChargeRow, Database, MovementRow } from "../schema.ts";
import type { ChargeView } from "./charge-view.ts";
import { numberBelow, type Page, type PageRequest, pageOf, type TimeWindow } from "./page.ts";

export interface ChargeFilter extends TimeWindow {
  readonly provider?: string | undefined;
  readonly status?: string | undefined;
  readonly reversal?: string | undefined;
  readonly currency?: string | undefined;
  readonly owner?: string | undefined;
  readonly customerRef?: string | undefined;
  readonly ref?: string | undefined;
}

/** Newest first; the window is over when a charge settled, or last changed its status. */
export async function listCharges(
  db: Kysely<Database>,
  filter: ChargeFilter,
  page: PageRequest,
): Promise<Page<ChargeView>> {
  const below = await numberBelow(db, "charges", page);
  const rows = await db
    .selectFrom("charges")
    .selectAll()
    .where("charges.no", "<", below)
    .where("charges.merged_into_no", "is", null)
    .where((eb) => eb.and(conditions(eb, filter)))
    .orderBy("charges.no", "desc")
    .limit(page.limit + 1)
    .execute();
  const { rows: shown, next } = pageOf(rows, page, ({ id }) => id);
  return { rows: await viewsOf(db, shown), next };
}

export async function chargesById(db: Kysely<Database>, ids: readonly ChargeId[]): Promise<ChargeView[]> {
  if (ids.length === 0) return [];
  return viewsOf(db, await db.selectFrom("charges").selectAll().where("id", "in", ids).execute());
}

/** The charge that this one turned out to be; itself if it is one, or there is none of this id. */
export async function survivorOf(db: Kysely<Database>, id: ChargeId): Promise<ChargeId> {
  const into = await db
    .selectFrom("charges as merged")
    .innerJoin("charges", "charges.no", "merged.merged_into_no")
    .select("charges.id")
    .where("merged.id", "=", id)
    .executeTakeFirst();
  // A payment finds its attempt, then its invoice: what it became may have become another again.
  return into === undefined ? id : survivorOf(db, into.id as ChargeId);
}

function conditions(eb: ExpressionBuilder<Database, "charges">, filter: ChargeFilter) {
  const occurredAt = sql<bigint>`coalesce(charges.settled_at, charges.status_changed_at)`;
  return [
    ...(filter.provider === undefined ? [] : [eb("charges.provider", "=", filter.provider)]),
    ...(filter.status === undefined ? [] : [hasStatus(eb, filter.status)]),
    ...(filter.reversal === undefined ? [] : [eb("charges.reversal", "=", filter.reversal)]),
    ...(filter.currency === undefined ? [] : [eb("charges.currency", "=", filter.currency)]),
    ...(filter.customerRef === undefined ? [] : [eb("charges.customer_ref", "=", filter.customerRef)]),
    ...(filter.ref === undefined ? [] : [eb("charges.ref", "=", filter.ref)]),
    ...(filter.owner === undefined ? [] : [eb("charges.owner", "=", filter.owner)]),
    ...(filter.from === undefined ? [] : [eb(occurredAt, ">=", filter.from)]),
    ...(filter.to === undefined ? [] : [eb(occurredAt, "<", filter.to)]),
  ];
}

/** In the words of the partial index, so that the few charges that are not paid are found without reading the others. */
function hasStatus(eb: ExpressionBuilder<Database, "charges">, status: string) {
  const is = eb("charges.status", "=", status);
  return status === "paid" ? is : eb.and([is, sql<boolean>`charges.status <> 'paid'`]);
}

/** What a page of charges needs besides their own rows, in one query each. */
async function viewsOf(db: Kysely<Database>, rows: readonly ChargeRow[]): Promise<ChargeView[]> {
  if (rows.length === 0) return [];
  const numbers = rows.map(({ no }) => no);
  const movements = Map.groupBy(await movementsOf(db, numbers), ({ charge_no }) => charge_no);
  const uncovered = await uncoveredOf(db, numbers);
  return rows.map((row) => {
    const id = row.id as ChargeId;
    return {
      charge: chargeOf(
        row,
        (movements.get(row.no) ?? []).map((movement) => movementOf(movement, id)),
      ),
      pin: pinOf(row),
      owner: row.owner,
      basis: row.basis as Basis | null,
      settledAt: row.settled_at,
      toppedUp: row.topped_up,
      takenBack: row.taken_back,
      uncovered: uncovered.get(row.no) ?? 0n,
    };
  });
}

function movementsOf(db: Kysely<Database>, charges: readonly bigint[]): Promise<MovementRow[]> {
  return db
    .selectFrom("movements")
    .selectAll()
    .where("charge_no", "in", charges)
    .orderBy("occurred_at")
    .orderBy("id")
    .execute();
}

async function uncoveredOf(
  db: Kysely<Database>,
  charges: readonly bigint[],
): Promise<ReadonlyMap<bigint, bigint>> {
  const rows = await db
    .selectFrom("uncovered_moves")
    .select(["charge_no", sql<bigint>`cast(sum(amount) as bigint)`.as("uncovered")])
    .where("charge_no", "in", charges)
    .groupBy("charge_no")
    .execute();
  return new Map(rows.map(({ charge_no, uncovered }) => [charge_no, uncovered]));
}
