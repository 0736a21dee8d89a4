import type { OwnProvider } from "../../../../src/domain/ids.ts";
import type { ReportRow, StatementRow } from "../../../../src/domain/reconciling/statement.ts";
import { nanosecondsPerDay } from "../../../../src/domain/time.ts";
import { readReport, readStatementLines } from "../../../../src/services/reconciling/read-runs.ts";
import { gatherList, type ListToGather } from "../../../../src/services/reconciling/statements/gather.ts";
import type { CutOff, Misbehaviour } from "../../../../src/simulator/stand-in/misbehaviour.ts";
import { type StandIn, serveStandIn } from "../../../../src/simulator/stand-in/server.ts";
import { buildWorld } from "../../../../src/simulator/world.ts";
import { type Running, startTallyhook } from "../../../http/running.ts";
import { impatient } from "../../../providers/asked.ts";
import { standInEnvironment, standInKeys } from "../../../simulator/stand-in-environment.ts";
import { dump } from "../../../support/dump.ts";
import { engines } from "../../../support/engines.ts";

const world = buildWorld({ customers: 25, months: 4, seed: "gather" });
const { paddle, stripe } = world;
/** What began before the end of the world is listed to its own end. */
const always = { from: null, to: world.endsAt + 400n * nanosecondsPerDay };
const [sqlite] = engines;

let standIn: StandIn;
let server: Running;
afterEach(async () => {
  await server.close();
  await standIn.close();
});

async function start(
  { misbehaviour = {}, cutOff = {} }: { misbehaviour?: Misbehaviour; cutOff?: CutOff } = {},
  databaseUrl?: string,
): Promise<void> {
  const options = { port: 0, keys: standInKeys, misbehaviour, cutOff, seed: "g", now: world.endsAt };
  standIn = await serveStandIn(world, options);
  const url = databaseUrl ?? (await sqlite?.freshDatabaseUrl()) ?? "";
  server = await startTallyhook(url, standInEnvironment(standIn.url), { patience: impatient });
}

async function gather(provider: OwnProvider, list: string, asked: Partial<ListToGather> = {}) {
  const { services } = server.tallyhook;
  const source = services.sources.find((one) => one.source.provider === provider);
  if (source === undefined) throw new Error(`${provider} cannot be asked.`);
  const id = await gatherList(services, source, { list, window: always, ...asked });
  const detail = await readReport(services, id);
  const page = await readStatementLines(services, id, {}, { limit: 100_000, after: null });
  return { statement: detail?.statement, lines: page?.rows ?? [] };
}

const rowsOf = (lines: readonly ReportRow[]) => lines.map(({ row }) => row as StatementRow);
const sorted = (keys: readonly string[]) => [...keys].sort();

const lists: [OwnProvider, string, readonly string[]][] = [
  ["stripe", "invoices", stripe.invoices.map(({ terms }) => terms.id)],
  ["stripe", "charges", stripe.payments.map(({ terms }) => terms.chargeRef)],
  ["stripe", "refunds", stripe.refunds.map(({ id }) => id)],
  ["stripe", "disputes", stripe.disputes.map(({ id }) => id)],
  ["stripe", "payouts", stripe.payouts.map(({ id }) => id)],
  ["stripe", "balance_transactions", stripe.rows.map(({ id }) => id)],
  ["paddle", "transactions", paddle.transactions.map(({ terms }) => terms.id)],
  ["paddle", "adjustments", paddle.adjustments.map(({ terms }) => terms.id)],
];

describe.each(engines)("lists that are gathered for comparing, on $name", ({ freshDatabaseUrl }) => {
  test("hold each object of a world once, no row in error, and tell the books nothing", async () => {
    await start({}, await freshDatabaseUrl());
    const { store } = server.tallyhook.services;
    const before = await dump(store.read);
    for (const [provider, list, keys] of lists) {
      const { statement, lines } = await gather(provider, list);
      expect(statement).toMatchObject({ format: list, origin: "list", status: "complete", problem: null });
      expect(lines.filter(({ status }) => status !== "included")).toEqual([]);
      const objects = rowsOf(lines).filter(({ key }) => !key.endsWith(":settled"));
      expect(sorted(objects.map(({ key }) => key))).toEqual(sorted(keys));
    }
    expect(await dump(store.read)).toBe(before);
  });
});

test("amounts are the world's own, in canonical words", async () => {
  await start();
  const balance = rowsOf((await gather("stripe", "balance_transactions")).lines);
  for (const row of stripe.rows) {
    const listed = balance.find(({ key }) => key === row.id);
    const { gross, fee } = row;
    expect(listed).toMatchObject({ kind: "balance", gross, fee, net: gross - fee, objectRef: row.source });
  }
  const sold = rowsOf((await gather("paddle", "transactions")).lines);
  for (const { terms, totals, settled } of paddle.transactions) {
    const { total, tax } = totals;
    expect(sold.find(({ key }) => key === terms.id)).toMatchObject({ kind: "document", gross: total, tax });
    const expected = settled === null ? undefined : { kind: "balance", fee: settled.fee, tax: settled.tax };
    const row = sold.find(({ key }) => key === `${terms.id}:settled`);
    if (expected === undefined) expect(row).toBeUndefined();
    else expect(row).toMatchObject(expected);
  }
});

test("what customers own at the providers is one row for each customer and currency", async () => {
  await start();
  const stripes = rowsOf((await gather("stripe", "customer_balances")).lines);
  for (const { id, taxation, balance } of stripe.customers)
    expect(stripes.find(({ key }) => key === `${id}:${taxation.currency}`)).toMatchObject({
      kind: "customer_balance",
      customerRef: id,
      net: -balance,
    });
  const paddles = rowsOf((await gather("paddle", "customer_balances")).lines);
  const owning = paddle.customers.filter(({ credit }) => credit > 0n);
  expect(owning.length).toBeGreaterThan(0);
  for (const { id, credit } of owning) {
    const row = paddles.find(({ customerRef }) => customerRef === id);
    expect(row?.net).toBeGreaterThanOrEqual(credit);
  }
});

test("the rows of one payout are those that it pays, and name it", async () => {
  await start();
  const payout = stripe.payouts.find(({ failedAt }) => failedAt === null);
  const { lines } = await gather("stripe", "balance_transactions", { payoutRef: payout?.id ?? "" });
  const rows = rowsOf(lines);
  expect(new Set(rows.map(({ payoutRef }) => payoutRef))).toEqual(new Set([payout?.id]));
  const paid = rows.filter(({ category }) => category !== "payout");
  expect(paid.reduce((sum, { net }) => sum + (net ?? 0n), 0n)).toBe(payout?.amount);
});

test("a window is half-open, on the clock of the list", async () => {
  await start();
  const all = rowsOf((await gather("stripe", "invoices")).lines);
  const times = all.map(({ at }) => at ?? 0n).sort((a, b) => Number(a - b));
  const [from = 0n, to = 0n] = [times[Math.floor(times.length / 3)], times[Math.floor(times.length / 2)]];
  const some = rowsOf((await gather("stripe", "invoices", { window: { from, to } })).lines);
  const wanted = all.filter(({ at }) => at !== null && at >= from && at < to).map(({ key }) => key);
  expect(sorted(some.map(({ key }) => key))).toEqual(sorted(wanted));
  expect(wanted.length).toBeGreaterThan(0);
});

test("rate limits, errors and HTML are waited out", async () => {
  await start({ misbehaviour: { rate_limit: 0.3, error: 0.1, html: 0.1 } });
  const invoices = await gather("stripe", "invoices");
  expect(invoices).toMatchObject({
    statement: { status: "complete", counts: { included: stripe.invoices.length } },
  });
  expect((await gather("paddle", "transactions")).statement?.status).toBe("complete");
  expect(standIn.mishaps.length).toBeGreaterThan(0);
});

test.each<[string, Misbehaviour, string]>([
  ["errors", { error: 1 }, "unavailable"],
  ["HTML", { html: 1 }, "unreadable"],
  ["rate limits", { rate_limit: 1 }, "rate_limited"],
])("a list that answers nothing but %s is incomplete, and says why", async (_, misbehaviour, code) => {
  await start({ misbehaviour });
  for (const [provider, list] of [
    ["stripe", "charges"],
    ["paddle", "adjustments"],
  ] as const)
    expect((await gather(provider, list)).statement).toMatchObject({
      status: "incomplete",
      problem: { code },
    });
});

test("a page that is given again is incomplete, and keeps what was read before it", async () => {
  await start({ misbehaviour: { repeat: 1 } });
  const { statement, lines } = await gather("paddle", "transactions");
  expect(statement).toMatchObject({ status: "incomplete", problem: { code: "page_repeated" } });
  expect(lines.length).toBeGreaterThan(0);
});

test("a list that is refused while others are not is incomplete", async () => {
  await start({ cutOff: { "/v1/refunds": "refused" } });
  expect((await gather("stripe", "refunds")).statement).toMatchObject({ status: "incomplete" });
  expect((await gather("stripe", "charges")).statement).toMatchObject({ status: "complete" });
});

test("told to stop, it keeps what was read and says so", async () => {
  await start();
  const stopping = AbortSignal.abort();
  const { statement, lines } = await gather("stripe", "balance_transactions", { stopping });
  expect(statement).toMatchObject({ status: "incomplete", problem: { code: "stopped" } });
  expect(lines.length).toBeGreaterThan(0);
});
