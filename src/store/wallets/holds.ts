import type { HoldId } from "../../domain/ids.ts";
import type { Hold } from "../../domain/spending/hold.ts";
import { ascending, insertNouns, replaceNouns, type Session, selectByKeys } from "../engine/statements.ts";
import type { Loaded, Numbers } from "../loaded.ts";
import type { HoldRow } from "../schema.ts";
import { holdNoun } from "./nouns/spending.ts";

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

const insertHolds = insertNouns("holds", holdNoun);
const replaceHolds = replaceNouns("holds", holdNoun, ["wallet_no", "ordinal"]);

/** Holds of wallets that are locked. */
export async function loadHolds(session: Session, loaded: Loaded, ids: Iterable<HoldId>): Promise<void> {
  const holds = (await selectHolds(session, ids)).map(holdOf);
  for (const { createdAt } of holds) loaded.reach(createdAt);
  loaded.books.load({ holds });
}

export async function saveHolds(
  session: Session,
  numbers: Numbers,
  { added, changed }: { added: readonly Hold[]; changed: readonly Hold[] },
): Promise<void> {
  const byWallet = (a: Hold, b: Hold) =>
    ascending(numbers.of(a.walletId), numbers.of(b.walletId)) || a.ordinal - b.ordinal;
  await insertHolds(session, numbers, added.toSorted(byWallet));
  await replaceHolds(session, numbers, changed.toSorted(byWallet));
}

export const holdOf = (row: StoredHold): Hold => holdNoun.nounOf(row);
