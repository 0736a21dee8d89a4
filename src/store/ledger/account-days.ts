import { type RawBuilder, sql, type Transaction } from "kysely";
import { nanosecondsPerDay } from "../../domain/time.ts";
import type { Engine } from "../engine/engine.ts";
import { inTransaction, retrying } from "../engine/transaction.ts";
import type { Database } from "../schema.ts";

/**
 * Adds the next entries, so many at most, to what accounts come to day by day; gives how many there were. An entry is passed
 * only when no other with a smaller number can still be committed, since nobody looks behind the mark again. Several
 * processes may do this at once: each looks for the mark under its lock, and goes on from there.
 */
export async function addAccountDays(engine: Engine, size: number): Promise<number> {
  const { rows } = await sql<{ upTo: bigint | null; count: bigint }>`
    select max(no) as "upTo", count(*) as count from (
      select no from entries where no > (select up_to from account_days_mark) order by no limit ${BigInt(size)}
    ) next
  `.execute(engine.reader);
  const [{ upTo = null, count = 0n } = {}] = rows;
  if (upTo === null || !(await engine.numbersSettled())) return 0;
  await retrying(engine, () => inTransaction(engine.writer, (trx) => passTo(trx, engine, upTo)));
  return Number(count);
}

async function passTo(trx: Transaction<Database>, { rowLock }: Engine, upTo: bigint): Promise<void> {
  const mark = await trx
    .selectFrom("account_days_mark")
    .select("up_to")
    .where("one", "=", 1n)
    .modifyEnd(sql.raw(rowLock))
    .executeTakeFirstOrThrow();
  if (mark.up_to >= upTo) return;
  const entries = { after: mark.up_to, upTo };
  await sql`
    insert into account_days (account_no, clock, day, amount, postings)
    select account_no, clock, day, cast(sum(amount) as bigint), count(*)
    from (${postedByDay(entries)}) posted
    where true
    group by account_no, clock, day
    on conflict (account_no, clock, day) do update
    set amount = account_days.amount + excluded.amount, postings = account_days.postings + excluded.postings
  `.execute(trx);
  await sql`
    insert into rolled_up_days (clock, path, currency, day, amount, postings)
    select clock, rolled_up, currency, day, cast(sum(amount) as bigint), count(*)
    from (${postedByDay(entries)}) posted join accounts on accounts.no = posted.account_no
    where true
    group by clock, rolled_up, currency, day
    on conflict (clock, path, currency, day) do update
    set amount = rolled_up_days.amount + excluded.amount, postings = rolled_up_days.postings + excluded.postings
  `.execute(trx);
  await trx.updateTable("account_days_mark").set({ up_to: upTo }).where("one", "=", 1n).execute();
}

/**
 * Every posting of some entries twice, once for each clock, with its day. The entries come first: they are few. That postings are
 * between the same numbers follows from it, which PostgreSQL does not see by itself: it would read all there are.
 */
function postedByDay({ after, upTo }: { readonly after: bigint; readonly upTo: bigint }) {
  const by = (clock: "effective" | "posted") => sql`
    select postings.account_no, ${sql.lit(clock)} as clock, ${dayOfTime(sql.ref(`entries.${clock}_at`))} as day, postings.amount
    from entries cross join postings
    where postings.entry_no = entries.no and entries.no > ${after} and entries.no <= ${upTo}
      and postings.entry_no > ${after} and postings.entry_no <= ${upTo}`;
  return sql`${by("effective")} union all ${by("posted")}`;
}

/** When the day of UTC begins in which a moment lies, in SQL: as `dayOf` in the domain, also before 1970. */
export function dayOfTime(time: RawBuilder<unknown>): RawBuilder<bigint> {
  const day = sql.raw(String(nanosecondsPerDay));
  return sql<bigint>`(${time} - ((${time} % ${day}) + ${day}) % ${day})`;
}
