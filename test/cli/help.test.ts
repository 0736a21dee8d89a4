import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commands } from "../../src/cli/commands.ts";
import { whileWorking } from "../../src/cli/kit/sign-of-life.ts";
import { readConfig, readEnvironment } from "../../src/config.ts";
import { readPolicy } from "../../src/services/charges/read-policy.ts";
import { version } from "../../src/services/kit/version.ts";
import { type Running, seed, startTallyhook } from "../http/running.ts";
import { runHere, start } from "./command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "tallyhook-help-"));
afterAll(() => rmSync(folder, { recursive: true }));
const here = (...words: string[]) => runHere(folder, words);
const widest = (text: string) => Math.max(...text.split("\n").map((line) => line.length));

describe("help", () => {
  test("lists every command with what it does, in 100 columns", async () => {
    const { code, out, err } = await here("--help");
    expect([code, err]).toEqual([0, ""]);
    for (const [name, { summary }] of commands)
      expect(out).toMatch(new RegExp(`^  ${name} +${summary}$`, "m"));
    expect(widest(out)).toBeLessThanOrEqual(100);
    expect(await here("-h")).toEqual({ code, out, err });
    expect(await here("help")).toEqual({ code, out, err });
  });

  test.each([...commands.keys()])(
    "%s --help says what each option is, aligned, in 100 columns",
    async (name) => {
      const { code, out, err } = await here(name, "--help");
      expect([code, err]).toEqual([0, ""]);
      expect(widest(out)).toBeLessThanOrEqual(100);
      const { options, arguments: taken } = (await commands.get(name)?.load()) ?? {
        options: {},
        arguments: [],
      };
      const said = out.slice(out.indexOf("Options:")).split("\n");
      const starts = said.flatMap(
        (line) => /^ {2}-\S+(?:, --\S+)?(?: <.*?>)? {2,}(?=\S)/.exec(line)?.[0].length ?? [],
      );
      expect(starts).toHaveLength(Object.keys(options).length + 2);
      expect(new Set(starts).size).toBe(1);
      for (const { takes } of taken) expect(out).toContain(takes);
      expect(await here(name, "-h")).toEqual({ code, out, err });
      expect(await here("help", name)).toEqual({ code, out, err });
    },
  );

  test("is in colour where somebody forces it, and never where NO_COLOR is set", async () => {
    const escapes = String.fromCharCode(27);
    expect((await here("--help")).out).not.toContain(escapes);
    expect((await runHere(folder, ["--help"], { FORCE_COLOR: "1" })).out).toContain(escapes);
    const forced = { FORCE_COLOR: "1", NO_COLOR: "1" };
    expect((await runHere(folder, ["--help"], forced)).out).not.toContain(escapes);
  });
});

test.each([["--version"], ["-v"], ["audit", "--version"], ["audit", "-v"]])(
  "%j %j says the version",
  async (...words) => {
    expect(await here(...words.filter((word) => word !== undefined))).toEqual({
      code: 0,
      out: `${version()}\n`,
      err: "",
    });
  },
);

describe("what is said in a wrong way", () => {
  test.each([
    [["audti"], "Unknown command: audti\nDid you mean audit?\n\ntallyhook --help lists all commands.\n"],
    [["help", "nonsense"], "Unknown command: nonsense\n\ntallyhook --help lists all commands.\n"],
    [["audit", "--jsn"], "Unknown option: --jsn\nDid you mean --json?\n\nUsage: tallyhook audit [options]\n"],
    [["audit", "everything"], "Unexpected argument: everything\n\nUsage: tallyhook audit [options]\n"],
    [["backfill", "--from"], "--from needs a value.\n\n"],
    [
      ["backfill", "--from", "--to", "2026-01-01"],
      "--from needs a value. One that begins with a dash is given as --from=--to\n",
    ],
    [["--jsn"], "Unknown option: --jsn\n\n"],
    [["schema", "polcy"], "There is a schema of: policy.\n"],
    [["completion", "fish"], "The shell must be one of bash, zsh.\n"],
    [["tail", "--last", "many"], "--last must be a whole number from 0 to 200.\n"],
    [["tail", "--outcome", "lost"], "--outcome must be one of applied, "],
  ])("%j ends with 64, says so, and names the nearest", async (words, says) => {
    const { code, out, err } = await here(...words);
    expect([code, out]).toEqual([64, ""]);
    expect(err.slice(0, says.length)).toBe(says);
  });

  test("nothing said lists all commands", async () => {
    const { code, out, err } = await here();
    expect([code, out]).toEqual([64, ""]);
    for (const name of commands.keys()) expect(err).toContain(`\n  ${name} `);
  });
});

describe("a sign of life", () => {
  const terminal = (isTTY: boolean) => {
    const written: string[] = [];
    const write = (text: unknown) => written.push(String(text)) > 0;
    return { written, stream: { isTTY, columns: 40, write } as unknown as NodeJS.WriteStream };
  };
  const lengthy = (say: (text: string) => void) =>
    new Promise<number>((resolve) => {
      say("3 of 7 of a list whose name is far too long for a line");
      setTimeout(() => resolve(7), 400);
    });

  test("is one line on a terminal, and gone at the end", async () => {
    const { stream, written } = terminal(true);
    expect(await whileWorking("Counting", lengthy, { stream, afterMilliseconds: 100 })).toBe(7);
    expect(written[0]).toContain("Counting: 3 of 7");
    expect(written.every((text) => text.length < 40 + 5 && !text.includes("\n"))).toBe(true);
    expect(written.at(-1)).toBe("\r\u001b[2K");
  });

  test("is not there for what ends soon, nor where nobody looks", async () => {
    const [quick, piped] = [terminal(true), terminal(false)];
    await whileWorking("Counting", lengthy, { stream: quick.stream });
    await whileWorking("Counting", lengthy, { stream: piped.stream, afterMilliseconds: 0 });
    expect([quick.written, piped.written]).toEqual([[], []]);
  });
});

describe("init", () => {
  test("writes what the server takes, with keys of its own, and says what to set at the providers", async () => {
    const { code, out } = await here("init");
    expect(code).toBe(0);
    expect(out).toContain("/webhooks/paddle");
    expect(out).toContain("either payload style");
    // As it is called where the package is installed.
    expect(out).toContain('Then: "npx tallyhook serve"');
    const environment = readEnvironment(join(folder, ".env"), {});
    const { apiKeys, mode } = readConfig({ ...environment, POLICY_FILE: join(folder, "policy.json") });
    expect([apiKeys.map(({ name, role }) => `${name} ${role}`), mode]).toEqual([
      ["app app", "finance finance"],
      "test",
    ]);
    expect(statSync(join(folder, ".env")).mode & 0o777).toBe(0o600);
    const elsewhere = mkdtempSync(join(tmpdir(), "tallyhook-init-"));
    await runHere(elsewhere, ["init"]);
    expect(readEnvironment(join(elsewhere, ".env"), {}).API_KEYS).not.toBe(environment.API_KEYS);
    rmSync(elsewhere, { recursive: true });
  });

  test("overwrites nothing", async () => {
    const before = readFileSync(join(folder, ".env"), "utf8");
    writeFileSync(join(folder, "policy.json"), "mine");
    const { code, out } = await here("init", "--json");
    expect([code, JSON.parse(out)]).toEqual([
      0,
      { written: [], kept: [".env", "policy.json", "policy.schema.json"] },
    ]);
    expect(readFileSync(join(folder, ".env"), "utf8")).toBe(before);
    expect(readFileSync(join(folder, "policy.json"), "utf8")).toBe("mine");
  });
});

test("a policy file may name its schema, and schema policy prints one that has every field", async () => {
  const { code, out } = await here("schema", "policy");
  expect(code).toBe(0);
  const { properties } = JSON.parse(out);
  expect(Object.keys(properties)).toEqual(expect.arrayContaining(["$schema", "rules", "default", "meters"]));
  expect(readPolicy({ $schema: "./policy.schema.json" })).toMatchObject({ kind: "policy" });
});

describe("completion", () => {
  const completed = async (...words: string[]) => {
    const { out } = await here("completion", "bash");
    const script = `${out}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})\nCOMP_CWORD=${words.length - 1}\n_tallyhook\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync("bash", ["-c", script], { encoding: "utf8" }).split("\n").filter(Boolean);
  };

  test("bash completes commands, options and what they take", async () => {
    expect(await completed("tallyhook", "re")).toEqual([
      "reconcile",
      "resolve",
      "rebook",
      "replay",
      "record",
    ]);
    expect(await completed("tallyhook", "backfill", "--")).toEqual([
      "--provider",
      "--from",
      "--to",
      "--json",
      "--help",
    ]);
    expect(await completed("tallyhook", "backfill", "--provider", "s")).toEqual(["stripe"]);
    expect(await completed("tallyhook", "schema", "")).toContain("policy");
  });

  test("zsh is given every command and option", async () => {
    const { out } = await here("completion", "zsh");
    expect(out.startsWith("#compdef tallyhook\n")).toBe(true);
    for (const name of commands.keys()) expect(out).toContain(`\n    ${name}) _arguments`);
    expect(out).toContain(
      "'*--level[what to compare; else all for which the provider states anything]:L:(completeness ",
    );
  });
});

describe("tail", () => {
  const beside = mkdtempSync(join(tmpdir(), "tallyhook-tail-"));
  const DATABASE_URL = `sqlite:${join(beside, "tail.db")}`;
  let running: Running;
  beforeAll(async () => {
    running = await startTallyhook(DATABASE_URL);
    await running.post(seed);
  });
  afterAll(async () => {
    await running.close();
    rmSync(beside, { recursive: true });
  });

  test("shows what arrived", async () => {
    const { code, out, err } = await runHere(beside, ["tail", "--once", "--json"], { DATABASE_URL });
    expect([code, err]).toEqual([0, ""]);
    expect(JSON.parse(out)).toMatchObject({
      provider: "paddle",
      type: "transaction.completed",
      outcome: "applied",
      charge_ids: [expect.stringMatching(/^chg_/)],
    });
    expect((await runHere(beside, ["tail", "--once", "--provider", "stripe"], { DATABASE_URL })).out).toBe(
      "",
    );
  });

  test("and what arrives while it runs, until it is told to stop", async () => {
    const following = start(beside, ["tail"], { DATABASE_URL });
    await following.line(/ applied .*paddle transaction\.completed \S*evt_\S+ chg_\S+$/m);
    await running.post('{"event_id":"evt_1","event_type":"a.stranger","data":{}}');
    await following.line(/ ignored .*paddle a\.stranger/m);
    following.stop("SIGINT");
    expect(await following.finished).toMatchObject({ code: 0, err: "" });
  });
});
