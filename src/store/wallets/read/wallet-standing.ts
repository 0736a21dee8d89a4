import type { Kysely } from "kysely";
import type { WalletId } from "../../../domain/ids.ts";
import type { Amount } from "../../../domain/money.ts";
import type { Instant } from "../../../domain/time.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Database } from "../../schema.ts";

/** What a wallet's own row says of what it can pay. */
export interface WalletStanding {
  readonly id: WalletId;
  readonly currency: string;
  readonly balance: Amount;
  readonly held: Amount;
  readonly seq: number;
  /** If that is past, part of the balance is due to expire. */
  readonly nextExpiryAt: Instant | null;
  /** Whether there may be limits on it. */
  readonly hasLimits: boolean;
}

interface StandingRow {
  readonly currency: string;
  readonly balance: bigint;
  readonly held: bigint;
  readonly seq: bigint;
  readonly next_expiry_at: bigint | null;
  readonly limit_count: bigint;
}

/** A database, and one row of it by a statement that was compiled before. */
type PointReads = { readonly read: Kysely<Database>; readonly readRow: Engine["readRow"] };

/** Compiled once for each database: compiling costs several times as much as the point read itself. */
const compiled = new WeakMap<Kysely<Database>, string>();

/** One point read. What is due to expire is looked up, and left out, only where the row says that something is. */
export async function walletStanding(
  store: PointReads,
  id: WalletId,
  now: Instant,
): Promise<WalletStanding | undefined> {
  const row = await store.readRow<StandingRow>(compiledFor(store.read), [id]);
  if (row === undefined) return undefined;
  const isStale = row.next_expiry_at !== null && row.next_expiry_at <= now;
  const due = isStale ? await dueIn(store.read, id, now) : 0n;
  return {
    id,
    currency: row.currency,
    balance: row.balance - due,
    held: row.held,
    seq: Number(row.seq),
    nextExpiryAt: row.next_expiry_at,
    hasLimits: row.limit_count > 0n,
  };
}

function compiledFor(db: Kysely<Database>): string {
  const known = compiled.get(db);
  if (known !== undefined) return known;
  const { sql } = db
    .selectFrom("wallets")
    .select(["currency", "balance", "held", "seq", "next_expiry_at", "limit_count"])
    .where("id", "=", "")
    .compile();
  compiled.set(db, sql);
  return sql;
}

async function dueIn(db: Kysely<Database>, wallet: WalletId, now: Instant): Promise<Amount> {
  const rows = await db
    .selectFrom("lots")
    .select("remaining")
    .where("wallet_no", "=", (from) => from.selectFrom("wallets").select("no").where("id", "=", wallet))
    .where("remaining", ">", 0n)
    .where("expires_at", "<=", now)
    .execute();
  return rows.reduce((total, { remaining }) => total + remaining, 0n);
}
