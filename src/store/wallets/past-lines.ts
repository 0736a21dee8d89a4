import type { PastLine } from "../../domain/books.ts";
import { type EntryId, entryId, lineOfEntry, type UsageId } from "../../domain/ids.ts";
import { unitsToBorrow } from "../../domain/spending/reverse-usage.ts";
import { settledHold } from "../../domain/spending/usage.ts";
import type { Lot, WalletLine } from "../../domain/wallet/wallet.ts";
import type { EntryToUndo, UsageToUndo } from "../batch/unit-of-work.ts";
import type { Session } from "../engine/statements.ts";
import type { Loaded } from "../loaded.ts";
import { loadHolds } from "./holds.ts";
import { loadLotsByOrdinal } from "./lots.ts";
import { putUsage, usageOf, usageRows } from "./usage.ts";
import { loadLine } from "./wallet-lines.ts";

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
  const entries = rows.flatMap(({ seq }) => (seq === null ? [] : [entryId(usage.walletId, Number(seq))]));
  const lines: WalletLine[] = [];
  for (const entry of new Set(entries)) {
    const line = await loadPastLine(session, loaded, entry);
    if (line !== undefined) lines.push(line);
  }
  return lines;
}

function latestRoundingUnit({ trx }: Session, of: { readonly no: bigint; readonly wallet_no: bigint }) {
  return usageRows(trx)
    .where("usage.wallet_no", "=", of.wallet_no)
    .where("usage.seq", "is not", null)
    .where("usage.rounding_unit", "=", 1n)
    .where("usage.no", "<>", of.no)
    .orderBy("usage.seq", "desc")
    .orderBy("usage.no", "desc")
    .limit(1)
    .executeTakeFirst();
}
