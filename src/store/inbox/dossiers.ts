import { sql } from "kysely";
import type { Merged } from "../../domain/books.ts";
import type { ChargeId } from "../../domain/ids.ts";
import { ascending, insertRows, type Session, selectByKeys } from "../engine/statements.ts";
import { lockedRows } from "../engine/transaction.ts";
import type { Loaded } from "../loaded.ts";
import type { ChargeRow, DossierNameRow, FactRow } from "../schema.ts";

/** Two dossiers became one while this batch waited for them: it has to read again. */
class DossierMoved extends Error {
  /** As PostgreSQL names a lost race: what is retried then is retried here. */
  readonly code = "40001";
  constructor() {
    super("A dossier was merged into another while it was waited for.");
  }
}

const selectNames = selectByKeys<string, DossierNameRow>(({ trx }, names) =>
  trx.selectFrom("dossier_names").selectAll().where("name", "in", names),
);

const selectChargesNamed = selectByKeys<string, ChargeRow>((session, names) =>
  lockedRows(
    session,
    session.trx
      .selectFrom("charges")
      .selectAll()
      .where("dossier_no", "in", (eb) =>
        eb.selectFrom("dossier_names").select("dossier_no").where("name", "in", names),
      ),
    "id",
  ),
);

const selectCharges = selectByKeys<bigint, ChargeRow>((session, dossiers) =>
  lockedRows(
    session,
    session.trx.selectFrom("charges").selectAll().where("dossier_no", "in", dossiers),
    "id",
  ),
);

export interface LockedDossiers {
  readonly names: readonly DossierNameRow[];
  readonly charges: readonly ChargeRow[];
}

/**
 * Locks all charges of the dossiers that names belong to. A name may have moved while the lock was waited for: then nothing
 * that was read is true any more.
 * @throws an error that is worth a retry
 */
export async function lockNamed(session: Session, names: readonly string[]): Promise<LockedDossiers> {
  // Asked for together, and answered in this order.
  const [found, charges, again] = await Promise.all([
    selectNames(session, names),
    selectChargesNamed(session, names),
    session.engine.rowLock === "" ? undefined : selectNames(session, names),
  ]);
  if (again === undefined) return { names: found, charges };
  const now = new Map(again.map((row) => [row.name, row.dossier_no]));
  const moved = now.size !== found.length || found.some((row) => now.get(row.name) !== row.dossier_no);
  if (moved || !isWhole(charges)) throw new DossierMoved();
  return { names: found, charges };
}

/**
 * Locks all charges of dossiers.
 * @throws an error that is worth a retry
 */
export async function lockDossiers(
  session: Session,
  dossiers: readonly bigint[],
): Promise<readonly ChargeRow[]> {
  const charges = await selectCharges(session, dossiers);
  if (session.engine.rowLock !== "" && !isWhole(charges)) throw new DossierMoved();
  return charges;
}

/** A charge that was merged while its lock was waited for names another that this reading began too early to see. */
function isWhole(charges: readonly ChargeRow[]): boolean {
  const read = new Set<bigint | null>([null, ...charges.map(({ no }) => no)]);
  return charges.every((row) => read.has(row.dossier_no) && read.has(row.merged_into_no));
}

export function loadNames({ books, numbers }: Loaded, rows: readonly DossierNameRow[]): void {
  books.load({ names: rows.map((row) => [row.name, numbers.id<ChargeId>(row.dossier_no)] as const) });
}

const insertNames = insertRows("dossier_names");

export async function saveNames(session: Session, { books, numbers }: Loaded): Promise<void> {
  const rows = [...books.newNames].map(([name, dossier]) => ({ name, dossier_no: numbers.of(dossier) }));
  await insertNames(
    session,
    rows.sort((a, b) => ascending(a.name, b.name)),
  );
}

/** Files in one dossier what was filed in two, and gives a charge what turned out to be its own. After all else is stored. */
export async function saveMerges(session: Session, { books, numbers }: Loaded): Promise<void> {
  const byNumber = ({ from, into }: Merged) => ({ from: numbers.of(from), into: numbers.of(into) });
  for (const merged of books.mergedDossiers.map(byNumber)) {
    await moveFacts(session, merged);
    await session.trx
      .updateTable("dossier_names")
      .set({ dossier_no: merged.into })
      .where("dossier_no", "=", merged.from)
      .execute();
  }
  for (const merged of books.mergedWalletSides.map(byNumber)) await moveWalletSide(session, merged);
}

interface MergedNumbers {
  readonly from: bigint;
  readonly into: bigint;
}

/** An event may have facts in both: they are counted on. */
async function moveFacts({ trx }: Session, { from, into }: MergedNumbers): Promise<void> {
  const keys = await trx
    .selectFrom("facts")
    .select(["subject_no", "event_no", "position"])
    .where("subject_no", "in", [from, into])
    .execute();
  const highest = new Map<bigint, bigint>();
  for (const { subject_no, event_no, position } of keys) {
    if (subject_no === into && position > (highest.get(event_no) ?? 0n)) highest.set(event_no, position);
  }
  const moving = keys.filter((key) => key.subject_no === from).sort(byPosition);
  for (const { event_no, position } of moving) {
    await trx
      .updateTable("facts")
      .set({ subject_no: into, position: position + (highest.get(event_no) ?? 0n) })
      .where("subject_no", "=", from)
      .where("event_no", "=", event_no)
      .where("position", "=", position)
      .execute();
  }
}

function byPosition(a: Pick<FactRow, "event_no" | "position">, b: Pick<FactRow, "event_no" | "position">) {
  return ascending(a.event_no, b.event_no) || ascending(a.position, b.position);
}

async function moveWalletSide({ trx }: Session, { from, into }: MergedNumbers): Promise<void> {
  for (const table of ["lots", "wallet_lines", "uncovered_moves"] as const) {
    await trx.updateTable(table).set({ charge_no: into }).where("charge_no", "=", from).execute();
  }
  // What the wallet's lines were posted by goes with them; what the provider did was taken back, and stays its own.
  await trx
    .updateTable("entries")
    .set({ charge_no: into })
    .where("charge_no", "=", from)
    .where("wallet_no", "is not", sql.lit(null))
    .execute();
}
