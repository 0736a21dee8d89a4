import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import Database from "better-sqlite3";
import { Client } from "undici";
import { readConfig } from "../../src/config.ts";
import { type Composition, compose } from "../../src/tallyhook.ts";
import { type OpenedConsole, openConsole } from "../console/opened.ts";
import type { Benchmark, BenchmarkOptions, Side } from "./benchmark.ts";
import { fillBooks } from "./fold-history.ts";
import { benchSecret, SignedEvents } from "./signed-events.ts";

const charges = ({ quick }: BenchmarkOptions) => (quick ? 20_000 : 1_000_000);
const requests = ({ quick }: BenchmarkOptions) => (quick ? 10 : 200);

interface Asked {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Books with a history, and the console over them. Each page is asked for as a person would come to it. */
interface Visited {
  readonly file: string;
  readonly tallyhook: Composition;
  readonly console: OpenedConsole;
  readonly events: SignedEvents;
  /** What each page asks of the database. */
  readonly pages: ReadonlyMap<string, readonly Asked[]>;
  close(): Promise<void>;
}

async function openBooks(options: BenchmarkOptions): Promise<Visited> {
  const folder = mkdtempSync(join(tmpdir(), "tallyhook-bench-"));
  const file = join(folder, "books.db");
  const events = SignedEvents.ofPaddle();
  const config = readConfig({
    DATABASE_URL: `sqlite:${file}`,
    PORT: "0",
    PADDLE_WEBHOOK_SECRET: benchSecret,
    LOG_LEVEL: "silent",
  });
  await fillBooks(file, events, { charges: charges(options), open: () => compose(config) });
  const tallyhook = await compose(config);
  const console = await openConsole(tallyhook.services);
  const pages = new Map<string, readonly Asked[]>();
  for (const path of await pathsIn(console)) pages.set(path, await askedBy(console, path));
  const close = async () => {
    await console.close();
    await tallyhook.close();
    rmSync(folder, { recursive: true });
  };
  return { file, tallyhook, console, events, pages, close };
}

async function pathsIn(console: OpenedConsole): Promise<string[]> {
  const first = async (list: string) => {
    const { html } = await console.get(list);
    return new RegExp(`href="/console(${list}/[^"?]*)"`).exec(html)?.[1] ?? list;
  };
  const { html } = await console.get("/charges");
  const [, owner = "nobody"] = /owner=([^"&]+)/.exec(html) ?? [];
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

/** Pages of SQLite are read on a thread of their own, which is told what to read. */
async function askedBy(console: OpenedConsole, path: string): Promise<Asked[]> {
  const asked: Asked[] = [];
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (this: Worker, message: Partial<Asked>, ...rest: unknown[]) {
    const { sql, parameters = [] } = message;
    if (sql !== undefined && /^\s*(?:select|with)/i.test(sql)) asked.push({ sql, parameters });
    return postMessage.call(this, message, ...(rest as []));
  };
  try {
    const { status } = await console.get(path);
    if (status !== 200) throw new Error(`${path} answered ${status}.`);
  } finally {
    Worker.prototype.postMessage = postMessage;
  }
  if (asked.length === 0) throw new Error(`Nothing was heard of what ${path} asks.`);
  return asked;
}

let shared: Promise<Visited> | undefined;
let users = 0;

/** Both sides look at the same books. */
async function visited(options: BenchmarkOptions): Promise<{ books: Visited; leave(): Promise<void> }> {
  shared ??= openBooks(options);
  users += 1;
  const books = await shared;
  const leave = async () => {
    users -= 1;
    if (users > 0) return;
    shared = undefined;
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

async function served(options: BenchmarkOptions): Promise<Side> {
  const { books, leave } = await visited(options);
  const { origin } = new URL(books.console.url);
  const client = new Client(origin);
  const took = new Map<string, number>();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  return {
    run: async () => {
      delay.enable();
      const total = await eachPage(books, options, took, async (path) => {
        const { statusCode, body } = await client.request({
          method: "GET",
          path: `/console${path}`,
          headers: { "x-role": "finance" },
        });
        const size = (await body.arrayBuffer()).byteLength;
        if (statusCode !== 200 || size > 120 * 1024) throw new Error(`${path}: ${statusCode}, ${size} bytes`);
      });
      delay.disable();
      return total;
    },
    parts: () => Object.fromEntries(took),
    held: () => delay.max / 1e6,
    close: async () => {
      await client.close();
      await leave();
    },
  };
}

async function queried(options: BenchmarkOptions): Promise<Side> {
  const { books, leave } = await visited(options);
  const database = new Database(books.file, { readonly: true });
  database.defaultSafeIntegers(true);
  const took = new Map<string, number>();
  const prepared = new Map<string, Database.Statement>();
  const statement = (sql: string) => {
    const known = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  return {
    run: () =>
      eachPage(books, options, took, async (_, asked) => {
        for (const { sql, parameters } of asked) statement(sql).all(...(parameters as []));
      }),
    parts: () => Object.fromEntries(took),
    close: async () => {
      database.close();
      await leave();
    },
  };
}

const webhooks = ({ quick }: BenchmarkOptions) => (quick ? 100 : 2_000);
const everyMilliseconds = 5;

/** Webhooks that come in one after the other, whatever becomes of those before; with pages, twenty of them a second. */
async function webhookLatency(options: BenchmarkOptions, withPages: boolean): Promise<Side> {
  const { books, leave } = await visited(options);
  const server = await books.tallyhook.listen();
  return {
    run: async () => {
      const stopping = new AbortController();
      const looking = withPages ? lookAround(books, stopping.signal) : Promise.resolve();
      const took: number[] = [];
      const sent: Promise<void>[] = [];
      for (let index = 0; index < webhooks(options); index += 1) {
        sent.push(postOne(server.url, books.events).then((milliseconds) => void took.push(milliseconds)));
        await pause(everyMilliseconds);
      }
      await Promise.all(sent);
      stopping.abort();
      await looking;
      took.sort((a, b) => a - b);
      return took[Math.floor(took.length * 0.99)] ?? Number.NaN;
    },
    close: async () => {
      await server.stop();
      await leave();
    },
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

async function lookAround({ console, pages }: Visited, stopping: AbortSignal): Promise<void> {
  const all = [...pages.keys()];
  const asked: Promise<unknown>[] = [];
  for (let index = 0; !stopping.aborted; index += 1) {
    asked.push(console.get(all[index % all.length] ?? "/"));
    await pause(1_000 / pagesASecond);
  }
  await Promise.all(asked);
}

export const consoleBenchmarks: readonly Benchmark[] = [
  {
    name: "console_pages",
    unit: "ms, p95, all pages",
    n: requests,
    ours: served,
    baseline: queried,
  },
  {
    name: "console_beside_webhooks",
    unit: "ms, p99",
    n: webhooks,
    ours: (options) => webhookLatency(options, true),
    baseline: (options) => webhookLatency(options, false),
  },
];
