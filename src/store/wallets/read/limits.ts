import type { Kysely } from "kysely";
import type { LimitId, WalletId } from "../../../domain/ids.ts";
import { type Amount, maximum } from "../../../domain/money.ts";
import {
  isOf,
  type LimitTerms,
  leftOf,
  periodOf,
  type Spent,
  type Tightest,
} from "../../../domain/spending/limit.ts";
import type { Instant } from "../../../domain/time.ts";
import { type Page, type PageRequest, pageAt } from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";
import { limitNoun } from "../nouns/spending.ts";

/** A limit in force, and what of it is used in the period that is now. */
export interface LimitStanding extends LimitTerms {
  readonly id: LimitId;
  readonly owner: string;
  readonly currency: string;
  readonly startsAt: Instant;
  /** When the period began. */
  readonly periodAt: Instant;
  readonly counted: Amount;
  readonly left: Amount;
}

/**
 * Limits with what was counted last. There is nothing of a period that has not begun: what was counted last is of the period that is
 * now, or of one before it.
 */
function standingRows(db: Kysely<Database>) {
  return db
    .selectFrom("limits")
    .innerJoin("wallets", "wallets.no", "limits.wallet_no")
    .leftJoin("limit_counts", (join) =>
      join
        .onRef("limit_counts.wallet_no", "=", "limits.wallet_no")
        .onRef("limit_counts.ordinal", "=", "limits.ordinal")
        .on("limit_counts.period_at", "=", (eb) =>
          eb
            .selectFrom("limit_counts as counted")
            .select((of) => of.fn.max("counted.period_at").as("last"))
            .whereRef("counted.wallet_no", "=", "limits.wallet_no")
            .whereRef("counted.ordinal", "=", "limits.ordinal"),
        ),
    )
    .selectAll("limits")
    .select(["wallets.id as wallet_id", "wallets.owner", "wallets.currency"])
    .select(["limit_counts.period_at", "limit_counts.counted"])
    .where("limits.ended_at", "is", null);
}

type StandingRow = Awaited<ReturnType<ReturnType<typeof standingRows>["execute"]>>[number];

function standingOf(row: StandingRow, now: Instant): LimitStanding {
  const { id, meter, member, period, zone, amount, startsAt } = limitNoun.nounOf(row);
  const periodAt = periodOf({ period, zone, startsAt }, maximum(startsAt, now));
  const counted = row.period_at === periodAt ? (row.counted ?? 0n) : 0n;
  const { owner, currency } = row;
  const terms = { id, owner, meter, member, period, zone, amount, currency, startsAt };
  return { ...terms, periodAt, counted, left: leftOf(amount, counted) };
}

export async function limitStanding(
  db: Kysely<Database>,
  id: LimitId,
  now: Instant,
): Promise<LimitStanding | undefined> {
  const row = await standingRows(db).where("limits.id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : standingOf(row, now);
}

/** By their ids. */
export async function listLimits(
  db: Kysely<Database>,
  { owner }: { readonly owner?: string | undefined },
  page: PageRequest,
  now: Instant,
): Promise<Page<LimitStanding>> {
  const { after, before = null } = page;
  const isBack = before !== null;
  const named = before ?? after;
  let query = standingRows(db)
    .orderBy("limits.id", isBack ? "desc" : "asc")
    .limit(page.limit + 1);
  if (owner !== undefined) query = query.where("wallets.owner", "=", owner);
  if (named !== null) query = query.where("limits.id", isBack ? "<" : ">", named);
  const rows = await query.execute();
  return pageAt(
    rows.map((row) => standingOf(row, now)),
    page,
    ({ id }) => id,
  );
}

/** All that an owner has, by their ids. */
export async function limitsOfOwner(
  db: Kysely<Database>,
  owner: string,
  now: Instant,
): Promise<LimitStanding[]> {
  const rows = await standingRows(db).where("wallets.owner", "=", owner).orderBy("limits.id").execute();
  return rows.map((row) => standingOf(row, now));
}

/** What each limit of a wallet leaves for something that happens now. */
export async function leftByLimits(
  db: Kysely<Database>,
  wallet: WalletId,
  spent: Spent,
): Promise<Tightest[]> {
  let query = standingRows(db).where("wallets.id", "=", wallet);
  for (const name of ["meter", "member"] as const) {
    const of = spent[name];
    query = query.where((eb) => {
      const ofAll = eb(`limits.${name}`, "is", null);
      return of === null ? ofAll : eb.or([ofAll, eb(`limits.${name}`, "=", of)]);
    });
  }
  const rows = await query.execute();
  return rows
    .map((row) => standingOf(row, spent.at))
    .filter((limit) => isOf(limit, spent))
    .map(({ id, left }) => ({ limitId: id, left }));
}
