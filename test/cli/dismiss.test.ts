import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seed, startTallyhook } from "../http/running.ts";
import { runHere } from "./command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "tallyhook-dismiss-"));
const DATABASE_URL = `sqlite:${join(folder, "books.db")}`;
afterAll(() => rmSync(folder, { recursive: true }));
const tallyhook = (...words: string[]) => runHere(folder, words, { DATABASE_URL });

test("what is parked is dismissed with a reason, and doctor is quiet about it until that is taken back", async () => {
  const running = await startTallyhook(DATABASE_URL);
  const sale = JSON.parse(seed.toString());
  await running.post(JSON.stringify({ ...sale, data: null }));
  const [event] = (await running.get<{ data: { id: string }[] }>("/v1/events")).body.data;
  await running.close();
  const id = event?.id ?? "";
  const isCounted = async () => (await tallyhook("doctor")).out.includes("Events parked: 1");
  expect(await isCounted()).toBe(true);
  expect((await tallyhook("dismiss", id)).code).toBe(64);
  expect((await tallyhook("dismiss")).code).toBe(64);
  const said = await tallyhook("dismiss", id, "--reason", "a test of theirs", "--by", "Ada");
  expect([said.code, said.out.trim(), said.err]).toEqual([0, "Dismissed.", ""]);
  expect(await isCounted()).toBe(false);
  const unknown = await tallyhook("dismiss", "stm_none", "--reason", "x", "--json");
  expect([unknown.code, JSON.parse(unknown.out)]).toEqual([1, { result: "unknown", id: "stm_none" }]);
  const undone = await tallyhook("dismiss", id, "--undo", "--json");
  expect([undone.code, JSON.parse(undone.out)]).toEqual([0, { result: "undismissed", id }]);
  expect(await isCounted()).toBe(true);
});

test("import says what became of the report, and dismiss takes the id that it says", async () => {
  await tallyhook("migrate");
  writeFileSync(join(folder, "empty.csv"), "no,such,report\n");
  const words = ["--provider", "paddle", "--format", "transactions"];
  const { code, out } = await tallyhook("import", join(folder, "empty.csv"), ...words);
  const [, id = ""] = /^Report (stm_[0-9a-f]+): refused\.$/m.exec(out) ?? [];
  expect([code, id]).toEqual([1, expect.stringMatching(/^stm_/)]);
  expect((await tallyhook("dismiss", id, "--reason", "the wrong file")).code).toBe(0);
});
