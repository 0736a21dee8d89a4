import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engines } from "../support/engines.ts";
import { type Answer, keys, type Running, startTallyhook } from "./running.ts";

const meters = [
  { key: "calls", prices: { USD: "0.6" } },
  { key: "jobs", prices: { USD: "100", EUR: "90" } },
];

describe.each(engines)("spending over HTTP on $name", ({ freshDatabaseUrl }) => {
  let running: Running;
  let wallet: string;
  let count = 0;
  beforeEach(async () => {
    const file = join(mkdtempSync(join(tmpdir(), "tallyhook-policy-")), "policy.json");
    writeFileSync(file, JSON.stringify({ meters }));
    running = await startTallyhook(await freshDatabaseUrl(), { POLICY_FILE: file });
    wallet = (await running.write("/v1/wallets", { owner: "acme", currency: "USD" }, asApp)).body.id;
  });
  afterEach(async () => {
    const { body } = await running.get<{ problems: object[] }>("/v1/audit");
    expect(body.problems).toEqual([]);
    expect(running.errors).toEqual([]);
    await running.close();
  });

  const asApp = { key: keys.app };
  const once = () => ({ idempotencyKey: `key-${count++}` });
  const grant = (of: object = {}, as: object = once()) =>
    running.write(
      `/v1/wallets/${wallet}/grants`,
      { amount: "1000", kind: "paid", reason: "migrated", ...of },
      as,
    );
  const use = (...events: object[]) =>
    running.write(
      "/v1/usage",
      { events: events.map((event) => ({ owner: "acme", meter: "jobs", ...event })) },
      asApp,
    );
  const balance = async () => (await running.get(`/v1/wallets/${wallet}`)).body.balance;
  const problem = ({ status, body }: Answer) => [status, body.code];

  test("opening a wallet twice gives the same one, and an app may read it", async () => {
    const again = await running.write("/v1/wallets", { owner: "acme", currency: "USD" }, asApp);
    expect([again.status, again.body]).toEqual([
      200,
      expect.objectContaining({
        id: wallet,
        owner: "acme",
        currency: "USD",
        balance: "0",
        available: "0",
        seq: 0,
      }),
    ]);
    expect((await running.get(`/v1/wallets/${wallet}`, keys.app)).status).toBe(200);
    expect(
      (await running.write("/v1/wallets", { owner: "acme", currency: "USD" }, { key: keys.read })).status,
    ).toBe(403);
  });

  test("a grant by hand is a line of the statement, and the same key books it once", async () => {
    const key = once();
    const first = await grant({}, key);
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      wallet_id: wallet,
      seq: 1,
      kind: "grant",
      amount: "1000",
      balance_after: "1000",
    });
    expect((await grant({}, key)).body).toEqual(first.body);
    expect(problem(await grant({ amount: "1001" }, key))).toEqual([409, "idempotency_conflict"]);
    expect(await balance()).toBe("1000");
  });

  test("what is booked by hand needs a key, the role finance, and a reason", async () => {
    const paths = [
      `wallets/${wallet}/grants`,
      `wallets/${wallet}/debits`,
      `wallets/${wallet}/recovery/write-off`,
    ];
    for (const path of paths) {
      const body = { amount: "1", reason: "why", ...(path.endsWith("grants") ? { kind: "promo" } : {}) };
      expect(problem(await running.write(`/v1/${path}`, body))).toEqual([400, "idempotency_key_missing"]);
      expect((await running.write(`/v1/${path}`, body, { ...asApp, ...once() })).status).toBe(403);
      expect(problem(await running.write(`/v1/${path}`, { ...body, reason: " " }, once()))).toEqual([
        400,
        "body_invalid",
      ]);
    }
    expect(problem(await running.write("/v1/entries/x.1/reverse", { reason: "why" }))).toEqual([
      400,
      "idempotency_key_missing",
    ]);
    expect(await balance()).toBe("0");
  });

  test("a grant that cannot be is refused and changes nothing", async () => {
    const refused = [
      { amount: 1000 },
      { amount: "0" },
      { amount: "-1" },
      { amount: "1.5" },
      { amount: "1e3" },
      { amount: " 1" },
      { amount: "9223372036854775808" },
      { kind: "gift" },
      { priority: 1.5 },
      { expires_at: "2020-01-01T00:00:00Z" },
      { expires_at: "soon" },
      { owner: "somebody else" },
    ];
    for (const of of refused) expect([of, ...problem(await grant(of))]).toEqual([of, 400, "body_invalid"]);
    expect(await balance()).toBe("0");
  });

  test("a debit covers what is there, and is undone once", async () => {
    await grant();
    const debit = await running.write(
      `/v1/wallets/${wallet}/debits`,
      { amount: "1200", reason: "fee" },
      once(),
    );
    expect(debit.body).toMatchObject({
      requested: "1200",
      covered: "1000",
      uncovered: "200",
      balance_after: "0",
    });
    const path = `/v1/entries/${debit.body.entry_id}/reverse`;
    expect((await running.write(path, { reason: "wrong" }, once())).status).toBe(201);
    expect(await balance()).toBe("1000");
    expect(problem(await running.write(path, { reason: "wrong" }, once()))).toEqual([
      409,
      "already_reversed",
    ]);
    expect(problem(await running.write("/v1/entries/wal_x.1/reverse", { reason: "wrong" }, once()))).toEqual([
      404,
      "not_found",
    ]);
  });

  test("an unknown wallet is 404, and more recovery than there is 409", async () => {
    const body = { amount: "1", reason: "why" };
    for (const path of ["debits", "recovery/write-off"])
      expect(problem(await running.write(`/v1/wallets/wal_x/${path}`, body, once()))).toEqual([
        404,
        "not_found",
      ]);
    expect(problem(await running.write(`/v1/wallets/${wallet}/recovery/write-off`, body, once()))).toEqual([
      409,
      "exceeds_recovery",
    ]);
  });

  test("usage is debited once, each event with its result, and known again by its id", async () => {
    await grant();
    const first = await use({ id: "req_1", quantity: 3 }, { id: "req_2", quantity: "0.125" });
    expect(first.body.data).toEqual([
      {
        id: "req_1",
        outcome: "applied",
        requested: "300",
        covered: "300",
        uncovered: "0",
        balance: "700",
        reason: null,
        limited: "0",
        limit_id: null,
        detail: null,
      },
      {
        id: "req_2",
        outcome: "applied",
        requested: "12",
        covered: "12",
        uncovered: "0",
        balance: "688",
        reason: null,
        limited: "0",
        limit_id: null,
        detail: null,
      },
    ]);
    const lines = await running.get<{ data: object[] }>(`/v1/wallets/${wallet}/entries`);
    expect(lines.body.data[0]).toMatchObject({ usage_id: null, usage_ids: ["req_1", "req_2"] });
    const again = await use({ id: "req_1", quantity: "3.0" }, { id: "req_1", quantity: 4 });
    expect(again.body.data).toMatchObject([
      { outcome: "duplicate", requested: "300", balance: "700" },
      { outcome: "conflict", requested: null, reason: "id_used_for_other_content", detail: null },
    ]);
    const elsewhere = await use({ id: "req_1", quantity: 3, owner: "globex" });
    expect(elsewhere.body.data).toMatchObject([
      { outcome: "conflict", detail: expect.stringMatching(/^Another wallet used this id/) },
    ]);
    expect((await running.get("/v1/usage/req_2", keys.app)).body).toMatchObject({
      wallet_id: wallet,
      meter: "jobs",
      quantity: "0.125",
      price: "100",
      cost: "12.5",
      reversal: null,
    });
    expect((await running.get(`/v1/wallets/${wallet}`)).body).toMatchObject({
      balance: "688",
      pending: "0.5",
    });
  });

  test("bad events are rejected by name, and those around them stand", async () => {
    await grant();
    const bad: [object, string][] = [
      [{ quantity: -1 }, "quantity_invalid"],
      [{ quantity: 0.1 }, "quantity_invalid"],
      [{ quantity: 2 ** 53 }, "quantity_invalid"],
      [{ quantity: "NaN" }, "quantity_invalid"],
      [{ quantity: "Infinity" }, "quantity_invalid"],
      [{ quantity: "5 kg" }, "quantity_invalid"],
      [{ quantity: "1e3" }, "quantity_invalid"],
      [{ quantity: "0.0000000000001" }, "quantity_invalid"],
      [{ quantity: "999999999999999999999999" }, "cost_out_of_range"],
      [{ meter: "unheard_of" }, "unknown_meter"],
      [{ currency: "GBP" }, "no_price"],
      [{ owner: undefined, wallet_id: "wal_x" }, "unknown_wallet"],
      [{ owner: "nobody yet" }, "event_invalid"],
      [{ wallet_id: "wal_x" }, "event_invalid"],
      [{ quantity: null }, "event_invalid"],
      [{ quantity: undefined }, "event_invalid"],
      [{ occurred_at: "yesterday" }, "event_invalid"],
      [{ currency: "usd" }, "event_invalid"],
      [{ unit: "kg" }, "event_invalid"],
    ];
    const good = { quantity: 1 };
    const { status, body } = await use(
      { id: "first", ...good },
      ...bad.map(([event], index) => ({ id: `bad_${index}`, ...good, ...event })),
      { id: "last", ...good },
    );
    expect(status).toBe(200);
    const results: { id: string; outcome: string; reason: string }[] = body.data;
    expect(results.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
      "first applied",
      ...bad.map((_, index) => `bad_${index} rejected`),
      "last applied",
    ]);
    expect(results.slice(1, -1).map(({ reason }) => reason)).toEqual(bad.map(([, reason]) => reason));
    expect(await balance()).toBe("800");
  });

  test("a batch that is no batch is refused as a whole", async () => {
    const events = Array.from({ length: 1001 }, (_, index) => ({ id: `req_${index}`, quantity: 1 }));
    expect(problem(await use(...events))).toEqual([400, "body_invalid"]);
    for (const body of [{}, { events: "all" }, { events: [], more: 1 }, "[1]"])
      expect(problem(await running.write("/v1/usage", body, asApp))).toEqual([400, "body_invalid"]);
    expect(problem(await running.write("/v1/usage", "{", asApp))).toEqual([400, "body_not_json"]);
    expect(
      (await use({ id: "req_1", quantity: '"'.repeat(3) }, 5 as unknown as object)).body.data,
    ).toMatchObject([
      { outcome: "rejected", reason: "quantity_invalid" },
      { outcome: "rejected", reason: "event_invalid" },
    ]);
    expect((await running.write("/v1/usage", { events: [] }, asApp)).body).toEqual({ data: [] });
  });

  test("wrong usage is undone, once, and only what is known", async () => {
    await grant();
    await use({ id: "req_1", quantity: 3 });
    const reverse = (id: string) => running.write(`/v1/usage/${id}/reverse`, { reason: "test run" }, asApp);
    const first = await reverse("req_1");
    expect(first.body).toMatchObject({ id: "req_1", reversal: { reason: "test run" } });
    expect((await reverse("req_1")).body).toEqual(first.body);
    expect(await balance()).toBe("1000");
    expect(problem(await reverse("req_9"))).toEqual([404, "not_found"]);
    expect(problem(await running.get("/v1/usage/req_9", keys.app))).toEqual([404, "not_found"]);
  });

  test("enough balance is answered for a meter and for an amount, as fresh as the last line", async () => {
    await grant();
    const enough = async (query: string) =>
      (await running.get(`/v1/enough-balance?owner=acme&${query}`, keys.app)).body;
    expect(await enough("meter=jobs&quantity=10&currency=USD")).toEqual({
      enough: true,
      available: "1000",
      cost: "1000",
      shortfall: "0",
      limited: "0",
      limit_id: null,
      limit_left: null,
      wallet_id: wallet,
      seq: 1,
    });
    const missing = { enough: false, available: "1000", cost: "1001", shortfall: "1" };
    expect(await enough("meter=jobs&quantity=10.0001")).toMatchObject(missing);
    expect(await enough("amount=1001&currency=USD")).toMatchObject(missing);
    await use({ id: "req_1", quantity: 3 });
    expect(await enough("meter=jobs")).toEqual(await enough("meter=jobs&quantity=1"));
    expect(await enough("meter=jobs")).toMatchObject({ cost: "100" });
    expect(await enough("meter=jobs&quantity=10")).toMatchObject({
      available: "700",
      shortfall: "300",
      seq: 2,
    });
    const nobody = await running.get("/v1/enough-balance?owner=nobody&amount=1&currency=USD", keys.app);
    expect(nobody.body).toEqual({
      enough: false,
      available: "0",
      cost: "1",
      shortfall: "1",
      limited: "0",
      limit_id: null,
      limit_left: null,
      wallet_id: null,
      seq: 0,
    });
  });

  test("a question about the balance that cannot be answered is refused, never answered with yes", async () => {
    await grant();
    const refused: [string, number, string][] = [
      ["owner=acme&meter=unheard_of&quantity=1", 404, "unknown_meter"],
      ["wallet_id=wal_x&meter=jobs&quantity=1", 404, "not_found"],
      ["owner=acme&meter=calls&quantity=1&currency=EUR", 400, "no_price"],
      ["owner=nobody&meter=jobs&quantity=1", 400, "currency_required"],
      [`wallet_id=${wallet}&amount=1&currency=EUR`, 400, "currency_mismatch"],
      ["owner=acme&meter=jobs&quantity=-1", 400, "query_invalid"],
      ["owner=acme&meter=jobs&quantity=NaN", 400, "query_invalid"],
      ["owner=acme&meter=jobs&quantity=1kg", 400, "query_invalid"],
      ["owner=acme&meter=jobs&quantity=", 400, "query_invalid"],
      ["owner=acme", 400, "query_invalid"],
      ["meter=jobs&quantity=1", 400, "query_invalid"],
      [`owner=acme&wallet_id=${wallet}&amount=1`, 400, "query_invalid"],
      ["owner=acme&amount=-1&currency=USD", 400, "query_invalid"],
      ["owner=acme&amount=1&currency=USD&quantity=1", 400, "query_invalid"],
      ["owner=acme&amount=1&currency=USD&more=1", 400, "query_invalid"],
    ];
    for (const [query, ...answer] of refused)
      expect([query, ...problem(await running.get(`/v1/enough-balance?${query}`, keys.app))]).toEqual([
        query,
        ...answer,
      ]);
    expect((await running.get("/v1/enough-balance?owner=acme&amount=1&currency=USD", keys.read)).status).toBe(
      403,
    );
  });

  test("what was not covered is reported by month, for a month that can be read", async () => {
    await use({ id: "req_1", quantity: 2 });
    const month = new Date().toISOString().slice(0, 7);
    const report = (query: string, key = keys.read): Promise<Answer> =>
      running.get(`/v1/reports/uncovered${query}`, key) as Promise<Answer>;
    expect((await report(`?month=${month}`)).body).toEqual({
      month,
      zone: "UTC",
      data: [{ owner: "acme", currency: "USD", kind: "usage", meter: "jobs", count: 1, uncovered: "200" }],
      next_cursor: null,
    });
    expect((await report("?month=1999-12")).body.data).toEqual([]);
    for (const query of ["", "?month=2026-13", "?month=2026", "?month=2026-01-01", "?month=９９９９-01"])
      expect([query, ...problem(await report(query))]).toEqual([query, 400, "query_invalid"]);
    for (const position of ["null", "[", '["acme"]', "[1,2,3,4]"]) {
      const cursor = Buffer.from(`uncovered ${position}`).toString("base64url");
      expect(problem(await report(`?month=${month}&cursor=${cursor}`))).toEqual([400, "cursor_invalid"]);
    }
    expect((await report(`?month=${month}`, keys.app)).status).toBe(403);
  });

  test("64 clients that spend one wallet at once leave exactly what they did not use", async () => {
    await grant({ amount: "4000" });
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, index) => use({ id: `req_${index}`, quantity: 1 })),
    );
    const results = answers.flatMap(({ body }) => body.data as { covered: string; uncovered: string }[]);
    const sum = (of: "covered" | "uncovered") =>
      results.reduce((total, result) => total + Number(result[of]), 0);
    expect([sum("covered"), sum("uncovered"), await balance()]).toEqual([4000, 2400, "0"]);
  });

  test("a method that a path does not have is 405, with those it has", async () => {
    for (const [method, path, allowed] of [
      ["PUT", "/v1/wallets", "GET, HEAD, POST"],
      ["DELETE", "/v1/charges", "GET, HEAD"],
      ["POST", "/v1/charges/chg_x", "GET, HEAD"],
      ["PATCH", "/v1/usage", "POST"],
    ] as const) {
      const answer = await running.write(path, undefined, { method });
      expect([...problem(answer), answer.headers.get("allow")]).toEqual([405, "method_not_allowed", allowed]);
    }
  });
});
