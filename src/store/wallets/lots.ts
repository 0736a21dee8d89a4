import { sql } from "kysely";
import type { ChargeId, WalletId } from "../../domain/ids.ts";
import type { Lot, OpenRecovery, Wallet } from "../../domain/wallet/wallet.ts";
import { ascending, insertNouns, replaceNouns, type Session, selectByKeys } from "../engine/statements.ts";
import type { Loaded, Numbers } from "../loaded.ts";
import type { LotRow, UncoveredMoveRow } from "../schema.ts";
import { lotNoun } from "./nouns/wallet.ts";

/** With the id of the charge a lot came from: it need not be one the batch has read. */
type StoredLot = LotRow & { charge_id: string | null };

const selectLotsWithValue = selectByKeys<string, StoredLot>((session, wallets) =>
  lots(session)
    .where("lots.wallet_no", "in", (eb) => eb.selectFrom("wallets").select("no").where("id", "in", wallets))
    // Word for word as the index has it, or PostgreSQL and SQLite would not use it.
    .where(sql<boolean>`lots.remaining > 0`),
);

const selectLotsOfCharges = selectByKeys<bigint, StoredLot>((session, charges) =>
  lots(session).where("lots.charge_no", "in", charges),
);

/** What a charge took from lots it may give back, also to a lot that is empty and another charge's. */
const selectLotsMovedByCharges = selectByKeys<bigint, StoredLot>((session, charges) =>
  lots(session)
    .innerJoin("lot_moves", (join) =>
      join
        .onRef("lot_moves.wallet_no", "=", "lots.wallet_no")
        .onRef("lot_moves.lot_ordinal", "=", "lots.ordinal"),
    )
    .innerJoin("wallet_lines", (join) =>
      join
        .onRef("wallet_lines.wallet_no", "=", "lot_moves.wallet_no")
        .onRef("wallet_lines.seq", "=", "lot_moves.seq"),
    )
    .where("wallet_lines.charge_no", "in", charges),
);

function lots({ trx }: Session) {
  return trx
    .selectFrom("lots")
    .leftJoin("charges", "charges.no", "lots.charge_no")
    .selectAll("lots")
    .select("charges.id as charge_id");
}

const insertLots = insertNouns("lots", lotNoun);
const replaceLots = replaceNouns("lots", lotNoun, ["wallet_no", "ordinal"]);

/**
 * The lots of wallets from which value may leave: all with something left, and whatever the given charges brought in or
 * took from.
 */
export async function selectLots(
  session: Session,
  { wallets, charges }: { wallets: readonly WalletId[]; charges: readonly bigint[] },
): Promise<StoredLot[]> {
  const rows = await Promise.all([
    selectLotsWithValue(session, wallets),
    selectLotsOfCharges(session, charges),
    selectLotsMovedByCharges(session, charges),
  ]);
  return rows.flat();
}

/** Those of these wallets, which are read, by the wallet's number, oldest first. */
export function lotsOf(
  loaded: Loaded,
  rows: readonly StoredLot[],
  wallets: readonly WalletId[],
): Map<bigint, Lot[]> {
  const { numbers } = loaded;
  const known = new Set(wallets.flatMap((wallet) => (numbers.has(wallet) ? numbers.of(wallet) : [])));
  const byId = new Map(rows.filter((row) => known.has(row.wallet_no)).map((row) => [row.id, row]));
  const byWallet = new Map<bigint, Lot[]>();
  for (const row of [...byId.values()].sort((a, b) => ascending(a.ordinal, b.ordinal))) {
    if (row.charge_no !== null) loaded.numbers.set(row.charge_id as string, row.charge_no);
    const lot = lotNoun.nounOf(row, {}, loaded.numbers);
    loaded.lots.set(lot.id, lot);
    const own = byWallet.get(row.wallet_no) ?? [];
    own.push(lot);
    byWallet.set(row.wallet_no, own);
  }
  return byWallet;
}

/** Lots of one wallet by their ordinals, also empty ones. */
export async function loadLotsByOrdinal(
  session: Session,
  loaded: Loaded,
  wallet: bigint,
  ordinals: readonly number[],
): Promise<Lot[]> {
  if (ordinals.length === 0) return [];
  const rows = await lots(session)
    .where("lots.wallet_no", "=", wallet)
    .where("lots.ordinal", "in", ordinals.map(BigInt))
    .execute();
  return rows.map((row) => {
    if (row.charge_no !== null) loaded.numbers.set(row.charge_id as string, row.charge_no);
    const lot = lotNoun.nounOf(row, {}, loaded.numbers);
    loaded.lots.set(lot.id, lot);
    return lot;
  });
}

/** Stores the lots of these wallets that are new or no longer as they were read. */
export async function saveLots(session: Session, loaded: Loaded, wallets: readonly Wallet[]): Promise<void> {
  const added: Lot[] = [];
  const changed: Lot[] = [];
  for (const lot of wallets.flatMap((wallet) => wallet.lots)) {
    const before = loaded.lots.get(lot.id);
    if (before === undefined) added.push(lot);
    else if (isChanged(before, lot)) changed.push(lot);
  }
  const { numbers } = loaded;
  const byWallet = (a: Lot, b: Lot) =>
    ascending(numbers.of(a.walletId), numbers.of(b.walletId)) || a.ordinal - b.ordinal;
  await insertLots(session, numbers, added.sort(byWallet));
  await replaceLots(session, numbers, changed.sort(byWallet));
}

function isChanged(before: Lot, after: Lot): boolean {
  return (
    before.remaining !== after.remaining ||
    before.expired !== after.expired ||
    before.expiresAt !== after.expiresAt ||
    before.priority !== after.priority
  );
}

type RecoveryMove = Omit<UncoveredMoveRow, "account"> & { charge_id: string };

const selectRecoveryMoves = selectByKeys<bigint, RecoveryMove>(({ trx }, wallets) =>
  trx
    .selectFrom("uncovered_moves")
    .innerJoin("charges", "charges.no", "uncovered_moves.charge_no")
    .select([
      "uncovered_moves.wallet_no",
      "uncovered_moves.seq",
      "uncovered_moves.position",
      "uncovered_moves.charge_no",
      "uncovered_moves.amount",
      "charges.id as charge_id",
    ])
    .where("uncovered_moves.wallet_no", "in", wallets)
    .where("uncovered_moves.account", "=", sql.lit("recovery")),
);

/** What wallets still have to be repaid, by the charge that left it, oldest first; by the wallet's number. */
export async function loadRecoveries(
  session: Session,
  numbers: Numbers,
  wallets: readonly bigint[],
): Promise<Map<bigint, OpenRecovery[]>> {
  const moves = await selectRecoveryMoves(session, wallets);
  moves.sort((a, b) => ascending(a.seq, b.seq) || ascending(a.position, b.position));
  for (const move of moves) numbers.set(move.charge_id, move.charge_no);
  const byWallet = Map.groupBy(moves, (move) => move.wallet_no);
  return new Map([...byWallet].map(([wallet, own]) => [wallet, openRecoveries(own)]));
}

function openRecoveries(moves: readonly RecoveryMove[]): OpenRecovery[] {
  const open = new Map<string, bigint>();
  for (const { charge_id, amount } of moves) {
    const left = (open.get(charge_id) ?? 0n) + amount;
    // What is repaid and opened again is as old as its second opening.
    if (left === 0n) open.delete(charge_id);
    else open.set(charge_id, left);
  }
  return [...open].map(([chargeId, amount]) => ({ chargeId: chargeId as ChargeId, open: amount }));
}
