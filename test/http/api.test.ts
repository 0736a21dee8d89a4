import { encodeCursor } from "../../src/http/kit/query.ts";
import { engines } from "../support/engines.ts";
import { answered, fixture, keys, type Running, seed, startTallyhook } from "./running.ts";

type Row = Record<string, unknown> & { id: string };
type List = { data: Row[]; next_cursor: string | null };

const stories = ["adjustment-first", "refund-approved", "downgrade-2025", "cross-currency-payout"];

describe.each(engines)("the API on $name", ({ freshDatabaseUrl }) => {
  let running: Running;
  beforeAll(async () => {
    running = await startTallyhook(await freshDatabaseUrl());
    await running.post(seed);
    await running.post(fixture("paddle/adjustment.created/unknown-action.json"));
    for (const story of stories) {
      const lines = fixture(`scenarios/${story}.jsonl`).toString().trim().split("\n");
      for (const line of lines) await running.post(line);
    }
  });
  afterAll(() => running.close());

  const list = async (path: string) => (await running.get<List>(path)).body;
  const rows = async (path: string) => (await list(path)).data;
  const problem = async (path: string, key?: string) => {
    const { status, body, headers } = await running.get<{ code: string; detail: string }>(path, key);
    expect(headers.get("content-type")).toBe("application/problem+json");
    return [status, body.code];
  };

  test("a charge is shown as the contract says", async () => {
    const [charge] = await rows("/v1/charges?ref=txn_abc123");
    expect(charge).toEqual({
      id: expect.stringMatching(/^chg_/),
      provider: "paddle",
      account: "default",
      ref: "txn_abc123",
      kind: "transaction",
      status: "paid",
      reversal: "none",
      currency: "USD",
      subtotal: "1666",
      discount: "0",
      tax: "333",
      total: "1999",
      credit_applied: "1500",
      credit_notes_applied: "0",
      credit_notes_tax: "0",
      credit_issued: "0",
      debt_brought_forward: "0",
      grand_total: "499",
      collected: "499",
      collected_evidence: "payments",
      paid_outside: "0",
      reduced_before_settlement: "0",
      outstanding: "0",
      overpaid: "0",
      refunded: "0",
      disputed: "0",
      fee: "150",
      fee_state: "known",
      earnings: "1516",
      settlement: {
        currency: "USD",
        gross: "1999",
        tax: "333",
        fee: "150",
        fx_fee: null,
        retained_fee: null,
        dispute_fee: "0",
        net: "1516",
        exchange_rate: "1",
        payout_ref: null,
      },
      owner: "paddle:ctm_abc123",
      customer_ref: "ctm_abc123",
      subscription_ref: "sub_abc123",
      invoice_number: "3731-10089",
      origin: "subscription_update",
      collection_mode: "automatic",
      billing_period: { starts_at: "2023-10-18T10:41:13.871061Z", ends_at: "2023-11-18T10:41:13.871061Z" },
      livemode: null,
      merchant_of_record: "provider",
      created_at: "2023-10-18T10:56:23.50414Z",
      billed_at: "2023-10-18T10:56:23.434705Z",
      paid_at: "2023-10-18T10:56:26.068085Z",
      settled_at: "2023-10-18T10:56:33.696554Z",
      occurred_at: "2023-10-18T10:56:33.696554Z",
      payment_method: { type: "card", brand: "visa", last4: "4242" },
      metadata: {},
      policy_version: 1,
      basis: "grand_total",
      wallet_id: expect.stringMatching(/^wal_/),
      topped_up: "499",
      taken_back: "0",
      uncovered: "0",
      waiting_for: [],
    });
  });

  test("a charge by id has its lines, movements, entries and events", async () => {
    const [listed] = await rows("/v1/charges?reversal=refunded");
    const { body } = await running.get<Record<string, Row[]>>(`/v1/charges/${listed?.id}`);
    expect(body).toMatchObject({ ...listed });
    expect(body.lines?.map(({ effect, share }) => [effect, share])).toEqual([["top_up", listed?.collected]]);
    const refunds = body.movements ?? [];
    expect(
      refunds.map(({ kind, effective, taken_back, uncovered }) => [kind, effective, taken_back, uncovered]),
    ).toEqual([
      ["refund", true, "3000", "0"],
      ["refund", true, "9000", "0"],
    ]);
    for (const { postings } of body.entries ?? []) {
      const amounts = (postings as { amount: string }[]).map(({ amount }) => BigInt(amount));
      expect(amounts.reduce((sum, amount) => sum + amount, 0n)).toBe(0n);
    }
    expect(body.events?.length).toBeGreaterThan(2);
  });

  const counts: [path: string, count: number][] = [
    ["/v1/charges?provider=stripe", 0],
    ["/v1/charges?currency=EUR", 1],
    ["/v1/charges?customer_ref=ctm_abc123", 1],
    ["/v1/charges?owner=paddle:ctm_abc123", 1],
    ["/v1/charges?owner=ctm_abc123", 0],
    ["/v1/charges?from=2023-10-18T10:56:33.696554Z&to=2023-10-18T10:56:33.696555Z", 1],
    ["/v1/charges?from=2023-10-18&to=2023-10-18T10:56:33.696554Z", 0],
    ["/v1/movements?kind=dispute", 0],
    ["/v1/movements?status=succeeded", 0],
    ["/v1/movements?status=failed", 0],
    ["/v1/events?outcome=parked", 1],
    ["/v1/events?type=payout.paid", 1],
    ["/v1/wallets?owner=paddle:ctm_abc123&currency=USD", 1],
    ["/v1/wallets?owner=paddle:ctm_abc123&currency=EUR", 0],
    ["/v1/payouts?status=paid&currency=USD", 1],
    ["/v1/payouts?status=failed", 0],
    ["/v1/discrepancies?status=resolved&kind=none", 0],
    ["/v1/entries?account=revenue:sold_into_wallets&to=2023-11-01", 1],
    ["/v1/entries?account=revenue:sold&to=2023-11-01", 0],
    ["/v1/entries?account=revenue&to=2023-11-01", 2],
    ["/v1/entries?account=revenue&clock=posted&to=2023-11-01", 0],
    ["/v1/accounts?prefix=revenue:sales&at=2023-11-01", 1],
    ["/v1/accounts?prefix=revenue:sales&at=2023-10-01", 0],
    ["/v1/accounts?prefix=revenue:sal&at=2023-11-01", 1],
    ["/v1/accounts?prefix=revenue:sales:&at=2023-11-01", 0],
  ];
  test.each(counts)("%s has %d rows", async (path, count) => {
    expect(await rows(path)).toHaveLength(count);
  });

  const lists = ["charges", "movements", "events", "wallets", "entries", "accounts"];
  test.each(lists)("/v1/%s, page by page, is the whole list", async (name) => {
    const whole = await list(`/v1/${name}?limit=200`);
    expect(whole.next_cursor).toBeNull();
    const paged: Row[] = [];
    let cursor = "";
    do {
      const page = await list(`/v1/${name}?limit=3${cursor}`);
      expect(page.data.length).toBeLessThanOrEqual(3);
      paged.push(...page.data);
      cursor = page.next_cursor === null ? "" : `&cursor=${page.next_cursor}`;
    } while (cursor !== "");
    expect(paged).toEqual(whole.data);
    expect(paged.length).toBeGreaterThan(3);
  });

  test("a wallet has a statement, newest first, that leads to its balance", async () => {
    const [charge] = await rows("/v1/charges?reversal=refunded");
    const path = `/v1/wallets/${charge?.wallet_id}`;
    const { body: wallet } = await running.get<Row>(path);
    const lines = await rows(`${path}/entries`);
    expect(lines[0]?.balance_after).toBe(wallet.balance);
    expect(lines.map(({ seq }) => seq)).toEqual([...lines.keys()].map((index) => lines.length - index));
    expect(lines.reduce((sum, { amount }) => sum + BigInt(amount as string), 0n)).toBe(
      BigInt(wallet.balance as string),
    );
    const first = await list(`${path}/entries?limit=1`);
    expect((await list(`${path}/entries?limit=1&cursor=${first.next_cursor}`)).data).toEqual([lines[1]]);
    const lots = await rows(`${path}/lots`);
    expect(lots).toMatchObject([{ kind: "paid", amount: "12000", remaining: "0", charge_id: charge?.id }]);
  });

  test("the trial balance sums to zero in every currency", async () => {
    const sums = new Map<unknown, bigint>();
    for (const { currency, balance } of await rows("/v1/accounts?limit=200"))
      sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(balance as string));
    expect([...sums.values()].every((sum) => sum === 0n)).toBe(true);
    expect(sums.size).toBeGreaterThan(1);
  });

  test("an event by id has the body as it came", async () => {
    const [parked] = await rows("/v1/events?outcome=parked");
    const { body } = await running.get(`/v1/events/${parked?.id}`);
    expect(body).toMatchObject({
      ...parked,
      body: fixture("paddle/adjustment.created/unknown-action.json").toString(),
      body_encoding: "utf-8",
      charge_ids: [],
    });
  });

  const retry = (id: string, { key = keys.finance, body = undefined as string | undefined } = {}) =>
    answered<{ outcome?: string; code?: string }>(
      fetch(`${running.url}/v1/events/${id}/retry`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, ...(body && { "content-type": "application/json" }) },
        ...(body && { body }),
      }),
    );

  test("an event can be tried again", async () => {
    const [parked] = await rows("/v1/events?outcome=parked");
    expect(await retry(String(parked?.id))).toMatchObject({ status: 200, body: { outcome: "parked" } });
    expect((await rows("/v1/events?outcome=parked"))[0]?.attempts).toBe(Number(parked?.attempts) + 1);
    expect(await retry("paddle:default:evt_abc123")).toMatchObject({ body: { outcome: "duplicate" } });
    expect(await retry("paddle:default:evt_none")).toMatchObject({
      status: 404,
      body: { code: "not_found" },
    });
  });

  test("bodies that cannot be read are refused by name", async () => {
    const id = "paddle:default:evt_abc123";
    expect(await retry(id, { body: "{oops" })).toMatchObject({
      status: 400,
      body: { code: "body_not_json" },
    });
    expect(await retry(id, { body: '{"force":true}' })).toMatchObject({
      status: 400,
      body: { code: "body_invalid" },
    });
    expect(await retry(id, { body: "[]" })).toMatchObject({ status: 400, body: { code: "body_invalid" } });
    expect(await retry(id, { body: "{}" })).toMatchObject({ status: 200 });
  });

  test("without a key, or with one nobody has, there is no answer", async () => {
    const bare = await answered<{ code: string }>(fetch(`${running.url}/v1/charges`));
    expect([bare.status, bare.body.code]).toEqual([401, "unauthenticated"]);
    expect(bare.headers.get("www-authenticate")).toContain("Bearer");
    expect(await problem("/v1/charges", "wrong")).toEqual([401, "unauthenticated"]);
    expect(await problem("/v1/charges", "")).toEqual([401, "unauthenticated"]);
  });

  const allowed: [path: string, read: number, app: number, finance: number][] = [
    ["/v1/charges", 200, 403, 200],
    ["/v1/charges/chg_none", 404, 403, 404],
    ["/v1/movements", 200, 403, 200],
    ["/v1/events", 200, 403, 200],
    ["/v1/events/none", 404, 403, 404],
    ["/v1/wallets", 200, 200, 200],
    ["/v1/wallets/wal_none", 404, 404, 404],
    ["/v1/wallets/wal_none/entries", 404, 404, 404],
    ["/v1/wallets/wal_none/lots", 404, 404, 404],
    ["/v1/entries", 200, 403, 200],
    ["/v1/accounts", 200, 403, 200],
    ["/v1/payouts", 200, 403, 200],
    ["/v1/discrepancies", 200, 403, 200],
    ["/v1/audit", 403, 403, 200],
    ["/v1/nothing", 404, 404, 404],
  ];
  test.each(allowed)("%s answers read %d, app %d, finance %d", async (path, ...statuses) => {
    for (const [index, key] of [keys.read, keys.app, keys.finance].entries())
      expect((await running.get(path, key)).status).toBe(statuses[index]);
  });

  test("retrying an event is finance's", async () => {
    for (const key of [keys.read, keys.app])
      expect(await retry("any", { key })).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });

  const bad: [path: string, code: string][] = [
    ["/v1/charges?limit=0", "limit_invalid"],
    ["/v1/charges?limit=201", "limit_invalid"],
    ["/v1/charges?limit=1.5", "limit_invalid"],
    ["/v1/charges?limit=", "limit_invalid"],
    ["/v1/charges?limit=ten", "limit_invalid"],
    ["/v1/charges?cursor=", "cursor_invalid"],
    ["/v1/charges?cursor=nonsense", "cursor_invalid"],
    [`/v1/charges?cursor=${encodeCursor("events", "x")}`, "cursor_invalid"],
    [`/v1/charges?cursor=${encodeCursor("charges", "chg_none")}`, "cursor_invalid"],
    [`/v1/accounts?cursor=${encodeCursor("accounts", "nonsense")}`, "cursor_invalid"],
    ["/v1/charges?colour=red", "query_invalid"],
    ["/v1/charges?status=settled", "query_invalid"],
    ["/v1/charges?status=paid&status=open", "query_invalid"],
    ["/v1/charges?from=yesterday", "query_invalid"],
    ["/v1/charges?from=2026-02-30", "query_invalid"],
    ["/v1/charges?from=2026-02-02&to=2026-02-01", "query_invalid"],
    ["/v1/charges?owner=", "query_invalid"],
    ["/v1/charges/x?limit=5", "query_invalid"],
    ["/v1/wallets?provider=paddle", "query_invalid"],
    ["/v1/audit?quick=yes", "query_invalid"],
    ["/v1/charges/%E0%A4%A", "request_invalid"],
    ["/v1/charges/%00", "request_invalid"],
    ["/v1/charges?ref=a%00", "request_invalid"],
    [`/v1/charges?cursor=${encodeCursor("charges", "chg_\0")}`, "cursor_invalid"],
  ];
  test.each(bad)("%s is %s", async (path, code) => {
    expect(await problem(path)).toEqual([400, code]);
  });

  test("the audit finds nothing", async () => {
    expect((await running.get("/v1/audit")).body).toMatchObject({ ok: true, complete: true, problems: [] });
  });

  test("health is for everybody, readiness asks the database", async () => {
    const health = await answered(fetch(`${running.url}/healthz`));
    expect(health).toMatchObject({ status: 200, body: { status: "ok" } });
    expect(health.headers.get("x-powered-by")).toBeNull();
    const ready = await answered(fetch(`${running.url}/readyz`));
    expect(ready).toMatchObject({
      status: 200,
      body: { status: "ready", database: "ok", pending_migrations: [] },
    });
    const metrics = await answered(fetch(`${running.url}/metrics`));
    expect(metrics.body).toContain("process_cpu_user_seconds_total");
    expect(await problem("/")).toEqual([404, "not_found"]);
  });

  test("an id may be anything", async () => {
    for (const id of ["'", "a".repeat(2000), "../../etc/passwd", "chg_😀", "\ud800x"])
      expect((await running.get(`/v1/charges/${encodeURIComponent(id.toWellFormed())}`)).status).toBe(404);
  });
});

describe.each(engines)("the API without its database on $name", ({ freshDatabaseUrl }) => {
  test("it is not ready, and its errors show no stack", async () => {
    // Those who work by themselves would say so too, if their turn came meanwhile.
    const running = await startTallyhook(await freshDatabaseUrl(), { WORKERS: "off" });
    await running.tallyhook.services.store.close();
    expect(await running.get("/readyz")).toMatchObject({ status: 503, body: { database: "unavailable" } });
    expect((await running.get("/healthz")).status).toBe(200);
    const { status, body } = await running.get("/v1/charges");
    expect([status, body.code]).toEqual([500, "internal_error"]);
    expect(JSON.stringify(body)).not.toMatch(/src|node_modules|\.ts|\.js/);
    expect(running.errors).toEqual(["A request failed."]);
    await running.close();
  });
});

test("without any key the API is not configured", async () => {
  const running = await startTallyhook("sqlite::memory:", { API_KEYS: "" });
  const { status, body, headers } = await running.get("/v1/charges");
  expect([status, body.code]).toEqual([503, "api_keys_not_configured"]);
  expect(headers.get("retry-after")).toMatch(/^\d+$/);
  expect((await running.get("/healthz")).status).toBe(200);
  await running.close();
});
