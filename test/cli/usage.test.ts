import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engines } from "../support/engines.ts";
import { connectTo } from "../support/postgres.ts";
import { killAll, run, runHere, seedFile } from "./command-line.ts";

afterEach(killAll);
const folder = mkdtempSync(join(tmpdir(), "tallyhook-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

const misuse: [words: string[], says: string][] = [
  [[], "Usage: tallyhook <command>"],
  [["fly"], "Unknown command: fly"],
  [["serve", "--fast"], "--fast"],
  [["serve", "now"], "Unexpected argument: now"],
  [["audit", "--json=yes"], "--json"],
  [["replay"], "Give at least one file or folder."],
  [["replay", "nowhere.json"], "There is no nowhere.json."],
  [["replay", seedFile, "--repeat", "0"], "--repeat must be a whole number"],
  [["replay", seedFile, "--accept", "--shuffle", "1"], "--accept goes with neither"],
  [["replay", seedFile, "--shuffle"], "--shuffle"],
  [["events", "adyen"], "The provider must be one of paddle, stripe."],
  [["events", "paddle", "stripe"], "Unexpected argument: stripe"],
  [["sign"], "The provider must be one of paddle, stripe."],
  [["sign", "adyen", seedFile], "The provider must be one of paddle, stripe."],
  [["sign", "paddle"], "Give one file."],
];
test.each(misuse)("%j is a usage error", async (words, says) => {
  const { code, out, err } = await runHere(folder, words);
  expect([code, out]).toEqual([64, ""]);
  expect(err).toContain(says);
  expect(err).toMatch(/^Usage: tallyhook|^tallyhook --help lists all commands\.$/m);
});

test("the program itself ends with 64", async () => {
  expect(await run(folder, ["fly"])).toMatchObject({
    code: 64,
    out: "",
    err: expect.stringMatching(/^Unknown command: fly/),
  });
});

test("the events to subscribe to are one a line, and a document with --json", async () => {
  const lines = (await runHere(folder, ["events", "paddle"])).out.trim().split("\n");
  expect(lines).toEqual(
    expect.arrayContaining(["transaction.completed", "adjustment.updated", "payout.paid"]),
  );
  const document = JSON.parse((await runHere(folder, ["events", "--json"])).out);
  expect(document.paddle).toEqual(lines);
  expect(document.stripe).toEqual(expect.arrayContaining(["charge.dispute.created", "invoice.paid"]));
  expect((await runHere(folder, ["events"])).out).toMatch(/^paddle:\n(?:.+\n)+\nstripe:\n/);
});

test("help and version are answers", async () => {
  const help = await run(folder, ["--help"]);
  expect(help.code).toBe(0);
  for (const command of ["serve", "migrate", "replay", "sign", "audit", "demo"])
    expect(help.out).toContain(`  ${command}`);
  expect((await runHere(folder, ["replay", "--help"])).out).toContain("--shuffle <SEED>");
  expect(await run(folder, ["--version"])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});

test.each([["serve"], ["migrate"], ["audit"]])(
  "%s names every mistake of its configuration and ends with 78",
  async (command) => {
    const { code, out, err } = await runHere(folder, [command], { PORT: "x", MODE: "y" });
    expect([code, out]).toEqual([78, ""]);
    expect(err.trim().split("\n")).toEqual([
      "PORT: must be a whole number from 0 to 65535",
      "MODE: must be one of live, test, any",
    ]);
  },
);

test.each([["serve"], ["migrate"], ["audit"]])(
  "%s says so when nobody listens where the database should be, which is no mistake of the configuration",
  async (command) => {
    const { code, err } = await runHere(folder, [command], {
      DATABASE_URL: "postgres://nobody@127.0.0.1:1/none",
    });
    expect(code).toBe(2);
    expect(err).toMatch(/^DATABASE_URL: cannot be (?:opened|migrated|reached) \(.*ECONNREFUSED.*\)\n$/);
  },
);

test("a wrong password, no such database and no such folder are mistakes that stay", async () => {
  const [, postgres] = engines;
  const right = new URL(String(await postgres?.emptyDatabaseUrl()));
  const none = new URL(right);
  none.pathname = "/nowhere";
  const nobody = new URL(right);
  nobody.username = "nobody_here";
  for (const url of [none.href, nobody.href, "sqlite:/dev/null/tallyhook.db", `sqlite:${folder}`]) {
    const { code, err } = await runHere(folder, ["migrate"], { DATABASE_URL: url });
    expect([url, code, err]).toEqual([url, 78, expect.stringMatching(/^DATABASE_URL: cannot be opened/)]);
  }
});

test("a PostgreSQL whose connections are all taken may have one at the next start", async () => {
  const [, postgres] = engines;
  const url = String(await postgres?.emptyDatabaseUrl());
  const admin = await connectTo(url);
  const name = new URL(url).pathname.slice(1);
  await admin.query(`create role limited_${name} login password 'of-it' connection limit 0`);
  const limited = new URL(url);
  limited.username = `limited_${name}`;
  limited.password = "of-it";
  const { code, err } = await runHere(folder, ["migrate"], { DATABASE_URL: limited.href });
  await admin.query(`drop role limited_${name}`);
  await admin.end();
  expect([code, err]).toEqual([2, expect.stringMatching(/^DATABASE_URL: .*too many connections/)]);
});

test("a database that lacks migrations is not served, unless it may be migrated", async () => {
  const DATABASE_URL = `sqlite:${join(folder, "migrate.db")}`;
  const refused = await runHere(folder, ["serve"], { DATABASE_URL, MIGRATE: "off" });
  expect(refused).toMatchObject({ code: 78, err: expect.stringContaining("run tallyhook migrate") });
  expect((await runHere(folder, ["audit"], { DATABASE_URL })).code).toBe(2);
  const migrated = await runHere(folder, ["migrate", "--json"], { DATABASE_URL });
  expect(JSON.parse(migrated.out).applied.length).toBeGreaterThan(0);
  expect(JSON.parse((await runHere(folder, ["migrate", "--json"], { DATABASE_URL })).out).applied).toEqual(
    [],
  );
  expect((await runHere(folder, ["audit"], { DATABASE_URL })).code).toBe(0);
});

test(".env in the working folder is read", async () => {
  const project = mkdtempSync(join(folder, "project-"));
  writeFileSync(join(project, ".env"), "PORT=nonsense\n");
  expect((await runHere(project, ["migrate"])).code).toBe(78);
  expect((await runHere(project, ["migrate"], { PORT: "1" })).code).toBe(0);
});
