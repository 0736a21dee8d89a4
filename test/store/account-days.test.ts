import { audit } from "../../src/services/audit/audit.ts";
import { addDays } from "../../src/services/ledger/account-days.ts";
import { daysMark } from "../../src/store/ledger/read/account-days.ts";
import { newestEntry } from "../../src/store/ledger/read/entries.ts";
import { closeAll, composed, lineOf, saleOf, transactionEvent } from "../services/composed.ts";
import { execute } from "../services/planted-trigger.ts";
import { engines } from "../support/engines.ts";
import { connectTo } from "../support/postgres.ts";

afterEach(closeAll);

const sale = (index: number) => transactionEvent(saleOf(index, [lineOf(`l${index}`, "pri_1", 1000)]));

test("days pass no entry while one with a smaller number can still be committed, on PostgreSQL", async () => {
  const databaseUrl = (await engines[1]?.freshDatabaseUrl()) as string;
  const [slow, fast] = [await composed(databaseUrl), await composed(databaseUrl)];
  // A batch that has taken its numbers stops before its first entry for as long as we hold the lock.
  await execute(
    databaseUrl,
    `create function held_up() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(42); return new; end $$;
     create trigger held_up before insert on charges for each row when (new.ref = 'txn_1') execute function held_up()`,
  );
  const client = await connectTo(databaseUrl);
  await client.query("select pg_advisory_lock(42)");
  const first = slow.receive(sale(1));
  for (let isHeld = false; !isHeld; ) {
    const { rows } = await client.query("select 1 from pg_locks where locktype = 'advisory' and not granted");
    isHeld = rows.length > 0;
  }
  await fast.receive(sale(2));
  const { services } = fast.tallyhook;
  expect([await addDays(services), await daysMark(services.store.read)]).toEqual([0, 0n]);

  await client.query("select pg_advisory_unlock(42)");
  await client.end();
  expect(await first).toMatchObject({ outcome: "applied" });
  expect(await addDays(services)).toBeGreaterThan(2);
  expect(await daysMark(services.store.read)).toBe(await newestEntry(services.store.read));
  expect(await audit(services)).toMatchObject({ ok: true, problems: [] });
});

/** What somebody might do to what is summed up, at the database's own console. */
const plants: readonly [what: string, statement: string][] = [
  ["a day's amount", "update account_days set amount = amount + 1 where clock = 'posted'"],
  ["how many postings a day has", "update account_days set postings = 7 where clock = 'effective'"],
  ["a day taken away", "delete from account_days where amount = (select max(amount) from account_days)"],
  ["the mark set forward", "update account_days_mark set up_to = up_to + 1000"],
  ["the mark set back", "update account_days_mark set up_to = 0"],
  ["a day of nobody's", "insert into account_days values (987654, 'posted', 0, 1, 1)"],
  ["what is rolled up", "update rolled_up_days set amount = amount - 1 where path = 'revenue:sales'"],
  ["an account's line", "update accounts set rolled_up = 'revenue:other' where path = 'revenue:sales'"],
];

test.each(engines)(
  "whatever is not the sum of what was posted is a problem of the audit on $name",
  async ({ name, freshDatabaseUrl, copyOf }) => {
    const databaseUrl = await freshDatabaseUrl();
    const books = await composed(databaseUrl);
    await books.receive(sale(1));
    await addDays(books.tallyhook.services);
    await books.receive(sale(2));
    expect(await audit(books.tallyhook.services)).toMatchObject({ ok: true });
    await closeAll();
    const unbound = name === "sqlite" ? "pragma foreign_keys = off;" : "";
    for (const [what, statement] of plants) {
      const copy = await copyOf(databaseUrl);
      await execute(copy, `${unbound} ${statement}`);
      const { tallyhook } = await composed(copy);
      const { ok, problems } = await audit(tallyhook.services);
      expect([
        what,
        ok,
        problems.every(({ kind }) => /^(?:account_day_differs|reference_missing)$/.test(kind)),
      ]).toEqual([what, false, true]);
      await closeAll();
    }
  },
);
