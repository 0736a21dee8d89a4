import { readFileSync } from "node:fs";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { audit } from "../../../src/services/audit/audit.ts";
import { engines } from "../../support/engines.ts";
import { preparedDuring } from "../../support/prepared.ts";
import { projectRoot } from "../../support/project-root.ts";
import { closeAll, composed } from "../composed.ts";
import { execute } from "../planted-trigger.ts";

afterEach(closeAll);

/** Tables that do not grow with the traffic. */
const small = ["policies", "migrations", "account_days_mark"];

test("no statement of an audit goes through a table that grows with the traffic", async () => {
  const databaseUrl = (await engines[0]?.freshDatabaseUrl()) as string;
  const { tallyhook, receive } = await composed(databaseUrl);
  for (const fixture of ["seed", "top-up"])
    await receive(readFileSync(join(projectRoot, `fixtures/paddle/transaction.completed/${fixture}.json`)));
  // Whatever differs is looked at a second time, by other statements.
  await execute(databaseUrl, "delete from outbox; update customer_credits set issued = issued + 1");
  const statements = await preparedDuring(async () => {
    expect(await audit(tallyhook.services)).toMatchObject({ ok: false, complete: true });
  });
  const database = new BetterSqlite3(databaseUrl.slice("sqlite:".length), { readonly: true });
  const selects = [...statements].filter((sql) => /^\s*select/i.test(sql));
  const scans = selects.flatMap((sql) => {
    const parameters = Array.from(sql.matchAll(/\?/g), () => null);
    const plan = database.prepare(`explain query plan ${sql}`).all(...parameters) as { detail: string }[];
    // What a statement made itself of one stretch may be gone through.
    const made = plan.flatMap(({ detail }) => /^(?:CO-ROUTINE|MATERIALIZE) (\S+)/.exec(detail)?.[1] ?? []);
    return plan
      .filter(({ detail }) => /^SCAN (?!CONSTANT)|AUTOMATIC/.test(detail))
      .filter(({ detail }) => ![...small, ...made].includes(detail.split(" ")[1] ?? ""))
      .map(({ detail }) => `${detail} <- ${sql.replaceAll(/\s+/g, " ").slice(0, 160)}`);
  });
  database.close();
  expect(selects.length).toBeGreaterThan(40);
  expect(scans).toEqual([]);
});
