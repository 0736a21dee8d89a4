import type { PastLine } from "../../domain/books.ts";
import { type ChargeId, type EntryId, entryId, lineOfEntry, lotId, type UsageId } from "../../domain/ids.ts";
import { unitsToBorrow } from "../../domain/spending/reverse-usage.ts";
import { settledHold } from "../../domain/spending/usage.ts";
import type { Lot, LotMove, UncoveredMove, WalletLine } from "../../domain/wallet/wallet.ts";
import type { EntryToUndo, UsageToUndo } from "../batch/unit-of-work.ts";
import { ascending, insertNouns, insertRows, type Session, selectByKeys } from "../engine/statements.ts";
import type { Loaded, Numbers } from "../loaded.ts";
import type { LotMoveRow, UncoveredMoveRow, WalletLineRow } from "../schema.ts";
import { loadHolds } from "./holds.ts";
import { loadLotsByOrdinal } from "./lots.ts";
import { walletLineNoun } from "./nouns/wallet.ts";
import { putUsage, usageOf, usageRows } from "./usage.ts";

/** With the ids of what it refers to: its wallet, entry and event need not be among those the batch has read. */
type StoredLine = WalletLineRow & { wallet_id: string; entry_id: string; event_id: string | null };
type StoredUncovered = UncoveredMoveRow & { charge_id: string };

const selectLines = selectByKeys<bigint, StoredLine>(({ trx }, charges) =>
  trx
    .selectFrom("wallet_lines")
    .innerJoin("wallets", "wallets.no", "wallet_lines.wallet_no")
    .innerJoin("entries", "entries.no", "wallet_lines.entry_no")
    .leftJoin("events", "events.no", "wallet_lines.event_no")
    .selectAll("wallet_lines")
    .select(["wallets.id as wallet_id", "entries.id as entry_id", "events.id as event_id"])
    .where("wallet_lines.charge_no", "in", charges),
);

const selectLotMoves = selectByKeys<bigint, LotMoveRow>(({ trx }, charges) =>
  trx
    .selectFrom("lot_moves")
    .innerJoin("wallet_lines", (join) =>
      join
        .onRef("wallet_lines.wallet_no", "=", "lot_moves.wallet_no")
        .onRef("wallet_lines.seq", "=", "lot_moves.seq"),
    )
    .selectAll("lot_moves")
    .where("wallet_lines.charge_no", "in", charges),
);

const selectUncoveredMoves = selectByKeys<bigint, StoredUncovered>(({ trx }, charges) =>
  trx
    .selectFrom("uncovered_moves")
    .innerJoin("wallet_lines", (join) =>
      join
        .onRef("wallet_lines.wallet_no", "=", "uncovered_moves.wallet_no")
        .onRef("wallet_lines.seq", "=", "uncovered_moves.seq"),
    )
    .innerJoin("charges", "charges.no", "uncovered_moves.charge_no")
    .selectAll("uncovered_moves")
    .select("charges.id as charge_id")
    .where("wallet_lines.charge_no", "in", charges),
);

const insertLines = insertNouns("wallet_lines", walletLineNoun);
const insertLotMoves = insertRows("lot_moves");
const insertUncoveredMoves = insertRows("uncovered_moves");

/** The rows of lines, and of what they moved. */
export interface LineRows {
  readonly lines: StoredLine[];
  readonly lotMoves: LotMoveRow[];
  readonly uncovered: StoredUncovered[];
}

/** The statement lines of charges. */
export async function selectLinesOf(session: Session, charges: readonly bigint[]): Promise<LineRows> {
  const [lines, lotMoves, uncovered] = await Promise.all([
    selectLines(session, charges),
    selectLotMoves(session, charges),
    selectUncoveredMoves(session, charges),
  ]);
  return { lines, lotMoves, uncovered };
}

/** The lines of charges whose wallets are read, oldest first, by the charge's number. */
export function linesOf({ numbers }: Loaded, read: LineRows): Map<bigint, WalletLine[]> {
  const lotMoves = Map.groupBy(read.lotMoves.sort(byPosition), lineKey);
  const uncovered = Map.groupBy(read.uncovered.sort(byPosition), lineKey);
  const lines = read.lines.sort(byWalletAndSeq).map((row): [bigint, WalletLine] => {
    const chargeId = numbers.idOfNullable<ChargeId>(row.charge_no);
    const moves = lotMoves.get(lineKey(row)) ?? [];
    const uncoveredMoves = uncovered.get(lineKey(row)) ?? [];
    return [row.charge_no as bigint, lineOf(row, chargeId, { moves, uncoveredMoves })];
  });
  for (const row of [...uncovered.values()].flat()) numbers.set(row.charge_id, row.charge_no);
  return new Map(
    [...Map.groupBy(lines, ([charge]) => charge)].map(([charge, own]) => [
      charge,
      own.map(([, line]) => line),
    ]),
  );
}

/** One line of a wallet, of whatever charge; `undefined` if there is none. */
async function loadLine(
  { trx }: Session,
  { numbers }: Loaded,
  { wallet_no, seq }: LineKey,
): Promise<WalletLine | undefined> {
  const row = await trx
    .selectFrom("wallet_lines")
    .innerJoin("wallets", "wallets.no", "wallet_lines.wallet_no")
    .innerJoin("entries", "entries.no", "wallet_lines.entry_no")
    .leftJoin("charges", "charges.no", "wallet_lines.charge_no")
    .leftJoin("events", "events.no", "wallet_lines.event_no")
    .selectAll("wallet_lines")
    .select(["wallets.id as wallet_id", "entries.id as entry_id", "events.id as event_id"])
    .select("charges.id as charge_id")
    .where("wallet_lines.wallet_no", "=", wallet_no)
    .where("wallet_lines.seq", "=", seq)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const moves = await trx
    .selectFrom("lot_moves")
    .selectAll()
    .where("wallet_no", "=", wallet_no)
    .where("seq", "=", seq)
    .orderBy("position")
    .execute();
  numbers.set(row.entry_id, row.entry_no);
  // What is undone this way left nothing uncovered of a charge.
  return lineOf(row, row.charge_id as ChargeId | null, { moves, uncoveredMoves: [] });
}

/** Stores lines; their entries, and the lots they moved, are stored already. */
export async function saveLines(
  session: Session,
  numbers: Numbers,
  lines: readonly WalletLine[],
): Promise<void> {
  const byWallet = (a: WalletLine, b: WalletLine) =>
    ascending(numbers.of(a.walletId), numbers.of(b.walletId)) || a.seq - b.seq;
  await insertLines(session, numbers, lines.toSorted(byWallet));
  const lotMoves = lines.flatMap((line) => line.lotMoves.map((move, index) => lotMoveRow(line, move, index)));
  await insertLotMoves(session, lotMoves.sort(byPosition));
  const uncovered = lines.flatMap((line) =>
    line.uncoveredMoves.map((move, index) => uncoveredRow(line, move, index)),
  );
  await insertUncoveredMoves(session, uncovered.sort(byPosition));

  function lotMoveRow(line: WalletLine, move: LotMove, index: number): LotMoveRow {
    return {
      wallet_no: numbers.of(line.walletId),
      seq: BigInt(line.seq),
      position: BigInt(index + 1),
      lot_ordinal: BigInt(move.ordinal),
      remaining: move.remaining,
      expired: move.expired,
      expires_at: move.expiresAt,
    };
  }

  function uncoveredRow(line: WalletLine, move: UncoveredMove, index: number): UncoveredMoveRow {
    return {
      wallet_no: numbers.of(line.walletId),
      seq: BigInt(line.seq),
      position: BigInt(index + 1),
      charge_no: numbers.of(move.chargeId),
      account: move.account,
      amount: move.amount,
    };
  }
}

type LineKey = Pick<WalletLineRow, "wallet_no" | "seq">;

const lineKey = ({ wallet_no, seq }: LineKey): string => `${wallet_no} ${seq}`;

function byWalletAndSeq(a: LineKey, b: LineKey): number {
  return ascending(a.wallet_no, b.wallet_no) || ascending(a.seq, b.seq);
}

function byPosition(a: LineKey & { position: bigint }, b: LineKey & { position: bigint }): number {
  return byWalletAndSeq(a, b) || ascending(a.position, b.position);
}

function lineOf(
  row: StoredLine,
  chargeId: ChargeId | null,
  { moves, uncoveredMoves }: { moves: readonly LotMoveRow[]; uncoveredMoves: readonly StoredUncovered[] },
): WalletLine {
  const line = walletLineNoun.nounOf({ ...row, charge_id: chargeId });
  return {
    ...line,
    lotMoves: moves.map((move) => ({
      lotId: lotId(line.walletId, Number(move.lot_ordinal)),
      ordinal: Number(move.lot_ordinal),
      remaining: move.remaining,
      expired: move.expired,
      expiresAt: move.expires_at,
    })),
    uncoveredMoves: uncoveredMoves.map((move) => ({
      chargeId: move.charge_id as ChargeId,
      account: move.account as UncoveredMove["account"],
      amount: move.amount,
    })),
  };
}

/** Reads what is to be undone, and puts the lots that it used into the books, also empty ones. */
export async function loadUndone(
  session: Session,
  loaded: Loaded,
  undo: UsageToUndo | EntryToUndo,
): Promise<void> {
  const lines =
    "usage" in undo
      ? await loadReversal(session, loaded, undo.usage)
      : [(await loadPastLine(session, loaded, undo.entry)) ?? []].flat();
  for (const [id, own] of Map.groupBy(lines, (line) => line.walletId)) {
    const wallet = loaded.wallets.get(id);
    if (wallet === undefined) continue;
    const known = new Set(wallet.lots.map((lot) => lot.ordinal));
    const moved = own.flatMap((line) => line.lotMoves.map((move) => move.ordinal));
    const missing = [...new Set(moved)].filter((ordinal) => !known.has(ordinal));
    const lots = await loadLotsByOrdinal(session, loaded, loaded.numbers.of(id), missing);
    loaded.books.load({ wallets: [{ ...wallet, lots: [...wallet.lots, ...lots].sort(byOrdinal) }] });
  }
}

const byOrdinal = (a: Lot, b: Lot) => a.ordinal - b.ordinal;

/** Reads a line that is to be undone, once its wallet is locked. Not set-based: undoing is rare, and a batch of its own. */
async function loadPastLine(session: Session, loaded: Loaded, id: EntryId): Promise<WalletLine | undefined> {
  const named = lineOfEntry(id);
  if (named === undefined || !loaded.numbers.has(named.walletId)) return undefined;
  const wallet_no = loaded.numbers.of(named.walletId);
  const line = await loadLine(session, loaded, { wallet_no, seq: BigInt(named.seq) });
  // The second line of a link stands for no entry of its own.
  if (line === undefined || line.entryId !== id) return undefined;
  const { trx } = session;
  const postings = await trx
    .selectFrom("postings")
    .innerJoin("accounts", "accounts.no", "postings.account_no")
    .select(["accounts.path as account", "accounts.currency", "postings.amount"])
    .where("postings.entry_no", "=", loaded.numbers.of(id))
    .execute();
  const reversal = await trx
    .selectFrom("wallet_lines")
    .select("seq")
    .where("wallet_no", "=", wallet_no)
    .where("reverses", "=", BigInt(line.seq))
    .executeTakeFirst();
  const past: PastLine = { line, postings, reversedBy: reversal === undefined ? null : Number(reversal.seq) };
  loaded.books.load({ pastLines: [[id, past]] });
  return line;
}

/**
 * Reads usage that is to be reversed, as it is under its wallet's lock: with its line, and with the usage that lends it a
 * unit if it needs one.
 */
async function loadReversal(session: Session, loaded: Loaded, id: UsageId): Promise<WalletLine[]> {
  const { trx } = session;
  const row = await usageRows(trx).where("usage.id", "=", id).executeTakeFirst();
  if (row === undefined) return [];
  const usage = usageOf(row);
  const wallet = loaded.wallets.get(usage.walletId);
  if (wallet === undefined || usage.reversal !== null) {
    putUsage(loaded, [row]);
    return [];
  }
  const lender = unitsToBorrow(wallet, usage) === 0n ? undefined : await latestRoundingUnit(session, row);
  const rows = lender === undefined ? [row] : [row, lender];
  putUsage(loaded, rows);
  await loadHolds(
    session,
    loaded,
    rows.flatMap((one) => settledHold(usageOf(one)) ?? []),
  );
  const entries = rows.flatMap((one) => {
    const { seq } = usageOf(one);
    return seq === null ? [] : [entryId(usage.walletId, seq)];
  });
  const lines: WalletLine[] = [];
  for (const entry of new Set(entries)) {
    const line = await loadPastLine(session, loaded, entry);
    if (line !== undefined) lines.push(line);
  }
  return lines;
}

function latestRoundingUnit({ trx }: Session, of: { readonly no: bigint; readonly wallet_no: bigint }) {
  return usageRows(trx)
    .where("tallies.wallet_no", "=", of.wallet_no)
    .where("tallies.seq", "is not", null)
    .where("usage.rounding_unit", "=", 1n)
    .where("usage.no", "<>", of.no)
    .orderBy("tallies.seq", "desc")
    .orderBy("usage.no", "desc")
    .limit(1)
    .executeTakeFirst();
}
