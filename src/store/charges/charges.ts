import { DatedBalances } from "../../domain/book/dated.ts";
import type { ChargeRecord } from "../../domain/books.ts";
import type { Movement } from "../../domain/charge/movement.ts";
import type { ChargeFact } from "../../domain/facts/facts.ts";
import type { ChargeId } from "../../domain/ids.ts";
import { ascending, insertNouns, replaceNouns, type Session, selectByKeys } from "../engine/statements.ts";
import { lockedRows } from "../engine/transaction.ts";
import { lockWaiting } from "../inbox/arrivals.ts";
import { type LockedDossiers, loadNames, lockDossiers, lockNamed } from "../inbox/dossiers.ts";
import { type History, type KnownFacts, loadFacts, noFacts } from "../inbox/facts.ts";
import { loadPosted } from "../ledger/journal.ts";
import type { Loaded, Numbers } from "../loaded.ts";
import type { ChargeRow } from "../schema.ts";
import { loadMovements } from "./movements.ts";
import { chargeNoun } from "./nouns/charge.ts";
import { chargeRecordNoun } from "./nouns/charge-record.ts";

const selectCharges = selectByKeys<string, ChargeRow>((session, ids) =>
  lockedRows(session, session.trx.selectFrom("charges").selectAll().where("id", "in", ids), "id"),
);

const insertCharges = insertNouns("charges", chargeRecordNoun);
const replaceCharges = replaceNouns("charges", chargeRecordNoun, "no");

interface Wanted {
  readonly ids: Iterable<ChargeId>;
  readonly names: readonly string[];
}

/** Locks the charges, those of the dossiers that names belong to, and all that share a dossier with them. */
export async function lockCharges(session: Session, { ids, names }: Wanted): Promise<LockedDossiers> {
  const [byId, named] = await Promise.all([selectCharges(session, ids), lockNamed(session, names)]);
  const locked = new Set(named.charges.map(({ no }) => no));
  const alone = byId.filter((row) => row.dossier_no === null);
  const others = byId.filter((row) => row.dossier_no !== null && !locked.has(row.no));
  const inDossiers = await lockDossiers(
    session,
    others.map((row) => row.dossier_no as bigint),
  );
  return { names: named.names, charges: [...alone, ...named.charges, ...inDossiers] };
}

/** Reads the facts of locked charges, their movements and what was posted of them. */
export async function loadCharges(
  session: Session,
  loaded: Loaded,
  { names, charges: rows }: LockedDossiers,
  history: History,
): Promise<void> {
  if (rows.length === 0) return;
  for (const row of rows) loaded.numbers.set(row.id, row.no);
  const numbers = rows.map((row) => row.no);
  const posted = rows.filter((row) => row.entry_count > 0n).map((row) => row.no);
  const subjects = new Set(rows.map((row) => row.dossier_no ?? row.no));
  const [, facts, movements, balances] = await Promise.all([
    lockWaiting(session, subjects),
    loadFacts<ChargeFact>(session, loaded, subjects, history),
    loadMovements(session, loaded.numbers, numbers),
    loadPosted(session, "charge_no", posted),
  ]);
  const parts: ChargeParts = { numbers: loaded.numbers, facts, movements, posted: balances };
  const records = rows.map((row) => recordOf(row, parts));
  for (const record of records) loaded.charges.set(record.id, record);
  loaded.books.load({ charges: records });
  loadNames(loaded, names);
}

export async function saveCharges(
  session: Session,
  numbers: Numbers,
  { added, changed }: { added: readonly ChargeRecord[]; changed: readonly ChargeRecord[] },
): Promise<void> {
  const byId = (a: ChargeRecord, b: ChargeRecord) => ascending(a.id, b.id);
  await insertCharges(session, numbers, added.toSorted(byId));
  await replaceCharges(session, numbers, changed.toSorted(byId));
}

/** What belongs to charges in other tables, by the charge's number. */
interface ChargeParts {
  readonly numbers: Numbers;
  /** By the dossier's number, where there is one. */
  readonly facts: ReadonlyMap<bigint, KnownFacts<ChargeFact>>;
  readonly movements: ReadonlyMap<bigint, readonly Movement[]>;
  readonly posted: ReadonlyMap<bigint, DatedBalances>;
}

function recordOf(row: ChargeRow, { numbers, facts, movements, posted }: ChargeParts): ChargeRecord {
  const beside = {
    ...(facts.get(row.dossier_no ?? row.no) ?? noFacts),
    charge: chargeNoun.nounOf(row, { movements: movements.get(row.no) ?? [] }),
    posted: posted.get(row.no) ?? new DatedBalances(),
    walletLines: [],
  };
  return chargeRecordNoun.nounOf(row, beside, numbers);
}
