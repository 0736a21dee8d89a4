import { sql } from "kysely";
import type { UsageId, WalletId } from "../../domain/ids.ts";
import type { PutRows } from "../../domain/rows.ts";
import { happenedAt, type Usage } from "../../domain/spending/usage.ts";
import {
  ascending,
  insertNouns,
  replaceNouns,
  type Session,
  type Stored,
  selectByKeys,
} from "../engine/statements.ts";
import type { Loaded, StoredUsageKey } from "../loaded.ts";
import type { TallyRow, UsageRow } from "../schema.ts";
import { type Tally, tallyNoun, usageNoun } from "./nouns/spending.ts";

/** With what its tally and its wallet say. */
export interface StoredUsage
  extends UsageRow,
    Pick<TallyRow, "wallet_no" | "meter" | "price" | "balance_before" | "applied_at"> {
  tally_seq: bigint | null;
  wallet_id: string;
  currency: string;
}

const selectUsage = selectByKeys<string, StoredUsage>(({ trx }, ids) =>
  usageRows(trx).where("usage.id", "in", ids),
);

/** What of a tally its usage says, too. */
export const ofTally = [
  "tallies.wallet_no",
  "tallies.meter",
  "tallies.price",
  "tallies.seq as tally_seq",
  "tallies.balance_before",
  "tallies.applied_at",
] as const;

export function usageRows(db: Pick<Session["trx"], "selectFrom">) {
  return db
    .selectFrom("usage")
    .innerJoin("tallies", "tallies.no", "usage.tally_no")
    .innerJoin("wallets", "wallets.no", "tallies.wallet_no")
    .selectAll("usage")
    .select(ofTally)
    .select(["wallets.id as wallet_id", "wallets.currency"]);
}

/** Of what requested nothing its tally's line says nothing. */
export const hasRequested = sql<boolean>`usage.covered + usage.uncovered > 0`;

/** When it happened, as limits and reports count it; beside its tally, and the hold that it settled. */
export const happenedIn = sql<bigint>`coalesce(holds.created_at, case
  when usage.occurred_at is null or usage.occurred_at > tallies.applied_at then tallies.applied_at
  else usage.occurred_at
end)`;

/** What is stored of usage. Not locked: what can change of it changes under the lock of its wallet. */
export async function loadUsage(session: Session, loaded: Loaded, ids: Iterable<UsageId>): Promise<void> {
  putUsage(loaded, await selectUsage(session, ids));
}

export function putUsage(loaded: Loaded, rows: readonly StoredUsage[]): void {
  for (const { id, no, tally_no } of rows) loaded.usage.set(id as UsageId, { no, tallyNo: tally_no });
  const usage = rows.map(usageOf);
  for (const used of usage) loaded.reach(happenedAt(used));
  loaded.books.load({ usage });
}

export const usageOf = (row: StoredUsage): Usage => usageNoun.nounOf(row);

/** A tally that usage is still added to; it gets its number when it is stored. */
type OpenTally = { -readonly [Key in keyof Tally]: Tally[Key] };

/** Usage as it is stored: what is new under its tally, in the order in which it was applied. */
export interface PutUsage {
  readonly added: readonly { readonly usage: Usage; readonly tally: OpenTally }[];
  readonly tallies: readonly OpenTally[];
  readonly changed: readonly Usage[];
}

export function talliedUsage({ added, changed }: PutRows<Usage>): PutUsage {
  const tallies: OpenTally[] = [];
  const ofWallets = new Map<WalletId, OpenTally[]>();
  let last: OpenTally | undefined;
  const tallyFor = (usage: Usage): OpenTally => {
    if (last !== undefined && belongs(usage, last)) return last;
    const own = ofWallets.get(usage.walletId) ?? [];
    const known = own.find((tally) => belongs(usage, tally));
    if (known !== undefined) return known;
    const tally = tallyOf(usage);
    ofWallets.set(usage.walletId, [...own, tally]);
    tallies.push(tally);
    return tally;
  };
  const tallied = added.map((usage) => {
    const tally = tallyFor(usage);
    tally.seq ??= usage.seq;
    last = tally;
    return { usage, tally };
  });
  return { added: tallied, tallies, changed };
}

const tallyOf = (usage: Usage): OpenTally => ({
  no: 0n,
  walletId: usage.walletId,
  meter: usage.metered?.meter ?? null,
  price: usage.metered?.price ?? null,
  seq: usage.seq,
  balanceBefore: balanceBefore(usage),
  appliedAt: usage.appliedAt,
});

const balanceBefore = ({ balanceAfter, drawnBefore, covered }: Usage) => balanceAfter + drawnBefore + covered;

/** Usage that requested nothing is of no line, and so may be of any. */
function belongs(usage: Usage, tally: Tally): boolean {
  return (
    usage.walletId === tally.walletId &&
    (usage.metered?.meter ?? null) === tally.meter &&
    (usage.metered?.price ?? null) === tally.price &&
    (usage.seq === null || tally.seq === null || usage.seq === tally.seq) &&
    usage.appliedAt === tally.appliedAt &&
    balanceBefore(usage) === tally.balanceBefore
  );
}

/** Usage under its number and its tally's. */
interface FiledUsage {
  readonly no: bigint;
  readonly tallyNo: bigint;
  readonly usage: Usage;
}

const key = ["no", "tally_no"] as const;

const filed = (own: Stored<Usage>): Stored<FiledUsage> => ({
  columns: [...own.columns, ...key],
  fixedColumns: [...own.fixedColumns, ...key],
  parametersOf: ({ no, tallyNo, usage }, numbers) => {
    const parameters = own.parametersOf(usage, numbers);
    parameters.push(no, tallyNo);
    return parameters;
  },
});

const insertTallies = insertNouns("tallies", tallyNoun);
/** What of usage can change is as its table begins it, but for who lends a unit. */
const insertUsage = insertNouns(
  "usage",
  filed(usageNoun.only([...usageNoun.fixedColumns, "rounding_unit"])),
  { narrow: true },
);
const replaceUsage = replaceNouns("usage", filed(usageNoun), "no");

/** Stores usage; the statement lines it is part of are stored already. What is reversed was stored by a batch before. */
export async function saveUsage(
  session: Session,
  { numbers, usage: stored }: Loaded,
  { added, tallies, changed }: PutUsage,
  nextNumber: () => bigint,
): Promise<void> {
  for (const tally of tallies) tally.no = nextNumber();
  await insertTallies(session, numbers, tallies);
  const rows = added.map(({ usage, tally }): FiledUsage => ({ no: nextNumber(), tallyNo: tally.no, usage }));
  await insertUsage(session, numbers, rows);
  const replaced = changed.map((usage): FiledUsage => ({ ...keyOf(stored, usage), usage }));
  replaced.sort((a, b) => ascending(a.no, b.no));
  await replaceUsage(session, numbers, replaced);
}

function keyOf(stored: Loaded["usage"], { id }: Usage): StoredUsageKey {
  const known = stored.get(id);
  if (known === undefined) throw new Error(`Usage ${id} changes, but was not read.`);
  return known;
}
