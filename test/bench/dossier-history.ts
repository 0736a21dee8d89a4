import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../../src/config.ts";
import { systemClock } from "../../src/domain/time.ts";
import { paddle } from "../../src/providers/paddle/paddle.ts";
import { receive } from "../../src/services/inbox/receive.ts";
import { type Composition, compose } from "../../src/tallyhook.ts";
import { projectRoot } from "../support/project-root.ts";
import type { Benchmark, BenchmarkOptions, Side } from "./benchmark.ts";
import { benchSecret } from "./signed-events.ts";

const read = (path: string) => JSON.parse(readFileSync(join(projectRoot, "fixtures/paddle", path), "utf8"));
const completed = read("transaction.completed/top-up.json");
const adjusted = read("adjustment.created/refund-one-line.json");

/** What a charge was told before: so many snapshots of the same document, and so many refunds of a cent each. */
interface History {
  readonly snapshots: number;
  readonly movements: number;
}

const measured = ({ quick }: BenchmarkOptions) => (quick ? 4 : 20);
const inFlight = 64;

/**
 * How long the next event of a charge takes that was told of a thousand times, of the same objects; the baseline is one that
 * was told of ten times. Each has twenty refunds.
 */
const dossierHistory: Benchmark = {
  name: "dossier_history",
  unit: "ms/event",
  n: measured,
  ours: (options) => nextEvents({ snapshots: options.quick ? 100 : 1_000, movements: 20 }, options),
  baseline: (options) => nextEvents({ snapshots: 10, movements: 20 }, options),
};

/** The same of a charge with a thousand refunds, each in a quarter of an hour of its own; the baseline has a hundred. */
const dossierMovements: Benchmark = {
  name: "dossier_movements",
  unit: "ms/event",
  n: measured,
  ours: (options) => nextEvents({ snapshots: 1, movements: options.quick ? 100 : 1_000 }, options),
  baseline: (options) => nextEvents({ snapshots: 1, movements: options.quick ? 10 : 100 }, options),
};

export const dossierBenchmarks: readonly Benchmark[] = [dossierHistory, dossierMovements];

/** One event after the other, each of a charge with that history: it is told of by one event in a run. */
async function nextEvents(history: History, options: BenchmarkOptions): Promise<Side> {
  const folder = mkdtempSync(join(tmpdir(), "tallyhook-bench-"));
  const databaseUrl = `sqlite:${join(folder, "books.db")}`;
  const environment = { DATABASE_URL: databaseUrl, PADDLE_WEBHOOK_SECRET: benchSecret, LOG_LEVEL: "silent" };
  const tallyhook = await compose(readConfig(environment));
  const charges = Array.from({ length: 4 }, (_, index) => new ToldOften(tallyhook, index));
  for (const charge of charges) await charge.begin(history);
  return {
    run: async () => {
      const n = measured(options);
      const begin = performance.now();
      for (let event = 0; event < n; event++) await (charges[event % charges.length] as ToldOften).tell();
      return (performance.now() - begin) / n;
    },
    close: async () => {
      await tallyhook.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** One charge, and what is told of it from hour to hour. */
class ToldOften {
  readonly #tallyhook: Composition;
  readonly #index: number;
  #events = 0;

  constructor(tallyhook: Composition, index: number) {
    this.#tallyhook = tallyhook;
    this.#index = index;
  }

  async begin({ snapshots, movements }: History): Promise<void> {
    await this.tell();
    const events = [
      ...Array.from({ length: movements }, () => () => this.#deliver(this.#refund())),
      ...Array.from({ length: snapshots - 1 }, () => () => this.tell()),
    ];
    for (let start = 0; start < events.length; start += inFlight)
      await Promise.all(events.slice(start, start + inFlight).map((deliver) => deliver()));
  }

  /** A snapshot of its document, with words in it that change. */
  tell(): Promise<void> {
    const { event_type, ...event } = this.#next(completed);
    const type = this.#events === 1 ? event_type : "transaction.updated";
    const data = { ...completed.data, custom_data: { told: this.#events } };
    return this.#deliver({ ...event, event_type: type, data: this.#own(data) });
  }

  #refund() {
    const { data } = adjusted;
    const cent = { fee: "0", tax: "0", total: "1", subtotal: "1", earnings: "1" };
    const id = `adj_bench_${this.#index}_${this.#events}`;
    const totals = { ...data.totals, ...cent };
    const items = [
      {
        ...data.items[0],
        id: `${id}_item`,
        amount: "1",
        totals: { tax: "0", total: "1", subtotal: "1" },
        item_id: completed.data.details.line_items[0].id,
      },
    ];
    const own = { id, items, totals, payout_totals: totals, tax_rates_used: [] };
    const { customer_id, id: transaction_id } = completed.data;
    return {
      ...this.#next(adjusted),
      data: this.#own({ ...data, ...own, customer_id, transaction_id }),
    };
  }

  #next(event: object): Record<string, unknown> {
    this.#events += 1;
    const occurred_at = new Date(Date.UTC(2026, 2, 1, this.#events)).toISOString();
    return { ...event, event_id: `evt_bench_${this.#index}_${this.#events}`, occurred_at };
  }

  #own(data: object): object {
    const { id } = completed.data;
    return JSON.parse(JSON.stringify(data).replaceAll(id, `${id}_${this.#index}`));
  }

  async #deliver(event: object): Promise<void> {
    const body = Buffer.from(JSON.stringify(event));
    const receivedAt = systemClock.now();
    const signature = paddle.sign(body, { secret: benchSecret, at: receivedAt });
    const received = await receive(this.#tallyhook.services, {
      provider: "paddle",
      body,
      signature,
      receivedAt,
    });
    if (received.kind !== "accepted" || received.outcome !== "applied")
      throw new Error(JSON.stringify(received));
  }
}
