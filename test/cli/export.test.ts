import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secret, seed, startTallyhook } from "../http/running.ts";
import { runHere } from "./command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "tallyhook-export-"));
const DATABASE_URL = `sqlite:${join(folder, "books.db")}`;
afterAll(() => rmSync(folder, { recursive: true }));

const served = new Map<string, string>();
const files = [
  "charges.csv",
  "entries.csv",
  "journal.hledger",
  "rollforward.csv?month=2023-10&clock=effective",
];
beforeAll(async () => {
  const running = await startTallyhook(DATABASE_URL, { PADDLE_WEBHOOK_SECRET: secret });
  await running.post(seed);
  for (const file of files) served.set(file, (await running.get<string>(`/v1/exports/${file}`)).body);
  await running.close();
});

test.each([
  ["charges.csv", []],
  ["entries.csv", []],
  ["journal.hledger", []],
  ["rollforward.csv?month=2023-10&clock=effective", ["--month", "2023-10", "--clock", "effective"]],
])("%s is written as the API gives it", async (path, flags) => {
  const name = path.replace(/\?.*/, "");
  const { code, out, err } = await runHere(folder, ["export", name, ...flags], { DATABASE_URL });
  expect([code, err]).toEqual([0, ""]);
  expect(out).toBe(served.get(path));
  expect(out.length).toBeGreaterThan(200);
});

test("--out writes into a file, and nothing else", async () => {
  const file = join(folder, "charges.csv");
  const { code, out } = await runHere(folder, ["export", "charges.csv", "--out", file], { DATABASE_URL });
  expect([code, out, readFileSync(file, "utf8")]).toEqual([0, "", served.get("charges.csv")]);
});

test.each([
  [[], "Say what to export"],
  [["invoices.csv"], "There is no invoices.csv"],
  [["charges.csv", "--from", "yesterday"], "from: must be an RFC 3339 time"],
  [["charges.csv", "--month", "2026-10"], "month is not a parameter"],
  [["rollforward.csv"], "month:"],
  [["charges.csv", "entries.csv"], "Say what to export"],
])("%j is refused as usage", async (words, problem) => {
  const { code, out, err } = await runHere(folder, ["export", ...words], { DATABASE_URL });
  expect([code, out, err]).toEqual([64, "", expect.stringContaining(problem)]);
});
