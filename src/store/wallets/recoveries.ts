import { sql } from "kysely";
import type { ChargeId } from "../../domain/ids.ts";
import type { OpenRecovery } from "../../domain/wallet/wallet.ts";
import { ascending, type Session, selectByKeys } from "../engine/statements.ts";
import type { Numbers } from "../loaded.ts";
import type { UncoveredMoveRow } from "../schema.ts";

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
