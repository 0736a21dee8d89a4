import { type Kysely, sql } from "kysely";
import type { ChargeId, LotId, WalletId } from "../../../domain/ids.ts";
import type { Amount } from "../../../domain/money.ts";
import type { Usage } from "../../../domain/spending/usage.ts";
import { type Page, type PageRequest, pageAt, positionIn } from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";
import { usageOf, usageRows } from "../usage.ts";

/** What a line of a statement did to one lot, in the order in which it took or gave. */
export interface MovedLot {
  readonly id: LotId;
  readonly ordinal: number;
  readonly kind: "paid" | "promo";
  readonly chargeId: ChargeId | null;
  readonly remaining: Amount;
  readonly expired: Amount;
}

export async function lotsOfLine(db: Kysely<Database>, wallet: WalletId, seq: number): Promise<MovedLot[]> {
  const { rows } = await sql<Omit<MovedLot, "ordinal"> & { readonly ordinal: bigint }>`
    select lots.id, lots.ordinal, lots.kind, charges.id as "chargeId", lot_moves.remaining, lot_moves.expired
    from lot_moves
      join lots on lots.wallet_no = lot_moves.wallet_no and lots.ordinal = lot_moves.lot_ordinal
      left join charges on charges.no = lots.charge_no
    where lot_moves.wallet_no = (select no from wallets where id = ${wallet}) and lot_moves.seq = ${BigInt(seq)}
    order by lot_moves.position
  `.execute(db);
  return rows.map((row) => ({ ...row, ordinal: Number(row.ordinal) }));
}

/** The usage that a line of a statement is of, or that it undid; newest first. */
export async function usageOfLine(
  db: Kysely<Database>,
  wallet: WalletId,
  { seq, isReversal }: { readonly seq: number; readonly isReversal: boolean },
  page: PageRequest,
): Promise<Page<Usage>> {
  const at = await positionIn(db, "usage", page);
  const rows = await usageRows(db)
    .where("wallets.id", "=", wallet)
    .where(isReversal ? "usage.reversed_seq" : "usage.seq", "=", BigInt(seq))
    .where("usage.no", at.compare, at.no)
    .orderBy("usage.no", at.order)
    .limit(page.limit + 1)
    .execute();
  return pageAt(rows.map(usageOf), page, ({ id }) => id);
}

/** Which of these lines a later one undoes. */
export async function reversedAmong(
  db: Kysely<Database>,
  wallet: WalletId,
  lines: readonly number[],
): Promise<ReadonlySet<number>> {
  if (lines.length === 0) return new Set();
  const rows = await db
    .selectFrom("wallet_lines")
    .select("reverses")
    .where("wallet_no", "=", (eb) => eb.selectFrom("wallets").select("no").where("id", "=", wallet))
    .where("reverses", "in", lines.map(BigInt))
    .execute();
  return new Set(rows.map(({ reverses }) => Number(reverses)));
}
