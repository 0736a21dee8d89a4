import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import Database from "better-sqlite3";
import pg from "pg";
import { Client } from "undici";
import { readConfig } from "../../src/config.ts";
import { compose } from "../../src/tallyhook.ts";
import { type OpenedConsole, openConsole } from "../console/opened.ts";
import { Visitor } from "../console/visitor.ts";
import { type Engine, engines, removeFreshDatabases } from "../support/engines.ts";
import { sharePostgres, stopSharedPostgres } from "../support/postgres.ts";
import type { Benchmark, BenchmarkOptions, Side } from "./benchmark.ts";
import { fillBooks } from "./fill-books.ts";
import { type ServerProcess, startServer } from "./server-process.ts";
import { benchSecret, SignedEvents } from "./signed-events.ts";

const charges = ({ quick }: BenchmarkOptions) => (quick ? 5_000 : 1_000_000);
const requests = ({ quick }: BenchmarkOptions) => (quick ? 10 : 200);

const scriptAt = (path: string) => fileURLToPath(new URL(path, import.meta.url));

interface Asked {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Books with a history, and a server over them in a process of its own. Each page is asked for as a person would come to it. */
interface Visited {
  readonly databaseUrl: string;
  readonly server: ServerProcess;
  /** Of somebody who has signed in. */
  readonly cookie: string;
  readonly events: SignedEvents;
  /** What each page asks of the database. */
  readonly pages: ReadonlyMap<string, readonly Asked[]>;
  /** Milliseconds for which one turn of the serving thread held it at most, since it was begun to watch. */
  held(): number;
  close(): Promise<void>;
}

async function openBooks(engine: Engine, options: BenchmarkOptions): Promise<Visited> {
  if (engine.name === "postgres") await sharePostgres({ durable: true });
  const databaseUrl = await engine.emptyDatabaseUrl();
  const events = SignedEvents.ofPaddle();
  const password = "of somebody who looks";
  const environment = {
    DATABASE_URL: databaseUrl,
    PORT: "0",
    PADDLE_WEBHOOK_SECRET: benchSecret,
    CONSOLE_USERS: `fiona:finance:${password}`,
    WORKERS: "off",
    LOG_LEVEL: "silent",
  };
  const config = readConfig(environment);
  await fillBooks(databaseUrl, events, { charges: charges(options), open: () => compose(config) });
  const pages = new Map<string, readonly Asked[]>();
  const tallyhook = await compose(config);
  while ((await tallyhook.services.store.addAccountDays(10_000)) > 0);
  const console = await openConsole(tallyhook.services);
  for (const path of await pathsIn(console)) pages.set(path, await askedBy(engine, console, path));
  await console.close();
  await tallyhook.close();
  const folder = await mkdtemp(join(tmpdir(), "tallyhook-bench-"));
  const HELD_FILE = join(folder, "held");
  await writeFile(HELD_FILE, "0");
  const server = await startServer(scriptAt("../../src/cli/main.js"), ["serve"], {
    ...environment,
    HELD_FILE,
    NODE_OPTIONS: `--import=${pathToFileURL(scriptAt("servers/watched.js"))}`,
  });
  const visitor = new Visitor(`${server.origin}/console`);
  await visitor.signIn("fiona", password);
  const cookie = Object.entries(visitor.cookies)
    .map((pair) => pair.join("="))
    .join("; ");
  // What a page asks is prepared, and its thread has begun, before anything is measured.
  for (const path of pages.keys()) await visitor.get(path);
  server.signal("SIGUSR2");
  const held = () => Number(readFileSync(HELD_FILE, "utf8"));
  const close = async () => {
    await server.close();
    await rm(folder, { recursive: true });
    await removeFreshDatabases();
    if (engine.name === "postgres") await stopSharedPostgres();
  };
  return { databaseUrl, server, cookie, events, pages, held, close };
}

async function pathsIn(console: OpenedConsole): Promise<string[]> {
  const first = async (list: string) => {
    const { html } = await console.get(list);
    return new RegExp(`href="/console(${list}/[^"?]*)"`).exec(html)?.[1] ?? list;
  };
  const { html } = await console.get("/charges");
  const [, owner = "nobody"] = /owner=([^"&]+)/.exec(html) ?? [];
  const { html: accounts } = await console.get("/accounts");
  // Nearly every charge posted to it.
  const [, account = "/accounts"] =
    /href="\/console(\/accounts\/assets%3Aprovider%3A[^"?]*%3Abalance)/.exec(accounts) ?? [];
  const [, next = "/charges"] = /rel="next" href="\/console([^"]*)"/.exec(html) ?? [];
  return [
    "/",
    "/charges",
    next.replaceAll("&amp;", "&"),
    `/charges?owner=${owner}`,
    "/charges?month=2026-10",
    "/charges?status=past_due",
    "/charges?invoice_number=none",
    await first("/charges"),
    "/movements",
    "/wallets",
    await first("/wallets"),
    "/accounts",
    `${account}?clock=effective`,
    `${account}?clock=posted`,
    "/payouts",
    "/discrepancies",
    "/events",
    "/events?outcome=parked",
    await first("/events"),
    "/outbox",
    "/trail",
    "/search?q=chg_none",
  ];
}

/** What is asked of the database where the page is made on the thread that serves. */
async function askedBy(engine: Engine, console: OpenedConsole, path: string): Promise<Asked[]> {
  const asked: Asked[] = [];
  const hear = ({ sql, parameters = [] }: Partial<Asked>) => {
    if (sql !== undefined && /^\s*(?:select|with)/i.test(sql)) asked.push({ sql, parameters });
  };
  const stop = listening[engine.name](hear);
  try {
    const { status } = await console.get(path);
    if (status !== 200) throw new Error(`${path} answered ${status}.`);
  } finally {
    stop();
  }
  if (asked.length === 0) throw new Error(`Nothing was heard of what ${path} asks.`);
  return asked;
}

/** A file is read on a thread of its own, which is told what to read. */
const listening: Readonly<Record<Engine["name"], (hear: (asked: Partial<Asked>) => void) => () => void>> = {
  sqlite: (hear) => {
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (this: Worker, message: Partial<Asked>, ...rest: unknown[]) {
      hear(message);
      return postMessage.call(this, message, ...(rest as []));
    };
    return () => {
      Worker.prototype.postMessage = postMessage;
    };
  },
  postgres: (hear) => {
    const { query } = pg.Client.prototype;
    // biome-ignore lint/suspicious/noExplicitAny: it is called in many ways.
    pg.Client.prototype.query = function (this: pg.Client, ...args: any[]) {
      const [first, values] = args;
      hear({ sql: typeof first === "string" ? first : first?.text, parameters: values ?? first?.values });
      return query.apply(this, args as never);
    } as typeof query;
    return () => {
      pg.Client.prototype.query = query;
    };
  },
};

const shared = new Map<Engine, Promise<Visited>>();
const users = new Map<Engine, number>();

/** Both sides look at the same books. */
async function visited(
  engine: Engine,
  options: BenchmarkOptions,
): Promise<{ books: Visited; leave(): Promise<void> }> {
  const opening = shared.get(engine) ?? openBooks(engine, options);
  shared.set(engine, opening);
  users.set(engine, (users.get(engine) ?? 0) + 1);
  const books = await opening;
  const leave = async () => {
    users.set(engine, (users.get(engine) ?? 0) - 1);
    if (users.get(engine) !== 0) return;
    shared.delete(engine);
    await books.close();
  };
  return { books, leave };
}

const p95 = (took: number[]): number =>
  took.sort((a, b) => a - b)[Math.floor(took.length * 0.95)] ?? Number.NaN;
const sum = (all: Iterable<number>): number => [...all].reduce((total, one) => total + one, 0);

/** Each page's p95, and their sum. */
async function eachPage(
  { pages }: Visited,
  options: BenchmarkOptions,
  took: Map<string, number>,
  run: (path: string, asked: readonly Asked[]) => Promise<void>,
): Promise<number> {
  for (const [path, asked] of pages) {
    const each: number[] = [];
    for (let request = 0; request < requests(options); request += 1) {
      const begun = performance.now();
      await run(path, asked);
      each.push(performance.now() - begun);
    }
    took.set(path.replace(/(_|%3A)[\w-]{6,}(~[\w~-]+)?/g, "$1…"), p95(each));
  }
  return sum(took.values());
}

async function served(engine: Engine, options: BenchmarkOptions): Promise<Side> {
  const { books, leave } = await visited(engine, options);
  const { server, cookie } = books;
  const client = new Client(server.origin);
  const took = new Map<string, number>();
  return {
    run: () =>
      eachPage(books, options, took, async (path) => {
        const { statusCode, body } = await client.request({
          method: "GET",
          path: `/console${path}`,
          headers: { cookie },
        });
        const size = (await body.arrayBuffer()).byteLength;
        if (statusCode !== 200 || size > 120 * 1024) throw new Error(`${path}: ${statusCode}, ${size} bytes`);
      }),
    parts: () => Object.fromEntries(took),
    held: books.held,
    close: async () => {
      await client.close();
      await leave();
    },
  };
}

/** Runs a query to its last row, each prepared once. */
interface Queries {
  all(asked: Asked): Promise<void>;
  close(): Promise<void>;
}

const querying: Readonly<Record<Engine["name"], (databaseUrl: string) => Promise<Queries>>> = {
  sqlite: async (databaseUrl) => {
    const database = new Database(databaseUrl.slice("sqlite:".length), { readonly: true });
    database.defaultSafeIntegers(true);
    const prepared = new Map<string, Database.Statement>();
    return {
      all: async ({ sql, parameters }) => {
        const statement = prepared.get(sql) ?? database.prepare(sql);
        prepared.set(sql, statement);
        statement.all(...(parameters as []));
      },
      close: async () => void database.close(),
    };
  },
  postgres: async (databaseUrl) => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    const names = new Map<string, string>();
    return {
      all: async ({ sql, parameters }) => {
        const name = names.get(sql) ?? `page ${names.size}`;
        names.set(sql, name);
        await client.query({ name, text: sql, values: parameters as unknown[] });
      },
      close: () => client.end(),
    };
  },
};

async function queried(engine: Engine, options: BenchmarkOptions): Promise<Side> {
  const { books, leave } = await visited(engine, options);
  const queries = await querying[engine.name](books.databaseUrl);
  const took = new Map<string, number>();
  return {
    run: () =>
      eachPage(books, options, took, async (_, asked) => {
        for (const one of asked) await queries.all(one);
      }),
    parts: () => Object.fromEntries(took),
    close: async () => {
      await queries.close();
      await leave();
    },
  };
}

const webhooks = ({ quick }: BenchmarkOptions) => (quick ? 100 : 2_000);
const warming = 20;
const everyMilliseconds = 5;

/** Webhooks that come in one after the other, whatever becomes of those before; with pages, twenty of them a second. */
async function webhookLatency(engine: Engine, options: BenchmarkOptions, withPages: boolean): Promise<Side> {
  const { books, leave } = await visited(engine, options);
  return {
    run: async () => {
      // The first ones prepare what all the others use: of a hundred, the slowest would be one of them.
      for (let warm = 0; warm < warming; warm += 1) await postOne(books.server.origin, books.events);
      const stopping = new AbortController();
      const looking = withPages ? lookAround(books, stopping.signal) : Promise.resolve();
      const took: number[] = [];
      const sent: Promise<void>[] = [];
      for (let index = 0; index < webhooks(options); index += 1) {
        sent.push(
          postOne(books.server.origin, books.events).then((milliseconds) => void took.push(milliseconds)),
        );
        await pause(everyMilliseconds);
      }
      await Promise.all(sent);
      stopping.abort();
      await looking;
      took.sort((a, b) => a - b);
      return took[Math.floor(took.length * 0.99)] ?? Number.NaN;
    },
    close: leave,
  };
}

async function postOne(origin: string, events: SignedEvents): Promise<number> {
  const { body, signature } = events.next();
  const begun = performance.now();
  const answer = await fetch(`${origin}/webhooks/paddle`, {
    method: "POST",
    headers: { [events.provider.signatureHeader]: signature },
    body: Buffer.from(body),
  });
  if (!(await answer.text()).includes('"applied"'))
    throw new Error(`A webhook was answered ${answer.status}.`);
  return performance.now() - begun;
}

const pagesASecond = 20;

async function lookAround({ server, cookie, pages }: Visited, stopping: AbortSignal): Promise<void> {
  const all = [...pages.keys()];
  const asked: Promise<unknown>[] = [];
  for (let index = 0; !stopping.aborted; index += 1) {
    const page = fetch(`${server.origin}/console${all[index % all.length] ?? "/"}`, { headers: { cookie } });
    asked.push(page.then((response) => response.arrayBuffer()));
    await pause(1_000 / pagesASecond);
  }
  await Promise.all(asked);
}

export const consoleBenchmarks: readonly Benchmark[] = engines.flatMap((engine) => {
  const on = engine.name === "sqlite" ? "" : `_${engine.name}`;
  return [
    {
      name: `console_pages${on}`,
      unit: "ms, p95, all pages",
      n: requests,
      ours: (options) => served(engine, options),
      baseline: (options) => queried(engine, options),
    },
    {
      name: `console_beside_webhooks${on}`,
      unit: "ms, p99",
      n: webhooks,
      ours: (options) => webhookLatency(engine, options, true),
      baseline: (options) => webhookLatency(engine, options, false),
    },
  ];
});
