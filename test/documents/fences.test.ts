import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import type { Server } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { parseEnv } from "node:util";
import express from "express";
import { commands as known } from "../../src/cli/commands.ts";
import { parse } from "../../src/cli/program.ts";
import { readConfig } from "../../src/config.ts";
import { operationsOf } from "../../src/http/app.ts";
import { createTallyhook } from "../../src/index.ts";
import { createTestTallyhook, paddle, sign, stripe } from "../../src/testing/index.ts";
import { secret, startTallyhook } from "../http/running.ts";
import { orchard } from "../support/orchard.ts";
import { projectRoot } from "../support/project-root.ts";

/** Whatever a document shows in a fence is read by a test: run, called, or held against what it is about. */
type Reader = (text: string) => void | Promise<void>;

const read = (name: string) => readFileSync(join(projectRoot, name), "utf8");
const sources = (folder: string): string =>
  readdirSync(join(projectRoot, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => read(join(folder, name)))
    .join("\n");

/** The document's own test names it, and reads this. */
const readIn =
  (test: string, by: string): Reader =>
  () =>
    expect(read(test)).toContain(by);

/** A picture: nothing of it can be run. */
const picture: Reader = (text) => expect(text).toMatch(/[│─►↓←→]/u);

const AsyncFunction = (async () => {}).constructor as new (
  ...words: string[]
) => (...values: unknown[]) => Promise<unknown>;

/** Runs a snippet, as it stands, with what it is given by name: what it imports as well. */
async function run(
  text: string,
  scope: Readonly<Record<string, unknown>>,
  gives = "undefined",
): Promise<unknown> {
  const code = `${stripTypeScriptTypes(text.replaceAll(/^import .+$/gm, ""))}\nreturn ${gives};`;
  return new AsyncFunction(...Object.keys(scope), code)(...Object.values(scope));
}

const inMemory = (text: string) => text.replace(/"sqlite:[^"]+"/, '"sqlite::memory:"');
const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function served<Result>(app: express.Express, ask: (url: string) => Promise<Result>): Promise<Result> {
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await ask(addressOf(server));
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

/** Called in a shell: what is ours is called as its command can be, what is npm's is there. */
const shell: Reader = async (text) => {
  const hasOutput = /^\$ /m.test(text);
  const lines = text.split("\n").filter((line) => !hasOutput || line.startsWith("$ "));
  const calls = lines.flatMap((line) =>
    line
      .replace(/^(?:\$ |\* \* \* \* \* +)/, "")
      .replace(/\s#.*$/, "")
      .replace(/^runuser -u tallyhook -- (?:env HOME=\S+ )?/, "")
      .split(/ && | \| /)
      .map((call) => call.trim())
      .filter((call) => call !== ""),
  );
  expect(calls.length).toBeGreaterThan(0);
  for (const call of calls) expect([call, await isThere(wordsOf(call))]).toEqual([call, true]);
};

const wordsOf = (call: string): string[] =>
  [...call.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");

/** Of others' programs the ones we tell people to use. */
const others = ["cp", "mv", "cd", "echo", "docker", "hledger", "sqlite3", "pg_dump", "pg_restore"];
/** … of which what they are told about may be called as we are. */
const ofTheSystem = ["useradd", "install", "systemctl", "journalctl"];

async function isThere(words: readonly string[]): Promise<boolean> {
  const ours = words.findLastIndex((word) => word === "tallyhook" || word === "dist/cli/main.js");
  const [program = "", verb = "", ...rest] = words;
  if (ofTheSystem.includes(program)) return true;
  // An image, a container, a database and a user are called as we are, too; only these two of docker's verbs run our command.
  const runsOurs = words.includes("dist/cli/main.js") || (verb === "compose" && rest[0] === "run");
  if (program === "docker" && !runsOurs) return true;
  if (ours >= 0 && verb !== "i") {
    const given = words.slice(ours + 1).filter((word, index) => index > 0 || word !== "--");
    return (await parse(given)).kind === "calling";
  }
  if (program === "npm")
    return verb === "run" ? (rest.find((word) => word !== "-s") ?? "") in scripts : verb in npm;
  if (program === "curl") return isServed(words.at(-1) ?? "");
  return others.includes(program);
}

const npm = { ci: true, i: true, start: true, test: true };

function isServed(url: string): boolean {
  const path = url.replace(/^[^/]+(?:\/\/[^/]+)?\/v1/, "").replace(/\?.*$/, "");
  const services = { providers: new Map() } as unknown as Parameters<typeof operationsOf>[0];
  return operationsOf(services).some((operation) => operation.path === path);
}

/** What a command prints: the heads of its tables are those of the command's source. */
const cli = sources("src/cli");
const printed = async (text: string) => {
  const heads = [...text.matchAll(/┌.+┐\n│(.+)│\n/g)].flatMap(([, head = ""]) => head.split("│"));
  for (const head of heads) expect(cli).toContain(`"${head.trim()}"`);
};
const transcript: Reader = async (text) => {
  await shell(text);
  await printed(text);
};

/** Passes on what our server asks a proxy for. */
const proxy =
  (port: number): Reader =>
  (text) => {
    expect(text).toContain(`proxy_pass http://127.0.0.1:${port};`);
    for (const name of ["Host", "X-Forwarded-For", "X-Forwarded-Proto"])
      expect(text).toContain(`proxy_set_header ${name} `);
  };

const limitsPolicy = { meters: [{ key: "tokens", prices: { USD: "5" } }] };
const tokenSecrets = "the-token-secret-of-the-documents";

const fences: Readonly<Record<string, readonly Reader[]>> = {
  "README.md": [
    shell,
    readIn("test/documents/readme.test.ts", '"README.md"'),
    async (text) => {
      const started = text.replace(/^app\.listen\(\d+\);$/m, "");
      const env = { PADDLE_WEBHOOK_SECRET: secret, STRIPE_WEBHOOK_SECRET: "whsec_of_the_documents" };
      const scope = { express, createTallyhook, process: { env } };
      const both = inMemory(started).replace("// stripe:", "stripe:");
      expect(both).not.toBe(inMemory(started));
      const made = (await run(both, scope, "{ app, tallyhook }")) as {
        app: express.Express;
        tallyhook: { close(): Promise<void> };
      };
      const body = JSON.stringify(paddle.transaction({ customer: "ctm_1", total: 180 }));
      const headers = sign("paddle", body, { secret });
      await served(made.app, async (url) => {
        const taken = await fetch(`${url}/webhooks/paddle`, { method: "POST", body, headers });
        expect(await taken.json()).toMatchObject({ outcome: "applied" });
        const asked = async (question: number, customer = "ctm_1") => {
          const answer = await fetch(`${url}/ask/${customer}/${question}`, { method: "POST" });
          return [answer.status, await answer.json()];
        };
        const paid = (balance: string) => [200, { covered: "45", uncovered: "0", balance }];
        expect([await asked(1), await asked(1)]).toEqual([paid("135"), paid("135")]);
        expect([await asked(2), await asked(3)]).toEqual([paid("90"), paid("45")]);
        expect(await asked(4)).toEqual([402, { available: "45" }]);
        expect([await asked(3), await asked(1)]).toEqual([paid("45"), paid("135")]);
        expect(await asked(1, "ctm_2")).toEqual([402, { available: "0" }]);
        const other = JSON.stringify(paddle.transaction({ customer: "ctm_2", total: 50 }));
        const signedToo = sign("paddle", other, { secret });
        await fetch(`${url}/webhooks/paddle`, { method: "POST", body: other, headers: signedToo });
        expect(await asked(1, "ctm_2")).toEqual(paid("5"));
        const [, path = "", who = ""] =
          /node_modules\/tallyhook\/(\S+) --url .+?localhost:3000\/ask\/(\w+)\/1/.exec(read("README.md")) ??
          [];
        const shown = read(path);
        const signedAsShown = sign("paddle", shown, { secret });
        await fetch(`${url}/webhooks/paddle`, { method: "POST", body: shown, headers: signedAsShown });
        expect(await asked(1, who)).toEqual(paid("454"));
        expect((await fetch(`${url}/webhooks/stripe`, { method: "POST", body: "{}" })).status).toBe(400);
      });
      await made.tallyhook.close();
    },
    async (text) => {
      let made: Promise<void> | undefined;
      const test = (_: string, body: () => Promise<void>) => {
        made = body();
      };
      await run(text, { assert, test, createTestTallyhook, paddle });
      expect(made).toBeDefined();
      await made;
    },
    shell,
    async (text) => {
      const tallyhook = await createTestTallyhook({
        policy: { meters: [{ key: "tokens", prices: { USD: "1" } }] },
      });
      const wallet = tallyhook.wallet({ owner: "acme", currency: "USD" });
      await wallet.grant({ amount: 5000n, kind: "paid", reason: "an invoice of ours" });
      await run(text, { wallet });
      expect((await wallet.balance()).balance).toBe(1130n);
      await tallyhook.close();
    },
    shell,
    shell,
  ],
  "docs/adding-a-provider.md": [
    async (text) => {
      const app = express();
      const scope = {
        createTallyhook,
        orchard,
        app,
        databaseUrl: "sqlite::memory:",
        process: { env: { ORCHARD_WEBHOOK_SECRET: secret } },
      };
      const tallyhook = (await run(text, scope, "tallyhook")) as { close(): Promise<void> };
      const answered = (url: string) => fetch(`${url}/webhooks/orchard`, { method: "POST", body: "{}" });
      expect((await served(app, answered)).status).toBe(400);
      await tallyhook.close();
    },
  ],
  "docs/alarms.md": [
    (text) => {
      expect(text).toContain(`127.0.0.1:${readConfig({}).port}`);
      const [, file = ""] = /rule_files: \[(.+)\]/.exec(text) ?? [];
      expect(read(`docs/alarms/${file}`)).toContain("- alert:");
    },
  ],
  "docs/architecture.md": [picture, picture, picture],
  "docs/closing-a-month.md": [shell],
  "docs/console.md": [
    (text) => {
      const environment = parseEnv(text);
      expect(Object.keys(environment).length).toBe(2);
      expect(() => readConfig(environment)).not.toThrow();
    },
    proxy(3000),
  ],
  "docs/deploying.md": [
    (text) => {
      const [clone = "", rest = ""] = text.split(" && cd tallyhook && ");
      expect(`${JSON.parse(read("package.json")).repository.url}`).toBe(clone.replace("git clone ", "git+"));
      return shell(rest);
    },
    shell,
    shell,
    shell,
    (text) => {
      const [, main = ""] = /^ExecStart=\S+ node_modules\/tallyhook\/(\S+) serve$/m.exec(text) ?? [];
      expect(JSON.parse(read("package.json")).bin.tallyhook).toBe(main);
    },
    shell,
    proxy(readConfig({}).port),
    shell,
    shell,
    shell,
    shell,
    shell,
  ],
  "docs/library.md": [
    async (text) => {
      const tallyhook = await run(inMemory(text), { createTallyhook, webhookSecrets: secret }, "tallyhook");
      await (tallyhook as { close(): Promise<void> }).close();
    },
    async (text) => {
      const tallyhook = await createTestTallyhook();
      const app = express();
      let user: object | null = { email: "ann@example.com", team: "acme" };
      await run(text, { app, tallyhook, sessionOf: async () => user });
      await served(app, async (url) => {
        expect((await fetch(`${url}/billing/v1/wallets?owner=acme`)).status).toBe(200);
        user = null;
        expect((await fetch(`${url}/billing/v1/wallets?owner=acme`)).status).toBe(401);
      });
      await tallyhook.close();
    },
  ],
  "docs/limits.md": [
    async (text) => {
      const running = await startTallyhook("sqlite::memory:");
      const { status } = await running.write("/v1/limits/acme-month", JSON.parse(text), { method: "put" });
      expect(status).toBe(200);
      await running.close();
    },
    async (text) => {
      const tallyhook = await createTallyhook({
        databaseUrl: "sqlite::memory:",
        tokenSecrets,
        workers: false,
      });
      const app = express();
      app.use(tallyhook.api({ authenticate: () => ({ name: "app", role: "app", csrf: false }) }));
      const [, path = "", body = ""] = /^POST (\S+) +(\{.+\})$/m.exec(text) ?? [];
      const [, status = "", shown = ""] = /^(\d+) +(\{.+\})$/m.exec(text) ?? [];
      await served(app, async (url) => {
        const headers = { "content-type": "application/json" };
        const answer = await fetch(`${url}${path}`, { method: "POST", body, headers });
        const { token, ...rest } = (await answer.json()) as Record<string, unknown>;
        expect([answer.status, token]).toEqual([Number(status), expect.stringMatching(/^tok_/)]);
        expect(Object.keys({ token, ...rest }).sort()).toEqual(Object.keys(JSON.parse(shown)).sort());
      });
      await tallyhook.close();
    },
    async (text) => {
      const tallyhook = await createTallyhook({
        databaseUrl: "sqlite::memory:",
        policy: limitsPolicy,
        tokenSecrets,
        workers: false,
      });
      await tallyhook
        .wallet({ owner: "acme", currency: "USD" })
        .grant({ amount: 9000n, kind: "paid", reason: "paid" });
      const said: unknown[] = [];
      await run(text, { tallyhook, console: { log: (...words: unknown[]) => said.push(...words) } });
      expect(said).toEqual([5000n, 935n, "acme-month"]);
      await tallyhook.close();
    },
  ],
  "docs/operations.md": [
    shell,
    (text) => {
      const [, type = ""] = /"type":"([\w.]+)"/.exec(text) ?? [];
      expect(sources("src/http")).toContain(`"${type}"`);
      for (const header of ["id", "timestamp", "signature"]) expect(text).toContain(`webhook-${header}: `);
    },
    transcript,
    transcript,
    transcript,
    printed,
    transcript,
    transcript,
    transcript,
    transcript,
    transcript,
  ],
  "docs/performance.md": [shell],
  "docs/testing.md": [
    async (text) => {
      let made: Promise<void> | undefined;
      const test = (_: string, body: () => Promise<void>) => {
        made = body();
      };
      await run(text, { assert, test, createTestTallyhook, stripe });
      expect(made).toBeDefined();
      await made;
    },
  ],
  "docs/policy.md": [
    ...Array.from({ length: 5 }, () => readIn("test/documents/policy.test.ts", '"docs/policy.md"')),
    transcript,
    transcript,
  ],
};

const documents = ["", "docs", "docs/decisions", "fixtures"].flatMap((folder) =>
  readdirSync(join(projectRoot, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name)),
);
const fencesOf = (name: string) =>
  [...read(name).matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text);

test("every fence of every document has a reader", () => {
  const counted = documents.map((name) => [name, fencesOf(name).length] as const);
  const having = counted.filter(([, count]) => count > 0);
  expect(Object.fromEntries(having)).toEqual(
    Object.fromEntries(Object.entries(fences).map(([name, readers]) => [name, readers.length])),
  );
});

const all = Object.entries(fences).flatMap(([name, readers]) =>
  readers.map((reader, index) => [`${name} ${index + 1}`, reader, fencesOf(name)[index] ?? ""] as const),
);
test.each(all)("%s", async (_, reader, text) => {
  await reader(text);
});

test("every option of every command is in the document of operations", async () => {
  const document = read("docs/operations.md");
  const missing: string[] = [];
  for (const [name, { load }] of known) {
    const { options } = await load();
    const said = Object.keys(options).filter((option) => !new RegExp(`--${option}(?![\\w-])`).test(document));
    missing.push(...said.map((option) => `${name} --${option}`));
  }
  expect(missing).toEqual([]);
});
