import { DatedBalances } from "../../domain/book/dated.ts";
import type { PayoutRecord } from "../../domain/books.ts";
import type { TransferFact } from "../../domain/facts/transfer-facts.ts";
import type { PayoutId } from "../../domain/ids.ts";
import { ascending, insertNouns, replaceNouns, type Session, selectByKeys } from "../engine/statements.ts";
import { lockedRows } from "../engine/transaction.ts";
import { loadFacts, noFacts } from "../inbox/facts.ts";
import { loadPosted } from "../ledger/journal.ts";
import type { Loaded, Numbers } from "../loaded.ts";
import type { PayoutRow } from "../schema.ts";
import { transferNoun } from "./nouns/payout.ts";

const selectPayouts = selectByKeys<string, PayoutRow>((session, ids) =>
  lockedRows(session, session.trx.selectFrom("payouts").selectAll().where("id", "in", ids), "id"),
);

const insertPayouts = insertNouns("payouts", transferNoun);
const replacePayouts = replaceNouns("payouts", transferNoun, "no");

/** Locks the payouts, and reads their facts and what was posted of them. */
export async function loadPayouts(session: Session, loaded: Loaded, ids: Iterable<PayoutId>): Promise<void> {
  const rows = await selectPayouts(session, ids);
  if (rows.length === 0) return;
  const numbers = rows.map((row) => row.no);
  const [facts, posted] = await Promise.all([
    loadFacts<TransferFact>(session, loaded, numbers),
    loadPosted(session, "payout_no", numbers),
  ]);
  for (const row of rows) {
    const record = transferNoun.nounOf(row, {
      ...(facts.get(row.no) ?? noFacts),
      posted: posted.get(row.no) ?? new DatedBalances(),
    });
    loaded.numbers.set(record.id, row.no);
    loaded.payouts.set(record.id, record);
  }
  loaded.books.load({ payouts: loaded.payouts.values() });
}

export async function savePayouts(
  session: Session,
  numbers: Numbers,
  { added, changed }: { added: readonly PayoutRecord[]; changed: readonly PayoutRecord[] },
): Promise<void> {
  const byId = (a: PayoutRecord, b: PayoutRecord) => ascending(a.id, b.id);
  await insertPayouts(session, numbers, added.toSorted(byId));
  await replacePayouts(session, numbers, changed.toSorted(byId));
}
