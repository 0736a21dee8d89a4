import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describeDemo } from "../../src/cli/demo.ts";
import { demoTruth, demoWorlds } from "../../src/cli/kit/demo-world.ts";
import { quietLog } from "../../src/cli/kit/output.ts";
import { readConfig } from "../../src/config.ts";
import { compose } from "../../src/tallyhook.ts";
import { launchBrowser, Reader } from "../console/browser.ts";
import { Visitor } from "../console/visitor.ts";
import { closingOf } from "../documents/closing.ts";
import { withFigures } from "../documents/figures.ts";
import { projectRoot } from "../support/project-root.ts";
import { killAll, runHere, start } from "./command-line.ts";

afterEach(killAll);

/** What a shell has after it read the file that the demo names. */
function usedBy(text: string): Record<string, string> {
  const set = text.matchAll(/^export (\w+)='(.*)'$/gm);
  return Object.fromEntries([...set].map(([, name = "", value = ""]) => [name, value]));
}

/** Those that a document prints, but for what stands for an id of one's own. */
function commandsIn(document: string): string[][] {
  const text = readFileSync(join(projectRoot, document), "utf8");
  const printed = [...text.matchAll(/(?:^|`)tallyhook ([a-z][^`\n]*)/gm)].map(([, words = ""]) => words);
  return [...new Set(printed)]
    .filter((words) => !words.includes("…") && words.includes(" "))
    .map((words) => words.split(" "));
}

interface Door {
  readonly url: string;
  readonly name: string;
  readonly password: string;
  readonly key: string;
}

const decimals: Readonly<Record<string, number>> = { JPY: 0, KWD: 3 };

function shown(amount: bigint, currency: string): string {
  const places = decimals[currency] ?? 2;
  const digits = amount.toString().padStart(places + 1, "0");
  const [whole, part] = [digits.slice(0, digits.length - places), digits.slice(digits.length - places)];
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ",")}${part === "" ? "" : `.${part}`}`;
}

/** What a browser reads of what was paid, why that, and what a refund took from which wallet, held against what is true in that world. */
async function answeredFromPages({ url, name, password, key }: Door): Promise<void> {
  const { charges, movements } = demoTruth(demoWorlds());
  const browser = await launchBrowser();
  try {
    const reader = await Reader.open(browser, `${url}/console`);
    await reader.signIn(name, password);
    const read = async (path: string) => (await reader.read(path)).replaceAll(/\s+/g, " ");
    const paidByCredit = charges.filter(
      ({ credit_applied, collected, grand_total, reversal }) =>
        credit_applied > 0n && collected > 0n && collected === grand_total && reversal === "none",
    );
    expect(paidByCredit.length).toBeGreaterThan(2);
    for (const { ref, currency, total, grand_total, credit_applied, collected } of paidByCredit.slice(-3)) {
      const text = await read(`/search?q=${ref}`);
      for (const said of [
        `Why ${shown(grand_total, currency)} and not ${shown(total, currency)} ${currency}`,
        `held for the customer (${shown(credit_applied, currency)})`,
        `= collected ${shown(collected, currency)}`,
        "Where the credit came from",
      ])
        expect([ref, text]).toEqual([ref, expect.stringContaining(said)]);
    }
    const customer = paidByCredit.at(-1)?.customer_ref;
    const october = `customer_ref=${customer}&from=2026-10-01&to=2026-11-01`;
    const answer = await fetch(`${url}/v1/charges?${october}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const { data } = (await answer.json()) as { data: { ref: string; currency: string }[] };
    const theirs = charges.filter(({ ref }) => data.some((charge) => charge.ref === ref));
    expect(theirs.length).toBeGreaterThan(0);
    const sums = await read(`/charges?${october}`);
    for (const [currency, own] of Map.groupBy(theirs, (charge) => charge.currency)) {
      const collected = own.reduce((sum, charge) => sum + charge.collected, 0n);
      expect(sums).toMatch(new RegExp(`${currency} ${own.length} .*${shown(collected, currency)}`));
    }
    const refunded = charges.filter(({ provider, ref, taken_back }) => {
      const own = movements.filter((one) => one.provider === provider && one.charge_ref === ref);
      return taken_back > 0n && own.length === 1 && own[0]?.kind === "refund" && own[0].effective;
    });
    const uncovered = refunded.filter((charge) => charge.uncovered > 0n);
    expect(uncovered.length).toBeGreaterThan(0);
    for (const charge of [...uncovered.slice(0, 2), ...refunded.slice(0, 1)]) {
      const { ref, currency, taken_back, uncovered, provider, customer_ref } = charge;
      const refund = movements.find((one) => one.charge_ref === ref)?.ref;
      const text = await read(`/search?q=${refund}`);
      const owner = `${provider}:${customer_ref}`;
      expect(text).toMatch(
        new RegExp(`${shown(taken_back, currency)} ${currency} had to come from wal_\\w+ of ${owner}`),
      );
      expect(text).toContain(`${shown(uncovered, currency)} ${currency} of it are not covered now`);
    }
    expect(reader.complaints).toEqual([]);
    await reader.close();
  } finally {
    await browser.close();
  }
}

test("the demo of a world: what webhooks lost, asking made good, the books are the true ones, what providers misstate is found, and its October is closed by the commands of the document", async () => {
  const demo = start(tmpdir(), ["demo", "--world"]);
  await demo.line(/^listening on (http:\/\/\S+)$/m);
  const [, use = ""] = await demo.line(/^ {2}\. (\S+use\.sh)$/m);
  const [, databaseUrl] = await demo.line(/^ {2}DATABASE_URL=(\S+)$/m);
  const environment = usedBy(readFileSync(use, "utf8"));
  expect(environment.DATABASE_URL).toBe(databaseUrl);
  // The document's figures are those of that October (npm run figures).
  const books = await compose(readConfig({ ...environment, WORKERS: "off" }), { logger: quietLog() });
  const document = readFileSync(join(projectRoot, "docs/closing-a-month.md"), "utf8");
  expect(document).toBe(await closingOf(books.services, projectRoot).finally(() => books.close()));
  const commands = commandsIn("docs/closing-a-month.md");
  expect(commands.map(([name]) => name)).toEqual(expect.arrayContaining(["export", "import", "reconcile"]));
  for (const words of commands) {
    const { code, err } = await runHere(dirname(use), words, environment);
    // What the demo has changed at the providers is found.
    const right = words[0] === "reconcile" ? 1 : 0;
    expect([words.join(" "), code, err]).toEqual([words.join(" "), right, ""]);
    const out = words[words.indexOf("--out") + 1] ?? "";
    if (words.includes("--out")) expect([out, existsSync(join(dirname(use), out))]).toEqual([out, true]);
  }
  const [, url = ""] = await demo.line(/^listening on (http:\/\/\S+)$/m);
  const [, name = "", password = ""] = await demo.line(/^ {2}name (\S+), password (\S+)$/m);
  await answeredFromPages({ url, name, password, key: environment.KEY ?? "" });
  const charges = readFileSync(join(dirname(use), "charges.csv"), "utf8");
  expect(charges.split("\n").length).toBeGreaterThan(50);
  demo.stop("SIGINT");
  const { code, out } = await demo.finished;
  expect(out).toContain("The books are the true ones of that company, to the cent.");
  expect(out).toMatch(/[1-9]\d* of them got a payment back that they had used/);
  expect(out).toContain("Everything agrees.");
  expect(out).toMatch(/[1-9]\d* events were never delivered/);
  expect(out).toContain("Exactly what was changed was found.");
  expect(code).toBe(0);
  expect(existsSync(use)).toBe(false);
});

test("the demo stays up until it is told to stop, what it prints to try works, and it and every other figure is as README and CHANGELOG have it (npm run figures)", async () => {
  const demo = start(tmpdir(), ["demo"], { COLUMNS: "125" });
  const [, url] = await demo.line(/^listening on (http:\/\/\S+)$/m);
  const [, key] = await demo.line(/^ {2}KEY=(\S+) URL=\S+$/m);
  const [, name = "", password = ""] = await demo.line(/^ {2}name (\S+), password (\S+)$/m);
  const asked = async (path: string) =>
    (await fetch(`${url}/v1/${path}`, { headers: { authorization: `Bearer ${key}` } })).json();
  const audit = await asked("audit");
  expect(audit).toMatchObject({ ok: true });
  const [{ data: charges }, { data: wallets }] = [await asked("charges"), await asked("wallets")];
  const narrow = describeDemo({ posts: [], charges, wallets, audit }, 80);
  expect(narrow.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(narrow.split("\n").length).toBeGreaterThan(20);
  const visitor = new Visitor(`${url}/console`);
  await visitor.signIn(name, password);
  expect((await visitor.get("/")).html).toContain("<h1>Overview</h1>");
  const [, use = ""] = await demo.line(/^ {2}\. (\S+use\.sh)$/m);
  const audited = await runHere(dirname(use), ["audit"], usedBy(readFileSync(use, "utf8")));
  expect([audited.code, audited.err]).toEqual([0, ""]);
  demo.stop("SIGINT");
  const { code, out } = await demo.finished;
  expect(code).toBe(0);
  const right = withFigures(projectRoot, out);
  for (const [document, text] of Object.entries(right))
    expect(readFileSync(join(projectRoot, document), "utf8")).toBe(text);
  expect(Object.keys(right)).toEqual(["README.md", "CHANGELOG.md"]);
});
