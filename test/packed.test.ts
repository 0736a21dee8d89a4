import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { keys } from "./http/running.ts";
import { projectRoot } from "./support/project-root.ts";

/**
 * The file that `npm pack` makes, as an app has it: on the Node that runs the suite. `npm run packed` runs the same on the
 * newest Node 20, 22 and 26 too, which it fetches from npm.
 */
const nodes = [process.execPath, ...(process.env.PACKED_ON ?? "").split(delimiter).filter(Boolean)];
const oldNodes = (process.env.PACKED_NOT_ON ?? "").split(delimiter).filter(Boolean);

const app = mkdtempSync(join(tmpdir(), "tallyhook-packed-"));
const modules = join(app, "node_modules");
afterAll(() => rmSync(app, { recursive: true }));

const manifest = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
  files: string[];
};
let packed: { readonly files: readonly { readonly path: string }[]; readonly unpackedSize: number };

/** What it depends on is linked to what is installed here: nothing is fetched. */
beforeAll(() => {
  const words = ["pack", "--ignore-scripts", "--json", "--pack-destination", app];
  const [{ filename, ...listed }] = JSON.parse(
    execFileSync("npm", words, { cwd: projectRoot, encoding: "utf8" }),
  );
  packed = listed;
  mkdirSync(join(modules, "tallyhook"), { recursive: true });
  execFileSync("tar", [
    "-xzf",
    join(app, filename),
    "-C",
    join(modules, "tallyhook"),
    "--strip-components=1",
  ]);
  for (const name of [...Object.keys(manifest.dependencies), "@types/node", "undici-types"]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(projectRoot, "node_modules", name), join(modules, name));
  }
}, 120_000);

/** Nothing of the suite's own, and the Node that runs it before any other. */
const env = {
  PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ""}`,
  HOME: process.env.HOME ?? app,
};

const put = (name: string, text: string): string => {
  writeFileSync(join(app, name), text);
  return name;
};

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function run(program: string, words: readonly string[]): Promise<Ended> {
  const child = spawn(program, words, { cwd: app, env, stdio: ["ignore", "pipe", "pipe"] });
  const [out, err] = [child.stdout, child.stderr].map(async (stream) => {
    const pieces = await stream.toArray();
    return Buffer.concat(pieces).toString();
  });
  const [code] = await once(child, "close");
  return { code, out: (await out) ?? "", err: (await err) ?? "" };
}

const use = `
(async () => {
  const policy = { meters: [{ key: "tokens", prices: { USD: "1" } }] };
  const tallyhook = await createTallyhook({ databaseUrl: "sqlite::memory:", policy });
  const wallet = tallyhook.wallet({ owner: "acme", currency: "USD" });
  const { uncovered } = await wallet.use({ id: "req_1", meter: "tokens", quantity: 7 });
  const refused = await wallet.use({ id: "req_2", meter: "calls", quantity: 1 }).catch((error) => error);
  await tallyhook.close();
  const missing = await createTallyhook({}).catch((error) => error);
  console.log(uncovered, refused instanceof SpendingRefused, refused.code, missing instanceof ConfigurationError);
})();
`;
const names = "{ createTallyhook, SpendingRefused, ConfigurationError }";

describe.each(nodes)("on %s", (node) => {
  const right = { code: 0, out: "7n true unknown_meter true\n", err: "" };

  test("it is required", async () => {
    const file = put("app.cjs", `const ${names} = require("tallyhook");${use}`);
    expect(await run(node, [file])).toEqual(right);
  });

  test("it is imported", async () => {
    const file = put("app.mjs", `import ${names} from "tallyhook";${use}`);
    expect(await run(node, [file])).toEqual(right);
  });

  test("what tests need is required and imported, and opens no port", async () => {
    const tested = `
(async () => {
  const tallyhook = await createTestTallyhook();
  await tallyhook.post(paddle.transaction({ customer: "ctm_1", total: 499 }));
  await tallyhook.post(fixture("paddle/transaction.completed/seed"));
  await tallyhook.settled();
  const { balance } = await tallyhook.wallet({ owner: "paddle:ctm_1", currency: "USD" }).balance();
  console.log(balance, tallyhook.messages().length > 3, fixtures().length > 200);
  await tallyhook.close();
})();
`;
    const words = "{ createTestTallyhook, paddle, fixture, fixtures }";
    const required = put("tested.cjs", `const ${words} = require("tallyhook/testing");${tested}`);
    const imported = put("tested.mjs", `import ${words} from "tallyhook/testing";${tested}`);
    for (const file of [required, imported])
      expect(await run(node, [file])).toEqual({ code: 0, out: "499n true true\n", err: "" });
  });

  test("the example of NestJS takes webhooks, above the parser", async () => {
    put("nest-main.cjs", readFileSync(join(projectRoot, "docs/examples/nest-main.cjs"), "utf8"));
    const file = put(
      "nest.cjs",
      `
const { withTallyhook } = require("./nest-main.cjs");
const { paddle, sign } = require("tallyhook/testing");
const express = require("express");
(async () => {
  const app = Object.assign(express(), { useBodyParser: () => app.use(express.json()) });
  const secret = "pdl_ntfset_of_an_example";
  const options = { databaseUrl: "sqlite::memory:", paddle: { webhookSecrets: secret } };
  const tallyhook = await withTallyhook(app, options);
  const server = app.listen(0, "127.0.0.1", async () => {
    const body = JSON.stringify(paddle.transaction({ total: 499 }));
    const url = "http://127.0.0.1:" + server.address().port + "/webhooks/paddle";
    const answer = await fetch(url, { method: "POST", body, headers: sign("paddle", body, { secret }) });
    console.log(answer.status, (await answer.json()).outcome);
    server.close();
    server.closeAllConnections();
    await tallyhook.close();
  });
})();
`,
    );
    expect(await run(node, [file])).toEqual({ code: 0, out: "200 applied\n", err: "" });
  });

  test("its command runs", async () => {
    const main = join(modules, "tallyhook/dist/cli/main.js");
    expect(await run(node, [main, "audit"])).toMatchObject({
      code: 78,
      err: expect.stringMatching(/^DATABASE_URL: /),
    });
    const story = "node_modules/tallyhook/fixtures/scenarios/refund-approved.jsonl";
    expect(await run(node, [main, "replay", story])).toMatchObject({ code: 0, err: "" });
  }, 120_000);
});

test("it holds what is run, and neither maps nor types that nobody imports", () => {
  const read = (name: string) => readFileSync(join(projectRoot, name), "utf8");
  const paths = packed.files.map(({ path }) => path);
  const unwanted = /\.map$|\.tsbuildinfo$|^dist\/(?:cli|simulator)\/.*\.d\.ts$|^(?:src|test)\//;
  expect(paths.filter((path) => unwanted.test(path))).toEqual([]);
  expect(paths).toEqual(
    expect.arrayContaining(["dist/cli/main.js", "dist/index.d.ts", "LICENSE", "README.md"]),
  );
  const [, files = "", megabytes = ""] =
    /at most ([\d,]+) files and ([\d.]+) MB/.exec(read("docs/dependencies.md")) ?? [];
  expect(paths.length).toBeLessThanOrEqual(Number(files.replace(",", "")));
  expect(packed.unpackedSize).toBeLessThanOrEqual(Number(megabytes) * 1_000_000);
  const links = [...read("README.md").matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = ""]) => path);
  expect(links.filter((link) => !paths.some((path) => path === link || path.startsWith(`${link}/`)))).toEqual(
    [],
  );
});

/** Where one is at hand; what is said of any version is in node-version.test.ts. */
test("a Node that is too old is told in one line, and nothing crashes", async () => {
  const says = /Tallyhook needs Node 22\.13 or newer; this is Node \d+\.\d+\.\d+\./;
  for (const node of oldNodes) {
    put("old.cjs", `try { require("tallyhook"); } catch (error) { console.log(error.code, error.message); }`);
    put("old.mjs", `await import("tallyhook").catch((error) => console.log(error.code, error.message));`);
    for (const file of ["old.cjs", "old.mjs"]) {
      const { code, out } = await run(node, ["--no-warnings", file]);
      expect([file, code, out]).toEqual([file, 0, expect.stringMatching(says)]);
      expect(out).toMatch(/^node_too_old [^\n]+\n$/);
    }
    const { code, err } = await run(node, [join(modules, "tallyhook/dist/cli/main.js"), "serve"]);
    expect([code, err.trim().split("\n").length]).toEqual([78, 1]);
    expect(err).toMatch(says);
  }
});

test("its types are those of a module, for who imports it and who requires it", async () => {
  const readme = readFileSync(join(projectRoot, "README.md"), "utf8");
  const [, snippet = ""] = /```ts\n([\s\S]+?)```/.exec(readme) ?? [];
  expect(snippet).toContain("wallet.hold");
  const typed = `
const used: Promise<bigint> = createTallyhook({ databaseUrl: "sqlite::memory:" }).then(async (tallyhook) => {
  const wallet = tallyhook.wallet({ owner: "acme", currency: "USD" });
  ${snippet}
  const failed: unknown = new SpendingRefused("no_price");
  if (failed instanceof SpendingRefused && failed.code === "no_price") throw failed;
  return (await wallet.use({ id: "req_1", meter: "tokens", quantity: "1.5", occurredAt: new Date() })).covered;
});
// @ts-expect-error there is no such option
void createTallyhook({ databaseUrl: "sqlite::memory:", polices: {} });
void used;
`;
  put("typed.mts", `import { createTallyhook, SpendingRefused } from "tallyhook";${typed}`);
  put(
    "typed.cts",
    `import tallyhook = require("tallyhook");\nconst { createTallyhook, SpendingRefused } = tallyhook;${typed}`,
  );
  const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true };
  const compilerOptions = { module: "nodenext", target: "es2024", types: ["node"], ...strict };
  put("tsconfig.json", JSON.stringify({ compilerOptions, files: ["typed.mts", "typed.cts"] }));
  const compiler = join(projectRoot, "node_modules/typescript/bin/tsc");
  expect(await run(process.execPath, [compiler, "-p", "."])).toEqual({ code: 0, out: "", err: "" });
}, 120_000);

test("npm start needs no compiler, and what tells npm to stop reaches the server", async () => {
  const npm = spawn("npm", ["start"], {
    cwd: join(modules, "tallyhook"),
    env: {
      ...env,
      PORT: "0",
      DATABASE_URL: "sqlite::memory:",
      API_KEYS: `r:read:${keys.read}`,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(npm.stdout).on("line", (line) => {
      lines.push(line);
      const [, address] = /^listening on (\S+)$/.exec(line) ?? [];
      if (address !== undefined) resolve(address);
    });
    npm.once("exit", () => reject(new Error(lines.join("\n"))));
  });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  npm.kill("SIGTERM");
  await once(npm, "exit");
  expect(lines.at(-1)).toContain('"msg":"Stopped."');
  await expect(fetch(`${url}/healthz`)).rejects.toThrow("fetch failed");
}, 120_000);
