import type { Kysely } from "kysely";
import type { Source } from "../../domain/ids.ts";
import type { Instant } from "../../domain/time.ts";
import type { Engine } from "../engine/engine.ts";
import { holdsLease, inTransaction, type Lease, retrying } from "../engine/transaction.ts";
import type { Database, WatermarkRow } from "../schema.ts";

/** How much of one of a provider's lists was read, on the clock of that list. */
export interface Watermark extends Source {
  readonly kind: string;
  readonly covered: Covered | null;
  /** A listing that was broken off, and where its last page ended; `null` if none was. */
  readonly listing: BrokenListing | null;
  /** Why the provider did not give it to its end when it was last asked; `null`: it did, or is being asked. */
  readonly problem: string | null;
}

/** Half-open; `from` is `null` where it was read from its beginning. */
export interface Covered {
  readonly from: Instant | null;
  readonly to: Instant;
}

export interface BrokenListing extends Covered {
  readonly after: string;
}

export async function watermarksOf(
  db: Kysely<Database>,
  { provider, account }: Source,
): Promise<Watermark[]> {
  const rows = await db
    .selectFrom("watermarks")
    .selectAll()
    .where("provider", "=", provider)
    .where("account", "=", account)
    .orderBy("kind")
    .execute();
  return rows.map(watermarkOf);
}

/** Up to when one of a provider's lists was read; `null`: it never was, as a whole. */
export interface ReadUntil extends Source {
  readonly kind: string;
  readonly until: Instant | null;
}

/** Of all lists of all accounts, which are few. */
export async function allReadUntil(db: Kysely<Database>): Promise<ReadUntil[]> {
  return db
    .selectFrom("watermarks")
    .select(["provider", "account", "kind", "covered_to as until"])
    .execute() as Promise<ReadUntil[]>;
}

/** Lists that the last backfill could not read to their end, of all accounts. */
export async function unreadLists(db: Kysely<Database>): Promise<Watermark[]> {
  const rows = await db
    .selectFrom("watermarks")
    .selectAll()
    .where("problem", "is not", null)
    .orderBy("provider")
    .orderBy("account")
    .orderBy("kind")
    .execute();
  return rows.map(watermarkOf);
}

/** Whether it was saved: not if the lease went to another holder meanwhile. */
export function saveWatermark(engine: Engine, mark: Watermark, lease: Lease): Promise<boolean> {
  const { provider, account, kind, ...values } = rowOf(mark);
  return retrying(engine, () =>
    inTransaction(engine.writer, async (trx) => {
      if (!(await holdsLease(trx, engine, lease))) return false;
      await trx
        .insertInto("watermarks")
        .values({ provider, account, kind, ...values })
        .onConflict((conflict) => conflict.columns(["provider", "account", "kind"]).doUpdateSet(values))
        .execute();
      return true;
    }),
  );
}

function watermarkOf(row: WatermarkRow): Watermark {
  const { provider, account, kind } = row;
  const isOpen = row.listing_to !== null && row.listing_after !== null;
  return {
    provider,
    account,
    kind,
    covered: row.covered_to === null ? null : { from: row.covered_from, to: row.covered_to },
    listing: isOpen
      ? { from: row.listing_from, to: row.listing_to ?? 0n, after: row.listing_after ?? "" }
      : null,
    problem: row.problem,
  };
}

function rowOf({ provider, account, kind, covered, listing, problem }: Watermark): WatermarkRow {
  return {
    provider,
    account,
    kind,
    covered_from: covered?.from ?? null,
    covered_to: covered?.to ?? null,
    listing_from: listing?.from ?? null,
    listing_to: listing?.to ?? null,
    listing_after: listing?.after ?? null,
    problem,
  };
}
