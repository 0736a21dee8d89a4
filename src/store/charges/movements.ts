import type { ChargeRecord } from "../../domain/books.ts";
import type { Movement } from "../../domain/charge/movement.ts";
import { ascending, replaceNouns, type Session, selectByKeys } from "../engine/statements.ts";
import type { Loaded, Numbers } from "../loaded.ts";
import type { MovementRow } from "../schema.ts";
import { movementNoun } from "./nouns/movement.ts";

const selectMovements = selectByKeys<bigint, MovementRow>(({ trx }, charges) =>
  trx.selectFrom("movements").selectAll().where("charge_no", "in", charges),
);

/** A movement that is known already gets its new values, and keeps its number. */
const putMovements = replaceNouns("movements", movementNoun, "id");

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
    [...byCharge].map(([charge, own]) => [charge, own.map((row) => movementNoun.nounOf(row, {}, numbers))]),
  );
}

/** A refund that turns out to be shared by several documents has other movements than before: the old one goes. */
export async function saveMovements(
  session: Session,
  { charges, numbers }: Loaded,
  records: readonly ChargeRecord[],
): Promise<void> {
  const movements = records.flatMap(({ charge }) => charge?.movements ?? []);
  await putMovements(
    session,
    numbers,
    movements.sort((a, b) => ascending(a.id, b.id)),
  );
  const kept = new Set(movements.map(({ id }) => id));
  const before = records.flatMap(({ id }) => charges.get(id)?.charge?.movements ?? []);
  const gone = before.filter(({ id }) => !kept.has(id)).map(({ id }) => numbers.of(id));
  if (gone.length > 0) await session.trx.deleteFrom("movements").where("no", "in", gone).execute();
}
