import { setImmediate as othersTurn } from "node:timers/promises";
import { type Kysely, sql } from "kysely";
import type { Charge } from "../../../domain/charge/charge.ts";
import type { Pin } from "../../../domain/policy/policy.ts";
import type { Instant } from "../../../domain/time.ts";
import type { ClockName } from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";
import { chargeNoun } from "../nouns/charge.ts";
import { type PinColumns, pinOf } from "../nouns/charge-record.ts";

/** What says how much of a charge's top-up is tax. */
const taxed = [
  "key",
  "currency",
  "origin",
  "metadata",
  "subtotal",
  "discount",
  "tax",
  "total",
  "lines",
] as const;
const taxedPart = chargeNoun.someOf(taxed);
const taxedColumns = [
  "charges.provider",
  "charges.account",
  "charges.ref",
  "charges.currency",
  "charges.total",
  "charges.rest",
  "charges.policy_version",
  "charges.pinned_rules",
  "charges.owner",
  "charges.wallet_id",
] as const;

/** What wallets had left at a moment of what one charge topped up. */
export interface PaidLeft {
  readonly charge: Pick<Charge, (typeof taxed)[number]>;
  readonly pin: Pin | null;
  readonly left: bigint;
}

interface At {
  readonly before: Instant;
  readonly clock: ClockName;
}

/** The next charges of which something was left, by what statement lines until then opened and moved of their lots. */
export async function paidLeftAfter(
  db: Kysely<Database>,
  { before, clock }: At,
  after: bigint,
  size: number,
): Promise<{ readonly found: readonly PaidLeft[]; readonly last: bigint | null }> {
  const last = await lastOfNext(db, after, size);
  if (last === null) return { found: [], last };
  const time = sql.ref(clock === "posted" ? "wallet_lines.posted_at" : "wallet_lines.effective_at");
  const next = sql`lots.kind = 'paid' and lots.charge_no > ${after} and lots.charge_no <= ${last} and ${time} < ${before}`;
  const { rows } = await sql<Left>`
    select no, cast(sum(amount) as bigint) as amount from (
      select lots.charge_no as no, lots.amount as amount
      from lots join wallet_lines on wallet_lines.wallet_no = lots.wallet_no and wallet_lines.seq = lots.opened_by
      where ${next}
      union all
      select lots.charge_no, lot_moves.remaining
      from lots
        join lot_moves on lot_moves.wallet_no = lots.wallet_no and lot_moves.lot_ordinal = lots.ordinal
        join wallet_lines on wallet_lines.wallet_no = lot_moves.wallet_no and wallet_lines.seq = lot_moves.seq
      where ${next}
    ) changes
    group by no having sum(amount) <> 0
  `.execute(db);
  return { found: await ofCharges(db, rows), last };
}

/** The last of the next charges that ever topped up: in steps of their numbers, so that all of them are read once. */
async function lastOfNext(db: Kysely<Database>, after: bigint, size: number): Promise<bigint | null> {
  const { rows } = await sql<{ last: bigint | null }>`
    select max(charge_no) as last from (
      select charge_no from lots where charge_no > ${after} order by charge_no limit ${BigInt(size)}
    ) next
  `.execute(db);
  return rows[0]?.last ?? null;
}

/** What is left now of lots with value, where they are so many at most; `null`: there are more. */
export async function paidLeftNow(db: Kysely<Database>, most: number): Promise<readonly PaidLeft[] | null> {
  const some = db
    .selectFrom("lots")
    .select(["charge_no", "kind", "remaining"])
    .where("remaining", ">", sql.lit(0n))
    .limit(most + 1);
  const counted = db
    .selectFrom(some.as("some"))
    .select(["charge_no", "kind", "remaining"])
    .select(sql<bigint>`count(*) over ()`.as("among"));
  const rows = await db
    .selectFrom(counted.as("lots"))
    .leftJoin("charges", (join) =>
      join
        .onRef("charges.no", "=", "lots.charge_no")
        .on("lots.kind", "=", sql.lit("paid"))
        .on("lots.among", "<=", BigInt(most)),
    )
    .select(["charges.no", "lots.remaining"])
    .select(taxedColumns)
    .execute();
  if (rows.length > most) return null;
  const left = new Map<bigint, PaidLeft>();
  for (const { no, remaining, ...row } of rows) {
    if (no === null) continue;
    await inPieces(left.size);
    const known = left.get(no) ?? paidLeftOf(row as PinColumns, 0n);
    left.set(no, { ...known, left: known.left + remaining });
  }
  return [...left.values()];
}

const paidLeftOf = (row: PinColumns, left: bigint): PaidLeft => ({
  charge: taxedPart(row),
  pin: pinOf(row),
  left,
});

/** Whether no more lots than these were ever opened. */
export async function hasAtMostLots(db: Kysely<Database>, most: number): Promise<boolean> {
  const { rows } = await sql<{ count: bigint }>`
    select count(*) as count from (select 1 from lots limit ${BigInt(most + 1)}) counted
  `.execute(db);
  return (rows[0]?.count ?? 0n) <= BigInt(most);
}

interface Left {
  readonly no: bigint;
  readonly amount: bigint;
}

async function ofCharges(db: Kysely<Database>, rows: readonly Left[]): Promise<PaidLeft[]> {
  if (rows.length === 0) return [];
  const left = new Map(rows.map(({ no, amount }) => [no, amount]));
  const charges = await db
    .selectFrom("charges")
    .select("no")
    .select(taxedColumns)
    .where("no", "in", [...left.keys()])
    .execute();
  const found: PaidLeft[] = [];
  for (const { no, ...row } of charges) {
    await inPieces(found.length);
    found.push(paidLeftOf(row, left.get(no) ?? 0n));
  }
  return found;
}

const chargesAtOnce = 100;

/** Others' turn now and then: to read a charge takes the thread, which may be the one that serves, some microseconds. */
async function inPieces(done: number): Promise<void> {
  if (done % chargesAtOnce === chargesAtOnce - 1) await othersTurn();
}
