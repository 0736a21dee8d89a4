import { type Kysely, sql } from "kysely";
import type { WalletLineKind } from "../../../domain/book/journal.ts";
import type { UsageId, WalletId } from "../../../domain/ids.ts";
import type { Amount } from "../../../domain/money.ts";
import type { Hold } from "../../../domain/spending/hold.ts";
import type { Usage } from "../../../domain/spending/usage.ts";
import type { Instant } from "../../../domain/time.ts";
import {
  type ClockName,
  type Page,
  type PageRequest,
  pageAt,
  pageOf,
  positionIn,
  type TimeWindow,
  UnknownPosition,
} from "../../engine/read/page.ts";
import { returning, taking } from "../../ledger/read/entries.ts";
import type { Database } from "../../schema.ts";
import { happenedIn, usageOf, usageRows } from "../usage.ts";
import { walletNumber } from "./wallets.ts";

interface UsageFilter extends TimeWindow {
  /** Of the window: when it occurred, as far as the app said so (the default), or when it was applied. */
  readonly clock?: ClockName | undefined;
}

export async function usageById(db: Kysely<Database>, id: UsageId): Promise<Usage | undefined> {
  const row = await usageRows(db).where("usage.id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : usageOf(row);
}

/** Newest first. */
export async function listUsage(
  db: Kysely<Database>,
  { from, to, clock }: UsageFilter,
  page: PageRequest,
): Promise<Page<Usage>> {
  const time =
    clock === "posted"
      ? sql<bigint>`tallies.applied_at`
      : sql<bigint>`coalesce(usage.occurred_at, tallies.applied_at)`;
  const at = await positionIn(db, "usage", page);
  let query = usageRows(db)
    .where("usage.no", at.compare, at.no)
    .orderBy("usage.no", at.order)
    .limit(page.limit + 1);
  if (from !== undefined) query = query.where(time, ">=", from);
  if (to !== undefined) query = query.where(time, "<", to);
  return pageAt((await query.execute()).map(usageOf), page, ({ id }) => id);
}

interface UsageWindow {
  readonly owner?: string | undefined;
  readonly walletId?: WalletId | undefined;
  readonly meter?: string | undefined;
  readonly member?: string | undefined;
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
}

interface UsageWithHold {
  readonly usage: Usage;
  /** That it settled, as far as it tells what is counted. */
  readonly hold: Pick<Hold, "meter" | "member" | "createdAt"> | undefined;
  readonly owner: string;
}

const pageSize = 1_000;

/** Usage in the order in which it was applied, by when it happened; page by page, so that others come through. */
export async function* usageBetween(
  db: Kysely<Database>,
  { owner, walletId, meter, member, from, to }: UsageWindow,
): AsyncGenerator<UsageWithHold> {
  for (let after = -1n; ; ) {
    let query = usageRows(db)
      .leftJoin("holds", "holds.id", "usage.id")
      .select("wallets.owner")
      .select(["holds.meter as held_meter", "holds.created_at as held_at"])
      .where("usage.no", ">", after)
      .orderBy("usage.no")
      .limit(pageSize);
    if (owner !== undefined) query = query.where("wallets.owner", "=", owner);
    if (walletId !== undefined) query = query.where("tallies.wallet_no", "=", walletNumber(walletId));
    if (meter !== undefined)
      query = query.where(
        sql<string>`case when holds.id is null then tallies.meter else holds.meter end`,
        "=",
        meter,
      );
    if (member !== undefined) query = query.where("usage.member", "=", member);
    // Nothing is told of before it happened.
    if (from !== undefined)
      query = query.where("tallies.applied_at", ">=", from).where(happenedIn, ">=", from);
    if (to !== undefined) query = query.where(happenedIn, "<", to);
    const rows = await query.execute();
    for (const { owner, held_meter, held_at, ...row } of rows) {
      const usage = usageOf(row);
      yield {
        usage,
        owner,
        hold: held_at === null ? undefined : { meter: held_meter, member: usage.member, createdAt: held_at },
      };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return;
    after = last.no;
  }
}

/** What lines of one kind left uncovered for one owner; below zero where they undo what earlier ones left. */
export interface Uncovered {
  readonly owner: string;
  readonly currency: string;
  readonly kind: WalletLineKind;
  /** Of usage and its reversal; null if an amount was settled, or for any other kind. */
  readonly meter: string | null;
  /** How many usages or statement lines it was. */
  readonly count: number;
  readonly uncovered: Amount;
}

interface UncoveredRow extends Omit<Uncovered, "count" | "kind"> {
  readonly kind: string;
  readonly count: bigint;
}

/** By owner, currency, kind and meter, in the order of their names; the window is on our clock, so that it stays as it is. */
export async function listUncovered(
  db: Kysely<Database>,
  { from, to }: Required<TimeWindow>,
  page: PageRequest,
): Promise<Page<Uncovered>> {
  const after = page.after === null ? null : readName(page.after);
  const position =
    after === null ? sql`1 = 1` : sql`(owner, currency, kind, coalesce(meter, '')) > (${sql.join(after)})`;
  const { rows } = await sql<UncoveredRow>`
    select owner, currency, kind, meter, count, uncovered from (
      select wallets.owner, wallets.currency, line.kind,
        coalesce(tallies.meter, of_reversed.meter) as meter,
        count(*) as count,
        cast(sum(case
          when line.kind in ('usage_reversal', 'debit_reversal', ${returning}) then -line.uncovered
          else coalesce(usage.uncovered, line.uncovered)
        end) as bigint) as uncovered
      from wallet_lines line
        join wallets on wallets.no = line.wallet_no
        left join tallies on tallies.wallet_no = line.wallet_no and tallies.seq = line.seq
        left join usage on usage.tally_no = tallies.no and usage.uncovered > 0
        left join usage reversed on reversed.reversed_wallet_no = line.wallet_no and reversed.reversed_seq = line.seq
        left join tallies of_reversed on of_reversed.no = reversed.tally_no
      where (tallies.no is null or usage.no is not null) and line.posted_at >= ${from} and line.posted_at < ${to} and line.uncovered > 0
        and line.kind in ('usage', 'usage_reversal', 'debit', 'debit_reversal', ${taking}, ${returning})
      group by wallets.owner, wallets.currency, line.kind, coalesce(tallies.meter, of_reversed.meter)
    ) of_month
    where ${position}
    order by owner, currency, kind, coalesce(meter, '')
    limit ${page.limit + 1}
  `.execute(db);
  return pageOf(rows.map(uncoveredOf), page, nameOf);
}

function uncoveredOf({ kind, count, ...row }: UncoveredRow): Uncovered {
  return { ...row, kind: kind as WalletLineKind, count: Number(count) };
}

function nameOf({ owner, currency, kind, meter }: Uncovered): string {
  return JSON.stringify([owner, currency, kind, meter ?? ""]);
}

function readName(name: string): string[] {
  const parts = parsed(name);
  if (Array.isArray(parts) && parts.length === 4 && parts.every((part) => typeof part === "string"))
    return parts;
  throw new UnknownPosition();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
