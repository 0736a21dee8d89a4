import { DatedBalances } from "../../domain/book/dated.ts";
import type { PayoutRecord } from "../../domain/books.ts";
import type { TransferFact } from "../../domain/facts/transfer-facts.ts";
import type { PayoutId } from "../../domain/ids.ts";
import { lockedRows } from "../engine/locks.ts";
import { ascending, insertRows, type Session, selectByKeys } from "../engine/statements.ts";
import { loadFacts, noFacts } from "../inbox/facts.ts";
import { loadPosted } from "../ledger/journal.ts";
import type { Loaded, Numbers } from "../loaded.ts";
import type { PayoutRow } from "../schema.ts";
import { keyOf } from "./charge-rows.ts";
import { payoutRow, transferOf } from "./transfer-rows.ts";

const selectPayouts = selectByKeys<string, PayoutRow>((session, ids) =>
  lockedRows(session, session.trx.selectFrom("payouts").selectAll().where("id", "in", ids), "id"),
);

const insertPayouts = insertRows("payouts");
const replacePayouts = insertRows("payouts", { key: "no", keep: ["id", "provider", "account", "ref"] });

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
    const record: PayoutRecord = {
      id: row.id as PayoutId,
      key: keyOf(row),
      ...(facts.get(row.no) ?? noFacts),
      payout: transferOf(row),
      posted: posted.get(row.no) ?? new DatedBalances(),
      entryCount: Number(row.entry_count),
      discrepancies: JSON.parse(row.discrepancies) as Record<string, string>,
    };
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
  const rowsOf = (records: readonly PayoutRecord[]) =>
    records.map((record) => payoutRow(record, numbers.of(record.id))).sort((a, b) => ascending(a.id, b.id));
  await insertPayouts(session, rowsOf(added));
  await replacePayouts(session, rowsOf(changed));
}
