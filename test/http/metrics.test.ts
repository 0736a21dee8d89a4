import { readFileSync } from "node:fs";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { nanosecondsPerDay, systemClock } from "../../src/domain/time.ts";
import { engines } from "../support/engines.ts";
import { projectRoot } from "../support/project-root.ts";
import { fixture, keys, type Running, seed, startTallyhook } from "./running.ts";

const [sqlite] = engines;

/** The figures of a page of metrics, by name and labels. */
function figuresOf(page: string): Map<string, number> {
  const lines = page.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]));
}

const figures = async (running: Running) => figuresOf((await running.get<string>("/metrics")).body);

describe.each(engines)("metrics on $name", ({ name, freshDatabaseUrl }) => {
  test("deliveries, batches, debits and what is open in the books are counted", async () => {
    const running = await startTallyhook(await freshDatabaseUrl(), {
      STRIPE_WEBHOOK_SECRET: "whsec_of-the-tests-of-metrics",
      STRIPE_API_KEY: "sk_test_of-the-tests-of-metrics",
      STRIPE_API_URL: "http://127.0.0.1:1",
    });
    await running.post(seed);
    await running.post(seed);
    await running.post(fixture("paddle/adjustment.created/unknown-action.json"));
    await running.post(fixture("paddle/adjustment.updated/refund-approved.json"));
    await running.post(seed, {});
    const wallets = await running.get<{ data: { id: string }[] }>("/v1/wallets?owner=paddle:ctm_abc123");
    const [{ id } = { id: "" }] = wallets.body.data;
    for (const [key, amount] of Object.entries({ whole: "400", part: "100" })) {
      const body = { amount, reason: "of the tests" };
      expect((await running.write(`/v1/wallets/${id}/debits`, body, { idempotencyKey: key })).status).toBe(
        201,
      );
    }
    const found = await figures(running);
    const value = (of: string) => found.get(of);
    const delivered = (result: string) =>
      value(`tallyhook_webhook_deliveries_total{provider="paddle",result="${result}"}`);
    expect(["applied", "duplicate", "parked", "waiting", "signature_missing"].map(delivered)).toEqual(
      Array(5).fill(1),
    );
    const seconds = (answer: string) =>
      value(`tallyhook_webhook_duration_seconds_count{provider="paddle",answer="${answer}"}`);
    expect([seconds("stored"), seconds("refused")]).toEqual([4, 1]);
    expect(value('tallyhook_write_batch_size_bucket{le="1"}')).toBeGreaterThanOrEqual(6);
    expect(value("tallyhook_write_batch_duration_seconds_count")).toBe(
      value("tallyhook_write_batch_size_count"),
    );
    expect(value("tallyhook_write_queue_depth")).toBe(0);
    expect(value('tallyhook_wallet_debits_total{result="covered"}')).toBe(1);
    expect(value('tallyhook_wallet_debits_total{result="uncovered"}')).toBe(1);
    const debited = (part: string) =>
      value(`tallyhook_wallet_debited_minor_units_total{currency="USD",part="${part}"}`);
    expect([debited("covered"), debited("uncovered")]).toEqual([499, 1]);
    const open = (outcome: string) => value(`tallyhook_events{outcome="${outcome}"}`);
    expect([open("failed"), open("parked"), open("waiting")]).toEqual([0, 1, 1]);
    expect(value('tallyhook_events_unreadable{provider="paddle",api_version=""}')).toBe(1);
    expect(value('tallyhook_events_oldest_seconds{outcome="parked"}')).toBeGreaterThan(0);
    expect(value('tallyhook_events_oldest_seconds{outcome="failed"}')).toBe(0);
    expect(value('tallyhook_outbox_messages{status="pending"}')).toBeGreaterThan(3);
    expect(value("tallyhook_database_up")).toBe(1);
    expect([...found.keys()]).toContainEqual(
      expect.stringMatching(`^tallyhook_build_info\\{version="[^"]+",engine="${name}",node="v`),
    );
    expect(value('tallyhook_last_backfill_timestamp_seconds{provider="stripe",account="default"}')).toBe(0);
    const ended = 'tallyhook_last_reconciliation_timestamp_seconds{provider="stripe",status="matched"}';
    expect(value(ended)).toBe(0);
    await running.close();
  });

  test("discrepancies are counted by how long ago they were due", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const openAfter = async (days: number, before = async (_: Running) => {}) => {
      const clock = { now: () => systemClock.now() + BigInt(days) * nanosecondsPerDay };
      const running = await startTallyhook(databaseUrl, {}, { clock });
      await before(running);
      const found = await figures(running);
      await running.close();
      return ["not due", "0-1", "2-7", "8-30", "over 30"].map((age) =>
        found.get(`tallyhook_discrepancies_open{age="${age}"}`),
      );
    };
    const sold = async (running: Running) => void (await running.post(seed));
    expect(await openAfter(0, sold)).toEqual([0, 1, 0, 0, 0]);
    expect(await openAfter(-1)).toEqual([1, 0, 0, 0, 0]);
    expect(await openAfter(1)).toEqual([0, 1, 0, 0, 0]);
    expect(await openAfter(2)).toEqual([0, 0, 1, 0, 0]);
    expect(await openAfter(8)).toEqual([0, 0, 0, 1, 0]);
    expect(await openAfter(31)).toEqual([0, 0, 0, 0, 1]);
  });
});

test("without its database there is nothing of the books, and the rest all the same", async () => {
  const running = await startTallyhook((await sqlite?.freshDatabaseUrl()) ?? "");
  await running.tallyhook.services.store.close();
  const found = await figures(running);
  expect(found.get("tallyhook_database_up")).toBe(0);
  expect([...found.keys()].filter((name) => name.startsWith("tallyhook_outbox"))).toEqual([]);
  expect(found.get("tallyhook_write_queue_depth")).toBe(0);
  await running.close();
});

test("the books are counted once for all who ask within some seconds; what happens is never older than the question", async () => {
  const databaseUrl = (await sqlite?.freshDatabaseUrl()) ?? "";
  const running = await startTallyhook(databaseUrl);
  await running.post(seed);
  const before = await Promise.all(Array.from({ length: 20 }, () => figures(running)));
  const pending = 'tallyhook_outbox_messages{status="pending"}';
  const counted = before[0]?.get(pending) ?? 0;
  expect(counted).toBeGreaterThan(0);
  expect(new Set(before.map((found) => found.get(pending)))).toEqual(new Set([counted]));
  const database = new BetterSqlite3(databaseUrl.slice("sqlite:".length));
  database.exec("update outbox set status = 'delivered'");
  database.close();
  await running.post(seed);
  const after = await figures(running);
  expect(after.get(pending)).toBe(counted);
  expect(after.get('tallyhook_webhook_deliveries_total{provider="paddle",result="duplicate"}')).toBe(1);
  await running.close();
});

test("METRICS_KEY lets in who has it, and nobody else", async () => {
  const key = "a-key-that-only-prometheus-has";
  const running = await startTallyhook("sqlite::memory:", { METRICS_KEY: key });
  expect((await running.get("/metrics", key)).status).toBe(200);
  for (const wrong of [`${key}x`, keys.finance]) {
    const { status, body } = await running.get("/metrics", wrong);
    expect([status, body.code]).toEqual([401, "unauthenticated"]);
  }
  expect((await fetch(`${running.url}/metrics`)).status).toBe(401);
  expect((await fetch(`${running.url}/healthz`)).status).toBe(200);
  await running.close();
});

interface Described {
  readonly name: string;
  readonly labelNames: readonly string[];
}

describe("the page of alarms, the rules and the dashboard", () => {
  const read = (file: string) => readFileSync(join(projectRoot, "docs", file), "utf8");
  const [page, rules, dashboard] = ["alarms.md", "alarms/rules.yml", "alarms/dashboard.json"].map(read);
  let served: Map<string, readonly string[]>;

  beforeAll(async () => {
    const running = await startTallyhook("sqlite::memory:");
    const metrics = running.tallyhook.metrics.registry.getMetricsAsArray() as unknown as Described[];
    served = new Map(metrics.map(({ name, labelNames }) => [name, labelNames]));
    await running.close();
  });

  /** A histogram is asked by names of its own. */
  const metricOf = (name: string): string =>
    served.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, "");

  test.each([
    ["alarms.md", page],
    ["rules.yml", rules],
    ["dashboard.json", dashboard],
  ])("%s names only figures and labels that are served", (_, text = "") => {
    const used = [...text.matchAll(/\b(tallyhook_\w+)(?:\{([^}]*)\})?/g)];
    expect(used.length).toBeGreaterThan(10);
    for (const [, name = "", selector = ""] of used) {
      const labels = served.get(metricOf(name));
      expect([name, labels]).toEqual([name, expect.any(Array)]);
      for (const [, label] of selector.matchAll(/(\w+)\s*(?:=~|=|!=)/g))
        expect([...(labels ?? []), "le"]).toContain(label);
    }
  });

  test("the page has every figure with its labels, and every alarm", () => {
    for (const [name, labels] of served) {
      const row = page?.split("\n").find((line) => line.startsWith("|") && line.includes(`\`${name}\``));
      expect([name, row]).toEqual([name, expect.any(String)]);
      for (const label of labels) expect(row).toContain(`\`${label}\``);
    }
    const alarms = [...(rules ?? "").matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    expect(alarms.length).toBeGreaterThan(12);
    const described = [...(page ?? "").matchAll(/^\| `(Tallyhook\w+)`/gm)].map(([, name]) => name);
    expect(described).toEqual(alarms);
  });

  test("every rule has an expression, a severity and a summary; the dashboard is JSON whose panels ask something", () => {
    const blocks = (rules ?? "").split("- alert: ").slice(1);
    for (const block of blocks) {
      for (const part of [/\n {8}expr: \S/, /severity: (?:critical|warning)/, /summary: "[^"]+"/])
        expect(block).toMatch(part);
    }
    const { panels } = JSON.parse(dashboard ?? "") as { panels: { targets: { expr: string }[] }[] };
    for (const { targets } of panels) expect(targets.length).toBeGreaterThan(0);
  });
});
