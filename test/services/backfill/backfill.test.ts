import type { Clock } from "../../../src/domain/time.ts";
import { backfill, type SourceReport } from "../../../src/services/backfill/backfill.ts";
import { type StandIn, serveStandIn } from "../../../src/simulator/stand-in/server.ts";
import { buildWorld } from "../../../src/simulator/world.ts";
import { leasedUntil } from "../../../src/store/audit/read/audits.ts";
import { type Running, secret, startTallyhook } from "../../http/running.ts";
import { impatient } from "../../providers/asked.ts";
import { disagreementsWith, post } from "../../simulator/against-a-server.ts";
import { dump } from "../../support/dump.ts";
import { engines } from "../../support/engines.ts";
import { stoppingProxy } from "../../support/stopping-proxy.ts";
import { until } from "../../support/until.ts";

const world = buildWorld({ customers: 4, months: 2, seed: "backfill" });
const keys = { paddle: "pdl_key", stripe: "sk_test_key" };
const everything = { providers: null, window: null };
const hour = 3_600_000_000_000n;
const day = 24n * hour;
/** Once all is said and done: what began before the world's last day ends after it. */
const afterwards = world.emissions.reduce((last, { at }) => (at > last ? at : last), world.endsAt) + hour;

const found = (reports: readonly SourceReport[]) =>
  reports.flatMap(({ kinds }) => kinds).reduce((sum, { counts }) => sum + counts.new, 0);
const problems = (reports: readonly SourceReport[]) =>
  reports.flatMap(({ kinds }) => kinds.flatMap(({ problem }) => problem?.code ?? []));

describe.each(engines)("asking the providers, on $name", ({ freshDatabaseUrl }) => {
  let databaseUrl: string;
  let standIn: StandIn;
  let now = afterwards;
  const clock: Clock = { now: () => now };
  const running: Running[] = [];

  beforeEach(async () => {
    now = afterwards;
    databaseUrl = await freshDatabaseUrl();
    standIn = await serveStandIn(world, { port: 0, keys, misbehaviour: {}, seed: "s", now });
  });
  afterEach(async () => {
    for (const server of running.splice(0)) await server.close();
    await standIn.close();
  });

  async function start(environment: Record<string, string> = {}): Promise<Running> {
    const server = await startTallyhook(
      databaseUrl,
      {
        PADDLE_WEBHOOK_SECRET: secret,
        STRIPE_WEBHOOK_SECRET: "whsec_of-the-tests",
        PADDLE_API_KEY: keys.paddle,
        STRIPE_API_KEY: keys.stripe,
        PADDLE_API_URL: standIn.url,
        STRIPE_API_URL: standIn.url,
        ...environment,
      },
      { patience: impatient, clock, backfillLookEveryMilliseconds: 20 },
    );
    running.push(server);
    return server;
  }

  const ask = ({ tallyhook }: Running, options: Parameters<typeof backfill>[1] = everything) =>
    backfill(tallyhook.services, options);
  const booksOf = ({ tallyhook }: Running) => dump(tallyhook.services.store.read);

  test("nothing was ever delivered: the lists alone lead to the true books, and asking again changes nothing", async () => {
    const server = await start();
    expect(problems(await ask(server))).toEqual([]);
    expect(await disagreementsWith(server, { truth: world.settledTruth })).toEqual([]);
    expect((await server.get("/v1/audit")).body).toMatchObject({ ok: true, complete: true });
    const books = await booksOf(server);
    now += hour;
    expect(found(await ask(server))).toBe(0);
    expect(await booksOf(server)).toBe(books);
  });

  test("what is delivered afterwards is a duplicate, as far as its event was listed", async () => {
    const server = await start();
    await ask(server);
    now = BigInt(Date.now()) * 1_000_000n;
    const lately = world.emissions.filter(({ at }) => at > afterwards - 29n * day);
    expect([...(await post(server, lately)).keys()]).toEqual(["duplicate"]);
    expect((await server.get("/v1/discrepancies?status=open")).body.data).toEqual([]);
  });

  test("everything was delivered: of Paddle only what its last event left out is news, and the books are as true", async () => {
    const server = await start();
    now = BigInt(Date.now()) * 1_000_000n;
    await post(server, world.emissions, 4);
    const [paddle] = await ask(server);
    const news = paddle?.kinds.flatMap(({ kind, counts }) => (counts.new > 0 ? [kind] : []));
    expect(news).toEqual(["transactions"]);
    const transactions = paddle?.kinds.find(({ kind }) => kind === "transactions");
    expect(transactions?.counts.known).toBeGreaterThan(0);
    expect(await disagreementsWith(server, { truth: world.settledTruth })).toEqual([]);
  });

  test("a window reads that window, and says so", async () => {
    const server = await start();
    const window = { from: world.endsAt - 20n * day, to: world.endsAt - 10n * day };
    const [report] = await ask(server, { providers: ["stripe"], window });
    expect(report?.kinds.find(({ kind }) => kind === "invoices")?.covered).toEqual(window);
    const { body } = await server.get<{ data: { provider: string }[] }>("/v1/charges");
    expect(new Set(body.data.map(({ provider }) => provider))).toEqual(new Set(["stripe"]));
  });

  test("a provider that refuses the key is incomplete by that name; the other one is read", async () => {
    const server = await start({ STRIPE_API_KEY: "wrong" });
    const [paddle, stripe] = await ask(server);
    expect(problems([paddle as SourceReport])).toEqual([]);
    expect(new Set(problems([stripe as SourceReport]))).toEqual(new Set(["unauthenticated"]));
    expect(stripe?.kinds.find(({ kind }) => kind === "events")?.covered).toBeNull();
  });

  test("it asks on a schedule, and several servers take turns", async () => {
    const servers = [
      await start({ BACKFILL_EVERY_MINUTES: "60" }),
      await start({ BACKFILL_EVERY_MINUTES: "60" }),
    ];
    const isTrue = async () =>
      (await disagreementsWith(servers[0] as Running, { truth: world.settledTruth })).length === 0;
    await until(isTrue, 200);
    expect(await disagreementsWith(servers[1] as Running, { truth: world.settledTruth })).toEqual([]);
  });

  test("while one asks, another one is told so", async () => {
    const server = await start();
    const [first, second] = await Promise.all([ask(server), ask(server)]);
    expect([problems(first), problems(second)].map((codes) => new Set(codes))).toContainEqual(
      new Set(["busy"]),
    );
  });

  test("whoever lost the lease marks nothing as read, and whoever has it goes on", async () => {
    const way = await stoppingProxy(standIn.url);
    const server = await start({ PADDLE_API_URL: way.url });
    const { store } = server.tallyhook.services;
    const lease = "backfill:paddle:default";
    way.stop();
    const asking = ask(server);
    await until(async () => (await leasedUntil(store.read, lease, now)) !== null);
    now += hour;
    const thief = await store.takeLease(lease, now + hour);
    way.goOn();
    expect(thief).not.toBeNull();
    expect(problems(await asking)).toContain("lease_lost");
    if (thief !== null) await store.prolongLease(thief, 0n);
    expect(problems(await ask(server))).toEqual([]);
    expect(await disagreementsWith(server, { truth: world.settledTruth })).toEqual([]);
    await way.close();
  });
});
