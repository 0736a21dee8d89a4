import type { HoldId, WalletId } from "../domain/ids.ts";
import type { Hold } from "../domain/spending/hold.ts";
import { fromFlag, toFlag } from "./flags.ts";
import type { Loaded, Numbers } from "./loaded.ts";
import type { HoldRow } from "./schema.ts";
import { ascending, insertRows, type Session, selectByKeys } from "./statements.ts";

/** With the id of its wallet. */
export type StoredHold = HoldRow & { wallet_id: string };

const selectHolds = selectByKeys<string, StoredHold>(({ trx }, ids) =>
  holdRows(trx).where("holds.id", "in", ids),
);

export function holdRows(db: Pick<Session["trx"], "selectFrom">) {
  return db
    .selectFrom("holds")
    .innerJoin("wallets", "wallets.no", "holds.wallet_no")
    .selectAll("holds")
    .select("wallets.id as wallet_id");
}

const insertHolds = insertRows("holds");
const replaceHolds = insertRows("holds", {
  key: ["wallet_no", "ordinal"],
  keep: ["id", "amount", "meter", "quantity", "created_at"],
});

/** Holds of wallets that are locked. */
export async function loadHolds(session: Session, { books }: Loaded, ids: Iterable<HoldId>): Promise<void> {
  books.load({ holds: (await selectHolds(session, ids)).map(holdOf) });
}

export async function saveHolds(
  session: Session,
  numbers: Numbers,
  { added, changed }: { added: readonly Hold[]; changed: readonly Hold[] },
): Promise<void> {
  const rowsOf = (holds: readonly Hold[]) =>
    holds
      .map((hold) => holdRow(hold, numbers))
      .sort((a, b) => ascending(a.wallet_no, b.wallet_no) || ascending(a.ordinal, b.ordinal));
  await insertHolds(session, rowsOf(added));
  await replaceHolds(session, rowsOf(changed));
}

export function holdOf(row: StoredHold): Hold {
  return {
    id: row.id as HoldId,
    ordinal: Number(row.ordinal),
    walletId: row.wallet_id as WalletId,
    amount: row.amount,
    meter: row.meter,
    quantity: row.quantity,
    status: row.status as Hold["status"],
    settled: row.settled,
    released: row.released,
    late: fromFlag(row.late),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    closedAt: row.closed_at,
  };
}

function holdRow(hold: Hold, numbers: Numbers): HoldRow {
  return {
    wallet_no: numbers.of(hold.walletId),
    ordinal: BigInt(hold.ordinal),
    id: hold.id,
    amount: hold.amount,
    meter: hold.meter,
    quantity: hold.quantity,
    status: hold.status,
    settled: hold.settled,
    released: hold.released,
    late: toFlag(hold.late),
    created_at: hold.createdAt,
    expires_at: hold.expiresAt,
    closed_at: hold.closedAt,
  };
}
