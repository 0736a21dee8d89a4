import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secret, seed, startTallyhook } from "../http/running.ts";
import { runHere } from "./command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "tallyhook-record-"));
afterAll(() => rmSync(folder, { recursive: true }));

const environment = { DATABASE_URL: `sqlite:${join(folder, "books.db")}`, PADDLE_WEBHOOK_SECRET: secret };
const event = JSON.parse(seed.toString());
const hostile = { ...event, event_id: "../../../evil", event_type: "../up" };

beforeAll(async () => {
  const running = await startTallyhook(environment.DATABASE_URL, environment);
  await running.post(seed);
  await running.post(JSON.stringify(hostile));
  await running.close();
});

const shown = ["total", "grand_total", "collected", "fee", "topped_up", "taken_back", "status", "paid_at"];
type Charge = Record<string, unknown>;

/** What a replay of these files says of each charge: its figures. */
async function figures(files: string): Promise<unknown[][]> {
  const { code, out } = await runHere(folder, ["replay", files, "--json"]);
  expect(code).toBe(0);
  const { cases }: { cases: { world: { charges: Charge[] } }[] } = JSON.parse(out);
  const charges = cases.flatMap(({ world }) => world.charges);
  expect(charges).not.toEqual([]);
  return charges.map((charge) => shown.map((field) => charge[field]));
}

test("bodies are saved where replay finds them, with a warning that they are personal", async () => {
  const { code, out, err } = await runHere(
    folder,
    ["record", "--type", event.event_type, "--json"],
    environment,
  );
  expect(code).toBe(0);
  expect(err).toContain("personal data");
  const file = join("recorded", "paddle", event.event_type, `${event.event_id}.json`);
  expect(JSON.parse(out)).toEqual({ out: "recorded", redacted: false, saved: 1, files: [file] });
  expect(readFileSync(join(folder, file), "utf8")).toBe(`${JSON.stringify(event, null, 2)}\n`);
});

test("redacted bodies give the same figures, and no warning", async () => {
  const words = ["record", "--redact", "--out", "clean", "--type", event.event_type];
  const { code, out, err } = await runHere(folder, words, environment);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toContain("1 event saved in clean.");
  expect(await figures("clean")).toEqual(await figures("recorded"));
});

test("no id leads out of the folder", async () => {
  const { code, out } = await runHere(folder, ["record", "--out", "safe", "--json"], environment);
  expect(code).toBe(0);
  for (const file of JSON.parse(out).files) {
    expect(file).toMatch(/^safe\/paddle\/[^/]+\/[^/]+\.json$/);
    expect(existsSync(join(folder, file))).toBe(true);
  }
});

test.each([
  [["record", "--limit", "0"], "--limit must be a whole number from 1."],
  [["record", "now"], "Unexpected argument: now"],
])("%j is a usage error", async (words, says) => {
  const { code, err } = await runHere(folder, words);
  expect([code, err]).toEqual([64, expect.stringContaining(says)]);
});
