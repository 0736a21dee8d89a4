import type { ChargeRecord } from "../../domain/books.ts";
import type { Movement } from "../../domain/charge/movement.ts";
import type { ChargeId, MovementId } from "../../domain/ids.ts";
import { fromNullableText, fromText, toNullableText, toText } from "../engine/exact-json.ts";
import { fromFlag, fromNullableFlag, toFlag, toNullableFlag } from "../engine/flags.ts";
import { ascending, insertRows, type Session, selectByKeys } from "../engine/statements.ts";
import type { Loaded, Numbers } from "../loaded.ts";
import type { MovementRow } from "../schema.ts";

const selectMovements = selectByKeys<bigint, MovementRow>(({ trx }, charges) =>
  trx.selectFrom("movements").selectAll().where("charge_no", "in", charges),
);

/** A movement that is known already gets its new values, and keeps its number. */
const putMovements = insertRows("movements", { key: "id", keep: ["no"] });

/** The movements of charges, by the charge's number, in the order of their refs: the fold's. */
export async function loadMovements(
  session: Session,
  numbers: Numbers,
  charges: readonly bigint[],
): Promise<Map<bigint, Movement[]>> {
  const rows = await selectMovements(session, charges);
  for (const row of rows) numbers.set(row.id, row.no);
  const byCharge = Map.groupBy(
    rows.sort((a, b) => ascending(a.ref, b.ref)),
    (row) => row.charge_no,
  );
  return new Map(
    [...byCharge].map(([charge, own]) => [charge, own.map((row) => movementOf(row, numbers.id(charge)))]),
  );
}

/** A refund that turns out to be shared by several documents has other movements than before: the old one goes. */
export async function saveMovements(
  session: Session,
  { charges, numbers }: Loaded,
  records: readonly ChargeRecord[],
): Promise<void> {
  const rows = records.flatMap(({ charge }) =>
    (charge?.movements ?? []).map((movement) => movementRow(movement, numbers)),
  );
  await putMovements(
    session,
    rows.sort((a, b) => ascending(a.id, b.id)),
  );
  const kept = new Set<string>(rows.map(({ id }) => id));
  const before = records.flatMap(({ id }) => charges.get(id)?.charge?.movements ?? []);
  const gone = before.filter(({ id }) => !kept.has(id)).map(({ id }) => numbers.of(id));
  if (gone.length > 0) await session.trx.deleteFrom("movements").where("no", "in", gone).execute();
}

export function movementOf(row: MovementRow, chargeId: ChargeId): Movement {
  return {
    id: row.id as MovementId,
    chargeId,
    ref: row.ref,
    kind: row.kind as Movement["kind"],
    status: row.status as Movement["status"],
    effective: fromFlag(row.effective),
    warning: fromFlag(row.warning),
    toCustomerBalance: fromNullableFlag(row.to_customer_balance),
    currency: row.currency,
    amount: row.amount,
    subtotal: row.subtotal,
    tax: row.tax,
    fee: row.fee,
    earnings: row.earnings,
    payout: fromNullableText(row.payout),
    lines: fromText(row.lines),
    customerRef: row.customer_ref,
    reason: row.reason,
    linked: fromNullableText(row.linked),
    occurredAt: row.occurred_at,
    undoneAt: row.undone_at,
  };
}

function movementRow(movement: Movement, numbers: Numbers): MovementRow {
  return {
    no: numbers.of(movement.id),
    id: movement.id,
    charge_no: numbers.of(movement.chargeId),
    ref: movement.ref,
    kind: movement.kind,
    status: movement.status,
    effective: toFlag(movement.effective),
    warning: toFlag(movement.warning),
    to_customer_balance: toNullableFlag(movement.toCustomerBalance),
    currency: movement.currency,
    amount: movement.amount,
    subtotal: movement.subtotal,
    tax: movement.tax,
    fee: movement.fee,
    earnings: movement.earnings,
    payout: toNullableText(movement.payout),
    lines: toText(movement.lines),
    customer_ref: movement.customerRef,
    reason: movement.reason,
    linked: toNullableText(movement.linked),
    occurred_at: movement.occurredAt,
    undone_at: movement.undoneAt,
  };
}
