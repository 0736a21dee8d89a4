import { sql } from "kysely";
import type { LimitId, WalletId } from "../../domain/ids.ts";
import type { Amount } from "../../domain/money.ts";
import type { Limit, LimitTerms } from "../../domain/spending/limit.ts";
import { type Instant, nanosecondsPerDay } from "../../domain/time.ts";
import type { Wallet } from "../../domain/wallet/wallet.ts";
import { ascending, insertRows, replaceNouns, type Session, selectByKeys } from "../engine/statements.ts";
import type { Loaded } from "../loaded.ts";
import type { LimitRow, WalletRow } from "../schema.ts";
import { type LimitRecord, limitNoun } from "./nouns/spending.ts";
import { happenedIn } from "./usage.ts";

/** What of a wallet's usage and open holds a new limit counts. */
export interface Recount extends Pick<LimitTerms, "meter" | "member"> {
  readonly since: Instant;
}

const selectLimits = selectByKeys<bigint, LimitRow & { readonly wallet_id: string }>(({ trx }, wallets) =>
  limitRows(trx).where("limits.wallet_no", "in", wallets),
);

const selectHolders = selectByKeys<string, { readonly id: string; readonly wallet_id: string }>(
  ({ trx }, ids) =>
    trx
      .selectFrom("limits")
      .innerJoin("wallets", "wallets.no", "limits.wallet_no")
      .select(["limits.id", "wallets.id as wallet_id"])
      .where("limits.id", "in", ids)
      .where("limits.ended_at", "is", null),
);

const replaceLimits = replaceNouns("limits", limitNoun, ["wallet_no", "ordinal"]);
const replaceCounts = insertRows("limit_counts", { key: ["wallet_no", "ordinal", "period_at"], keep: [] });
const insertAmounts = insertRows("limit_amounts");

/** Those in force, with the ids of their wallets. */
export function limitRows(db: Pick<Session["trx"], "selectFrom">) {
  return db
    .selectFrom("limits")
    .innerJoin("wallets", "wallets.no", "limits.wallet_no")
    .selectAll("limits")
    .select("wallets.id as wallet_id")
    .where("limits.ended_at", "is", null);
}

/** Whose these limits are, as far as there are any. */
export async function loadHolders(
  session: Session,
  { books }: Loaded,
  ids: Iterable<LimitId>,
): Promise<void> {
  const rows = await selectHolders(session, ids);
  books.load({ limitWallets: rows.map(({ id, wallet_id }) => [id as LimitId, wallet_id as WalletId]) });
}

/** No month of any zone begins longer before one of its moments. */
const longestPeriod = 33n * nanosecondsPerDay;

/**
 * The limits of wallets that have any, once those are locked, with what is counted in every period that anything from `since` on can
 * fall into.
 */
export async function loadLimits(
  session: Session,
  loaded: Loaded,
  wallets: readonly WalletRow[],
  since: Instant,
): Promise<void> {
  const numbers = wallets.filter(({ limit_count }) => limit_count > 0n).map(({ no }) => no);
  if (numbers.length === 0) return;
  const rows = await selectLimits(session, numbers);
  if (rows.length === 0) return;
  const counts = await session.trx
    .selectFrom("limit_counts")
    .innerJoin("limits", (join) =>
      join
        .onRef("limits.wallet_no", "=", "limit_counts.wallet_no")
        .onRef("limits.ordinal", "=", "limit_counts.ordinal"),
    )
    .selectAll("limit_counts")
    .where("limit_counts.wallet_no", "in", numbers)
    .where("limits.ended_at", "is", null)
    .where((eb) =>
      eb.or([eb("limit_counts.period_at", ">", since - longestPeriod), eb("limits.period", "=", "total")]),
    )
    .execute();
  for (const [wallet, own] of Map.groupBy(rows, (row) => row.wallet_id as WalletId)) {
    const limits = own
      .map((row): Limit => {
        const counted = counts.filter(
          ({ wallet_no, ordinal }) => wallet_no === row.wallet_no && ordinal === row.ordinal,
        );
        return {
          ...limitNoun.nounOf(row),
          counts: new Map(counted.map(({ period_at, counted }) => [period_at, counted])),
        };
      })
      .sort((a, b) => a.ordinal - b.ordinal);
    loaded.limits.set(wallet, limits);
    const known = loaded.books.wallet(wallet);
    if (known !== undefined) loaded.books.load({ wallets: [{ ...known, limits }] });
  }
}

/**
 * What was covered of usage since then, and what open holds reserve that were placed since. Usage is never told of before it
 * happened: its line is not older.
 */
export async function recount(
  { trx }: Session,
  wallet: bigint,
  { since, meter, member }: Recount,
): Promise<Amount> {
  const { rows } = await sql<{ counted: bigint }>`
    select cast(
      (
        select coalesce(sum(usage.covered - usage.covered_back), 0)
        from tallies join usage on usage.tally_no = tallies.no left join holds on holds.id = usage.id
        where tallies.wallet_no = ${wallet} and tallies.seq > coalesce((
            select seq from wallet_lines where wallet_no = ${wallet} and posted_at < ${since} order by seq desc limit 1
          ), 0)
          and (tallies.meter is not null or holds.id is not null)
          and ${happenedIn} >= ${since}
          and (${meter === null ? sql`1 = 1` : sql`case when holds.id is null then tallies.meter else holds.meter end = ${meter}`})
          and (${member === null ? sql`1 = 1` : sql`usage.member = ${member}`})
      ) + (
        select coalesce(sum(amount), 0) from holds
        where wallet_no = ${wallet} and status = 'open' and created_at >= ${since}
          and (${meter === null ? sql`1 = 1` : sql`meter = ${meter}`})
          and (${member === null ? sql`1 = 1` : sql`member = ${member}`})
      ) as bigint
    ) as counted
  `.execute(trx);
  return rows[0]?.counted ?? 0n;
}

/** Stores limits that are new or other than they were loaded, what they count, and what their amounts were set to. */
export async function saveLimits(
  session: Session,
  loaded: Loaded,
  wallets: readonly Wallet[],
): Promise<void> {
  const { numbers } = loaded;
  const changed = wallets.flatMap(({ id, limits }) => {
    const before = new Map((loaded.limits.get(id) ?? []).map((limit) => [limit.ordinal, limit]));
    return limits.flatMap((limit) => {
      const was = before.get(limit.ordinal);
      return was === limit ? [] : [{ limit, was }];
    });
  });
  if (changed.length === 0) return;
  changed.sort(
    (a, b) =>
      ascending(numbers.of(a.limit.walletId), numbers.of(b.limit.walletId)) ||
      a.limit.ordinal - b.limit.ordinal,
  );
  // One that ends makes room for another of its id.
  const records = changed.filter(({ limit, was }) => was === undefined || !isSame(limit, was));
  for (const isEnding of [true, false])
    await replaceLimits(
      session,
      numbers,
      records.filter(({ limit }) => (limit.endedAt !== null) === isEnding).map(({ limit }) => limit),
    );
  const keyOf = (limit: Limit) => ({
    wallet_no: numbers.of(limit.walletId),
    ordinal: BigInt(limit.ordinal),
  });
  await insertAmounts(
    session,
    changed
      .filter(({ limit, was }) => limit.settings !== was?.settings)
      .map(({ limit }) => ({
        ...keyOf(limit),
        position: BigInt(limit.settings),
        amount: limit.amount,
        set_at: limit.setAt,
      })),
  );
  await replaceCounts(
    session,
    changed.flatMap(({ limit, was }) =>
      [...limit.counts]
        .filter(([period, counted]) => was?.counts.get(period) !== counted)
        .map(([period_at, counted]) => ({ ...keyOf(limit), period_at, counted })),
    ),
  );
}

const isSame = (a: LimitRecord, b: LimitRecord): boolean =>
  a.settings === b.settings && a.amount === b.amount && a.endedAt === b.endedAt;
