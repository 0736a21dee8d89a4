import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readConfig, readEnvironment, settingOf } from "../config.ts";
import type { AuditReport } from "../services/audit/audit.ts";
import { describeAudit } from "./audit.ts";
import { type Case, findCases } from "./kit/cases.ts";
import { command, exitCode, jsonOption } from "./kit/command.ts";
import {
  demoWorldJson,
  describeDemoWorld,
  isAsTrue,
  openDemoWorld,
  payoutsOfOctober,
} from "./kit/demo-world.ts";
import { type Difference, describeDifference } from "./kit/differences.ts";
import { columns, folded, money, print, printJson, table } from "./kit/output.ts";
import { outcomeDifferences, readGolden } from "./kit/replaying.ts";
import { openScratch, type Scratch } from "./kit/scratch.ts";
import { type Say, whileWorking } from "./kit/sign-of-life.ts";
import { stopOf, whileNotStopped } from "./kit/signals.ts";
import type { ApiRow, DeliveryReply, Target } from "./kit/target.ts";
import { postAll } from "./post.ts";

/** A case, what its events were answered, and what of that was not expected. */
export interface DemoPost {
  readonly name: string;
  readonly events: readonly DeliveryReply[];
  readonly differences: readonly Difference[];
}

/**
 * Posts every case to one server: an event that an earlier case has brought is a duplicate there, and a refund may find
 * the charge it waits for alone. Cases with a policy of their own are left out, for the server has only one.
 */
export async function postFixtures(target: Target, cases: readonly Case[], say: Say): Promise<DemoPost[]> {
  const posts: DemoPost[] = [];
  const fitting = cases.filter(({ policyFile }) => policyFile === null);
  for (const recorded of fitting) {
    say(`${posts.length + 1} of ${fitting.length}`);
    const [events = []] = await postAll(target, recorded.events, { shuffleSeed: null, repeat: 1 });
    const golden = readGolden(recorded);
    const differences =
      golden === undefined
        ? [{ path: "golden file", expected: "present", actual: "absent" }]
        : outcomeDifferences(golden.events, events);
    posts.push({ name: recorded.name, events, differences });
  }
  return posts;
}

/** What a demo has to show. */
export interface DemoResult {
  readonly posts: readonly DemoPost[];
  readonly charges: readonly ApiRow[];
  readonly wallets: readonly ApiRow[];
  readonly audit: AuditReport;
}

/** The upgrade of $19.99 of which credit paid $15.00: what most integrations get wrong. */
const seedRef = "txn_abc123";
const shown = 10;
/** From here on a charge's row has room for all columns, and then for whole ids. */
const roomy = { columns: 120, ids: 136 };

/** Of a terminal that is none, as whoever pipes the answer says. */
export const columnsSaid = (): number => process.stdout.columns ?? (Number(process.env.COLUMNS) || roomy.ids);

/** What was posted, and ten of the charges with their wallets, as tables that fit into so many columns; at least 80. */
export function describeDemo({ posts, charges, wallets }: DemoResult, width: number = columnsSaid()): string {
  const events = posts.flatMap((post) => post.events);
  const unexpected = posts.filter(({ differences }) => differences.length > 0);
  const expected =
    unexpected.length === 0 ? "each answered as expected" : `${unexpected.length} NOT as expected`;
  const telling = tellingOf(charges);
  const owned = telling.flatMap(({ wallet_id }) => wallets.filter(({ id }) => id === wallet_id));
  const theirs = [...new Set([...owned, ...wallets])].slice(0, shown);
  return [
    `Posted ${events.length} signed events of ${posts.length} recorded cases, ${expected}.`,
    ...unexpected.flatMap(({ name, differences }) => [`  ${name}`, ...differences.map(describeDifference)]),
    "",
    "Charges: what providers asked customers to pay, and what of it became value.",
    ...storyOf(charges),
    chargeTable(telling, width),
    ...moreOf(charges, telling),
    "",
    "Wallets: prepaid value, to the cent. Theirs:",
    walletTable(theirs, width),
    ...moreOf(wallets, theirs),
  ].join("\n");
}

function storyOf(charges: readonly ApiRow[]): string[] {
  const seed = charges.find(({ ref }) => ref === seedRef);
  if (seed === undefined) return [];
  const said = (name: string) => money(seed[name] as string, text(seed.currency));
  return [
    `The first: an upgrade of ${said("total")}, of which ${said("credit_applied")} came from credit at Paddle:`,
    `the customer paid ${said("collected")}, so the wallet gets ${said("topped_up")}.`,
  ];
}

/** The seed, one of each kind that there is, and then whichever; each in the order it was given. */
function tellingOf(charges: readonly ApiRow[]): ApiRow[] {
  const isSeed = ({ ref }: ApiRow) => ref === seedRef;
  const kinds = new Map<string, ApiRow>();
  for (const charge of charges) {
    const hasCredit = charge.credit_applied !== "0";
    const kind = `${charge.status} ${charge.reversal} ${hasCredit}`;
    if (charge.status !== "unseen" && !kinds.has(kind)) kinds.set(kind, charge);
  }
  const ranked = [...charges.filter(isSeed), ...kinds.values(), ...charges];
  return [...new Set(ranked)].slice(0, shown);
}

function moreOf(all: readonly ApiRow[], some: readonly ApiRow[]): string[] {
  const more = all.length - some.length;
  return more === 0 ? [] : [`… and ${more} more.`];
}

const words: Readonly<Record<string, string>> = {
  charged_back: "charged back",
  partially_refunded: "part refunded",
};

function chargeTable(charges: readonly ApiRow[], width: number): string {
  const amountOf = (charge: ApiRow, name: string) =>
    money(charge[name] as string | null, text(charge.currency));
  if (width < roomy.columns) {
    const amounts = ["total", "credit_applied", "collected", "topped_up", "taken_back"];
    const heads = ["total", "credit", "paid", "topped up", "taken back"];
    const rows = charges.map((charge) => {
      const standing = text(charge.reversal === "none" ? charge.status : charge.reversal);
      const cells = amounts.map((name) => amountOf(charge, name));
      return [shortened(text(charge.ref), 10), words[standing] ?? standing, ...cells];
    });
    return columns(["charge", "status", ...heads], rows, heads);
  }
  const amounts = ["total", "credit_applied", "grand_total", "collected", "topped_up", "taken_back"];
  const heads = ["total", "credit", "grand total", "collected", "topped up", "taken back"];
  const rows = charges.map((charge) => [
    width < roomy.ids ? shortened(text(charge.ref), 12) : text(charge.ref),
    text(charge.status) + (charge.reversal === "none" ? "" : `, ${text(charge.reversal)}`),
    ...amounts.map((name) => amountOf(charge, name)),
  ]);
  return table(["charge", "status", ...heads], rows, heads);
}

function walletTable(wallets: readonly ApiRow[], width: number): string {
  const amounts = ["balance", "available", "recovery"];
  const isNarrow = width < roomy.columns;
  const rows = wallets.map((wallet) => [
    isNarrow ? shortened(text(wallet.owner), 26) : text(wallet.owner),
    text(wallet.currency),
    ...amounts.map((name) => money(wallet[name] as string | null, text(wallet.currency))),
  ]);
  return (isNarrow ? columns : table)(["owner", "currency", ...amounts], rows, amounts);
}

const shortened = (id: string, length: number): string =>
  id.length > length + 1 ? `${id.slice(0, length)}…` : id;
const text = (value: unknown): string => String(value ?? "–");

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
