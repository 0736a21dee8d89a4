import { timeText } from "../../src/console/kit/parts.tsx";
import type { UsageId, WalletId } from "../../src/domain/ids.ts";
import { formatInstant, nanosecondsPerDay } from "../../src/domain/time.ts";
import { audit } from "../../src/services/audit/audit.ts";
import { recordUsage } from "../../src/services/spending/usage.ts";
import {
  type Composed,
  closeAll,
  composed,
  eventOf,
  saleOf,
  transactionEvent,
} from "../services/composed.ts";
import { engines } from "../support/engines.ts";
import { adjustmentBody } from "../support/paddle-bodies.ts";
import { mistakesIn } from "./html.ts";
import { type OpenedConsole, openConsole } from "./opened.ts";

afterAll(closeAll);

const taxed = (id: string, subtotal: number, tax: number) => ({
  id,
  price: "pri_plan",
  quantity: 1,
  totals: { subtotal, discount: 0, tax, total: subtotal + tax },
});
const [first, second] = [saleOf(1, [taxed("a", 1000, 190)]), saleOf(2, [taxed("b", 500, 37)])];
/** Of half of the first, which we hear of much later than it happened. */
const refund = eventOf(
  "adjustment.updated",
  "adj_1",
  adjustmentBody(first, {
    id: "adj_1",
    action: "refund",
    status: "approved",
    amount: 595,
    named: [],
    taxOnly: false,
    toBalance: null,
  }),
);
const key = "of-whoever-reads-statements";

describe.each(engines)("what is owed at a moment, on $name", ({ freshDatabaseUrl }) => {
  let books: Composed;
  let opened: OpenedConsole;
  let wallet: string;
  beforeAll(async () => {
    books = await composed(await freshDatabaseUrl(), { environment: { API_KEYS: `reader:read:${key}` } });
    await books.receive(transactionEvent(first));
    await books.receive(transactionEvent(second));
    books.clock.advance(30 * 86_400);
    await books.receive(refund);
    opened = await openConsole(books.tallyhook.services);
    const { html } = await opened.get("/wallets");
    [, wallet = ""] = /\/wallets\/(wal_\w+)/.exec(html) ?? [];
  });
  afterAll(async () => {
    const { problems } = await audit(books.tallyhook.services);
    await opened.close();
    expect(problems).toEqual([]);
  });

  const read = async (path: string) => {
    const { status, html, text } = await opened.get(path);
    expect([path, status, mistakesIn(html)]).toEqual([path, 200, []]);
    return { html, text };
  };

  test("the list of wallets leads to what made the sum in a month, and says what its words are there", async () => {
    const { html, text } = await read("/wallets");
    expect(html).toContain('href="/console/exports"');
    expect(text).toContain("It calls a top-up “sold”");
  });

  test("the overview says what of it is tax", async () => {
    const { text } = await read("/");
    expect(text).toContain("USD 11.32 1.32 0.00 0.00 0.00");
  });

  test.each([
    // By our clock the refund was booked a month later; by the provider's it was there at once.
    ["2026-01-31", "posted", "USD 17.27 17.27 2.27 0.00 0.00"],
    ["2026-01-31", "effective", "USD 11.32 11.32 1.32 0.00 0.00"],
    ["2026-03-01", "posted", "USD 11.32 11.32 1.32 0.00 0.00"],
  ])("all wallets together at %s by the clock %s", async (at, clock, owed) => {
    const { text } = await read(`/wallets?at=${at}&clock=${clock}`);
    expect(text).toContain(owed);
    const file = (await opened.get(`/wallets.csv?at=${at}&clock=${clock}&units=minor`)).html;
    const [head = "", row = ""] = file.split(/\r?\n/);
    const of = (name: string) => row.split(",")[head.split(",").indexOf(name)];
    expect([of("paid"), of("promo"), of("id")]).toEqual([owed.split(" ")[2]?.replace(".", ""), "0", wallet]);
  });

  test("before anything happened nothing was owed; a time that cannot be read is told at its field", async () => {
    expect((await read("/wallets?at=2025-01-01")).text).toContain("Nothing was in any wallet by then.");
    const { status, text } = await opened.get("/wallets?at=yesterday");
    expect([status, text]).toEqual([400, expect.stringContaining("“yesterday” cannot be read")]);
  });

  test("a wallet's balance then leads to its lots, their lines, entries and events", async () => {
    const { html, text } = await read(`/wallets/${wallet}?at=2026-03-01`);
    expect(text).toContain("It had 11.32 USD, of it 0.00 reserved, after line 3.");
    expect(text).toContain("taken back, 1 line: (5.95) line by line");
    const [, lot = ""] = /\?at=2026-03-01[^"]*lot=(\d+)"/.exec(html.replaceAll("&amp;", "&")) ?? [];
    const ofFirst = (await read(`/wallets/${wallet}?at=2026-03-01&lot=1`)).html;
    expect(lot).toMatch(/^[12]$/);
    const [, story = ""] =
      /<caption>What was done to lot 1 by then.*?<tbody>(.*?)<\/tbody>/s.exec(ofFirst) ?? [];
    const rows = [...story.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = ""]) => [
      ...[...row.matchAll(/<data value="(-?\d+)"/g)].map(([, amount]) => amount),
      /\/events\/[^"]*evt_([^"]+)"/.exec(row)?.[1],
      /\/entries\/[^"]+"/.test(row),
    ]);
    expect(rows).toEqual([
      ["-595", "595", "adj_1", true],
      ["1190", "1190", "1_transaction.completed", true],
    ]);
    const entry = /\/entries\/[^"]+/.exec(story)?.[0] ?? "";
    expect((await read(entry)).text).toMatch(/Told by \S*evt_adj_1/);
  });

  test("by when it happened it had less before we knew", async () => {
    const path = `/wallets/${wallet}?at=2026-01-31`;
    expect((await read(`${path}&clock=effective`)).text).toContain("It had 11.32 USD.");
    expect((await read(`${path}&clock=posted`)).text).toContain("It had 17.27 USD");
  });

  test("the API has the statement by either clock, of a window of that clock", async () => {
    const server = await books.tallyhook.listen();
    const lines = async (query: string) => {
      const url = `${server.url}/v1/wallets/${wallet}/entries?${query}`;
      const answer = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
      const { data, code } = (await answer.json()) as {
        data?: { seq: number; balance_after: string }[];
        code?: string;
      };
      return data?.map(({ seq, balance_after }) => `${seq}: ${balance_after}`) ?? [answer.status, code];
    };
    expect(await lines("clock=posted")).toEqual(["3: 1132", "2: 1727", "1: 1190"]);
    expect(await lines("clock=posted&from=2026-02-01")).toEqual(["3: 1132"]);
    expect(await lines("from=2026-02-01")).toEqual([]);
    expect(await lines("clock=effective&from=2026-02-01")).toEqual([]);
    const byTheirs = await lines("clock=effective");
    expect(byTheirs).toHaveLength(3);
    expect(byTheirs[0]).toMatch(/: 1132$/);
    expect(await lines("clock=effective&limit=1&cursor=x")).toEqual([400, "cursor_invalid"]);
    expect(await lines("clock=mine")).toEqual([400, "query_invalid"]);
    await server.stop();
  });
});

describe.each(engines)("usage that is told late, on $name", ({ freshDatabaseUrl }) => {
  test("counts from when it was told, and every page on which it does says so", async () => {
    const policy = { meters: [{ key: "calls", prices: { USD: "1" } }] };
    const books = await composed(await freshDatabaseUrl(), { policy });
    await books.receive(transactionEvent(first));
    const { services } = books.tallyhook;
    const opened = await openConsole(services);
    const [, wallet = ""] = /\/wallets\/(wal_\w+)/.exec((await opened.get("/wallets")).html) ?? [];
    const told = { payer: { walletId: wallet as WalletId }, meter: "calls", currency: null, member: null };
    const occurred = books.clock.now();
    books.clock.advance(30 * 86_400);
    const used = (id: string, after: bigint) => ({
      ...told,
      id: id as UsageId,
      quantity: "100",
      occurredAt: occurred + after * nanosecondsPerDay,
    });
    await recordUsage(services, [used("a", 0n), used("b", 2n)]);
    const line = await opened.get(`/wallet-lines/${wallet}.2`);
    expect(mistakesIn(line.html)).toEqual([]);
    const [from, to] = [occurred, occurred + 2n * nanosecondsPerDay].map((at) => timeText(at));
    expect(line.text).toContain(`When the usage occurred ${from} to ${to} When it happened`);
    expect(line.text).toContain("when the app told it: by what the balance was then");
    const before = formatInstant(occurred + 20n * nanosecondsPerDay);
    const { text } = await opened.get(`/wallets?at=${before}`);
    expect(text).toContain("USD 11.90 11.90");
    expect(text).toContain("Usage counts from when the app told it, not from when it occurred.");
    expect((await opened.get(`/wallets/${wallet}`)).text).toContain("Usage counts from when the app told it");
    await opened.close();
  });

  test("what is dated later is in what there is now, and a moment that is still to come is called so", async () => {
    const books = await composed(await freshDatabaseUrl());
    await books.receive(transactionEvent(first));
    const opened = await openConsole(books.tallyhook.services);
    const { html, text } = await opened.get("/");
    expect(text).toContain("USD 11.90 1.90 0.00 0.00 0.00");
    const [, then = ""] = /href="\/console(\/wallets\?at=[^"]+)"/.exec(html) ?? [];
    const same = await opened.get(then.replaceAll("&amp;", "&"));
    expect(same.text).toContain("All that was booked by then is in it, also what is dated later.");
    expect(same.text).toContain("USD 11.90 11.90 1.90 0.00 0.00");
    expect(same.text).not.toContain("is still to come");
    expect((await opened.get("/wallets?at=2035-01-01")).text).toContain("is still to come");
    await opened.close();
  });
});
