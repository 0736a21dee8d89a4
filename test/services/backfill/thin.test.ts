import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { shuffled } from "../../../src/cli/post.ts";
import type { Clock, Instant } from "../../../src/domain/time.ts";
import { askForNamed } from "../../../src/services/backfill/ask-for-named.ts";
import { backfill } from "../../../src/services/backfill/backfill.ts";
import { retryEvent } from "../../../src/services/inbox/receive.ts";
import { recogniseSellers } from "../../../src/services/inbox/recognise-sellers.ts";
import type { Emission } from "../../../src/simulator/emission.ts";
import { Random } from "../../../src/simulator/random.ts";
import { type StandIn, serveStandIn } from "../../../src/simulator/stand-in/server.ts";
import { standInAccount } from "../../../src/simulator/stand-in/stripe.ts";
import { buildWorld, type World } from "../../../src/simulator/world.ts";
import { leasedUntil } from "../../../src/store/audit/read/audits.ts";
import { unreadableEvents } from "../../../src/store/inbox/read/inbox-state.ts";
import { type Running, startTallyhook } from "../../http/running.ts";
import { impatient } from "../../providers/asked.ts";
import { disagreementsWith, post } from "../../simulator/against-a-server.ts";
import { standInEnvironment, standInKeys } from "../../simulator/stand-in-environment.ts";
import { namingOnly, thin } from "../../simulator/thin.ts";
import { engines } from "../../support/engines.ts";
import { until } from "../../support/until.ts";

const hour = 3_600_000_000_000n;
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

/** Once Stripe has said all, and forgotten as little as can be. */
const lastOf = (world: World): Instant =>
  toldByStripe(world).reduce((last, { at }) => (at > last ? at : last), world.beginsAt) + hour;
const isStripesOwn = ({ provider, merchant_of_record: merchant }: World["truth"]["charges"][number]) =>
  provider === "stripe" && merchant === "provider";
const toldByStripe = (world: World) => world.emissions.filter(({ provider }) => provider === "stripe");

interface Started {
  readonly server: Running;
  readonly standIn: StandIn;
  advance(by: bigint): void;
}

async function start(
  world: World,
  { environment = {}, looksSoon = false }: { environment?: Record<string, string>; looksSoon?: boolean } = {},
  databaseUrl = "sqlite::memory:",
): Promise<Started> {
  const standIn = await serveStandIn(world, {
    port: 0,
    keys: standInKeys,
    misbehaviour: {},
    seed: "s",
    now: lastOf(world),
  });
  opened.push(standIn);
  let ahead = 0n;
  const clock: Clock = { now: () => BigInt(Date.now()) * 1_000_000n + ahead };
  const server = await startTallyhook(
    databaseUrl,
    { ...standInEnvironment(standIn.url), ...environment },
    {
      patience: impatient,
      clock,
      askEveryMilliseconds: looksSoon ? 20 : 3_600_000,
    },
  );
  opened.push(server);
  return {
    server,
    standIn,
    advance: (by) => {
      ahead += by;
    },
  };
}

/** Until nothing is due any more. */
async function askAll({ tallyhook }: Running): Promise<void> {
  while ((await askForNamed(tallyhook.services)) > 0);
}

/** What every account came to, by the provider's clock, at every quarter of an hour. */
async function datedBooks({ tallyhook }: Running) {
  const rows = await tallyhook.services.store.read
    .selectFrom("postings")
    .innerJoin("entries", "entries.no", "postings.entry_no")
    .innerJoin("accounts", "accounts.no", "postings.account_no")
    .select(["accounts.path", "accounts.currency", "entries.effective_at", "postings.amount"])
    .execute();
  const sums = new Map<string, bigint>();
  for (const { path, currency, effective_at, amount } of rows) {
    const key = `${path} ${currency} ${BigInt(effective_at) / 900_000_000_000n}`;
    sums.set(key, (sums.get(key) ?? 0n) + BigInt(amount));
  }
  return [...sums]
    .filter(([, amount]) => amount !== 0n)
    .map(([key, amount]) => `${key} ${amount}`)
    .sort();
}

const outcomesOf = async (server: Running, query = "") => {
  const { body } = await server.get<{ data: { outcome: string; reason: string | null; type: string }[] }>(
    `/v1/events?limit=200${query}`,
  );
  return body.data.map(({ outcome, reason, type }) => `${type} ${outcome} ${reason}`);
};

const smallWorld = (seed: string) => buildWorld({ customers: 2, months: 1, seed });
/** More with `THIN_HISTORIES=1200`: one in seven has nothing of Stripe. */
const histories = Number(process.env.THIN_HISTORIES ?? 4);

test.each(Array.from({ length: histories }, (_, index) => `thin-${index}`))(
  "thin and whole deliveries of one history, mixed in any order, give the books of whole ones: %s",
  async (seed) => {
    const world = smallWorld(seed);
    const told = toldByStripe(world);
    const whole = await start(world);
    await post(whole.server, told);
    const random = new Random(seed);
    const mixed = told.flatMap((emission) => {
      // What Stripe has forgotten is told by its objects, which say more than it did.
      if (emission.at < lastOf(world) - 29n * 24n * hour) return [emission];
      if (random.chance(0.4)) return [thin(emission)];
      return random.chance(0.5) ? [emission, thin(emission), thin(emission)] : [emission];
    });
    const { server } = await start(world);
    const deliveries = shuffled(mixed, seed);
    const half = Math.floor(deliveries.length / 2);
    await post(server, deliveries.slice(0, half));
    await askAll(server);
    await post(server, deliveries.slice(half), 4);
    await askAll(server);
    expect(await datedBooks(server)).toEqual(await datedBooks(whole.server));
    expect((await outcomesOf(server)).filter((said) => /thin/.test(said))).toEqual([]);
    expect((await server.get("/v1/audit")).body).toMatchObject({ ok: true, complete: true });
    expect((await server.get("/v1/discrepancies?status=open")).body).toEqual(
      (await whole.server.get("/v1/discrepancies?status=open")).body,
    );
  },
);

describe.each(engines)("on $name", ({ freshDatabaseUrl }) => {
  test("where only objects can be asked for, whatever came and in whatever order, the final books are the true ones", async () => {
    const world = buildWorld({ customers: 4, months: 2, seed: "objects", stripeSells: true });
    expect(world.truth.charges.some((charge) => isStripesOwn(charge) && charge.tax > 0n)).toBe(true);
    const { server } = await start(world, {}, await freshDatabaseUrl());
    const thins = toldByStripe(world).map(namingOnly);
    const paddle = world.emissions.filter(({ provider }) => provider === "paddle");
    await post(server, shuffled([...thins, ...paddle], "objects"), 4);
    expect(await outcomesOf(server, "&outcome=waiting")).toContain("v1.invoice.paid waiting thin");
    await askAll(server);
    await recogniseSellers(server.tallyhook.services);
    const untrue = await disagreementsWith(server, { truth: world.settledTruth });
    // What the account itself paid is of no charge, and told by the list of balance rows alone.
    expect(untrue.filter(({ about }) => !/^account (assets:provider|expenses:fees)/.test(about))).toEqual([]);
    await backfill(server.tallyhook.services, { providers: ["stripe"], window: null });
    expect(await disagreementsWith(server, { truth: world.settledTruth })).toEqual([]);
    expect((await server.get("/v1/audit")).body).toMatchObject({ ok: true, complete: true });
    expect(await outcomesOf(server, "&type=v1.invoice.paid&outcome=applied")).toContain(
      "v1.invoice.paid applied thin_object",
    );
    expect(await outcomesOf(server, "&outcome=waiting")).toEqual([]);
  });

  test("two hundred at once while Stripe answers 429: a round ends with the first that is refused, and nothing is booked", async () => {
    const world = buildWorld({ customers: 3, months: 1, seed: "many" });
    const told = toldByStripe(world);
    const paid = told.find(({ type }) => type === "invoice.paid") as Emission;
    let asked = 0;
    const away = await answering((_, response) => {
      asked += 1;
      response.writeHead(429, { "content-type": "application/json", "retry-after": "1" });
      response.end(JSON.stringify({ error: { type: "rate_limit_error", message: "Too many requests." } }));
    });
    const { server, advance } = await start(
      world,
      { environment: { STRIPE_API_URL: away.url } },
      await freshDatabaseUrl(),
    );
    const many = Array.from({ length: 200 }, (_, index) =>
      thin(paid, { id: `evt_thin_${index}`, snapshot_event: `evt_snapshot_${index}` }),
    );
    const outcomes = await post(server, many, 16);
    expect([...outcomes]).toEqual([["waiting", 200]]);
    expect(await askForNamed(server.tallyhook.services)).toBeLessThan(10);
    expect(asked).toBeLessThan(10);
    const reasons = await server.tallyhook.services.store.read
      .selectFrom("events")
      .select("reason")
      .execute();
    expect(new Set(reasons.map(({ reason }) => reason))).toEqual(
      new Set(["thin", "thin: Stripe could not be asked for events: Too many requests."]),
    );
    expect((await server.get("/v1/charges")).body.data).toEqual([]);
    advance(2n * hour);
    expect((await server.get("/v1/audit")).body).toMatchObject({ ok: true, complete: true });
  });
});

interface Answering {
  readonly url: string;
  close(): Promise<void>;
}

/** A provider that answers as it is told to. */
async function answering(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Answering> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const one = {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  opened.push(one);
  return one;
}

const world = smallWorld("bad-input");
const paid = toldByStripe(world).find(({ type }) => type === "invoice.paid") as Emission;
const json = (status: number, body: unknown) => (_: unknown, response: ServerResponse) =>
  void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

async function outcomeOf(
  changed: object,
  answer?: (request: IncomingMessage, response: ServerResponse) => void,
) {
  const standIn = answer === undefined ? undefined : await answering(answer);
  const { server } = await start(world, {
    environment: standIn === undefined ? {} : { STRIPE_API_URL: standIn.url },
  });
  const said = thin(paid, changed);
  await post(server, [said]);
  await askForNamed(server.tallyhook.services);
  const [found = ""] = await outcomesOf(server);
  expect((await server.get("/v1/audit")).body).toMatchObject({ ok: true, complete: true });
  expect(JSON.stringify(server.errors)).not.toContain(standInKeys.stripe);
  return { said: found, server };
}

const whole = () => JSON.parse(paid.body);
const unread = "waiting thin: What Stripe answered for events cannot be read:";
test.each([
  [
    "names neither event nor object",
    { related_object: null, snapshot_event: null },
    undefined,
    "parked thin_nameless: ",
  ],
  ["is of a type that nobody knows", { type: "v1.thing.of_tomorrow" }, undefined, "parked thin_unknown: "],
  [
    "has a snapshot of another type",
    {},
    json(200, { ...whole(), type: "invoice.voided" }),
    "parked thin_differs: ",
  ],
  [
    "has a snapshot of another account",
    {},
    json(200, { ...whole(), account: "acct_2" }),
    "parked thin_differs: ",
  ],
  [
    "has a snapshot with another object",
    { related_object: { id: "in_other", type: "invoice", url: "" } },
    undefined,
    "parked thin_differs: ",
  ],
  ["is gone, with its object", {}, json(404, { error: { message: "No such event" } }), "parked thin_gone: "],
  [
    "is answered with HTML",
    {},
    (_: unknown, response: ServerResponse) => void response.end("<html>"),
    "waiting thin: ",
  ],
  ["is answered with half a body", {}, half, "waiting thin: "],
  ["is answered with a number", {}, json(200, 5), `${unread} it is no object.`],
  ["is answered with fifty megabytes", {}, fiftyMegabytes, `${unread} it has more than 32 MiB.`],
  ["is answered with another address", {}, redirecting, `${unread} it sends us to another address.`],
  [
    "may not be read with this key",
    {},
    json(403, { error: { message: `The key ${standInKeys.stripe} lacks it` } }),
    "waiting thin: The key may not read events",
  ],
] as [string, object, ((request: IncomingMessage, response: ServerResponse) => void) | undefined, string][])(
  "one that %s waits or is parked with a reason, and nothing is booked",
  async (_, changed, answer, reason) => {
    const { said, server } = await outcomeOf(changed, answer);
    expect(said).toContain(reason);
    expect(said).not.toContain(standInKeys.stripe);
    expect((await server.get("/v1/accounts")).body.data).toEqual([]);
    // Whatever it is, no version of the API is the reason.
    expect(await unreadableEvents(server.tallyhook.services.store.read)).toEqual([]);
  },
);

function half(_: unknown, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
  response.write('{"id":"evt_');
  setTimeout(() => response.destroy(), 20);
}

function fiftyMegabytes(_: unknown, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(`{"id":"${"x".repeat(50 * 2 ** 20)}"}`);
}

function redirecting({ url = "" }: IncomingMessage, response: ServerResponse): void {
  if (url.startsWith("/elsewhere")) throw new Error("The key was carried to another address.");
  response.writeHead(302, { location: "/elsewhere", "content-type": "application/json" }).end("{}");
}

test("without a key it is parked with what to set, and taken up by itself once there is one", async () => {
  const databaseUrl = (await engines[0]?.freshDatabaseUrl()) ?? "";
  const { server: keyless } = await start(world, { environment: { STRIPE_API_KEY: "" } }, databaseUrl);
  await post(keyless, [thin(paid)]);
  expect((await outcomesOf(keyless))[0]).toMatch(/^v1\.invoice\.paid parked thin_event: .*STRIPE_API_KEY/);
  await keyless.close();
  opened.pop();
  const { server } = await start(world, {}, databaseUrl);
  await askAll(server);
  expect(await outcomesOf(server)).toContain("invoice.paid applied null");
});

test("a type without money meaning is ignored by name, and nobody is asked", async () => {
  const { server } = await start(world, { environment: { STRIPE_API_URL: "http://127.0.0.1:1" } });
  await post(server, [thin(paid, { type: "v1.customer.updated" })]);
  expect(await askForNamed(server.tallyhook.services)).toBe(0);
  expect(await outcomesOf(server)).toEqual(["v1.customer.updated ignored no_money_meaning"]);
});

test("the secret's own account by its name is the secret's account, whether it was known or not", async () => {
  const { server } = await start(world);
  const event = JSON.parse(paid.body).id;
  await post(server, [thin(paid, { context: standInAccount })]);
  await askAll(server);
  expect((await server.get(`/v1/events/stripe:default:${event}`)).body).toMatchObject({ outcome: "applied" });
  await post(server, [thin(paid, { context: standInAccount }), paid]);
  expect(new Set((await outcomesOf(server)).map((said) => said.split(" ")[1]))).toEqual(
    new Set(["applied", "ignored"]),
  );
  expect((await server.get("/v1/charges")).body.data).toMatchObject([{ account: "default", status: "paid" }]);
});

test("of a connected account it is asked for in that account's name", async () => {
  const asked: unknown[] = [];
  const { url } = await answering((request, response) => {
    if (request.url === "/v1/account")
      json(200, { id: standInAccount, object: "account" })(request, response);
    else {
      asked.push(request.headers["stripe-account"]);
      json(200, { ...whole(), account: "acct_2" })(request, response);
    }
  });
  const { server } = await start(world, { environment: { STRIPE_API_URL: url } });
  await post(server, [thin(paid, { context: "org_1/acct_2" })]);
  await askAll(server);
  expect(asked).toEqual(["acct_2"]);
  expect((await server.get("/v1/charges")).body.data).toMatchObject([{ account: "acct_2", status: "paid" }]);
});

test("where the process that asks is killed, another one goes on within a quarter of a minute", async () => {
  const leases: (bigint | null)[] = [];
  const { url } = await answering(async (request, response) => {
    const { store } = server.tallyhook.services;
    leases.push(await leasedUntil(store.read, "thin:stripe:default", 0n));
    json(200, whole())(request, response);
  });
  const { server } = await start(world, { environment: { STRIPE_API_URL: url } });
  await post(server, [thin(paid)]);
  await askAll(server);
  const now = BigInt(Date.now()) * 1_000_000n;
  expect(leases).toHaveLength(1);
  expect(leases[0]).toBeLessThanOrEqual(now + 15_000_000_000n);
});

test("a person may have it asked for again before its time", async () => {
  const { server, standIn } = await start(world, { environment: { STRIPE_API_URL: "http://127.0.0.1:1" } });
  await post(server, [thin(paid)]);
  await askForNamed(server.tallyhook.services);
  expect(await askForNamed(server.tallyhook.services)).toBe(0);
  const { body } = await server.get<{ data: { id: string }[] }>("/v1/events");
  await retryEvent(server.tallyhook.services, body.data[0]?.id as never);
  expect(await askForNamed(server.tallyhook.services)).toBe(1);
  await standIn.close();
  opened.splice(opened.indexOf(standIn), 1);
});

test("a payment that no invoice is told of is looked up soon, also where a restart came between, and becomes the charge that it is", async () => {
  const sold = buildWorld({ customers: 12, months: 1, seed: "soon" });
  const payment = toldByStripe(sold).find(
    ({ type, body }) => type === "charge.succeeded" && !("invoice" in JSON.parse(body).data.object),
  ) as Emission;
  const databaseUrl = (await engines[0]?.freshDatabaseUrl()) ?? "";
  const kindsOf = async ({ server }: Started) =>
    (await server.get<{ data: { kind: string }[] }>("/v1/charges")).body.data.map(({ kind }) => kind);
  const first = await start(sold, { looksSoon: true }, databaseUrl);
  await post(first.server, [payment]);
  expect(await kindsOf(first)).toEqual(["unseen"]);
  await first.server.close();
  opened.pop();
  const second = await start(sold, { looksSoon: true }, databaseUrl);
  second.advance(hour);
  await until(async () => {
    second.advance(11_000_000_000n);
    return !(await kindsOf(second)).includes("unseen");
  });
});

test.each([
  ["subscription", "customer.subscription.created", "/v1/subscriptions/sub_1", { created: 1_767_225_600 }],
  ["payment_link", "payment_link.updated", "/v1/payment_links/sub_1", {}],
])("what it says of a %s is asked for, too: who sells through it", async (kind, type, path, of) => {
  const sold = { id: "sub_1", object: kind, livemode: false, managed_payments: { enabled: true }, ...of };
  const { url } = await answering((request, response) =>
    json(request.url?.startsWith(path) ? 200 : 404, sold)(request, response),
  );
  const { server } = await start(world, { environment: { STRIPE_API_URL: url } });
  const related_object = { id: "sub_1", type: kind, url: path };
  await post(server, [thin(paid, { type: `v1.${type}`, related_object, snapshot_event: undefined })]);
  await askAll(server);
  expect(await outcomesOf(server, `&type=v1.${type}`)).toEqual([`v1.${type} applied thin_object`]);
  const known = await server.tallyhook.services.store.read.selectFrom("sellers").select("ref").execute();
  expect(known).toEqual([{ ref: "sub_1" }]);
  expect((await server.get("/v1/audit")).body).toMatchObject({ ok: true, complete: true });
});
