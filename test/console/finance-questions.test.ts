import type { Browser } from "playwright-core";
import { ageGroupOf, ageGroups } from "../../src/domain/reconciling/ages.ts";
import { deliver } from "../../src/simulator/deliver.ts";
import { wholeTime } from "../../src/simulator/reports/reports.ts";
import { type StandIn, serveStandIn } from "../../src/simulator/stand-in/server.ts";
import type { TrueCharge } from "../../src/simulator/true-books.ts";
import { buildWorld } from "../../src/simulator/world.ts";
import { type Running, secret, startTallyhook } from "../http/running.ts";
import { impatient } from "../providers/asked.ts";
import { dearer, found, heard, reconcile } from "../services/reconciling/held-against.ts";
import { standInEnvironment, standInKeys } from "../simulator/stand-in-environment.ts";
import { engines } from "../support/engines.ts";
import { launchBrowser, Reader } from "./browser.ts";

/** One of its customers bought as a guest. */
const world = buildWorld({ customers: 8, months: 2, seed: "a" });
const [sqlite] = engines;
const day = 86_400_000_000_000n;
const person = { name: "fiona", password: "fionas-own-password" };

/** Minor units, as pages have them. */
function shown(amount: bigint, currency: string): string {
  if (currency === "JPY") return String(amount).replaceAll(/\B(?=(\d{3})+$)/g, ",");
  const digits = String(amount).padStart(3, "0");
  return `${digits.slice(0, -2).replaceAll(/\B(?=(\d{3})+$)/g, ",")}.${digits.slice(-2)}`;
}

function sumsBy<Row extends { readonly currency: string }>(
  rows: readonly Row[],
  amountOf: (row: Row) => bigint,
) {
  const sums = new Map<string, bigint>();
  for (const row of rows) sums.set(row.currency, (sums.get(row.currency) ?? 0n) + amountOf(row));
  return sums;
}

/** Rows that Stripe states otherwise, of different ages. */
const planted = world.stripe.rows.filter(({ type }, index) => type === "charge" && index % 2 === 0);
/** When the last of what began before its end has ended, too. */
const now = world.endsAt + 20n * day;

describe.each([true, false])("read from pages alone, with JavaScript: %p", (javaScriptEnabled) => {
  let providers: StandIn;
  let server: Running;
  let browser: Browser;
  let reader: Reader;
  let base: string;
  beforeAll(async () => {
    providers = await serveStandIn(world, {
      port: 0,
      keys: standInKeys,
      misbehaviour: {},
      cutOff: {},
      seed: "questions",
      now,
    });
    server = await startTallyhook(
      await (sqlite as (typeof engines)[number]).freshDatabaseUrl(),
      {
        ...standInEnvironment(providers.url),
        STRIPE_WEBHOOK_SECRET: "whsec_of-the-tests",
        CONSOLE_USERS: `${person.name}:finance:${person.password}`,
      },
      {
        patience: impatient,
        reconcileLookEveryMilliseconds: 1_000_000,
        clock: { now: () => now },
      },
    );
    await deliver(world.emissions, {
      url: server.url,
      secrets: { paddle: secret, stripe: "whsec_of-the-tests" },
      inFlight: 8,
      now: () => Number(now / 1_000_000_000n),
    });
    await heard(server);
    base = `${server.url}/console`;
    browser = await launchBrowser();
    reader = await Reader.open(browser, base, { javaScriptEnabled });
    await reader.signIn(person.name, person.password);
  });
  afterAll(async () => {
    expect(reader.complaints).toEqual([]);
    await browser.close();
    await server.close();
    await providers.close();
  });

  /** The cells of a table's rows, by what stands in its first column. */
  const table = async (caption: string): Promise<Map<string, string[]>> => {
    const rows = await reader.page
      .locator("table", { has: reader.page.locator("caption", { hasText: caption }) })
      .first()
      .locator("tbody tr")
      .all();
    const cells = await Promise.all(rows.map((row) => row.locator("th, td").allInnerTexts()));
    return new Map(cells.map(([head = "", ...rest]) => [head, rest]));
  };

  test("what is owed to customers, now and at any moment", async () => {
    const truth = sumsBy(world.truth.wallets, ({ balance }) => balance);
    const expected = [...truth]
      .filter(([, balance]) => balance > 0n)
      .map(([currency, of]) => [currency, shown(of, currency)]);
    expect(expected.length).toBeGreaterThan(1);
    await reader.read("/");
    const today = [...(await table("What all wallets hold now"))].filter(([, [paid]]) => paid !== "0.00");
    expect(today.map(([currency, [paid]]) => [currency, paid]).sort()).toEqual(expected.sort());
    await reader.page.click("text=What it was at any other moment");
    const then = [...(await table("What all wallets held together"))].filter(([, [owed]]) => owed !== "0.00");
    expect(then.map(([currency, [owed]]) => [currency, owed]).sort()).toEqual(expected.sort());
    await reader.page.fill("main input[name=at]", "2020-01-01");
    await reader.page.click("main form.filters button");
    expect(await reader.page.innerText("main")).toContain("Nothing was in any wallet by then.");
  });

  test("how old what differs is", async () => {
    providers.state({ ...world, restatements: planted.map((row) => dearer(row.id, 7)) });
    await reconcile(server, "settlement", wholeTime(world));
    expect(await found(server)).toHaveLength(planted.length);
    await reader.read("/discrepancies?status=open");
    const ages = await table("Days since they should have agreed");
    const byGroup = ["not due", ...ageGroups].map(
      (group) =>
        planted.filter(({ createdAt }) => (ageGroupOf(createdAt, now) ?? "not due") === group).length,
    );
    expect(byGroup.filter((count) => count > 0).length).toBeGreaterThan(1);
    const [kind] = (await found(server)).map((one) => one.kind.replaceAll("_", " "));
    expect(ages.get(kind ?? "")).toEqual(byGroup.map((count) => (count === 0 ? "–" : String(count))));
    await reader.page.click(`main table a:text-is("${kind}")`);
    expect(await reader.page.locator("main tbody tr").count()).toBeGreaterThanOrEqual(planted.length);
  });

  test("which paid charges are nobody's, and how they get an owner", async () => {
    const nobodys = world.truth.charges.filter(
      ({ customer_ref, status }) => customer_ref === null && status === "paid",
    );
    expect(nobodys.length).toBeGreaterThan(0);
    await reader.read("/no-owner");
    const sums = await table("All of them, by currency");
    const back = sumsBy(nobodys, ({ refunded, disputed }) => refunded + disputed);
    const expected = [...sumsBy(nobodys, ({ collected }) => collected)].map(([currency, collected]) => [
      currency,
      [
        String(nobodys.filter((one) => one.currency === currency).length),
        ...[collected, back.get(currency) ?? 0n, collected - (back.get(currency) ?? 0n)].map((amount) =>
          shown(amount, currency),
        ),
      ],
    ]);
    expect([...sums].sort()).toEqual(expected.sort());
    const of = (ref: string) => nobodys.find((one) => one.ref === ref) as TrueCharge;
    const ref = await reader.page
      .locator("table", { hasText: "Paid charges without an owner" })
      .locator("tbody th")
      .first()
      .innerText();
    const charge = of(ref);
    await reader.page.click("text=give it an owner");
    await reader.page.fill("main input[name=owner]", "acme");
    await reader.page.check("main input[name=new_owner]");
    await reader.page.click("text=Show what it books");
    await reader.page.fill("main input[name=reason]", "she wrote from her own address");
    await reader.page.click('main button:text-is("Give it to this owner")');
    expect(await reader.page.innerText("body")).toContain("It is acme's.");
    await reader.read(`/wallets?owner=acme`);
    const [owned] = [...(await table("Wallets, newest first")).values()];
    expect(owned?.slice(0, 2)).toEqual([
      charge.currency,
      shown(charge.collected - charge.refunded, charge.currency),
    ]);
    const trail = await reader.read("/trail");
    expect(trail).toContain("fiona");
    expect(trail).toContain("she wrote from her own address");
  });
});
