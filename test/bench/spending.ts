import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import pg from "pg";
import { readConfig } from "../../src/config.ts";
import type { UsageId, WalletId } from "../../src/domain/ids.ts";
import { defaultTerms } from "../../src/services/charges/read-policy.ts";
import type { Services } from "../../src/services/services.ts";
import { grantByHand } from "../../src/services/spending/book-by-hand.ts";
import { type BalanceQuestion, enoughBalance } from "../../src/services/spending/enough-balance.ts";
import { recordUsage, type UsageEvent } from "../../src/services/spending/usage.ts";
import { openWallet } from "../../src/services/spending/wallets.ts";
import { compose } from "../../src/tallyhook.ts";
import { engines, removeFreshDatabases } from "../support/engines.ts";
import { sharePostgres, startPostgres, stopSharedPostgres } from "../support/postgres.ts";
import type { Benchmark, Side } from "./benchmark.ts";

type EngineName = "sqlite" | "postgres";

const meters = [
  { key: "calls", prices: { USD: "1" }, from: null },
  { key: "tokens", prices: { USD: "0.0381" }, from: null },
];
const silent = { info: () => {}, warn: () => {}, error: () => {} };
const clients = 64;
const scaled =
  (full: number) =>
  ({ quick }: { quick: boolean }) =>
    quick ? full / 20 : full;
const nameOf = (run: number, index: number) => `req_${run}_${index}` as UsageId;

/** The same usage in batches of a thousand; the baseline puts the same rows through one prepared insert. */
const usageBulk: Benchmark = {
  name: "usage_bulk",
  unit: "events/s",
  n: scaled(40_000),
  ours: (options) =>
    ourSide("sqlite", 1, async (services, run, [wallet]) => {
      const n = scaled(40_000)(options);
      for (let start = 0; start < n; start += 1_000)
        await applied(services, batchOf(run, start, wallet as WalletId));
      return n;
    }),
  baseline: async (options) => preparedInsert(scaled(40_000)(options)),
};

/** Debits of one unit of usage each, by 64 at once, of one wallet or of a thousand. */
function debits(name: string, engine: EngineName, wallets: number): Benchmark {
  return {
    name: `${name}_${engine}`,
    unit: "debits/s",
    n: scaled(10_000),
    ours: (options) =>
      ourSide(engine, wallets, (services, run, ids) =>
        inParallel(scaled(10_000)(options), (index) =>
          applied(services, [usageOf(nameOf(run, index), ids[index % ids.length] as WalletId)]),
        ),
      ),
    baseline: async (options) =>
      engine === "sqlite"
        ? conditionalUpdate(scaled(1_000)(options), wallets)
        : conditionalUpdateInPostgres(scaled(1_000)(options), wallets),
  };
}

/** Asked in process; the baseline is one prepared point read. */
const enoughBalanceCall: Benchmark = {
  name: "enough_balance_call",
  unit: "calls/s",
  n: scaled(40_000),
  ours: (options) =>
    ourSide("sqlite", 1, async (services, _run, [wallet]) => {
      const n = scaled(40_000)(options);
      const wanted = { meter: "tokens", quantity: 1_200 };
      for (let index = 0; index < n; index++)
        await askOnce(services, { payer: { walletId: wallet as WalletId }, wanted, currency: null });
      return n;
    }),
  baseline: async (options) => pointRead(scaled(40_000)(options)),
};

export const spendingBenchmarks: readonly Benchmark[] = [
  usageBulk,
  enoughBalanceCall,
  debits("debit_hot_wallet", "sqlite", 1),
  debits("debit_hot_wallet", "postgres", 1),
  debits("debit_many_wallets", "sqlite", 1_000),
  debits("debit_many_wallets", "postgres", 1_000),
];

function usageOf(id: UsageId, wallet: WalletId): UsageEvent {
  return { id, payer: { walletId: wallet }, meter: "calls", quantity: 1, currency: null, occurredAt: null };
}

function batchOf(run: number, start: number, wallet: WalletId): UsageEvent[] {
  return Array.from({ length: 1_000 }, (_, index) => usageOf(nameOf(run, start + index), wallet));
}

/** @throws if any of it is not applied: how fast usage is refused says nothing */
async function applied(services: Services, events: readonly UsageEvent[]): Promise<void> {
  const results = await recordUsage(services, events);
  const other = results.find(({ outcome }) => outcome !== "applied");
  if (other !== undefined) throw new Error(`Usage was not applied: ${JSON.stringify(other)}`);
}

/** @throws if the answer is not yes */
async function askOnce(services: Services, question: BalanceQuestion): Promise<void> {
  const answer = await enoughBalance(services, question);
  if (answer.kind === "answer" && answer.enough) return;
  throw new Error(`There is not enough: ${answer.kind === "refused" ? answer.reason : answer.shortfall}`);
}

async function inParallel(n: number, one: (index: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const client = async () => {
    while (next < n) await one(next++);
  };
  await Promise.all(Array.from({ length: clients }, client));
  return n;
}

/** Our services on a fresh database with wallets full of value; `work` gives how often it did what is counted. */
async function ourSide(
  engineName: EngineName,
  count: number,
  work: (services: Services, run: number, wallets: readonly WalletId[]) => Promise<number>,
): Promise<Side> {
  if (engineName === "postgres") await sharePostgres();
  const engine = engines.find(({ name }) => name === engineName);
  if (engine === undefined) throw new Error(`No engine ${engineName}.`);
  const config = readConfig({ DATABASE_URL: await engine.freshDatabaseUrl() });
  const tallyhook = await compose({ ...config, policy: { ...defaultTerms, meters } }, { logger: silent });
  const wallets = await Promise.all(
    Array.from({ length: count }, (_, index) => fullWallet(tallyhook.services, index)),
  );
  let run = 0;
  return sideOf(
    () => work(tallyhook.services, run++, wallets),
    async () => {
      await tallyhook.close();
      await removeFreshDatabases();
      if (engineName === "postgres") await stopSharedPostgres();
    },
  );
}

async function fullWallet(services: Services, index: number): Promise<WalletId> {
  const owner = `owner_${index}`;
  const {
    wallet: { id },
  } = await openWallet(services, { owner, currency: "USD" });
  const terms = { kind: "paid", source: "bank", priority: 0, expiresAt: null } as const;
  await grantByHand(services, { walletId: id, amount: 10n ** 12n, reason: "benchmark", ...terms });
  return id;
}

async function perSecond(work: () => Promise<number> | number): Promise<number> {
  const begin = performance.now();
  const count = await work();
  return (count * 1_000) / (performance.now() - begin);
}

/** What is done in this process, with the CPU that it took; only where both sides do the same number. */
function sideOf(work: () => Promise<number> | number, close: () => Promise<void>): Side {
  let cpu: number | undefined;
  return {
    run: async () => {
      const before = process.cpuUsage();
      const rate = await perSecond(work);
      const { user, system } = process.cpuUsage(before);
      cpu = user + system;
      return rate;
    },
    cpu: () => cpu,
    close,
  };
}

function preparedInsert(n: number): Side {
  const { database, close } = plainDatabase(
    "create table usage (id text primary key, wallet integer, cost text, requested integer, at integer) strict",
  );
  const insert = database.prepare("insert into usage values (?, ?, ?, ?, ?)");
  const batch = database.transaction((run: number, start: number) => {
    for (let index = start; index < start + 1_000; index++) insert.run(nameOf(run, index), 1, "1", 1, index);
  });
  let run = 0;
  return sideOf(() => {
    for (let start = 0; start < n; start += 1_000) batch(run, start);
    run += 1;
    return n;
  }, close);
}

/** What a debit could cost at least: one conditional update, one commit. */
function conditionalUpdate(n: number, wallets: number): Side {
  const { database, close } = plainDatabase(
    "create table wallets (id integer primary key, balance integer) strict",
  );
  const insert = database.prepare("insert into wallets values (?, 1000000000)");
  for (let id = 0; id < wallets; id++) insert.run(id);
  const debit = database.prepare("update wallets set balance = balance - 1 where id = ? and balance >= 1");
  return {
    run: () =>
      perSecond(() => {
        for (let index = 0; index < n; index++) debit.run(index % wallets);
        return n;
      }),
    close,
  };
}

/** The same on a PostgreSQL of its own, by as many clients at once, on sixteen connections. */
async function conditionalUpdateInPostgres(n: number, wallets: number): Promise<Side> {
  const server = await startPostgres();
  const pool = new pg.Pool({ connectionString: server.url, max: 16 });
  // It has ended before its connections have: the server that stops then may still say so to one of them.
  pool.on("error", () => {});
  await pool.query("create table wallets (id bigint primary key, balance bigint not null)");
  await pool.query("insert into wallets select id, 1000000000 from generate_series(0, $1::bigint - 1) id", [
    wallets,
  ]);
  const debit = {
    name: "debit",
    text: "update wallets set balance = balance - 1 where id = $1 and balance >= 1",
  };
  return {
    run: () => perSecond(() => inParallel(n, (index) => pool.query({ ...debit, values: [index % wallets] }))),
    close: async () => {
      await pool.end();
      await server.stop();
    },
  };
}

function pointRead(n: number): Side {
  const { database, close } = plainDatabase(
    "create table wallets (id text primary key, balance integer, held integer, seq integer) strict",
  );
  database.exec("insert into wallets values ('wal_1', 5000, 0, 1)");
  const read = database.prepare("select * from wallets where id = ?");
  return sideOf(() => {
    for (let index = 0; index < n; index++) read.get("wal_1");
    return n;
  }, close);
}

function plainDatabase(schema: string) {
  const folder = mkdtempSync(join(tmpdir(), "tallyhook-bench-"));
  const database = new Database(join(folder, "plain.db"));
  database.pragma("journal_mode = wal");
  database.pragma("synchronous = full");
  database.exec(schema);
  const close = async () => {
    database.close();
    rmSync(folder, { recursive: true });
  };
  return { database, close };
}
