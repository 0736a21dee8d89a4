import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secret, seed, startTallyhook } from "../http/running.ts";
import { runHere } from "./command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "tallyhook-rebook-"));
afterAll(() => rmSync(folder, { recursive: true }));

const policy = join(folder, "policy.json");
writeFileSync(policy, JSON.stringify({ default: { effect: "none" } }));
const environment = { DATABASE_URL: `sqlite:${join(folder, "books.db")}`, PADDLE_WEBHOOK_SECRET: secret };
const changed = { ...environment, POLICY_FILE: policy };

beforeAll(async () => {
  const running = await startTallyhook(environment.DATABASE_URL, environment);
  await running.post(seed);
  await running.close();
});

test("shows what another version would change, posts it with a reason, and takes it back", async () => {
  const shown = await runHere(folder, ["rebook", "--policy", "2"], changed);
  expect(shown.code).toBe(0);
  expect(shown.out).toMatch(/│ 1 → 2 +│ +\$4\.99 → \$0\.00 │/);
  expect(shown.out).toContain("1 charge would change. Nothing was posted");

  const words = ["rebook", "--policy", "2", "--apply", "--reason", "not prepaid", "--json"];
  const posted = await runHere(folder, words, changed);
  expect(posted.code).toBe(0);
  expect(JSON.parse(posted.out)).toMatchObject({
    policy_version: 2,
    applied: true,
    reason: "not prepaid",
    charges: [{ from_version: 1, topped_up: { before: "499", after: "0" } }],
  });
  expect((await runHere(folder, ["rebook", "--policy", "2"], changed)).out).toContain("no charge differs");
  expect((await runHere(folder, ["audit"], changed)).code).toBe(0);
  const back = await runHere(folder, ["rebook", "--policy", "1", "--apply", "--reason", "it is"], changed);
  expect(back.out).toMatch(/\$0\.00 → \$4\.99/);
  expect((await runHere(folder, ["audit"], changed)).code).toBe(0);
});

test("a version that was never stored is 1, and those that were are named", async () => {
  const { code, out, err } = await runHere(folder, ["rebook", "--policy", "9"], environment);
  expect([code, out]).toEqual([1, ""]);
  expect(err).toMatch(/^There is no policy version 9\. Stored are 1(?:, 2)?\.\n$/);
});

test.each([
  [["rebook"], "Give the version with --policy N."],
  [["rebook", "--policy", "x"], "--policy must be the number of a version."],
  [["rebook", "--policy", "1", "--apply"], "--apply needs --reason TEXT"],
  [["rebook", "--policy", "1", "--apply", "--reason", " "], "--apply needs --reason TEXT"],
  [["rebook", "--policy", "1", "--from", "yesterday"], "--from must be a time"],
])("%j is a usage error", async (words, says) => {
  const { code, err } = await runHere(folder, words);
  expect([code, err]).toEqual([64, expect.stringContaining(says)]);
});
