import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readConfig, readEnvironment, settingOf } from "../config.ts";
import type { AuditReport } from "../services/audit/audit.ts";
import { describeAudit } from "./audit.ts";
import { findCases } from "./kit/cases.ts";
import { command, exitCode, jsonOption } from "./kit/command.ts";
import { postFixtures } from "./kit/demo-post.ts";
import { columnsSaid, type DemoResult, describeDemo } from "./kit/demo-report.ts";
import {
  demoWorldJson,
  describeDemoWorld,
  isAsTrue,
  openDemoWorld,
  payoutsOfOctober,
} from "./kit/demo-world.ts";
import { folded, print, printJson } from "./kit/output.ts";
import { openScratch, type Scratch } from "./kit/scratch.ts";
import { type Say, whileWorking } from "./kit/sign-of-life.ts";
import { stopOf, whileNotStopped } from "./kit/signals.ts";

export const demoCommand = command({
  description:
    "Starts a server on an empty database, posts the recorded fixtures to it, signed, and shows what became of them. It stays " +
    "up to be asked, and leaves nothing behind.",
  options: {
    world: {
      type: "boolean",
      says: "six months of a simulated company instead: some of its webhooks are lost, and asked for",
    },
    once: { type: "boolean", says: "end at once: with 0 only if every outcome is the expected one" },
    json: jsonOption,
  },
  async run(values) {
    const folder = await mkdtemp(join(tmpdir(), "tallyhook-demo-"));
    try {
      const show = (stopped: Promise<unknown>) =>
        values.world ? showWorld(folder, values, stopped) : showFixtures(folder, values, stopped);
      if (values.once) return await show(Promise.resolve());
      return await whileNotStopped((stopping) => show(stopOf(stopping)));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
});

interface Flags {
  readonly once: boolean;
  readonly json: boolean;
}

async function showFixtures(folder: string, flags: Flags, stopped: Promise<unknown>): Promise<number> {
  const scratch = await openScratch({
    databaseUrl: `sqlite:${join(folder, "tallyhook.db")}`,
    port: demoPort(),
    policyFile: null,
  });
  try {
    const result = await whileWorking("Posting recorded cases", (say) => runDemo(scratch, say));
    if (flags.json) printJson(result);
    else print(`${describeDemo(result)}\n\n${folded(describeAudit(result.audit), columnsSaid())}`);
    await stayUp({ scratch, folder }, flags, stopped);
    return isAsExpected(result) ? exitCode.right : exitCode.wrong;
  } finally {
    await scratch.close();
  }
}

async function showWorld(folder: string, flags: Flags, stopped: Promise<unknown>): Promise<number> {
  const { scratch, result, close } = await whileWorking("Living six months", (say) =>
    openDemoWorld(folder, demoPort(), say),
  );
  try {
    if (flags.json) printJson(demoWorldJson(result));
    else print(describeDemoWorld(result));
    await writeFile(join(folder, "paddle-payouts.csv"), payoutsOfOctober(result));
    await stayUp({ scratch, folder }, flags, stopped);
    return isAsTrue(result) ? exitCode.right : exitCode.wrong;
  } finally {
    await close();
  }
}

/** What a demo leaves while it is up: a server, and a folder to work in. */
interface Shown {
  readonly scratch: Scratch;
  readonly folder: string;
}

async function stayUp(shown: Shown, flags: Flags, stopped: Promise<unknown>): Promise<void> {
  if (!flags.once) {
    await writeFile(join(shown.folder, "use.sh"), useText(shown), { mode: 0o600 });
    say(`\n${whatNext(shown)}\n\nlistening on ${shown.scratch.url}`, flags);
  }
  await stopped;
}

/** For a shell: with it every command works on the demo's books, as the documents print it. */
function useText({ scratch: { url, apiKey, environment }, folder }: Shown): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const set = Object.entries({ ...environment, KEY: apiKey, URL: url });
  return [
    ...set.map(([name, value]) => `export ${name}=${quoted(value)}`),
    `tallyhook() { ${quoted(process.execPath)} ${quoted(main)} "$@"; }`,
    `cd ${quoted(folder)}`,
    "",
  ].join("\n");
}

const main = fileURLToPath(new URL("main.js", import.meta.url));

/** Standard output has room for one document only. */
function say(text: string, { json }: Flags): void {
  if (json) process.stderr.write(`${text}\n`);
  else print(text);
}

/** Any free port, unless the environment names one. */
function demoPort(): number {
  const port = settingOf(readEnvironment(), "PORT");
  return port === undefined ? 0 : readConfig({ [port.variable]: port.text }).port;
}

const fixtures = fileURLToPath(new URL("../../fixtures", import.meta.url));

async function runDemo({ target }: Scratch, say: Say): Promise<DemoResult> {
  return {
    posts: await postFixtures(target, findCases([fixtures]), say),
    charges: await target.list("/v1/charges"),
    wallets: await target.list("/v1/wallets"),
    audit: await target.get<AuditReport>("/v1/audit"),
  };
}

function isAsExpected({ posts, audit }: DemoResult): boolean {
  return audit.ok && posts.length > 0 && posts.every(({ differences }) => differences.length === 0);
}

function whatNext({ scratch: { url, apiKey, person, environment }, folder }: Shown): string {
  const curl = (path: string) => `  curl -s -H "Authorization: Bearer $KEY" "$URL${path}"`;
  return [
    `Open ${url}/console in a browser, and sign in:`,
    `  name ${person.name}, password ${person.password}`,
    `All that can be asked is in ${url}/docs. In another terminal:`,
    "",
    `  KEY=${apiKey} URL=${url}`,
    ...["/v1/charges?ref=txn_abc123", "/v1/wallets?limit=1", "/v1/events?outcome=parked"].map(curl),
    "",
    "Commands work on the same books (docs/closing-a-month.md has them) after",
    "",
    `  . ${join(folder, "use.sh")}`,
    "",
    "which sets keys, and",
    `  DATABASE_URL=${environment.DATABASE_URL}`,
    "",
    "Ctrl-C stops it; it leaves nothing behind.",
  ].join("\n");
}
