import { Paddle } from "@paddle/paddle-node-sdk";
import Stripe from "stripe";
import type { CutOff, Misbehaviour } from "../../src/simulator/stand-in/misbehaviour.ts";
import { type StandIn, serveStandIn } from "../../src/simulator/stand-in/server.ts";
import { buildWorld } from "../../src/simulator/world.ts";

const world = buildWorld({ customers: 60, months: 6, seed: "stand-in" });
const keys = { paddle: "pdl_key", stripe: "sk_test_key" };

let standIn: StandIn;
afterEach(() => standIn.close());

async function start(misbehaviour: Misbehaviour = {}, cutOff: CutOff = {}): Promise<void> {
  standIn = await serveStandIn(world, { port: 0, keys, misbehaviour, cutOff, seed: "s", now: world.endsAt });
}

function stripeClient(key = keys.stripe, maxNetworkRetries = 0): Stripe {
  const { hostname: host, port } = new URL(standIn.url);
  return new Stripe(key, {
    host,
    port,
    protocol: "http",
    maxNetworkRetries,
    timeout: 60_000,
    telemetry: false,
  });
}

/** The environment is a URL: undocumented, and true of this version of the SDK. */
const paddleClient = (key = keys.paddle): Paddle => new Paddle(key, { environment: standIn.url as never });

interface Pages<Item> {
  readonly hasMore: boolean;
  next(): Promise<Item[]>;
}

async function everyPage<Item>(pages: Pages<Item>): Promise<Item[]> {
  const items: Item[] = [];
  do items.push(...(await pages.next()));
  while (pages.hasMore);
  return items;
}

const get = (path: string, key = keys.paddle) =>
  fetch(`${standIn.url}${path}`, { headers: { authorization: `Bearer ${key}` } });

const sorted = (ids: readonly string[]): string[] => [...ids].sort();

describe("Paddle's SDK", () => {
  beforeEach(() => start());

  test("lists every transaction, adjustment and event that is not forgotten, each once", async () => {
    const paddle = paddleClient();
    const transactions = await everyPage(paddle.transactions.list({ perPage: 30 }));
    expect(transactions.length).toBeGreaterThan(60);
    expect(sorted(transactions.map(({ id }) => id))).toEqual(
      sorted(world.paddle.transactions.map(({ terms }) => terms.id)),
    );
    const adjustments = await everyPage(paddle.adjustments.list({ perPage: 50 }));
    expect(sorted(adjustments.map(({ id }) => id))).toEqual(
      sorted(world.paddle.adjustments.map(({ terms }) => terms.id)),
    );
    const events = await everyPage(paddle.events.list({ perPage: 200 }));
    const kept = world.emissions.filter(
      ({ provider, at }) =>
        provider === "paddle" && at > world.endsAt - 90n * 86_400n * 10n ** 9n && at <= world.endsAt,
    );
    expect(sorted(events.map(({ eventId }) => eventId))).toEqual(sorted(kept.map(({ id }) => id)));
    expect(kept.length).toBeLessThan(world.emissions.filter(({ provider }) => provider === "paddle").length);
  });

  test("lists the transactions changed since a moment, and only those", async () => {
    const since = "2026-09-01T00:00:00Z";
    const changed = await everyPage(
      paddleClient().transactions.list({ "updatedAt[GTE]": since, perPage: 30 } as never),
    );
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.length).toBeLessThan(world.paddle.transactions.length);
    expect(changed.filter(({ updatedAt }) => updatedAt < since)).toEqual([]);
  });

  test("is refused with another key", async () => {
    await expect(paddleClient("pdl_other").transactions.list().next()).rejects.toMatchObject({
      code: "unauthenticated",
    });
  });
});

describe("Paddle's lists, read as raw pages", () => {
  beforeEach(() => start());

  test.each([
    ["/transactions?per_page=500", 30],
    ["/adjustments?per_page=500", 50],
    ["/events?per_page=500", 200],
  ])("%s is cut to %i rows, and its next link is absolute", async (path, most) => {
    const { data, meta } = (await (await get(path)).json()) as {
      data: unknown[];
      meta: { pagination: { per_page: number; next: string; has_more: boolean } };
    };
    expect(meta.pagination.per_page).toBe(most);
    expect(data.length).toBeLessThanOrEqual(most);
    expect(meta.pagination.next).toMatch(new RegExp(`^${standIn.url}/`));
  });

  test("only transactions can be asked for by date", async () => {
    expect((await get("/transactions?created_at[GTE]=2026-01-01T00:00:00Z")).status).toBe(200);
    expect((await get("/adjustments?created_at[GTE]=2026-01-01T00:00:00Z")).status).toBe(400);
    expect((await get("/events?created_at[GTE]=2026-01-01T00:00:00Z")).status).toBe(400);
  });
});

describe("Stripe's SDK", () => {
  test("lists everything there is, each once, in its own version", async () => {
    await start();
    const stripe = stripeClient();
    const listed = {
      invoices: await stripe.invoices.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 }),
      charges: await stripe.charges.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 }),
      refunds: await stripe.refunds.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 }),
      disputes: await stripe.disputes.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 }),
      rows: await stripe.balanceTransactions.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 }),
      payouts: await stripe.payouts.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 }),
      payments: await stripe.invoicePayments.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 }),
    };
    const { invoices, payments, refunds, disputes, rows, payouts, invoicePayments } = world.stripe;
    const ids = (items: readonly { readonly id: string }[]) => sorted(items.map(({ id }) => id));
    expect(ids(listed.invoices)).toEqual(sorted(invoices.map(({ terms }) => terms.id)));
    expect(ids(listed.charges)).toEqual(sorted(payments.map(({ terms }) => terms.chargeRef)));
    expect(ids(listed.refunds)).toEqual(ids(refunds));
    expect(ids(listed.disputes)).toEqual(ids(disputes));
    expect(ids(listed.rows)).toEqual(ids(rows));
    expect(ids(listed.payouts)).toEqual(ids(payouts));
    expect(ids(listed.payments)).toEqual(ids(invoicePayments));
    expect(listed.invoices.every((invoice) => !("charge" in invoice))).toBe(true);
  });

  test("finds the invoice of a payment, a customer's balance, and the rows of a payout", async () => {
    await start();
    const stripe = stripeClient();
    const paid = world.stripe.invoicePayments.find(({ by }) => "intent" in by);
    const intent = paid !== undefined && "intent" in paid.by ? paid.by.intent : "";
    const { data } = await stripe.invoicePayments.list({
      payment: { type: "payment_intent", payment_intent: intent },
    });
    expect(data.map(({ invoice }) => invoice)).toEqual([paid?.invoiceRef]);
    const [row] = world.stripe.customerRows;
    const balance = await stripe.customers.listBalanceTransactions(row?.customerRef ?? "");
    expect(balance.data.map(({ id }) => id)).toContain(row?.id);
    for (const { id, amount } of world.stripe.payouts
      .filter(({ failedAt }) => failedAt === null)
      .slice(0, 3)) {
      const rows = await stripe.balanceTransactions
        .list({ payout: id, limit: 100 })
        .autoPagingToArray({ limit: 10_000 });
      expect(rows.find(({ source }) => source === id)?.net).toBe(-Number(amount));
    }
  });

  test("is given events of the last 30 days only, and a window of them by time", async () => {
    await start();
    const events = await stripeClient().events.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 });
    const oldest = Number(world.endsAt / 10n ** 9n) - 30 * 86_400;
    expect(events.length).toBeGreaterThan(0);
    expect(events.filter(({ created }) => created < oldest)).toEqual([]);
    const half = oldest + 15 * 86_400;
    const later = await stripeClient()
      .events.list({ limit: 100, created: { gte: half } })
      .autoPagingToArray({ limit: 10_000 });
    expect(later.map(({ id }) => id)).toEqual(
      events.filter(({ created }) => created >= half).map(({ id }) => id),
    );
  });

  test("is refused with another key, and a limit above 100", async () => {
    await start();
    await expect(stripeClient("sk_test_other").invoices.list()).rejects.toMatchObject({ statusCode: 401 });
    await expect(stripeClient().invoices.list({ limit: 101 })).rejects.toMatchObject({ statusCode: 400 });
  });

  test("gets through a rate limit by trying again, since the answer says so", async () => {
    await start({ rate_limit: 0.5 });
    const stripe = stripeClient(keys.stripe, 20);
    const invoices = await stripe.invoices.list({ limit: 30 }).autoPagingToArray({ limit: 10_000 });
    expect(standIn.mishaps).toContain("rate_limit");
    expect(invoices.length).toBe(world.stripe.invoices.length);
  });
});

describe("what goes wrong", () => {
  test("a rate limit says when to come back", async () => {
    await start({ rate_limit: 1 });
    const answer = await get("/transactions");
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "1"]);
  });

  test("an error is JSON, a gateway's is HTML, and some requests are never answered", async () => {
    await start({ error: 1 });
    expect((await get("/v1/invoices", keys.stripe)).status).toBe(500);
    await standIn.close();
    await start({ html: 1 });
    expect((await get("/events")).headers.get("content-type")).toBe("text/html");
    await standIn.close();
    await start({ timeout: 1 });
    await expect(fetch(`${standIn.url}/events`, { signal: AbortSignal.timeout(200) })).rejects.toThrow();
  });

  test("late rows are missing at first, and there after a while", async () => {
    await start({ late: 0.5 });
    const count = async () => (await everyPage(paddleClient().adjustments.list({ perPage: 50 }))).length;
    expect(await count()).toBeLessThan(world.paddle.adjustments.length);
    for (let request = 0; request < 12; request += 1) await get("/adjustments");
    expect(await count()).toBe(world.paddle.adjustments.length);
  });
});

describe("what providers hold for customers", () => {
  beforeEach(() => start());

  test("Paddle's credit of every customer is what was given and not used", async () => {
    const customers = await everyPage(paddleClient().customers.list({ perPage: 200 }));
    expect(customers.length).toBe(world.paddle.customers.length);
    const held = world.paddle.customers.filter(({ credit }) => credit > 0n);
    expect(held.length).toBeGreaterThan(0);
    for (const { id, credit, pricing } of held) {
      const [balance] = await paddleClient().customers.getCreditBalance(id);
      expect([balance?.currencyCode, balance?.balance?.available]).toEqual([
        pricing.currency,
        credit.toString(),
      ]);
    }
  });

  test("Stripe's balance of every customer is what its rows leave, with the other sign by currency", async () => {
    const listed = await stripeClient()
      .customers.list({ limit: 100, expand: ["data.invoice_credit_balance"] })
      .autoPagingToArray({ limit: 10_000 });
    expect(listed.length).toBe(world.stripe.customers.length);
    const held = listed.filter(({ balance }) => balance !== 0);
    expect(held.length).toBeGreaterThan(0);
    for (const { id, balance, currency, invoice_credit_balance } of held) {
      const rows = world.stripe.customerRows.filter(({ customerRef }) => customerRef === id);
      expect(BigInt(balance)).toBe(rows.reduce((sum, { amount }) => sum + amount, 0n));
      expect(invoice_credit_balance).toEqual({ [String(currency)]: -balance });
    }
    const plain = await stripeClient().customers.list({ limit: 1 });
    expect(plain.data[0]).not.toHaveProperty("invoice_credit_balance");
  });
});

describe("a list that is cut off", () => {
  test("is refused for ever, and others are not", async () => {
    await start({}, { "/adjustments": "refused" });
    expect((await get("/adjustments")).status).toBe(500);
    expect((await get("/transactions")).status).toBe(200);
  });

  test("or forgets rows without a word", async () => {
    await start({}, { "/v1/invoices": "forgotten" });
    const invoices = await stripeClient().invoices.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 });
    expect(invoices.length).toBeGreaterThan(world.stripe.invoices.length / 4);
    expect(invoices.length).toBeLessThan((world.stripe.invoices.length * 3) / 4);
  });
});

test("a page that is given again is the one before, and then the list goes on", async () => {
  await start({ repeat: 0.3 });
  const invoices = await stripeClient().invoices.list({ limit: 10 }).autoPagingToArray({ limit: 10_000 });
  expect(invoices.length).toBeGreaterThan(world.stripe.invoices.length);
  expect(new Set(invoices.map(({ id }) => id)).size).toBe(world.stripe.invoices.length);
  const adjustments = await everyPage(paddleClient().adjustments.list({ perPage: 10 }));
  expect(new Set(adjustments.map(({ id }) => id)).size).toBe(world.paddle.adjustments.length);
});
