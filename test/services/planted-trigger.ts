import Database from "better-sqlite3";
import { connectTo } from "../support/postgres.ts";
import { until } from "../support/until.ts";

/** Makes the database refuse to store the charge of one transaction, until the trigger is dropped. */
export async function plantTrigger(databaseUrl: string, ref: string): Promise<{ drop(): Promise<void> }> {
  if (databaseUrl.startsWith("sqlite:")) {
    await execute(
      databaseUrl,
      `create trigger planted before insert on charges when new.ref = '${ref}'
       begin select raise(abort, 'planted'); end`,
    );
    return { drop: () => execute(databaseUrl, "drop trigger planted") };
  }
  await execute(
    databaseUrl,
    `create function planted() returns trigger language plpgsql as $$ begin raise exception 'planted'; end $$;
     create trigger planted before insert on charges for each row when (new.ref = '${ref}')
       execute function planted()`,
  );
  return { drop: () => execute(databaseUrl, "drop trigger planted on charges") };
}

/** Statements as a person at the database's own console would give them. */
export async function execute(databaseUrl: string, statements: string): Promise<void> {
  if (databaseUrl.startsWith("sqlite:")) {
    const database = new Database(databaseUrl.slice("sqlite:".length));
    database.exec(statements);
    database.close();
    return;
  }
  const client = await connectTo(databaseUrl);
  try {
    await client.query(statements);
  } finally {
    await client.end();
  }
}

/** Waits until somebody sleeps within a statement of that PostgreSQL database. */
export async function untilNapping(databaseUrl: string): Promise<void> {
  const client = await connectTo(databaseUrl);
  const napping =
    "select 1 from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'";
  await until(async () => (await client.query(napping)).rows.length > 0).finally(() => client.end());
}
