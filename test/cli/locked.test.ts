import { openSync, writeSync } from "node:fs";
import BetterSqlite3 from "better-sqlite3";
import { exitCode } from "../../src/cli/kit/command.ts";
import { engines } from "../support/engines.ts";
import { killAll, runHere, start } from "./command-line.ts";

afterEach(killAll);
const [sqlite] = engines;

async function lockedFile(statement = "begin immediate") {
  const databaseUrl = (await sqlite?.freshDatabaseUrl()) as string;
  const other = new BetterSqlite3(databaseUrl.slice("sqlite:".length));
  if (statement.includes("exclusive")) other.pragma("locking_mode = exclusive");
  other.exec(statement);
  return { databaseUrl, other };
}

test.each([
  ["serve", "begin immediate"],
  ["audit", "begin exclusive"],
  ["migrate", "begin exclusive"],
])("%s waits some seconds for a file that is locked, and says so in one line", async (word, statement) => {
  const { databaseUrl, other } = await lockedFile(statement);
  const begun = performance.now();
  const { code, err } = await runHere("/", [word], { DATABASE_URL: databaseUrl, PORT: "0" });
  expect(performance.now() - begun).toBeGreaterThan(4_000);
  expect(err).toMatch(/^DATABASE_URL: .*another process holds the file: database is locked\)\n$/);
  expect(code).toBe(exitCode.incomplete);
  other.close();
});

test("a server that finds the file locked starts when it is free", async () => {
  const { databaseUrl, other } = await lockedFile();
  const server = start("/", ["serve"], { DATABASE_URL: databaseUrl, PORT: "0" });
  setTimeout(() => other.exec("rollback").close(), 2_000);
  await server.line(/listening on/);
  server.stop("SIGTERM");
  expect((await server.finished).code).toBe(0);
});

test("doctor finds a damaged page", async () => {
  const databaseUrl = (await sqlite?.freshDatabaseUrl()) as string;
  const path = databaseUrl.slice("sqlite:".length);
  const whole = await runHere("/", ["doctor", "--json"], { DATABASE_URL: databaseUrl });
  expect(JSON.parse(whole.out).database.damage).toEqual([]);
  const database = new BetterSqlite3(path);
  const page = database.pragma("page_size", { simple: true }) as number;
  const root = database
    .prepare("select rootpage from sqlite_schema where name = 'events'")
    .pluck()
    .get() as number;
  database.close();
  writeSync(openSync(path, "r+"), Buffer.alloc(page, 0x5a), 0, page, (root - 1) * page);
  const { code, out } = await runHere("/", ["doctor"], { DATABASE_URL: databaseUrl });
  expect(out).toMatch(/WRONG: The file is damaged/);
  expect(code).toBe(1);
});
