import { Worker } from "node:worker_threads";
import BetterSqlite3 from "better-sqlite3";
import pg from "pg";
import { pages } from "../../src/console/pages.ts";
import type { WalletId } from "../../src/domain/ids.ts";
import { placeHold, settleHold } from "../../src/services/spending/holds.ts";
import { type ChargeFilter, chargesByTime } from "../../src/store/charges/read/charges.ts";
import { firstOf } from "../../src/store/engine/read/page.ts";
import { type EventFilter, listEvents } from "../../src/store/inbox/read/events.ts";
import { usageOfLine } from "../../src/store/wallets/read/explanation.ts";
import { listHolds } from "../../src/store/wallets/read/holds.ts";
import { listLots, listStatementLines } from "../../src/store/wallets/read/wallets.ts";
import { type WithAllFixtures, withAllFixtures } from "../http/all-fixtures.ts";
import { engines } from "../support/engines.ts";
import { connectTo } from "../support/postgres.ts";
import { type OpenedConsole, openConsole } from "./opened.ts";

/** What grows with the traffic: no page goes through all of it. */
const growing = new Set([
  "charges",
  "entries",
  "postings",
  "events",
  "movements",
  "facts",
  "wallet_lines",
  "tallies",
  "usage",
  "account_days",
]);

interface Asked {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** What is asked of the database while something is done, as its driver is given it. */
type Listen = (during: () => Promise<void>) => Promise<Asked[]>;

/** Pages are read on threads of their own, files of a snapshot, and what is kept in a file of its own, on this one. */
const listenToSqlite: Listen = async (during) => {
  const asked: Asked[] = [];
  const { prepare } = BetterSqlite3.prototype;
  const { postMessage } = Worker.prototype;
  BetterSqlite3.prototype.prepare = function (this: BetterSqlite3.Database, sql: string) {
    asked.push({ sql, parameters: Array.from(sql.matchAll(/\?/g), () => null) });
    return prepare.call(this, sql);
  } as typeof prepare;
  Worker.prototype.postMessage = function (this: Worker, message: Partial<Asked>, ...rest: unknown[]) {
    const { sql, parameters = [] } = message;
    if (sql !== undefined) asked.push({ sql, parameters });
    return postMessage.call(this, message, ...(rest as []));
  };
  await during().finally(() => {
    BetterSqlite3.prototype.prepare = prepare;
    Worker.prototype.postMessage = postMessage;
  });
  return asked;
};

const listenToPostgres: Listen = async (during) => {
  const asked: Asked[] = [];
  const { query } = pg.Client.prototype;
  // biome-ignore lint/suspicious/noExplicitAny: it is called in many ways.
  pg.Client.prototype.query = function (this: pg.Client, ...args: any[]) {
    const [first, values] = args;
    const sql = typeof first === "string" ? first : first?.text;
    if (typeof sql === "string") asked.push({ sql, parameters: values ?? first.values ?? [] });
    return query.apply(this, args as never);
  } as typeof query;
  await during().finally(() => {
    pg.Client.prototype.query = query;
  });
  return asked;
};

/** Tables that are gone through from end to end, of one statement. */
type Scans = (databaseUrl: string, asked: readonly Asked[]) => Promise<string[]>;

const scansOfSqlite: Scans = async (databaseUrl, asked) => {
  const database = new BetterSqlite3(databaseUrl.slice("sqlite:".length), { readonly: true });
  const found = asked.flatMap(({ sql, parameters }) => {
    const plan = database.prepare(`explain query plan ${sql}`).all(...parameters) as { detail: string }[];
    return plan.flatMap(({ detail }) => {
      const [, table = "", how = ""] = /^SCAN (\S+)(.*)$/.exec(detail) ?? [];
      // In the order of an index, or of the table, a page is read and no more.
      const isAll = !sql.includes("limit");
      return growing.has(table) && (isAll || how === "") && !isPaged(sql)
        ? [`${detail} <- ${short(sql)}`]
        : [];
    });
  });
  database.close();
  return found;
};

const scansOfPostgres: Scans = async (databaseUrl, asked) => {
  const client = await connectTo(databaseUrl);
  // So few rows are gone through whatever indexes there are; what is gone through all the same has none.
  await client.query("set enable_seqscan = off");
  const found: string[] = [];
  for (const { sql, parameters } of asked) {
    const { rows } = await client.query(`explain ${sql}`, parameters as unknown[]);
    for (const { "QUERY PLAN": line } of rows as { "QUERY PLAN": string }[]) {
      const [, table = ""] = /Seq Scan on (\w+)/.exec(line) ?? [];
      if (growing.has(table) && !isPaged(sql)) found.push(`${line.trim()} <- ${short(sql)}`);
    }
  }
  await client.end();
  return found;
};

/** What puts all it found in order before it gives the first row. */
type Sorts = Scans;

const sortsOfSqlite: Sorts = async (databaseUrl, asked) => {
  const database = new BetterSqlite3(databaseUrl.slice("sqlite:".length), { readonly: true });
  const found = asked.flatMap(({ sql, parameters }) => {
    const plan = database.prepare(`explain query plan ${sql}`).all(...parameters) as { detail: string }[];
    return plan.some(({ detail }) => /TEMP B-TREE/.test(detail)) ? [short(sql)] : [];
  });
  database.close();
  return found;
};

const sortsOfPostgres: Sorts = async (databaseUrl, asked) => {
  const client = await connectTo(databaseUrl);
  // So few rows are sorted whatever indexes there are; what is sorted all the same is in the order of none.
  for (const way of ["seqscan", "bitmapscan", "sort", "incremental_sort"])
    await client.query(`set enable_${way} = off`);
  const found: string[] = [];
  for (const { sql, parameters } of asked) {
    const { rows } = await client.query(`explain ${sql}`, parameters as unknown[]);
    if ((rows as { "QUERY PLAN": string }[]).some((row) => /\bSort\b/.test(row["QUERY PLAN"])))
      found.push(short(sql));
  }
  await client.end();
  return found;
};

/** Whether an address is of a page. */
const isLike = (template: string) => {
  const pattern = new RegExp(`^${template.replace(/:\w+/g, "[^/]+")}$`);
  return (path: string) => pattern.test(path.split("?", 1)[0] ?? "");
};

/** It looks at the newest rows alone, by their numbers. */
const isPaged = (sql: string): boolean => /order by "?(?:\w+"?\."?)?no"? desc limit/.test(sql);
const short = (sql: string): string => sql.replaceAll(/\s+/g, " ").slice(0, 240);

describe.each(engines)("what pages ask of $name", (engine) => {
  const { name } = engine;
  const [listen, scansOf, sortsOf] =
    name === "sqlite"
      ? [listenToSqlite, scansOfSqlite, sortsOfSqlite]
      : [listenToPostgres, scansOfPostgres, sortsOfPostgres];
  let running: WithAllFixtures;
  let opened: OpenedConsole;
  beforeAll(async () => {
    running = await withAllFixtures(engine);
    opened = await openConsole(running.tallyhook.services);
  });
  afterAll(async () => {
    await opened.close();
    await running.close();
  });

  test("what no index leads to is looked for piece by piece, and found as a whole", async () => {
    const { read } = running.tallyhook.services.store;
    type Sifted = { rows: readonly { id: string }[]; next: string | null; lookedThrough: number | null };
    const walked = async (page: (after: string | null, most?: number) => Promise<Sifted>, most?: number) => {
      const ids: string[] = [];
      let pieces = 0;
      for (let after: string | null = null, isFirst = true; isFirst || after !== null; isFirst = false) {
        const { rows, next, lookedThrough } = await page(after, most);
        ids.push(...rows.map(({ id }) => id));
        if (lookedThrough !== null) pieces += 1;
        after = next;
      }
      return { ids, pieces };
    };
    const charges = (filter: ChargeFilter) => async (after: string | null, most?: number) => {
      const { rows, ...around } = await chargesByTime(read, filter, { limit: 3, after, before: null }, most);
      return { ...around, rows: rows.map(({ charge }) => charge) };
    };
    const events = (filter: EventFilter) => (after: string | null, most?: number) =>
      listEvents(read, filter, { limit: 3, after }, most);
    for (const page of [
      charges({ provider: "stripe" }),
      charges({ currency: "EUR" }),
      charges({ reversal: "refunded", from: 0n }),
      charges({ provider: "nobody" }),
      events({ type: "invoice.paid" }),
      events({ outcome: "ignored" }),
      events({ provider: "nobody" }),
    ]) {
      const whole = await walked(page);
      const sifted = await walked(page, 7);
      expect(sifted.ids).toEqual(whole.ids);
      expect([whole.pieces, sifted.pieces > 1]).toEqual([0, true]);
    }
    expect((await walked(charges({ owner: "nobody" }), 7)).pieces).toBe(0);
  });

  test("a page of what one wallet has is read in the order of an index: the rest of it costs nothing", async () => {
    const { read } = running.tallyhook.services.store;
    const wallet = (await running.get<{ data: { id: WalletId }[] }>("/v1/wallets?limit=1")).body.data[0]
      ?.id as WalletId;
    const page = { limit: 2, after: null };
    const { services } = running.tallyhook;
    const reserved = { amount: 1n };
    const placed = await placeHold(services, {
      payer: { walletId: wallet },
      reserved,
      currency: null,
      expiresInSeconds: 60,
    });
    const settled = placed.kind === "placed" && (await settleHold(services, placed.hold.id, reserved));
    const seq = settled && settled.kind === "settled" ? settled.usage.seq : null;
    const asked = await listen(async () => {
      await listStatementLines(read, wallet, { clock: "posted" }, page);
      await listLots(read, wallet, page);
      await listHolds(read, wallet, {}, page);
      const { rows } = await usageOfLine(read, wallet, { seq: seq ?? 0, isReversal: false }, page);
      expect(rows).toHaveLength(1);
      await usageOfLine(read, wallet, { seq: seq ?? 0, isReversal: true }, page);
    });
    const queries = asked.filter(({ sql }) => sql.includes("limit"));
    expect(queries).toHaveLength(5);
    expect(await sortsOf(running.databaseUrl, queries)).toEqual([]);
  });

  test("a first page is cut out of a longer one as if it had been asked for", async () => {
    const { read } = running.tallyhook.services.store;
    const { data: wallets } = (
      await running.get<{ data: { id: WalletId; seq: number }[] }>("/v1/wallets?limit=100")
    ).body;
    const lines = (wallet: WalletId, limit: number) =>
      listStatementLines(read, wallet, { clock: "posted" }, { limit, after: null });
    for (const { id } of wallets)
      for (const longer of [1, 2, 3, 50])
        expect(firstOf(await lines(id, longer), 1, ({ seq }) => String(seq))).toEqual(await lines(id, 1));
  });

  test("no page goes through a table that grows with the traffic", async () => {
    const id = async (list: string) => {
      const { html } = await opened.get(list);
      return new RegExp(`href="/console(${list}/[^"?]*)"`).exec(html)?.[1] ?? "";
    };
    const lists = ["/charges", "/movements", "/events", "/wallets", "/payouts", "/discrepancies"];
    const paths = [
      "/",
      "/search",
      "/help",
      "/outbox",
      "/trail",
      "/trail?subject=nothing",
      "/trail?request=req_none",
      "/charges.csv?owner=paddle:ctm_abc123",
      "/movements.csv?from=2023-10-01&to=2023-11-01",
      "/events.csv?outcome=parked",
      "/wallets.csv?owner=nobody",
      "/trail.csv",
      "/search?q=nothing",
      "/search?q=chg_000000000000000000000000",
      "/charges?from=2023-10-01&to=2023-11-01",
      "/charges?owner=paddle:ctm_abc123",
      "/charges?customer_ref=ctm_abc123",
      "/charges?invoice_number=3731-10089",
      "/charges?no_owner=true",
      "/charges?waiting_for=document",
      "/charges?provider=stripe&currency=EUR",
      "/charges?reversal=disputed&from=2023-10-01",
      "/events?type=nothing&provider=stripe",
      "/events?dismissed=true",
      "/movements?from=2023-10-01&to=2023-11-01",
      "/movements?ref=nothing",
      "/events?outcome=parked",
      "/outbox?status=pending",
      "/discrepancies?status=open",
      "/accounts",
      "/exports",
      "/audit",
      "/accounts?at=2023-10-18T12:00:00Z&clock=posted",
      "/accounts?line=liabilities:wallet:*:paid&currency=USD",
      "/accounts/revenue:sales?currency=USD",
      "/accounts/revenue:sales?currency=USD&clock=posted&from=2023-01-01",
      ...lists,
      ...(await Promise.all(lists.map(id))),
    ];
    const unseen = pages.map(({ path }) => path).filter((path) => !paths.some(isLike(path)));
    // Forms, of whatever comes first: some say that it is not one for them.
    for (const template of unseen) {
      const [, list = ""] = template.split("/");
      const { body } = await running.get<{ data?: { id: string }[] }>(`/v1/${list}?limit=1`);
      paths.push(template.replace(/:\w+/, encodeURIComponent(body.data?.[0]?.id ?? "none")));
    }
    const scans: string[] = [];
    for (const path of paths) {
      const asked = (
        await listen(async () => {
          const { status } = await opened.get(path);
          const right = unseen.some((template) => isLike(template)(path)) ? [200, 400, 404, 409] : [200];
          expect([path, right]).toEqual([path, expect.arrayContaining([status])]);
        })
      ).filter(({ sql }) => /^\s*(?:select|with)/i.test(sql));
      // As of which entry it is, every page asks.
      expect([path, asked.length > 0]).toEqual([path, true]);
      scans.push(...(await scansOf(running.databaseUrl, asked)).map((scan) => `${path}: ${scan}`));
    }
    expect([...new Set(scans)]).toEqual([]);
  });

  test("no page asks much more than it needs: each query takes a tenth of a millisecond, and on PostgreSQL maybe a way to it", async () => {
    const first = async (list: string) => {
      const { body } = await running.get<{ data?: { id: string }[] }>(`/v1${list}?limit=1`);
      return `${list}/${encodeURIComponent(body.data?.[0]?.id ?? "none")}`;
    };
    const lists = ["/charges", "/movements", "/events", "/wallets", "/payouts", "/discrepancies"];
    const accounts = ["/accounts/revenue:sales?currency=USD", "/accounts/revenue:sales?clock=posted"];
    const ofOne = await Promise.all(lists.map(first));
    const paths = ["/", ...lists, ...ofOne, ...accounts, "/charges?owner=paddle:ctm_abc123", "/outbox"];
    const look = async (path: string) => {
      const asked = await listen(async () => void (await opened.get(path)));
      return asked.filter(({ sql }) => /^\s*(?:select|with)/i.test(sql)).length;
    };
    const many: [path: string, queries: number][] = [];
    for (const path of paths) {
      const most = path === "/" ? 12 : 9;
      let queries = await look(path);
      // What a worker asks at the same time is heard, too.
      for (let again = 0; again < 5 && queries > most; again += 1) queries = await look(path);
      if (queries > most) many.push([path, queries]);
    }
    expect(many).toEqual([]);
  });
});
