import type { ChargeRecord } from "../domain/books.ts";
import type { ChargeFact } from "../domain/facts.ts";
import type { ChargeId } from "../domain/ids.ts";
import { Balances } from "../domain/journal.ts";
import type { Movement } from "../domain/movement.ts";
import { chargeOf, chargeRow, keyOf, pinOf } from "./charge-rows.ts";
import { loadFacts } from "./facts.ts";
import { loadPosted } from "./journal.ts";
import type { Loaded, Numbers } from "./loaded.ts";
import { lockedRows } from "./locks.ts";
import { loadMovements } from "./movements.ts";
import type { ChargeRow } from "./schema.ts";
import { ascending, insertRows, type Session, selectByKeys } from "./statements.ts";

const selectCharges = selectByKeys<string, ChargeRow>((session, ids) =>
  lockedRows(session, session.trx.selectFrom("charges").selectAll().where("id", "in", ids), "id"),
);

const insertCharges = insertRows("charges");
const replaceCharges = insertRows("charges", { key: "no", keep: ["id", "provider", "account", "ref"] });

/** Locks the charges, and reads their facts, movements and what was posted of them. */
export async function loadCharges(session: Session, loaded: Loaded, ids: Iterable<ChargeId>): Promise<void> {
  const rows = await selectCharges(session, ids);
  if (rows.length === 0) return;
  for (const row of rows) loaded.numbers.set(row.id, row.no);
  const numbers = rows.map((row) => row.no);
  const posted = rows.filter((row) => row.entry_count > 0n).map((row) => row.no);
  const parts: ChargeParts = {
    facts: await loadFacts<ChargeFact>(session, numbers),
    movements: await loadMovements(session, loaded.numbers, numbers),
    posted: await loadPosted(session, "charge_no", posted),
  };
  const records = rows.map((row) => recordOf(row, parts));
  for (const record of records) loaded.charges.set(record.id, record);
  loaded.books.load({ charges: records });
}

export async function saveCharges(
  session: Session,
  numbers: Numbers,
  { added, changed }: { added: readonly ChargeRecord[]; changed: readonly ChargeRecord[] },
): Promise<void> {
  const rowsOf = (records: readonly ChargeRecord[]) =>
    records.map((record) => chargeRow(record, numbers.of(record.id))).sort((a, b) => ascending(a.id, b.id));
  await insertCharges(session, rowsOf(added));
  await replaceCharges(session, rowsOf(changed));
}

/** What belongs to charges in other tables, by the charge's number. */
interface ChargeParts {
  readonly facts: ReadonlyMap<bigint, readonly ChargeFact[]>;
  readonly movements: ReadonlyMap<bigint, readonly Movement[]>;
  readonly posted: ReadonlyMap<bigint, Balances>;
}

function recordOf(row: ChargeRow, parts: ChargeParts): ChargeRecord {
  return {
    id: row.id as ChargeId,
    key: keyOf(row),
    facts: parts.facts.get(row.no) ?? [],
    charge: chargeOf(row, parts.movements.get(row.no) ?? []),
    posted: parts.posted.get(row.no) ?? new Balances(),
    entryCount: Number(row.entry_count),
    pin: pinOf(row),
    settledAt: row.settled_at,
    toppedUp: row.topped_up,
    takenBack: row.taken_back,
    debited: row.debited,
    walletLines: [],
    discrepancies: JSON.parse(row.discrepancies),
  };
}
