import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { killAll, runHere, start } from "./command-line.ts";

afterEach(killAll);
const folder = mkdtempSync(join(tmpdir(), "tallyhook-simulate-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const environment = {
  PORT: "0",
  DATABASE_URL: "sqlite::memory:",
  PADDLE_WEBHOOK_SECRET: "pdl_ntfset_simulated",
  STRIPE_WEBHOOK_SECRET: "whsec_of-the-simulation",
  API_KEYS: "finance:finance:of-the-simulation",
};

test("the same seed writes the same files, byte for byte", async () => {
  const write = async (name: string) => {
    const words = [
      "simulate",
      "--customers",
      "5",
      "--months",
      "3",
      "--seed",
      "x",
      "--out",
      name,
      "--reports",
      name,
    ];
    expect(await runHere(folder, words)).toMatchObject({ code: 0, err: "" });
    return [
      "events.jsonl",
      "truth.json",
      "usage.jsonl",
      "truth-after-usage.json",
      "stripe-payout_reconciliation.csv",
      "paddle-transactions.csv",
    ].map((file) => readFileSync(join(folder, name, file), "utf8"));
  };
  const files = await write("one");
  expect(await write("two")).toEqual(files);
  expect(JSON.parse(files[1] ?? "").charges.length).toBeGreaterThan(0);
});

test("a server that heard everything has the true books, one that missed something is told so", async () => {
  const server = start(folder, ["serve"], environment);
  const [, url = ""] = await server.line(/^listening on (http:\/\/\S+)$/m);
  const told = (...more: string[]) =>
    runHere(
      folder,
      [
        "simulate",
        "--customers",
        "5",
        "--months",
        "2",
        "--providers",
        "paddle",
        "--url",
        url,
        "--check",
        ...more,
      ],
      environment,
    );
  const lossy = await told("--faults", "drop=0.3,reorder");
  expect([lossy.code, lossy.out]).toEqual([1, expect.stringMatching(/^WRONG: \d+ disagreements/m)]);
  const whole = await told("--faults", "duplicate=0.5,reorder,delay");
  expect([whole.code, whole.out]).toEqual([0, expect.stringContaining("the true ones, to the last unit")]);
  server.stop("SIGTERM");
  await server.finished;
});

test("what customers use is told after the events, to a server that knows its prices", async () => {
  expect((await runHere(folder, ["simulate", "--policy-out", "policy.json"])).code).toBe(0);
  const server = start(folder, ["serve"], { ...environment, POLICY_FILE: join(folder, "policy.json") });
  const [, url = ""] = await server.line(/^listening on (http:\/\/\S+)$/m);
  const world = ["simulate", "--customers", "6", "--months", "2", "--url", url, "--check"];
  const told = await runHere(folder, [...world, "--api-key", "of-the-simulation"], environment);
  expect([told.code, told.out]).toEqual([
    0,
    expect.stringMatching(/^Usage: applied \d+\.\nThe server's books/m),
  ]);
  const untold = await runHere(folder, world, environment);
  expect([untold.code, untold.out]).toEqual([1, expect.stringMatching(/^ {2}wallet .*balance: is/m)]);
  server.stop("SIGTERM");
  await server.finished;
});

test("it stands in for the providers' APIs until it is told to stop", async () => {
  const standIn = start(folder, ["simulate", "--customers", "6", "--months", "3", "--serve", "0"]);
  const [, url = ""] = await standIn.line(/^listening on (http:\/\/\S+)$/m);
  const list = async (path: string, key: string) => {
    const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } });
    return (await response.json()) as { readonly data: readonly unknown[] };
  };
  expect((await list("/transactions", "pdl_simulated")).data.length).toBeGreaterThan(0);
  expect((await list("/v1/invoices", "sk_test_simulated")).data.length).toBeGreaterThan(0);
  standIn.stop("SIGTERM");
  expect((await standIn.finished).code).toBe(0);
});

test.each([
  [["--customers", "none"], "--customers must be a whole number"],
  [["--faults", "gremlins"], "--faults knows drop, duplicate, reorder, delay, not gremlins."],
  [["--faults", "drop=2"], "--faults drop must be between 0 and 1."],
  [["--providers", "paypal"], "--providers knows paddle, stripe, not paypal."],
  [["--serve", "http"], "--serve must be a port"],
  [
    ["--misbehave", "rudely"],
    "--misbehave knows rate_limit, error, html, timeout, late, repeat, not rudely.",
  ],
  [["--breaks", "many"], "--breaks must be a whole number"],
  [["--check"], "--check needs --url."],
  [["--api-key", "k"], "--api-key needs --url."],
])("simulate %j is refused with what would be right", async (words, problem) => {
  const { code, err } = await runHere(folder, ["simulate", ...words]);
  expect([code, err]).toEqual([64, expect.stringContaining(problem)]);
});
