import { hash, timingSafeEqual } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Router } from "express";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { providerNames } from "../domain/ids.ts";
import { type Instant, toUnixMilliseconds } from "../domain/time.ts";
import { version } from "../services/kit/version.ts";
import { type CommittedBatch, type Standing, sharedStanding } from "../services/reconciling/standing.ts";
import type { Services } from "../services/services.ts";
import type { WrongKeyCode } from "./kit/api-keys.ts";
import { bearerOf, unauthenticated } from "./kit/authentication.ts";
import type { AnsweredDelivery, DeliveryObserver } from "./webhook-handler.ts";

/** What Prometheus may ask for. `docs/alarms.md` says what to watch of it. */
export class Metrics {
  readonly registry = new Registry();
  readonly #registers = [this.registry];
  #last: Promise<unknown> = Promise.resolve();
  #pausedUntil = 0;
  #next: Promise<string> | undefined;

  readonly #deliveries = new Counter({
    name: "tallyhook_webhook_deliveries_total",
    help: "Deliveries by provider and answer: an outcome, or a problem's code.",
    labelNames: ["provider", "result"],
    registers: this.#registers,
  });
  readonly #deliverySeconds = new Histogram({
    name: "tallyhook_webhook_duration_seconds",
    help: "From a delivery's first byte to its answer; stored: its event is durable.",
    labelNames: ["provider", "answer"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: this.#registers,
  });
  readonly #batchSize = new Histogram({
    name: "tallyhook_write_batch_size",
    help: "How many works were committed together.",
    buckets: [1, 2, 4, 8, 16, 32, 64],
    registers: this.#registers,
  });
  readonly #batchSeconds = new Histogram({
    name: "tallyhook_write_batch_duration_seconds",
    help: "From the beginning of a batch to the end of its commit.",
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: this.#registers,
  });
  readonly #debits = new Counter({
    name: "tallyhook_wallet_debits_total",
    help: "Usage and debits that wallets were asked to pay; uncovered: not all of it.",
    labelNames: ["result"],
    registers: this.#registers,
  });
  readonly #debited = new Counter({
    name: "tallyhook_wallet_debited_minor_units_total",
    help: "What of usage and debits wallets paid, and what nobody did, in minor units of the currency.",
    labelNames: ["currency", "part"],
    registers: this.#registers,
  });

  readonly #wrongKeys = new Counter({
    name: "tallyhook_wrong_api_keys_total",
    help: "Requests with a key that is none, by the problem's code: unauthenticated, or rate_limited after many of one address.",
    labelNames: ["code"],
    registers: this.#registers,
  });

  constructor() {
    for (const result of ["covered", "uncovered"]) this.#debits.inc({ result }, 0);
  }

  readonly observeDelivery: DeliveryObserver = ({ provider, answered, milliseconds }: AnsweredDelivery) => {
    const isStored = answered.kind === "accepted";
    const result = isStored ? answered.outcome : answered.code;
    const answer = isStored ? "stored" : result === "storage_unavailable" ? "not_stored" : "refused";
    this.#deliveries.inc({ provider, result });
    this.#deliverySeconds.observe({ provider, answer }, milliseconds / 1000);
  };

  readonly observeWrongKey = (code: WrongKeyCode): void => this.#wrongKeys.inc({ code });

  readonly observeBatch = ({ works, milliseconds, debits }: CommittedBatch): void => {
    const { load, decide, save, commit } = milliseconds;
    this.#batchSize.observe(works);
    this.#batchSeconds.observe((load + decide + save + commit) / 1000);
    for (const { currency, covered, uncovered } of debits) {
      this.#debits.inc({ result: uncovered > 0n ? "uncovered" : "covered" });
      this.#debited.inc({ currency, part: "covered" }, Number(covered));
      this.#debited.inc({ currency, part: "uncovered" }, Number(uncovered));
    }
  };

  /** Adds what is asked of the program when somebody looks: of the books only what {@link sharedStanding} counted. */
  watch(services: Services): void {
    const registers = this.#registers;
    new Gauge({
      name: "tallyhook_build_info",
      help: "1, with what runs.",
      labelNames: ["version", "engine", "node"],
      registers,
    }).set({ version: version(), engine: services.store.engine, node: process.version }, 1);
    new Gauge({
      name: "tallyhook_write_queue_depth",
      help: "Works that wait to be stored.",
      registers,
      collect() {
        this.set(services.store.queueDepth());
      },
    });
    this.#watchBooks(services);
  }

  #watchBooks(services: Services): void {
    const standing = sharedStanding(services);
    const gauge = <Label extends string>(
      name: string,
      help: string,
      labelNames: readonly Label[],
      valuesOf: (standing: Standing) => readonly (readonly [labels: Record<Label, string>, value: number])[],
    ) =>
      new Gauge({
        name,
        help,
        labelNames,
        registers: this.#registers,
        // Without a database there are no figures.
        async collect() {
          const counted = await standing();
          this.reset();
          // Without labels resetting makes it 0, which would be a figure.
          if (labelNames.length === 0) this.remove();
          for (const [labels, value] of counted === null ? [] : valuesOf(counted))
            this.set(labels as never, value);
        },
      });
    new Gauge({
      name: "tallyhook_database_up",
      help: "Whether the database answered when the books were last counted.",
      registers: this.#registers,
      async collect() {
        this.set((await standing()) === null ? 0 : 1);
      },
    });
    gauge("tallyhook_events", "Events that are not done with, by outcome.", ["outcome"], ({ events }) =>
      openOutcomes.map((outcome) => [
        { outcome },
        Number(events.find(({ name }) => name === outcome)?.count ?? 0n),
      ]),
    );
    gauge(
      "tallyhook_events_oldest_seconds",
      "Since the oldest of them was received; 0 if there is none.",
      ["outcome"],
      ({ events, at }) =>
        openOutcomes.map((outcome) => [
          { outcome },
          secondsSince(events.find(({ name }) => name === outcome)?.oldestAt, at),
        ]),
    );
    gauge(
      "tallyhook_events_unreadable",
      "Of the parked events, those parked for what is in them, by the version of the API that they were sent at.",
      ["provider", "api_version"],
      ({ unreadable }) =>
        unreadable.map(({ provider, apiVersion, count }) => [
          { provider, api_version: apiVersion ?? "" },
          Number(count),
        ]),
    );
    gauge(
      "tallyhook_discrepancies_open",
      "Open discrepancies, by days since what they are about was due.",
      ["age"],
      ({ discrepancies }) => Object.entries(discrepancies.counts).map(([age, count]) => [{ age }, count]),
    );
    gauge(
      "tallyhook_outbox_messages",
      "Messages for the app that are not delivered: pending, or given up after three days (dead).",
      ["status"],
      ({ outbox }) => [
        [{ status: "pending" }, outbox.pending],
        [{ status: "dead" }, outbox.dead],
      ],
    );
    gauge(
      "tallyhook_outbox_oldest_pending_seconds",
      "Age of the oldest message that is pending; 0 if there is none.",
      [],
      ({ outbox, at }) => [[{}, secondsSince(outbox.oldestPendingAt, at)]],
    );
    gauge(
      "tallyhook_outbox_oldest_dead_seconds",
      "Age of the oldest message that is dead; 0 if there is none.",
      [],
      ({ outbox, at }) => [[{}, secondsSince(outbox.oldestDeadAt, at)]],
    );
    gauge(
      "tallyhook_last_backfill_timestamp_seconds",
      "Up to when all of a provider's lists were read; 0: some never was.",
      ["provider", "account"],
      ({ backfills }) => backfills.map(({ until, ...of }) => [of, toUnixSeconds(until)]),
    );
    gauge(
      "tallyhook_provider_silent",
      "1 where an account has not delivered for twice its longest pause of thirty days, and six hours at least.",
      ["provider", "account"],
      ({ paces }) =>
        paces.map(({ provider, account, isSilent }) => [{ provider, account }, isSilent ? 1 : 0]),
    );
    gauge(
      "tallyhook_last_reconciliation_timestamp_seconds",
      "When a reconciliation of a provider last ended so; 0: never.",
      ["provider", "status"],
      ({ reconciliations }) =>
        providersOf(services).flatMap((provider) =>
          endings.map((status) => {
            const run = reconciliations.find((run) => run.provider === provider && run.status === status);
            return [{ provider, status }, toUnixSeconds(run?.finishedAt ?? null)] as const;
          }),
        ),
    );
  }

  /**
   * What Prometheus is told. Those who come while it is written, or shortly after, wait for the next one together: it is
   * never older than the question, and however many ask all the time, writing takes a small part of it.
   */
  text(): Promise<string> {
    this.#next ??= this.#write(this.#last);
    return this.#next;
  }

  async #write(last: Promise<unknown>): Promise<string> {
    await last;
    const pause = this.#pausedUntil - performance.now();
    if (pause > 0) await sleep(pause);
    const begun = performance.now();
    const text = this.registry.metrics();
    this.#next = undefined;
    this.#last = text
      .catch(() => {})
      .then(() => {
        const now = performance.now();
        this.#pausedUntil = now + Math.min(longestPause, pausePerMillisecond * (now - begun));
      });
    return text;
  }
}

const pausePerMillisecond = 20;
/** Counting may have been waited for, which takes nobody's time. */
const longestPause = 250;

const openOutcomes = ["failed", "parked", "waiting"] as const;
const endings = ["matched", "discrepancies", "incomplete"] as const;

/** Those that can be asked, and so are reconciled by themselves. */
const providersOf = ({ sources }: Services) =>
  providerNames.filter((name) => sources.some(({ source }) => source.provider === name));

const toUnixSeconds = (instant: Instant | null): number =>
  instant === null ? 0 : toUnixMilliseconds(instant) / 1000;

const secondsSince = (instant: Instant | null | undefined, now: Instant): number =>
  toUnixMilliseconds(now - (instant ?? now)) / 1000;

export function metricsRoutes(metrics: Metrics, key: string | null): Router {
  const routes = Router();
  const digest = key === null ? null : sha256(key);
  let watching = false;

  routes.get("/metrics", async (request, response) => {
    if (digest !== null && !timingSafeEqual(sha256(bearerOf(request)), digest))
      throw unauthenticated("Send METRICS_KEY as it is configured: Authorization: Bearer <key>.");
    // The process itself is watched from the first time that somebody asks.
    if (!watching) collectDefaultMetrics({ register: metrics.registry });
    watching = true;
    response.type(metrics.registry.contentType).send(await metrics.text());
  });

  return routes;
}

const sha256 = (text: string): Buffer => hash("sha256", text, "buffer");
