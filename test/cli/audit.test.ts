import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { secret, seed, startTallyhook } from "../http/running.ts";
import { runHere } from "./command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "tallyhook-audit-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("right books are 0, one planted cent is 1, and what cannot be read is 2", async () => {
  const file = join(folder, "books.db");
  const DATABASE_URL = `sqlite:${file}`;
  const running = await startTallyhook(DATABASE_URL, { PADDLE_WEBHOOK_SECRET: secret });
  await running.post(seed);
  await running.close();
  const right = await runHere(folder, ["audit"], { DATABASE_URL });
  expect([right.code, right.out]).toEqual([0, expect.stringContaining("Everything agrees.")]);

  const database = new Database(file);
  database.exec("update wallets set paid = paid + 1, balance = balance + 1");
  const planted = await runHere(folder, ["audit", "--json"], { DATABASE_URL });
  expect(planted.code).toBe(1);
  const { ok, complete, problems } = JSON.parse(planted.out);
  expect({ ok, complete }).toEqual({ ok: false, complete: true });
  expect(problems[0]).toMatchObject({ kind: "wallet_differs", subject: expect.stringMatching(/^wal_/) });
  expect((await runHere(folder, ["audit"], { DATABASE_URL })).out).toContain("The books do not agree.");

  database.exec("update wallets set paid = paid - 1, balance = balance - 1");
  database.exec("alter table lots rename to lost");
  database.close();
  const undecided = await runHere(folder, ["audit"], { DATABASE_URL });
  expect([undecided.code, undecided.out]).toEqual([2, expect.stringContaining("It could not be decided")]);
});

test("an audit changes nothing: it numbers no policy, and books of an older form are left as they are", async () => {
  const file = join(folder, "untouched.db");
  const DATABASE_URL = `sqlite:${file}`;
  const POLICY_FILE = join(folder, "policy.json");
  writeFileSync(POLICY_FILE, JSON.stringify({ default: { effect: "none" } }));
  const running = await startTallyhook(DATABASE_URL, { PADDLE_WEBHOOK_SECRET: secret });
  await running.post(seed);
  await running.close();
  const database = new Database(file);
  const stored = () => database.prepare("select count(*) as policies from policies").get();
  expect((await runHere(folder, ["audit"], { DATABASE_URL, POLICY_FILE })).code).toBe(0);
  expect(stored()).toEqual({ policies: 1 });

  const named = () => database.prepare("select name from migrations order by name").all();
  database.exec("delete from migrations where name = '0001-baseline'");
  const applied = named();
  const older = await runHere(folder, ["audit"], { DATABASE_URL });
  expect(older.code).toBe(2);
  expect(older.out).toMatch(
    /It could not be decided[\s\S]*the database lacks 0001-baseline; run tallyhook migrate/,
  );
  expect(named()).toEqual(applied);
  database.close();
});
