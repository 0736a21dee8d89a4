import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { knownColumns } from "../../src/store/engine/columns.ts";
import { engines } from "../support/engines.ts";
import { connectTo } from "../support/postgres.ts";
import { projectRoot } from "../support/project-root.ts";
import { until } from "../support/until.ts";
import { type Running, seed, startTallyhook } from "./running.ts";

/** What a newer instance would do to the database under an older one that is in use. */
async function upgrade(databaseUrl: string): Promise<void> {
  const statements = [...knownColumns.keys()].flatMap((table) => [
    `alter table ${table} add column newer_word text`,
    `alter table ${table} add column newer_number integer not null default 7`,
  ]);
  statements.push("insert into migrations (name, applied_at) values ('9000-newer', 1)");
  if (databaseUrl.startsWith("sqlite:")) {
    const database = new BetterSqlite3(databaseUrl.slice("sqlite:".length), { timeout: 5_000 });
    for (const statement of statements) database.exec(statement);
    database.close();
    return;
  }
  // Another type makes everything that was prepared over the table unusable on the connections of before.
  statements.push(
    "alter table events alter column reason type varchar",
    "alter table wallets alter column owner type varchar",
  );
  const client = await connectTo(databaseUrl);
  for (const statement of statements) await client.query(statement);
  await client.end();
}

const lists = ["charges", "movements", "events", "wallets", "entries", "discrepancies", "outbox", "payouts"];

async function read(running: Running) {
  const answers = await Promise.all(
    lists.map(async (list) => {
      const { status, body } = await running.get<{ data: unknown[] }>(`/v1/${list}?limit=200`);
      return [list, status, body.data];
    }),
  );
  const audit = await running.get("/v1/audit");
  return { answers, problems: audit.body.problems };
}

describe.each(engines)("a newer version that migrates $name", ({ freshDatabaseUrl }) => {
  test("leaves the older one at work: it stores and reads as before, and says what it does not know", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const warnings: string[] = [];
    const logger = {
      info: () => {},
      error: (_: object, text: string) => void warnings.push(text),
      warn: (_: object, text: string) => void warnings.push(text),
    };
    const before = await startTallyhook(databaseUrl, {}, { logger, schemaLookEveryMilliseconds: 50 });
    for (const path of globSync("fixtures/paddle/{transaction,adjustment,payout}.*/*.json", {
      cwd: projectRoot,
    }).sort())
      if (!path.endsWith(".expected.json")) await before.post(readFileSync(join(projectRoot, path)));
    warnings.length = 0;
    const asked = await read(before);
    await upgrade(databaseUrl);
    expect((await before.post(seed)).body).toMatchObject({ outcome: "duplicate" });
    expect(await read(before)).toEqual(asked);
    const other = Buffer.from(String(seed).replaceAll(/(txn|evt|ctm)_abc123/g, "$1_after"));
    expect((await before.post(other)).body).toMatchObject({ outcome: "applied" });
    expect((await before.get("/v1/audit")).body).toMatchObject({ problems: asked.problems });
    expect(await before.get("/readyz")).toMatchObject({
      status: 200,
      body: { status: "ready", pending_migrations: [], unknown_migrations: ["9000-newer"] },
    });
    await until(() => warnings.length > 0);
    expect(warnings).toEqual([expect.stringMatching(/migrations of a newer version/)]);
    await before.close();
  });
});
