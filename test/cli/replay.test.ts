import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keys, secret } from "../http/running.ts";
import { fixtures, killAll, runHere, seedFile, start } from "./command-line.ts";

afterEach(killAll);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tallyhook-replay-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return name;
};
const seed = readFileSync(seedFile, "utf8");
const story = readFileSync(join(fixtures, "scenarios/refund-approved.jsonl"), "utf8");
const replay = async (...words: string[]) => {
  const { code, out, err } = await runHere(folder, ["replay", ...words, "--json"]);
  expect(err).toBe("");
  return { code, ...JSON.parse(out) };
};

test("without a golden file it shows what became of the events; --accept writes one", async () => {
  put("seed.json", seed);
  expect(await replay("seed.json")).toMatchObject({
    code: 0,
    ok: true,
    cases: [
      {
        name: "seed.json",
        verdict: "none",
        events: [{ event_id: "evt_abc123", outcome: "applied", reason: null }],
        world: {
          charges: [{ grand_total: "499" }],
          wallets: [{ balance: "499", entries: [{ amount: "499" }] }],
        },
        audit: { ok: true },
      },
    ],
  });
  expect(existsSync(join(folder, "seed.expected.json"))).toBe(false);
  expect(await replay("seed.json", "--accept")).toMatchObject({ code: 0, cases: [{ verdict: "accepted" }] });
  const golden = readFileSync(join(folder, "seed.expected.json"), "utf8");
  expect(await replay("seed.json")).toMatchObject({ code: 0, cases: [{ verdict: "matched" }] });
  await replay("seed.json", "--accept");
  expect(readFileSync(join(folder, "seed.expected.json"), "utf8")).toBe(golden);
});

test("a difference of one cent is shown, and ends with 1", async () => {
  put("seed.json", seed);
  await replay("seed.json", "--accept");
  const golden = readFileSync(join(folder, "seed.expected.json"), "utf8");
  put("seed.expected.json", golden.replace('"topped_up": "499"', '"topped_up": "500"'));
  expect(await replay("seed.json")).toMatchObject({
    code: 1,
    ok: false,
    cases: [
      {
        verdict: "differs",
        differences: [{ path: "charges[0].topped_up", expected: '"500"', actual: '"499"' }],
      },
    ],
  });
  const { code, out } = await runHere(folder, ["replay", "seed.json"]);
  expect(code).toBe(1);
  expect(out).toMatch(/charges\[0\]\.topped_up\n\s+expected "500"\n\s+got {6}"499"/);
});

test("a folder, an array and a story are read; each file has a database of its own", async () => {
  put("story.jsonl", story);
  put(
    "array.json",
    JSON.stringify(
      story
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ),
  );
  const { code, cases } = await replay(".");
  expect(code).toBe(0);
  expect(cases.map(({ name }: { name: string }) => name)).toEqual(["array.json", "story.jsonl"]);
  expect(cases[0].world.charges).toEqual(cases[1].world.charges);
});

test("in any order and any number of times, a story ends in the same books", async () => {
  put("story.jsonl", story);
  await replay(".", "--accept");
  for (const seed of ["1", "two", "3"])
    expect(await replay(".", "--shuffle", seed)).toMatchObject({ cases: [{ verdict: "matched" }] });
  expect(await replay(".", "--repeat", "3")).toMatchObject({ code: 0, cases: [{ verdict: "matched" }] });
  expect(await replay(".", "--repeat", "2", "--shuffle", "x")).toMatchObject({
    cases: [{ verdict: "matched" }],
  });
});

test("what cannot be accepted is wrong unless a golden file expects it", async () => {
  const path = "adjustment.created/unknown-action";
  put("unknown.json", readFileSync(join(fixtures, "paddle", `${path}.json`), "utf8"));
  expect(await replay("unknown.json")).toMatchObject({
    code: 1,
    cases: [{ events: [{ outcome: "parked" }] }],
  });
  await replay("unknown.json", "--accept");
  expect((await replay("unknown.json")).code).toBe(0);
});

test("a case may have a policy of its own", async () => {
  put("seed.json", seed);
  put("seed.policy.json", JSON.stringify({ default: { effect: "none" } }));
  const { cases } = await replay("seed.json");
  expect(cases[0].world).toMatchObject({ charges: [{ topped_up: "0", basis: null }], wallets: [] });
  put("seed.policy.json", JSON.stringify({ default: { effect: "give" } }));
  const wrong = await runHere(folder, ["replay", "seed.json"]);
  expect([wrong.code, wrong.err]).toEqual([
    78,
    expect.stringContaining("POLICY_FILE: seed.policy.json: default.effect"),
  ]);
});

test("what is no event is a usage error", async () => {
  put("note.json", '{"hello":"world"}');
  const { code, err } = await runHere(folder, ["replay", "note.json"]);
  expect(code).toBe(64);
  expect(err).toContain("note.json: an event is recognised by event_type");
});

test("with --url the events are signed and posted to a server that runs", async () => {
  const environment = { PADDLE_WEBHOOK_SECRET: secret, API_KEYS: `r:read:${keys.read}` };
  cpSync(join(fixtures, "scenarios/upgrade-2023.jsonl"), join(folder, "story.jsonl"));
  await replay(".", "--accept");
  const server = start(folder, ["serve"], { ...environment, PORT: "0", DATABASE_URL: "sqlite::memory:" });
  const [, url = ""] = await server.line(/^listening on (\S+)$/m);
  for (const pass of [1, 2]) {
    const { code, out } = await runHere(folder, ["replay", ".", "--url", url, "--json"], environment);
    expect([pass, code, JSON.parse(out).cases[0].verdict]).toEqual([pass, 0, "matched"]);
  }
  const golden = readFileSync(join(folder, "story.expected.json"), "utf8");
  put("story.expected.json", golden.replaceAll('"collected": "500"', '"collected": "501"'));
  expect((await runHere(folder, ["replay", ".", "--url", url], environment)).code).toBe(1);
  // The server names wallets under a key of its own, and yet one of them is one of the recorded case.
  put("story.expected.json", golden.replace(/"wallet_id": "wal_\w+"/, '"wallet_id": "wal_anothers"'));
  expect((await runHere(folder, ["replay", ".", "--url", url], environment)).code).toBe(1);
  const unsigned = await runHere(folder, ["replay", ".", "--url", url]);
  expect([unsigned.code, unsigned.err]).toEqual([78, expect.stringContaining("PADDLE_WEBHOOK_SECRET: ")]);
  server.stop("SIGTERM");
  await server.finished;
});

test("of many cases, side by side, one that cannot be replayed is told as it is alone", async () => {
  for (let number = 10; number < 50; number += 1) put(`${number}.json`, seed);
  put("11.policy.json", JSON.stringify({ default: { effect: "give" } }));
  const alone = await runHere(folder, ["replay", "11.json"]);
  expect(alone.code).toBe(78);
  const named = { ...alone, err: alone.err.replace("11.policy.json", join(folder, "11.policy.json")) };
  expect(await runHere(folder, ["replay", folder])).toEqual(named);
});

test("one that is told to stop ends after the case it is at, and says how far it came", async () => {
  for (const name of ["a", "b", "c"]) put(`${name}.json`, seed);
  const before = process.listeners("SIGTERM");
  const added = () => process.listeners("SIGTERM").filter((listener) => !before.includes(listener));
  const replaying = runHere(folder, ["replay", "."]);
  while (added().length === 0) await new Promise(setImmediate);
  process.emit("SIGTERM", "SIGTERM");
  const said = /^Stopped by SIGTERM: [123] of 3 cases were not replayed\.\n$/;
  expect(await replaying).toMatchObject({ code: 2, err: expect.stringMatching(said) });
  expect(added()).toEqual([]);
});
