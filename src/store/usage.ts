import type { UsageId, WalletId } from "../domain/ids.ts";
import { holdsRoundingUnit, type Metered, type Usage, type UsageReversal } from "../domain/spending/usage.ts";
import { toFlag } from "./flags.ts";
import type { Loaded, Numbers } from "./loaded.ts";
import type { UsageRow } from "./schema.ts";
import { ascending, insertRows, type Session, selectByKeys } from "./statements.ts";

/** With what its wallet says. */
export type StoredUsage = UsageRow & { wallet_id: string; currency: string };

const selectUsage = selectByKeys<string, StoredUsage>(({ trx }, ids) =>
  usageRows(trx).where("usage.id", "in", ids),
);

export function usageRows(db: Pick<Session["trx"], "selectFrom">) {
  return db
    .selectFrom("usage")
    .innerJoin("wallets", "wallets.no", "usage.wallet_no")
    .selectAll("usage")
    .select(["wallets.id as wallet_id", "wallets.currency"]);
}

const insertUsage = insertRows("usage");
const replaceUsage = insertRows("usage", {
  key: "no",
  keep: [
    "id",
    "wallet_no",
    "meter",
    "quantity",
    "price",
    "cost",
    "requested",
    "covered",
    "uncovered",
    "balance_after",
    "seq",
    "drawn_before",
    "occurred_at",
    "applied_at",
  ],
});

/** An app may name its usage like anything else: its number has a name of its own. */
export const usageName = (id: UsageId): string => `usage ${id}`;

/** What is stored of usage. Not locked: what can change of it changes under the lock of its wallet. */
export async function loadUsage(session: Session, loaded: Loaded, ids: Iterable<UsageId>): Promise<void> {
  putUsage(loaded, await selectUsage(session, ids));
}

export function putUsage({ books, numbers }: Loaded, rows: readonly StoredUsage[]): void {
  for (const { id, no } of rows) numbers.set(usageName(id as UsageId), no);
  books.load({ usage: rows.map(usageOf) });
}

/** Stores usage; the statement lines it is part of are stored already. */
export async function saveUsage(
  session: Session,
  numbers: Numbers,
  { added, changed }: { added: readonly Usage[]; changed: readonly Usage[] },
): Promise<void> {
  const rowsOf = (usage: readonly Usage[]) =>
    usage.map((one) => usageRow(one, numbers)).sort((a, b) => ascending(a.no, b.no));
  await insertUsage(session, rowsOf(added));
  await replaceUsage(session, rowsOf(changed));
}

export function usageOf(row: StoredUsage): Usage {
  return {
    id: row.id as UsageId,
    walletId: row.wallet_id as WalletId,
    currency: row.currency,
    metered: meteredOf(row),
    cost: row.cost,
    requested: row.requested,
    covered: row.covered,
    uncovered: row.uncovered,
    balanceAfter: row.balance_after,
    seq: nullableNumber(row.seq),
    drawnBefore: row.drawn_before,
    occurredAt: row.occurred_at,
    appliedAt: row.applied_at,
    reversal: reversalOf(row),
    coveredBack: row.covered_back,
    uncoveredBack: row.uncovered_back,
  };
}

function meteredOf({ meter, quantity, price }: UsageRow): Metered | null {
  return meter === null || quantity === null || price === null ? null : { meter, quantity, price };
}

function reversalOf({ reversed_at: at, reversal_reason: reason, reversed_seq }: UsageRow) {
  if (at === null || reason === null) return null;
  return { at, reason, seq: nullableNumber(reversed_seq) } satisfies UsageReversal;
}

function usageRow(usage: Usage, numbers: Numbers): UsageRow {
  return {
    no: numbers.of(usageName(usage.id)),
    id: usage.id,
    wallet_no: numbers.of(usage.walletId),
    meter: usage.metered?.meter ?? null,
    quantity: usage.metered?.quantity ?? null,
    price: usage.metered?.price ?? null,
    cost: usage.cost,
    requested: usage.requested,
    covered: usage.covered,
    uncovered: usage.uncovered,
    balance_after: usage.balanceAfter,
    seq: nullableInteger(usage.seq),
    drawn_before: usage.drawnBefore,
    occurred_at: usage.occurredAt,
    applied_at: usage.appliedAt,
    reversed_at: usage.reversal?.at ?? null,
    reversed_seq: nullableInteger(usage.reversal?.seq ?? null),
    reversal_reason: usage.reversal?.reason ?? null,
    covered_back: usage.coveredBack,
    uncovered_back: usage.uncoveredBack,
    rounding_unit: toFlag(holdsRoundingUnit(usage)),
  };
}

const nullableNumber = (integer: bigint | null): number | null => (integer === null ? null : Number(integer));
const nullableInteger = (number: number | null): bigint | null => (number === null ? null : BigInt(number));
