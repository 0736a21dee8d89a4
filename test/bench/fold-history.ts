import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { readConfig } from "../../src/config.ts";
import { systemClock } from "../../src/domain/time.ts";
import { receive } from "../../src/services/inbox/receive.ts";
import { type Composition, compose } from "../../src/tallyhook.ts";
import type { Benchmark, BenchmarkOptions, Side } from "./benchmark.ts";
import { benchSecret, SignedEvents } from "./signed-events.ts";

const inFlight = 64;
const measured = ({ quick }: BenchmarkOptions) => (quick ? 500 : 4_000);
/** One of each customer. */
const seeds = 1_000;

/**
 * What the next event costs the server's process, with so many charges stored; the baseline has ten thousand. `bytes` is
 * what went through the write-ahead log.
 */
export const foldHistory: Benchmark = {
  name: "fold_history",
  unit: "µs of CPU",
  n: measured,
  ours: (options) => nextEvents(options.quick ? 50_000 : 1_000_000, options),
  baseline: (options) => nextEvents(10_000, options),
};

async function nextEvents(charges: number, options: BenchmarkOptions): Promise<Side> {
  const folder = mkdtempSync(join(tmpdir(), "tallyhook-bench-"));
  const file = join(folder, "books.db");
  const events = SignedEvents.ofPaddle();
  const open = () =>
    compose(
      readConfig({
        DATABASE_URL: `sqlite:${file}`,
        PADDLE_WEBHOOK_SECRET: benchSecret,
        LOG_LEVEL: "silent",
      }),
    );
  await fillBooks(file, events, { charges, open });
  const tallyhook = await open();
  const reader = new Database(file);
  let bytes = 0;
  return {
    run: async () => {
      reader.pragma("wal_checkpoint(truncate)");
      reader.exec("begin");
      reader.prepare("select count(*) from events where no < 0").get();
      const before = process.cpuUsage();
      await deliver(tallyhook, events, measured(options));
      const { user, system } = process.cpuUsage(before);
      reader.exec("commit");
      bytes = statSync(`${file}-wal`).size / measured(options);
      return (user + system) / measured(options);
    },
    bytes: () => bytes,
    close: async () => {
      reader.close();
      await tallyhook.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Stores a thousand charges as they are received, and then as many again until there are so many. */
export async function fillBooks(
  file: string,
  events: SignedEvents,
  { charges, open }: { readonly charges: number; open(): Promise<Composition> },
): Promise<void> {
  const seeding = await open();
  await deliver(seeding, events, seeds);
  await seeding.close();
  multiply(file, charges / seeds);
}

async function deliver({ services }: Composition, events: SignedEvents, count: number): Promise<void> {
  const signed = Array.from({ length: count }, () => events.next());
  const client = async () => {
    for (let event = signed.pop(); event !== undefined; event = signed.pop()) {
      const delivery = { provider: "paddle", ...event, receivedAt: systemClock.now() } as const;
      const received = await receive(services, delivery);
      if (received.kind !== "accepted" || received.outcome !== "applied")
        throw new Error(JSON.stringify(received));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, client));
}

/**
 * Stores what is there again and again, under numbers and names of its own: as many events, charges, entries and lines as if all
 * had been received, but for the bytes of the bodies.
 */
function multiply(file: string, times: number): void {
  const database = new Database(file);
  database.pragma("synchronous = off");
  database.pragma("foreign_keys = off");
  database.pragma("cache_size = -400000");
  const { next: stride } = database.prepare("select next from numbers").get() as { next: number };
  const again = (table: string, changed: Readonly<Record<string, string>>) => {
    const columns = (database.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name);
    const values = columns.map((column) => changed[column] ?? column);
    database
      .prepare(
        `insert into ${table} (${columns}) select ${values} from ${table} join times where true on conflict do nothing`,
      )
      .run();
  };
  const moved = (column: string) => ({ [column]: `${column} + n * ${stride}` });
  const renamed = (column: string) => ({ [column]: `${column} || 'x' || n` });
  const random = (prefix: string) => `'${prefix}_' || lower(hex(randomblob(12)))`;
  database.transaction(() => {
    database.exec(
      `create temp table times as with recursive k(n) as (select 1 union all select n + 1 from k where n < ${times - 1}) select n from k`,
    );
    again("events", {
      ...moved("no"),
      ...renamed("id"),
      ...renamed("provider_event_id"),
      body: "x'7b7d'",
    });
    again("charges", { ...moved("no"), ...renamed("ref"), id: random("chg") });
    again("facts", { ...moved("subject_no"), ...moved("event_no"), body: "'{}'" });
    again("claims", renamed("name"));
    again("entries", { ...moved("no"), ...moved("charge_no"), ...moved("event_no") });
    again("postings", moved("entry_no"));
    again("wallet_lines", {
      seq: "seq + n",
      ...moved("charge_no"),
      ...moved("entry_no"),
      ...moved("event_no"),
    });
    again("lots", { ordinal: "ordinal + n", ...moved("charge_no"), remaining: "0" });
    again("outbox", { ...moved("no"), status: "'delivered'" });
    database.exec(`update wallets set seq = seq + ${times - 1}, lot_count = lot_count + ${times - 1}`);
    database.exec(`update numbers set next = ${stride} * ${times}`);
  })();
  database.exec("analyze");
  database.close();
}
