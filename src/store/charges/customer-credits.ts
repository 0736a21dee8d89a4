import type { CreditMemo, CustomerCredit } from "../../domain/credit/customer-credit.ts";
import type { PayoutId, ProviderName } from "../../domain/ids.ts";
import { fromText, toText } from "../engine/exact-json.ts";
import { ascending, insertRows, type Session, selectByKeys } from "../engine/statements.ts";
import { lockedRows } from "../engine/transaction.ts";
import type { Loaded, Numbers } from "../loaded.ts";
import type { CustomerCreditRow } from "../schema.ts";
import { loadPayouts } from "./payouts.ts";

const selectCredits = selectByKeys<string, CustomerCreditRow>((session, ids) =>
  lockedRows(session, session.trx.selectFrom("customer_credits").selectAll().where("id", "in", ids), "id"),
);

const insertCredits = insertRows("customer_credits");
const replaceCredits = insertRows("customer_credits", {
  key: "id",
  keep: ["provider", "account", "customer_ref", "currency"],
});

/** Locks and reads what the provider holds for customers, and what it was opened with. */
export async function loadCredits(session: Session, loaded: Loaded, ids: Iterable<string>): Promise<void> {
  const credits = (await selectCredits(session, ids)).map(creditOf);
  loaded.books.load({ credits });
  await loadPayouts(
    session,
    loaded,
    credits.flatMap(({ opening }) => opening ?? []),
  );
}

export async function saveCredits(
  session: Session,
  { added, changed }: { added: readonly CustomerCredit[]; changed: readonly CustomerCredit[] },
): Promise<void> {
  const rowsOf = (credits: readonly CustomerCredit[]) =>
    credits.map(creditRow).sort((a, b) => ascending(a.id, b.id));
  await insertCredits(session, rowsOf(added));
  await replaceCredits(session, rowsOf(changed));
}

const insertMemos = insertRows("credit_memos");

/** Stores how customers' credit changed, as it became known. */
export function saveMemos(
  session: Session,
  numbers: Numbers,
  memos: readonly CreditMemo[],
  nextNumber: () => bigint,
): Promise<void> {
  const rows = memos.map(({ creditId, chargeId, issued, applied, postedAt }) => ({
    no: nextNumber(),
    credit_id: creditId,
    charge_no: numbers.of(chargeId),
    issued,
    applied,
    posted_at: postedAt,
  }));
  return insertMemos(session, rows);
}

function creditRow({ customerRef, steps, ...credit }: CustomerCredit): CustomerCreditRow {
  return { ...credit, customer_ref: customerRef, steps: toText(steps) };
}

export function creditOf({ customer_ref, provider, steps, ...row }: CustomerCreditRow): CustomerCredit {
  return {
    ...row,
    provider: provider as ProviderName,
    customerRef: customer_ref,
    steps: fromText(steps),
    opening: row.opening as PayoutId | null,
  };
}
