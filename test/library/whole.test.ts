import { Console } from "node:console";
import { Writable } from "node:stream";
import type { OutboxMessage, SpendingRefused } from "../../src/index.ts";
import type { TallyhookOptions } from "../../src/library/options.ts";
import { createTallyhook, type Tallyhook } from "../../src/library.ts";
import { secret, seed, signed } from "../http/running.ts";
import { eventOf, lineOf, saleOf, transactionEvent } from "../services/composed.ts";
import { engines } from "../support/engines.ts";
import { adjustmentBody } from "../support/paddle-bodies.ts";
import { until } from "../support/until.ts";

/** The seed tops up 499 of this owner's. */
const paying = "paddle:ctm_abc123";
const meters = [{ key: "tokens", prices: { USD: "0.5" } }];

const open: Tallyhook[] = [];
afterEach(async () => {
  for (const tallyhook of open.splice(0)) {
    const { ok, problems } = await tallyhook.audit();
    expect([ok, problems]).toEqual([true, []]);
    await tallyhook.close();
  }
});

async function library(databaseUrl: string, options: Partial<TallyhookOptions> = {}): Promise<Tallyhook> {
  const tallyhook = await createTallyhook({
    databaseUrl,
    paddle: { webhookSecrets: secret },
    policy: { meters },
    ...options,
  });
  open.push(tallyhook);
  return tallyhook;
}

const webhook = (body: Buffer, path = "paddle") =>
  new Request(`https://app.example.com/api/webhooks/${path}`, {
    method: "POST",
    body: new Uint8Array(body),
    headers: { "content-type": "application/json", ...signed(body) },
  });

/** As an app would send it on. */
const sent = (answer: unknown) => JSON.parse(JSON.stringify(answer));

describe.each(engines)("the library on $name", ({ freshDatabaseUrl }) => {
  test("tells of a wallet what the API tells: amounts as bigint, times as Date, and as JSON the API's document", async () => {
    const tallyhook = await library(await freshDatabaseUrl());
    expect(await (await tallyhook.handleWebhook(webhook(seed))).json()).toMatchObject({ outcome: "applied" });
    const wallet = tallyhook.wallet({ owner: paying, currency: "USD" });
    await wallet.use({ id: "req_1", meter: "tokens", quantity: 199 });

    const balance = await wallet.balance();
    expect(balance).toMatchObject({ id: wallet.id, balance: 400n, available: 400n, pending: "0.5", seq: 2 });
    expect(sent(balance)).toMatchObject({ id: wallet.id, balance: "400", held: "0", seq: 2 });
    const { data: lines, nextCursor } = await wallet.statement({ limit: 1 });
    expect(lines).toMatchObject([{ kind: "usage", amount: -99n, balanceAfter: 400n, usageId: "req_1" }]);
    expect(lines[0]?.postedAt).toBeInstanceOf(Date);
    const rest = await wallet.statement({ cursor: nextCursor });
    expect(rest).toMatchObject({ data: [{ kind: "top_up", amount: 499n }], nextCursor: null });
    expect(sent(rest)).toMatchObject({ data: [{ kind: "top_up", balance_after: "499" }], next_cursor: null });
    expect(sent(rest.data[0])).toMatchObject({ effective_at: "2023-10-18T10:56:33.696554Z" });
    expect((await wallet.statement({ from: "2024-01-01T00:00:00Z" })).data).toHaveLength(1);
    expect((await wallet.statement({ to: new Date("2023-01-01") })).data).toEqual([]);
    expect((await wallet.lots()).data).toMatchObject([{ kind: "paid", remaining: 400n, expiresAt: null }]);

    const explained = await wallet.explain();
    expect(explained).toMatchObject({ owner: paying, balance: 400n, changes: [{}, {}] });
    expect(explained.data[0]?.charge?.grandTotal).toBe(499n);
    expect(sent(explained)).toMatchObject({ balance: "400", data: [{ charge: { total: "1999" } }] });
    expect((await wallet.explain({ at: "2020-01-01T00:00:00Z" })).balance).toBe(0n);

    const quoted = await wallet.quote({ meter: "tokens", quantity: 1000 });
    expect(quoted).toMatchObject({
      requested: 500n,
      covered: 400n,
      uncovered: 100n,
      lots: [{ amount: 400n }],
    });
    expect((await wallet.quote({ amount: 7n })).balanceAfter).toBe(393n);
    expect((await wallet.balance()).balance).toBe(400n);
  });

  test("answers of spending are the API's too when they are sent on", async () => {
    const tallyhook = await library(await freshDatabaseUrl());
    const wallet = tallyhook.wallet({ owner: "acme", currency: "USD" });
    await wallet.grant({ amount: 100n, kind: "promo", reason: "welcome" });
    expect(sent(await wallet.enoughBalance("tokens"))).toEqual({
      enough: true,
      available: "100",
      cost: "1",
      shortfall: "0",
      limited: "0",
      limit_id: null,
      limit_left: null,
      wallet_id: wallet.id,
      seq: 1,
    });
    const used = { id: "req_1", meter: "tokens", quantity: 20 };
    expect(sent(await wallet.use(used))).toMatchObject({ id: "req_1", outcome: "applied", covered: "10" });
    expect(sent(await wallet.use(used))).toMatchObject({ outcome: "duplicate", covered: "10" });
    expect(sent(await wallet.hold({ amount: 91n, expiresIn: 60 }))).toMatchObject({
      status: 402,
      code: "insufficient_balance",
      available: "90",
      shortfall: "1",
    });
    const hold = await wallet.hold({ meter: "tokens", quantity: 40, expiresIn: 60 });
    if (hold.kind !== "held") throw new Error(hold.kind);
    expect(sent(hold)).toMatchObject({ id: hold.id, amount: "20", status: "open", wallet_id: wallet.id });
    expect(sent(await hold.settle({ quantity: 30 }))).toMatchObject({ status: "settled", covered: "15" });
  });

  test("an owner's limits are set, reached and let go; tokens are theirs; what was used is summed", async () => {
    const tallyhook = await library(await freshDatabaseUrl(), { tokenSecrets: "t".repeat(32) });
    const acme = tallyhook.owner("acme");
    const wallet = tallyhook.wallet({ owner: "acme", currency: "USD" });
    await wallet.grant({ amount: 100n, kind: "promo", reason: "welcome" });
    const daily = { id: "daily", currency: "USD", amount: 30n, period: "day", member: "ann" } as const;
    const limit = await acme.setLimit(daily);
    expect(limit).toMatchObject({ id: "daily", amount: 30n, counted: 0n, left: 30n, zone: "UTC" });
    expect(sent(limit)).toMatchObject({ amount: "30", period: "day", meter: null });
    const used = { id: "req_1", meter: "tokens", quantity: 80, member: "ann" };
    expect(await wallet.use(used)).toMatchObject({ covered: 30n, limited: 10n, limitId: "daily" });
    const asked = await wallet.enoughBalance({ meter: "tokens", member: "ann" });
    expect(asked).toMatchObject({ enough: false, shortfall: 0n, limited: 1n, limitLeft: 0n });
    const refused = await wallet.hold({ amount: 5n, expiresIn: 60, member: "ann" });
    expect(refused).toMatchObject({ kind: "limit_reached", limited: 5n, limitId: "daily", limitLeft: 0n });
    expect(sent(refused)).toMatchObject({ status: 402, code: "limit_reached", limit_left: "0" });
    expect((await wallet.hold({ amount: 5n, expiresIn: 60 })).kind).toBe("held");
    expect((await acme.limits()).data).toMatchObject([{ id: "daily", left: 0n }]);
    await expect(tallyhook.owner("globex").setLimit(daily)).rejects.toMatchObject({
      code: "limit_elsewhere",
    });
    await expect(tallyhook.owner("globex").removeLimit("daily")).rejects.toMatchObject({
      code: "unknown_limit",
    });
    await expect(acme.setLimit({ ...daily, meter: "tokns" })).rejects.toMatchObject({
      code: "unknown_meter",
    });
    await expect(acme.setLimit({ ...daily, amount: 3 as never })).rejects.toMatchObject({
      code: "amount_invalid",
    });
    await expect(acme.setLimit({ ...daily, perod: "day" } as never)).rejects.toThrow("the nearest is period");
    expect((await acme.usage({ by: "month", member: "ann" })).data).toMatchObject([
      { meter: "tokens", quantity: "80", covered: 30n, limited: 10n },
    ]);
    expect(await acme.removeLimit("daily")).toMatchObject({ counted: 30n });
    const { token, expiresAt } = await acme.token({ expiresIn: 60 });
    expect([token.slice(0, 4), expiresAt > new Date()]).toEqual(["tok_", true]);
    await expect(acme.token({ expiresIn: 5 })).rejects.toThrow("expiresIn");
    await expect(acme.usage({ by: "year" as never })).rejects.toMatchObject({ code: "request_invalid" });
  });

  test("what a person books is booked once for its key, undone by its entry, and usage by its id", async () => {
    const tallyhook = await library(await freshDatabaseUrl());
    const wallet = tallyhook.wallet({ owner: "acme", currency: "USD" });
    expect(await wallet.balance()).toMatchObject({ id: wallet.id, balance: 0n, seq: 0 });
    expect((await wallet.statement()).data).toEqual([]);
    const given = { amount: 500n, kind: "paid", reason: "by bank", idempotencyKey: "wire 7" } as const;
    const granted = await wallet.grant({ ...given, expiresAt: new Date("2100-01-01") });
    expect(await wallet.grant({ ...given, expiresAt: "2100-01-01T00:00:00Z" })).toEqual(granted);
    await expect(wallet.grant({ ...given, amount: 501n })).rejects.toMatchObject({
      code: "idempotency_conflict",
    });
    expect((await wallet.lots()).data).toMatchObject([{ expiresAt: new Date("2100-01-01") }]);
    const debited = await wallet.debit({ amount: 600n, reason: "by hand" });
    expect(debited).toMatchObject({ amount: -500n, requested: 600n, covered: 500n, uncovered: 100n });
    expect(sent(debited)).toMatchObject({ wallet_id: wallet.id, uncovered: "100" });
    const { entryId } = debited;
    expect(await wallet.reverse({ entryId, reason: "a mistake" })).toMatchObject({ amount: 500n });
    await expect(wallet.reverse({ entryId, reason: "again" })).rejects.toMatchObject({
      code: "already_reversed",
    });
    await wallet.use({ id: "req_1", meter: "tokens", quantity: 40 });
    expect(await wallet.reverse({ id: "req_1", reason: "not served" })).toMatchObject({ covered: 20n });
    expect((await wallet.balance()).balance).toBe(500n);
    const other = tallyhook.wallet({ owner: "other", currency: "USD" });
    await expect(other.reverse({ id: "req_1", reason: "not mine" })).rejects.toMatchObject({
      code: "unknown_usage",
    });
    await expect(other.reverse({ entryId, reason: "not mine" })).rejects.toMatchObject({
      code: "unknown_entry",
    });
    await expect(other.explain()).rejects.toMatchObject({ code: "unknown_wallet" });
  });

  test("usage is asked by its id, of its own wallet alone; an id that another wallet used says so", async () => {
    const tallyhook = await library(await freshDatabaseUrl());
    const of = (owner: string, currency = "USD") => tallyhook.wallet({ owner, currency });
    const wallet = of("acme");
    await wallet.grant({ amount: 25n, kind: "promo", reason: "welcome" });
    const used = { id: "req_1", meter: "tokens", quantity: 60 };
    expect(await wallet.usage("req_1")).toBeNull();
    const paid = await wallet.use(used);
    const known = await wallet.usage("req_1");
    expect(known).toMatchObject({ id: "req_1", requested: 30n, covered: 25n, uncovered: 5n, balance: 0n });
    expect(known).toMatchObject(paid);
    expect(sent(known)).toMatchObject({ wallet_id: wallet.id, quantity: "60", reversal: null });
    expect((await wallet.reverse({ id: "req_1", reason: "not served" })).reversal).not.toBeNull();
    expect(await wallet.usage("req_1")).toMatchObject({ reversal: { reason: "not served" } });
    expect(await of("globex").usage("req_1")).toBeNull();
    for (const other of [of("globex"), of("acme", "EUR")]) {
      const refusal = other.use(used);
      await expect(refusal).rejects.toMatchObject({ code: "id_used_for_other_content" });
      await expect(refusal).rejects.toThrow(/another wallet used this id.+contain the customer/i);
    }
    await expect(wallet.use({ ...used, quantity: 61 })).rejects.toThrow("this wallet used it for another");
    await expect(wallet.usage("with blank")).rejects.toMatchObject({ code: "id_invalid" });
  });

  test("a hold is placed once for its key; what was not placed, or was released, is tried anew", async () => {
    const tallyhook = await library(await freshDatabaseUrl());
    const wallet = tallyhook.wallet({ owner: "acme", currency: "USD" });
    const asked = { meter: "tokens", quantity: 100, expiresIn: 60, idempotencyKey: "essay 7" } as const;
    const place = async (of: object = {}) => {
      const hold = await wallet.hold({ ...asked, ...of });
      if (hold.kind !== "held") throw new Error(hold.kind);
      return hold;
    };
    await expect(place()).rejects.toThrow("insufficient_balance");
    await wallet.grant({ amount: 100n, kind: "promo", reason: "welcome" });
    const [first, again] = await Promise.all([place(), place()]);
    expect(again).toMatchObject({ id: first.id, amount: 50n });
    expect((await wallet.balance()).held).toBe(50n);
    const hers = tallyhook.wallet({ owner: "globex", currency: "USD" }).hold(asked);
    await expect(hers).rejects.toMatchObject({ code: "idempotency_conflict" });
    await expect(hers).rejects.toThrow("or by another wallet");
    await expect(place({ quantity: 101 })).rejects.toMatchObject({ code: "idempotency_conflict" });
    await first.release();
    await again.release();
    const [second, repeated] = await Promise.all([place(), place()]);
    expect([second.id === first.id, repeated.id === second.id]).toEqual([false, true]);
    expect(await wallet.usage(second.id)).toBeNull();
    const paid = await second.settle({ quantity: 80 });
    const settled = await place();
    expect(sent(settled)).toMatchObject({ id: second.id, status: "settled" });
    expect(await settled.settle({ quantity: 80 })).toEqual(paid);
    expect(await wallet.usage(settled.id)).toMatchObject({ requested: 40n, covered: 40n, balance: 60n });
    await expect(settled.release()).rejects.toMatchObject({ code: "hold_closed" });
    expect((await place({ idempotencyKey: "essay 8" })).id).not.toBe(second.id);
    await expect(place({ idempotencyKey: "" })).rejects.toMatchObject({ code: "idempotency_key_invalid" });
    await expect(
      wallet.grant({ amount: 1n, kind: "promo", reason: "x", idempotencyKey: "essay 8" }),
    ).rejects.toMatchObject({ code: "idempotency_conflict" });
  });

  test("an owner has wallets in all currencies, charges, and the customers that are linked", async () => {
    const tallyhook = await library(await freshDatabaseUrl());
    await tallyhook.handleWebhook(webhook(seed));
    const acme = tallyhook.owner("acme");
    await tallyhook
      .wallet({ owner: "acme", currency: "EUR" })
      .grant({ amount: 1n, kind: "promo", reason: "x" });
    const customer = { provider: "paddle", customerRef: "ctm_abc123" };
    const linked = await acme.link(customer);
    expect(linked).toMatchObject({ owner: "acme", moved: [{ currency: "USD", amount: 499n }] });
    expect(sent(linked)).toMatchObject({ customer_ref: "ctm_abc123", moved: [{ amount: "499" }] });
    expect((await acme.wallets()).data.map((one) => [one.currency, one.balance]).sort()).toEqual([
      ["EUR", 1n],
      ["USD", 499n],
    ]);
    const { data: charges } = await acme.charges({ status: "paid", from: "2023-01-01T00:00:00Z" });
    expect(charges).toMatchObject([{ ref: "txn_abc123", total: 1999n, toppedUp: 499n }]);
    expect((await acme.charges({ status: "open" })).data).toEqual([]);
    expect((await tallyhook.owner("nobody").charges()).data).toEqual([]);
    const other = tallyhook.owner("other");
    await expect(other.link(customer)).rejects.toMatchObject({ code: "already_linked" });
    await tallyhook.wallet({ owner: "acme", currency: "USD" }).hold({ amount: 1n, expiresIn: 60 });
    await expect(other.link({ ...customer, move: true })).rejects.toMatchObject({ code: "open_holds" });
  });

  test("recovery is told, and forgiven once", async () => {
    const policy = { meters, on_uncovered_reversal: "recover" } as const;
    const tallyhook = await library(await freshDatabaseUrl(), { policy });
    const sale = saleOf(900, [lineOf("a", "pri_plan", 1000)]);
    await tallyhook.handleWebhook(webhook(Buffer.from(JSON.stringify(transactionEvent(sale)))));
    const wallet = tallyhook.wallet({ owner: `paddle:ctm_${sale.customer}`, currency: "USD" });
    const { balance } = await wallet.balance();
    await wallet.debit({ amount: balance, reason: "spent" });
    const whole = { id: "adj_900", action: "refund", status: "approved", amount: 1000 };
    const refund = adjustmentBody(sale, { ...whole, named: [], taxOnly: false, toBalance: null });
    await tallyhook.handleWebhook(
      webhook(Buffer.from(JSON.stringify(eventOf("adjustment.created", "adj_900", refund)))),
    );
    const owed = await wallet.recovery();
    expect(owed.recovery).toBeGreaterThan(0n);
    expect(sent(owed)).toEqual({ wallet_id: wallet.id, currency: "USD", recovery: String(owed.recovery) });
    const forgiven = { amount: owed.recovery, reason: "goodwill", idempotencyKey: "k" };
    const lines = await owed.writeOff(forgiven);
    expect(await owed.writeOff(forgiven)).toEqual(lines);
    expect((await wallet.recovery()).recovery).toBe(0n);
    await expect(owed.writeOff({ amount: 1n, reason: "more" })).rejects.toMatchObject({
      code: "exceeds_recovery",
    });
  });

  test("the books are exported, reconciled and booked anew", async () => {
    const tallyhook = await library(await freshDatabaseUrl());
    await tallyhook.handleWebhook(webhook(seed));
    const lines: string[] = [];
    for await (const piece of tallyhook.exports("charges.csv", { from: new Date("2023-01-01") }))
      lines.push(piece);
    expect(lines.join("")).toContain("txn_abc123");
    const window = { from: "2023-10-01", to: "2023-11-01" } as const;
    const run = await tallyhook.reconcile({ provider: "paddle", level: "posting", ...window });
    expect(run).toMatchObject({ status: "matched", requestedBy: "library", zone: "UTC" });
    expect(run.finishedAt).toBeInstanceOf(Date);
    const rebooked = await tallyhook.rebook({ policy: 1 });
    expect(rebooked).toMatchObject({ policyVersion: 1, applied: false, charges: [], transfers: [] });
    expect(sent(rebooked)).toMatchObject({ policy_version: 1 });
    await expect(tallyhook.rebook({ policy: 7 })).rejects.toMatchObject({ code: "policy_unknown" });
    await expect(tallyhook.backfill()).rejects.toMatchObject({ code: "api_key_missing" });
  });
});

const memory = "sqlite::memory:";

test("an outbox that is a function is told in order, each message again until it is taken", async () => {
  const told: OutboxMessage[] = [];
  let refusals = 1;
  const outbox = async (message: OutboxMessage) => {
    if (message.type === "wallet.balance_changed" && refusals-- > 0) throw new Error("not now");
    told.push(message);
  };
  let now = Date.parse("2026-01-01T00:00:00Z");
  const clock = { now: () => new Date(now) };
  const tallyhook = await library(memory, { outbox, clock, workers: true });
  const wallet = tallyhook.wallet({ owner: "acme", currency: "USD" });
  await wallet.grant({ amount: 5n, kind: "promo", reason: "first" });
  await wallet.debit({ amount: 3n, reason: "second" });
  await until(() => {
    now += 1_000;
    return told.length >= 2;
  }, 25);
  expect(told.map(({ data }) => ("balance" in data ? data.balance : null))).toEqual([5n, 2n]);
  expect(told[0]).toMatchObject({
    type: "wallet.balance_changed",
    timestamp: new Date("2026-01-01T00:00:00Z"),
  });
  expect(sent(told[1])).toMatchObject({ type: "wallet.balance_changed", data: { amount: "-3", seq: 2 } });
});

test("the clock of the options is the one that everything goes by", async () => {
  const tallyhook = await library(memory, { clock: { now: () => new Date("2031-05-06T07:08:09Z") } });
  const wallet = tallyhook.wallet({ owner: "acme", currency: "USD" });
  const { postedAt } = await wallet.grant({ amount: 5n, kind: "promo", reason: "then" });
  expect(postedAt).toEqual(new Date("2031-05-06T07:08:09Z"));
  expect(await (await tallyhook.handleWebhook(webhook(seed))).json()).toMatchObject({
    code: "signature_expired",
  });
});

/** What an app's logger was told of a start and a delivery. */
async function logged(logger: TallyhookOptions["logger"] & object, options: Partial<TallyhookOptions> = {}) {
  const tallyhook = await library(memory, { logger, ...options });
  await tallyhook.handleWebhook(webhook(seed));
}

test("a console is told no debug lines, and prints none for each batch; a logger with levels is", async () => {
  let printed = "";
  const written = (text: unknown) => {
    printed += String(text);
    return true;
  };
  const stream = Object.assign(new Writable(), { write: written });
  await logged(new Console(stream));
  expect(printed).toMatch(/Started\.(.|\n)+An event was delivered\./);
  expect(printed).not.toContain("A batch was committed.");
  const debugged: string[] = [];
  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  await logged({ ...silent, debug: (_, message) => debugged.push(message) });
  expect(debugged).toContain("A batch was committed.");
});

test.each([
  [{}, [expect.stringMatching(/^Test events are booked like live ones: .*the option mode\) to live/)]],
  [{ mode: "any" }, [expect.stringMatching(/^Test events are booked like live ones/)]],
  [{ mode: "live" }, []],
  [{ mode: "test" }, []],
] as const)(
  "an app that books test events like live ones is warned at its start: %j",
  async (mode, warned) => {
    const warnings: string[] = [];
    await logged({ info: () => {}, warn: (_, message) => warnings.push(message), error: () => {} }, mode);
    expect(warnings).toEqual(warned);
  },
);

describe("a request that is handled", () => {
  test.each([
    ["another method", (url: string) => new Request(url), 405, "method_not_allowed"],
    [
      "no signature",
      (url: string) => new Request(url, { method: "POST", body: "{}" }),
      400,
      "signature_missing",
    ],
    ["no body", (url: string) => new Request(url, { method: "POST" }), 400, "signature_missing"],
    [
      "too large a body",
      (url: string) => new Request(url, { method: "POST", body: new Uint8Array(2 ** 21 + 1) }),
      413,
      "body_too_large",
    ],
    [
      "an encoded body",
      (url: string) =>
        new Request(url, { method: "POST", body: "x", headers: { "content-encoding": "gzip" } }),
      415,
      "body_encoded",
    ],
    [
      "no provider",
      (url: string) => new Request(url.replace("paddle", "github"), { method: "POST", body: "{}" }),
      404,
      "not_found",
    ],
  ] as const)("with %s is answered with a problem", async (_, request, status, code) => {
    const tallyhook = await library(memory);
    const answer = await tallyhook.handleWebhook(request("http://localhost/webhooks/paddle?x=1"));
    expect([answer.status, (await answer.json()).code]).toEqual([status, code]);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.headers.get("request-id")).toMatch(/^req_/);
  });

  test("whose body somebody has read before is to be sent again", async () => {
    const tallyhook = await library(memory);
    const request = webhook(seed);
    await request.text();
    const answer = await tallyhook.handleWebhook(request);
    expect([answer.status, (await answer.json()).code]).toEqual([503, "body_already_parsed"]);
    expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
  });
});

describe("what is wrong is refused in the words of who wrote it", () => {
  // biome-ignore lint/suspicious/noExplicitAny: what programs without types hand over.
  type Any = any;
  const wrong: [name: string, ask: (tallyhook: Any, wallet: Any) => unknown, says: string][] = [
    ["owner", (t) => t.owner(""), "owner_invalid owner: "],
    ["owner of another type", (t) => t.owner({ owner: "acme" }), "owner_invalid owner: "],
    ["limit", (_, w) => w.statement({ limit: 201 }), "limit_invalid limit: "],
    ["cursor", (_, w) => w.lots({ cursor: "x" }), "cursor_invalid cursor: "],
    ["from", (_, w) => w.statement({ from: "yesterday" }), "time_invalid from: "],
    ["at", (_, w) => w.explain({ at: new Date(Number.NaN) }), "time_invalid at: "],
    [
      "a misspelt option",
      (_, w) => w.statement({ form: 1 }),
      "option_unknown form: is not known; known are from, to, limit, cursor; the nearest is from",
    ],
    [
      "amount as a number",
      (_, w) => w.grant({ amount: 5, kind: "promo", reason: "x" }),
      "amount_invalid amount: must be a bigint",
    ],
    ["amount 0", (_, w) => w.debit({ amount: 0n, reason: "x" }), "amount_invalid amount: "],
    ["kind", (_, w) => w.grant({ amount: 5n, kind: "gift", reason: "x" }), "kind_invalid kind: "],
    ["no reason", (_, w) => w.grant({ amount: 5n, kind: "promo" }), "reason_invalid reason: "],
    ["a blank reason", (_, w) => w.debit({ amount: 5n, reason: " " }), "reason_invalid reason: "],
    [
      "what has expired",
      (_, w) => w.grant({ amount: 5n, kind: "promo", reason: "x", expiresAt: "2001-01-01T00:00:00Z" }),
      "expires_at_invalid expiresAt: ",
    ],
    [
      "priority",
      (_, w) => w.grant({ amount: 5n, kind: "promo", reason: "x", priority: "1" }),
      "priority_invalid priority: ",
    ],
    [
      "a key",
      (_, w) => w.debit({ amount: 5n, reason: "x", idempotencyKey: "é" }),
      "idempotency_key_invalid idempotencyKey: ",
    ],
    ["nothing to reverse", (_, w) => w.reverse({ reason: "x" }), "request_invalid either id"],
    ["quote of 0", (_, w) => w.quote({ amount: 0n }), "amount_invalid amount: "],
    ["quote of nothing", (_, w) => w.quote({ meter: "unheard_of" }), "unknown_meter meter: "],
    ["status", (t) => t.owner("acme").charges({ status: "payed" }), "request_invalid status: "],
    ["customerRef", (t) => t.owner("acme").link({ provider: "paddle" }), "request_invalid customerRef: "],
    [
      "customer_ref",
      (t) => t.owner("acme").link({ provider: "paddle", customer_ref: "x" }),
      "option_unknown customer_ref: is not known; known are provider, customerRef",
    ],
    [
      "provider",
      (t) => t.owner("acme").link({ provider: "padle", customerRef: "x" }),
      "request_invalid provider: ",
    ],
    [
      "level",
      (t) => t.reconcile({ provider: "paddle", level: "all", from: "2026-01-01", to: "2026-02-01" }),
      "request_invalid level: ",
    ],
    [
      "a window that ends before it begins",
      (t) => t.reconcile({ provider: "paddle", level: "posting", from: "2026-03-01", to: "2026-02-01" }),
      "request_invalid to: must be after from",
    ],
    ["policy", (t) => t.rebook({ policy: "1" }), "request_invalid policy: "],
    ["no reason to apply", (t) => t.rebook({ policy: 1, apply: true }), "request_invalid reason: "],
    [
      "file",
      (t) => t.exports("charge.csv").next(),
      "request_invalid There is no charge.csv to export; the nearest is charges.csv.",
    ],
    [
      "a file's parameter",
      (t) => t.exports("charges.csv", { month: "2026-01" }).next(),
      "request_invalid month is not a parameter",
    ],
    ["backfill", (t) => t.backfill({ provider: "github" }), "request_invalid provider: "],
  ];
  let tallyhook: Tallyhook;
  beforeAll(async () => {
    tallyhook = await createTallyhook({ databaseUrl: memory, policy: { meters } });
  });
  afterAll(() => tallyhook.close());

  test.each(wrong)("%s", async (_, ask, says) => {
    const wallet = tallyhook.wallet({ owner: "acme", currency: "USD" });
    const error = await (async () => ask(tallyhook, wallet))().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    const { code, message } = error as SpendingRefused;
    expect(`${code} ${message}`).toContain(says);
    expect((await wallet.balance()).seq).toBe(0);
  });
});

test("after close everything says that it was closed, also a hold that was placed before", async () => {
  const tallyhook = await createTallyhook({ databaseUrl: memory, policy: { meters } });
  const wallet = tallyhook.wallet({ owner: "acme", currency: "USD" });
  await wallet.grant({ amount: 5n, kind: "promo", reason: "x" });
  const hold = await wallet.hold({ amount: 1n, expiresIn: 60 });
  await tallyhook.close();
  const asked = [
    wallet.balance(),
    tallyhook.owner("acme").wallets(),
    tallyhook.audit(),
    tallyhook.exports("charges.csv").next(),
    "release" in hold ? hold.release() : null,
  ];
  for (const one of asked) await expect(one).rejects.toMatchObject({ code: "closed" });
});
