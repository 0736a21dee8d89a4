import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { postFixtures } from "../../src/cli/demo.ts";
import { findCases } from "../../src/cli/kit/cases.ts";
import { openScratch, type Scratch } from "../../src/cli/kit/scratch.ts";
import { pages } from "../../src/console/pages.ts";
import { projectRoot } from "../support/project-root.ts";
import { launchBrowser, Reader } from "./browser.ts";

// biome-ignore lint/suspicious/noExplicitAny: an answer is looked into, field by field.
type Row = any;

let folder: string;
let scratch: Scratch;
let browser: Browser;
let base: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tallyhook-questions-"));
  scratch = await openScratch({
    databaseUrl: `sqlite:${join(folder, "tallyhook.db")}`,
    port: 0,
    policyFile: null,
  });
  await postFixtures(scratch.target, findCases([join(projectRoot, "fixtures")]), () => {});
  base = `${scratch.url}/console`;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await scratch.close();
  rmSync(folder, { recursive: true });
});

const decimal = (minorUnits: string): string =>
  `${minorUnits.slice(0, -2) || "0"}.${minorUnits.slice(-2).padStart(2, "0")}`;

async function signedIn(options: Parameters<typeof Reader.open>[2] = {}): Promise<Reader> {
  const reader = await Reader.open(browser, base, options);
  await reader.signIn(scratch.person.name, scratch.person.password);
  return reader;
}

describe.each([true, false])("on the recorded cases, with JavaScript: %p", (javaScriptEnabled) => {
  let reader: Reader;
  beforeAll(async () => {
    reader = await signedIn({ javaScriptEnabled });
  });
  afterAll(async () => {
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });

  test("what a customer paid, why that and not the total, and where the credit came from", async () => {
    const { page } = reader;
    await page.goto(`${base}/`);
    await page.fill("#search", "3731-10089");
    await page.click("header form[role=search] button");
    expect(await page.innerText("h1")).toMatch(/^(?:Search|Transaction)/);
    // The number stands on several recorded documents: the one meant is chosen by its id.
    await page.fill("#search", "txn_abc123");
    await page.click("header form[role=search] button");
    expect(await page.innerText("h1")).toBe("Transaction txn_abc123");
    const text = (await page.innerText("main")).replaceAll(/\s+/g, " ");
    for (const said of [
      "Why 4.99 and not 19.99 USD",
      "= total 19.99",
      "− credit Paddle held for the customer (15.00)",
      "= collected 4.99",
      "15.00 USD came from nothing that we have heard of",
    ])
      expect(text).toContain(said);
  });

  test("which wallet was debited for a refund, and how much of it was not covered", async () => {
    const { page } = reader;
    const refunds = (await scratch.target.list("/v1/movements")).filter(
      ({ kind, taken_back: taken }: Row) => kind === "refund" && taken !== null && taken !== "0",
    );
    expect(refunds.length).toBeGreaterThan(1);
    const [refund] = refunds.filter(({ uncovered }: Row) => uncovered !== "0").concat(refunds) as Row[];
    const charge = await scratch.target.get<Row>(`/v1/charges/${refund.charge_id}`);
    await page.goto(`${base}/movements`);
    await page.selectOption("select[name=kind]", "refund");
    await page.click("main form.filters button");
    expect(new URL(page.url()).searchParams.get("kind")).toBe("refund");
    await page.goto(`${base}/search?q=${refund.ref}`);
    const text = (await page.innerText("main")).replaceAll(/\s+/g, " ");
    expect(text).toContain(
      `${decimal(refund.taken_back)} ${refund.currency} had to come from ${charge.wallet_id}`,
    );
    expect(text).toContain(`${decimal(refund.uncovered)} ${refund.currency} of it are not covered now`);
  });
});

test("every page can be read by everybody, in both schemes, and fits 320 pixels", async () => {
  const reader = await signedIn({ viewport: { width: 320, height: 640 } });
  const { page } = reader;
  const seen: string[] = [];
  for (const { path } of pages) {
    if (path.includes(":")) continue;
    await reader.read(path);
    // Asked for by its attribute it would be waited for.
    const first = await page.$("main tbody th a");
    const href = await first?.getAttribute("href");
    // A file is no page.
    const isPage = href?.startsWith(`/console${path}/`) === true && !/\.csv\b/.test(href);
    const detail = isPage ? href.slice("/console".length) : null;
    for (const one of detail === null ? [path] : [path, detail]) {
      seen.push(one);
      expect(await reader.barriers(one)).toEqual([]);
      await reader.read(one);
      expect([one, await reader.isWiderThanWindow()]).toEqual([one, false]);
    }
  }
  expect(seen.length).toBeGreaterThan(14);
  expect(reader.complaints).toEqual([]);
  await reader.close();
});
