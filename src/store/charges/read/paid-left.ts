import { type Kysely, sql } from "kysely";
import type { Charge } from "../../../domain/charge/charge.ts";
import type { Pin } from "../../../domain/policy/policy.ts";
import type { Instant } from "../../../domain/time.ts";
import type { ClockName } from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";
import { chargeOf, pinOf } from "../charge-rows.ts";

/** What wallets had left at a moment of what one charge topped up. */
export interface PaidLeft {
  readonly charge: Charge;
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
  const time = sql.ref(clock === "posted" ? "wallet_lines.posted_at" : "wallet_lines.effective_at");
  const next = sql`lots.kind = 'paid' and lots.charge_no > ${after} and ${time} < ${before}`;
  const { rows } = await sql<{ no: bigint; amount: bigint }>`
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
    order by no limit ${BigInt(size)}
  `.execute(db);
  if (rows.length === 0) return { found: [], last: null };
  const numbers = rows.map(({ no }) => no);
  const charges = await db.selectFrom("charges").selectAll().where("no", "in", numbers).execute();
  const left = new Map(rows.map(({ no, amount }) => [no, amount]));
  const found = charges.map((row) => ({
    charge: chargeOf(row, []),
    pin: pinOf(row),
    left: left.get(row.no) ?? 0n,
  }));
  return { found, last: rows.length < size ? null : (numbers.at(-1) ?? null) };
}
