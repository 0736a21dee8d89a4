import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { styleText } from "node:util";
import { createTallyhook } from "../../src/library.ts";
import { fixture, secret, seed, signed, startTallyhook } from "../http/running.ts";
import { killAll, run, runHere } from "./command-line.ts";

afterEach(killAll);
const folder = mkdtempSync(join(tmpdir(), "tallyhook-doctor-"));
afterAll(() => rmSync(folder, { recursive: true }));

const DATABASE_URL = `sqlite:${join(folder, "books.db")}`;
const secrets = {
  PADDLE_WEBHOOK_SECRET: `${secret},pdl_ntfset_before`,
  API_KEYS: "me:finance:hush-hush-hush-hush",
  PADDLE_API_KEY: "pdl_live_apikey_hush",
  // Nobody is there.
  PADDLE_API_URL: "http://127.0.0.1:9",
};
const environment = { ...secrets, DATABASE_URL, MODE: "live" };

test("healthy is 0, something parked is 1, and no secret is told", async () => {
  const running = await startTallyhook(DATABASE_URL, { PADDLE_WEBHOOK_SECRET: secret });
  await running.post(seed);
  const healthy = await runHere(folder, ["doctor"], environment);
  expect(healthy).toMatchObject({ code: 0, err: "" });
  expect(healthy.out).toMatch(/PADDLE_WEBHOOK_SECRET +│ set \(2\) +│ environment/);
  expect(healthy.out).toMatch(/MIGRATE +│ on +│ default/);
  expect(healthy.out).toMatch(/paddle transaction\.completed +│ +1 │ \d{4}-/);
  expect(healthy.out.match(/Never arrived.* payout\.paid/s)).not.toBeNull();
  expect(healthy.out.split("payout.paid")).toHaveLength(2);
  expect(healthy.out).toContain("journal_mode wal, synchronous full");

  await running.post(fixture("paddle/adjustment.created/unknown-action.json"));
  await running.close();
  const told = await runHere(folder, ["doctor"], environment);
  expect(told.out).toMatch(/^WRONG: Events parked: 1; read their reasons.*\nnote: /);
  const coloured = await run(folder, ["doctor"], { ...environment, FORCE_COLOR: "1" });
  expect(coloured.out.startsWith(styleText(["red", "bold"], "WRONG:", { validateStream: false }))).toBe(true);
  const parked = await runHere(folder, ["doctor", "--json"], environment);
  expect(parked.code).toBe(1);
  const report = JSON.parse(parked.out);
  expect(report).toMatchObject({ ok: false, open_events: [{ name: "parked", count: 1 }] });
  expect(report.findings[0]).toMatchObject({ level: "wrong", code: "events_parked" });
  for (const { out } of [healthy, parked])
    for (const text of [secret, "pdl_ntfset_before", "hush"]) expect(out).not.toContain(text);
});

test("beside an app it says what the app put in force, and that deliveries are the app's", async () => {
  const databaseUrl = `sqlite:${join(folder, "of-an-app.db")}`;
  const beside = { DATABASE_URL: databaseUrl, API_KEYS: environment.API_KEYS, MODE: "test" };
  const looked = async () => (await runHere(folder, ["doctor"], beside)).out;
  const paddleOfApp = { webhookSecrets: secret };
  const rule = { match: { price_ref: "pri_a" }, effect: "top_up", basis: "total" } as const;
  const meters = [{ key: "tokens", prices: { USD: "1" } }];
  const options = { databaseUrl, paddle: paddleOfApp, policy: { rules: [rule], meters } };
  const app = await createTallyhook({ ...options, workers: false });
  const unheard = await looked();
  expect(unheard).toMatch(
    /policy +│ version 1, in force: 1 rule, else top_up by grand_total; meters tokens; 1 stored/,
  );
  expect(unheard).toMatch(/POLICY_FILE +│ not set \(the policy that was put in force last holds\)/);
  expect(unheard).toMatch(/^WRONG: No provider has a webhook secret/m);
  const request = { method: "POST", body: new Uint8Array(seed), headers: signed(seed) };
  await app.handleWebhook(new Request("http://localhost/webhooks/paddle", request));
  await app.close();
  expect(await looked()).toMatch(/^note: No provider has a webhook secret here/m);
});

test("a fresh installation is looked at without being changed", async () => {
  const project = mkdtempSync(join(folder, "fresh-"));
  writeFileSync(join(project, ".env"), "PADDLE_WEBHOOK_SECRET=pdl_ntfset_of-a-project\nMODE=live\nPORT=1\n");
  for (const command of ["doctor", "audit", "export"]) {
    const words = command === "export" ? [command, "entries.csv"] : [command];
    const { code, err } = await runHere(project, words);
    expect([code, err]).toEqual([78, expect.stringContaining("there is no such file; tallyhook migrate")]);
  }
  expect(readdirSync(project)).toEqual([".env"]);
  mkdirSync(join(project, "data"));
  writeFileSync(join(project, "data", "tallyhook.db"), "");
  const { code, out } = await runHere(project, ["doctor", "--json"], { PORT: "2" });
  expect(code).toBe(0);
  const { settings, database, policy } = JSON.parse(out);
  expect(settings).toContainEqual({ name: "MODE", value: "live", from: ".env" });
  expect(settings).toContainEqual({ name: "PORT", value: "2", from: "environment" });
  expect(database.pending_migrations.length).toBeGreaterThan(0);
  expect(policy).toMatchObject({ version: null, stored_versions: [] });
  expect((await runHere(project, ["doctor", "--json"])).out).toContain("0001-");
  expect((await runHere(project, ["doctor"], { MIGRATE: "off" })).code).toBe(1);
  expect(readdirSync(project).sort()).toEqual([".env", "data"]);
});

test("a wrong configuration is 78, a database that is not there 2, and both are told with the settings", async () => {
  expect((await runHere(folder, ["doctor"], { PORT: "x" })).code).toBe(78);
  const url = "postgres://user:hush-hush@127.0.0.1:1/none";
  const { code, out, err } = await runHere(folder, ["doctor"], { ...environment, DATABASE_URL: url });
  expect(code).toBe(2);
  expect(out).toMatch(/DATABASE_URL +│ postgres:\/\/user:\*\*\*@127\.0\.0\.1:1\/none/);
  expect(err).toMatch(/^DATABASE_URL: cannot be opened \(.*ECONNREFUSED.*\)\n$/);
  const json = await runHere(folder, ["doctor", "--json"], { ...environment, DATABASE_URL: url });
  expect([json.code, JSON.parse(json.out).ok]).toEqual([2, false]);
  expect(out + err + json.out).not.toContain("hush");
});
