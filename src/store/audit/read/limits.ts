import { type Kysely, sql } from "kysely";
import type { HoldId, UsageId, WalletId } from "../../../domain/ids.ts";
import type { Amount } from "../../../domain/money.ts";
import type { Hold } from "../../../domain/spending/hold.ts";
import type { Usage } from "../../../domain/spending/usage.ts";
import type { Instant } from "../../../domain/time.ts";
import type { NumberRange } from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";
import { holdOf } from "../../wallets/holds.ts";
import { type LimitRecord, limitNoun } from "../../wallets/nouns/limit.ts";
import { usageOf, usageRows } from "../../wallets/usage.ts";

/** A limit that is or was in force, with all that it was set to and counted. */
export interface AuditedLimit {
  readonly limit: LimitRecord;
  /** By when they were set, the first of them when the limit was. */
  readonly amounts: readonly { readonly amount: Amount; readonly setAt: Instant }[];
  readonly counts: ReadonlyMap<Instant, Amount>;
}

/** What of a wallet was spent, in the order in which it was decided. */
export interface SpentOfWallet {
  readonly id: WalletId;
  readonly limits: readonly AuditedLimit[];
  readonly usage: readonly { readonly usage: Usage; readonly hold: Hold | undefined }[];
  readonly holds: readonly Hold[];
}

/** Wallets of a stretch that have, or had, a limit. */
export async function limitedWallets(
  db: Kysely<Database>,
  { after, upTo }: NumberRange,
): Promise<SpentOfWallet[]> {
  const rows = await db
    .selectFrom("limits")
    .innerJoin("wallets", "wallets.no", "limits.wallet_no")
    .selectAll("limits")
    .select("wallets.id as wallet_id")
    .where("limits.wallet_no", ">", after)
    .where("limits.wallet_no", "<=", upTo)
    .orderBy("limits.wallet_no")
    .orderBy("limits.ordinal")
    .execute();
  const wallets: SpentOfWallet[] = [];
  for (const [no, own] of Map.groupBy(rows, (row) => row.wallet_no)) {
    const of = <Row extends { readonly ordinal: bigint }>(rows: readonly Row[], ordinal: bigint) =>
      rows.filter((row) => row.ordinal === ordinal);
    const amounts = await db
      .selectFrom("limit_amounts")
      .selectAll()
      .where("wallet_no", "=", no)
      .orderBy("position")
      .execute();
    const counts = await db.selectFrom("limit_counts").selectAll().where("wallet_no", "=", no).execute();
    const limits = own.map((row) => ({
      limit: limitNoun.nounOf(row),
      amounts: of(amounts, row.ordinal).map(({ amount, set_at: setAt }) => ({ amount, setAt })),
      counts: new Map(of(counts, row.ordinal).map(({ period_at, counted }) => [period_at, counted])),
    }));
    const id = own[0]?.wallet_id as WalletId;
    const holdRows = await db.selectFrom("holds").selectAll().where("wallet_no", "=", no).execute();
    const holds = holdRows.map((row) => holdOf({ ...row, wallet_id: id }));
    const holdOfId = new Map(holds.map((hold) => [hold.id, hold]));
    const usage = (await usageRows(db).where("usage.wallet_no", "=", no).orderBy("usage.no").execute())
      .map(usageOf)
      .map((used) => ({ usage: used, hold: holdOfId.get(used.id as string as HoldId) }));
    wallets.push({ id, limits, usage, holds });
  }
  return wallets;
}

/** Wallets that count other limits than there are, and usage that names a limit which its wallet never had. */
export async function miscountedLimits(db: Kysely<Database>, { after, upTo }: NumberRange) {
  const wallets = await sql<{ id: WalletId }>`
    select id from wallets
    where no > ${after} and no <= ${upTo}
      and limit_count <> (select count(*) from limits where limits.wallet_no = wallets.no)
  `.execute(db);
  const usage = await sql<{ id: UsageId }>`
    select usage.id from usage
    where wallet_no > ${after} and wallet_no <= ${upTo} and limited > 0
      and not exists (select 1 from limits where limits.wallet_no = usage.wallet_no and limits.id = usage.limit_id)
  `.execute(db);
  return { wallets: wallets.rows, usage: usage.rows };
}
