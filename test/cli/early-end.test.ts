import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keys, secret, seed, startTallyhook } from "../http/running.ts";
import { projectRoot } from "../support/project-root.ts";
import { until } from "../support/until.ts";
import { runHere, seedFile } from "./command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "tallyhook-early-end-"));
afterAll(() => rmSync(folder, { recursive: true }));

const environment = {
  DATABASE_URL: `sqlite:${join(folder, "books.db")}`,
  PADDLE_WEBHOOK_SECRET: secret,
  API_KEYS: `f:finance:${keys.finance}`,
};
beforeAll(async () => {
  const running = await startTallyhook(environment.DATABASE_URL);
  await running.post(seed);
  await running.close();
});

/** As `tallyhook … | true`: nobody reads what it prints. */
function unread(words: readonly string[], variables: Record<string, string> = environment) {
  const child = spawn(process.execPath, [join(projectRoot, "dist/cli/main.js"), ...words], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.destroy();
  let err = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const finished = once(child, "close").then(([code, signal]) => ({ code, signal, err }));
  return { child, finished };
}

describe("a command whose output nobody reads any more ends quietly, as it would have", () => {
  // A process takes most of a second to start, and all write in one of three ways: so every way has one, and files have two.
  test("what writes to standard output is the help, what every command prints with, and export", () => {
    const writers = globSync("src/**/*.{ts,tsx}", { cwd: projectRoot }).filter((path) =>
      /console\.(?:log|info|table)|process\.stdout(?!\.(?:isTTY|columns))/.test(
        readFileSync(join(projectRoot, path), "utf8"),
      ),
    );
    expect(writers.map((path) => path.replaceAll("\\", "/")).sort()).toEqual([
      "src/cli/export.ts",
      "src/cli/kit/output.ts",
      "src/cli/main.ts",
    ]);
  });

  test.each([
    [["--help"]],
    [["audit", "--json"]],
    [["export", "charges.csv"]],
    [["export", "journal.hledger"]],
    [["record", "--redact", "--out", "recorded"]],
  ])("%j", async (words) => {
    expect(await unread(words).finished).toEqual({ code: 0, signal: null, err: "" });
  });

  test("a server goes on serving, and ends in order", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    await new Promise((resolve) => other.close(resolve));
    const { child, finished } = unread(["serve"], { ...environment, PORT: String(port) });
    const healthy = () =>
      fetch(`http://127.0.0.1:${port}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until(healthy, 50);
    for (let request = 0; request < 20; request += 1) expect(await healthy()).toBe(true);
    child.kill("SIGTERM");
    expect(await finished).toEqual({ code: 0, signal: null, err: "" });
  });
});

describe("what cannot be done is said in a line, without a trace", () => {
  const misuse: [words: string[], says: string][] = [
    [
      ["export", "charges.csv", "--out", "/nowhere/charges.csv"],
      "/nowhere/charges.csv cannot be used (ENOENT).",
    ],
    [["export", "charges.csv", "--out", "/"], "/ cannot be used (EISDIR)."],
    [
      ["simulate", "--customers", "1", "--months", "1", "--out", "/dev/null/x"],
      "/dev/null/x cannot be used (ENOTDIR).",
    ],
    [["import", "/", "--provider", "paddle", "--format", "transactions"], "/ is a folder."],
    [["replay", seedFile, "--url", "8787"], "--url must be the address of a server"],
    [["sign", "paddle", seedFile, "--url", "localhost:8787"], "--url must be the address of a server"],
    [["simulate", "--url", "nonsense"], "--url must be the address of a server"],
    [["replay", "broken.json"], "broken.expected.json is not JSON."],
  ];
  beforeAll(() => {
    cpSync(seedFile, join(folder, "broken.json"));
    writeFileSync(join(folder, "broken.expected.json"), "{");
  });

  test.each(misuse)("%j is a usage error", async (words, says) => {
    const { code, out, err } = await runHere(folder, words, environment);
    expect([code, out]).toEqual([64, ""]);
    expect(err).toContain(says);
    expect(err).not.toMatch(/^\s+at /m);
  });

  test("a server that is not there, or is none of ours, leaves it undecided", async () => {
    for (const [address, reason] of [
      ["127.0.0.1:59999", "ECONNREFUSED"],
      ["127.0.0.1:1", "bad port"],
    ]) {
      const nowhere = await runHere(folder, ["replay", seedFile, "--url", `http://${address}`], environment);
      expect(nowhere).toMatchObject({ code: 2, out: "" });
      expect(nowhere.err).toMatch(new RegExp(`^It could not be done: .*${reason}.*\n$`));
    }
    const other = createServer((_request, response) => response.end("<html>"));
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const strange = await runHere(folder, ["replay", seedFile, "--url", url], environment);
    expect(strange).toMatchObject({ code: 2, out: "" });
    expect(strange.err).toMatch(/^It could not be done: .* was answered 200, and with no JSON\.\n$/);
    other.closeAllConnections();
    other.close();
  });
});
