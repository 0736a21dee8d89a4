import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTallyhook } from "../../src/library.ts";
import { runHere } from "./command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "tallyhook-work-"));
afterAll(() => rmSync(folder, { recursive: true }));
const databaseUrl = `sqlite:${join(folder, "books.db")}`;
const work = (...words: string[]) => runHere(folder, ["work", ...words], { DATABASE_URL: databaseUrl });

test("one round does what is due, and the next finds nothing", async () => {
  let now = Date.parse("2020-01-01T00:00:00Z");
  const clock = { now: () => new Date(now) };
  const tallyhook = await createTallyhook({ databaseUrl, policy: {}, workers: false, clock });
  const wallet = tallyhook.wallet({ owner: "acme", currency: "USD" });
  await wallet.grant({ amount: 9n, kind: "promo", reason: "x", expiresAt: "2020-02-01T00:00:00Z" });
  await tallyhook.close();
  now = Date.now();
  const first = await work("--once", "--json");
  expect([first.code, JSON.parse(first.out)]).toEqual([
    0,
    { complete: true, failed: [], events: 0, expired: 1, messages: 0 },
  ]);
  const second = await work("--once");
  expect([second.code, second.out]).toEqual([
    0,
    "Tried 0 events, expired value of 0 wallets, sent 0 messages.\n",
  ]);
});

test.each(["0", "1.5", "x", "86401"])("a round of %s seconds is a mistake", async (seconds) => {
  const { code, err } = await work("--once", "--seconds", seconds);
  expect(code).toBe(64);
  expect(err).toContain("--seconds must be a whole number from 1 to 86400.");
});
