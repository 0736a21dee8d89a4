import { createHmac } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MovedClock } from "../services/composed.ts";
import { engines } from "../support/engines.ts";
import { type Answer, keys, type Running, startTallyhook } from "./running.ts";

const secrets = ["a-secret-that-signs-tokens-and-is-new", "the-one-before-it-which-still-verifies"];
const origin = "https://app.example.com";
const asApp = { key: keys.app };
const problem = ({ status, body }: Answer) => [status, body.code];

describe.each(engines)("limits, tokens and reports of usage over HTTP on $name", ({ freshDatabaseUrl }) => {
  let running: Running;
  let clock: MovedClock;
  let url: string;
  let policy: string;
  const start = async (environment: Record<string, string> = {}) =>
    startTallyhook(
      url,
      {
        POLICY_FILE: policy,
        TOKEN_SECRET: secrets.join(", "),
        TOKEN_ORIGINS: `${origin},http://localhost:3000`,
        ...environment,
      },
      { clock },
    );
  const acme = async () =>
    (await running.write("/v1/wallets", { owner: "acme", currency: "USD" }, asApp)).body.id;
  beforeAll(async () => {
    policy = join(mkdtempSync(join(tmpdir(), "tallyhook-policy-")), "policy.json");
    writeFileSync(policy, JSON.stringify({ meters: [{ key: "jobs", prices: { USD: "100" } }] }));
    url = await freshDatabaseUrl();
    clock = new MovedClock();
    running = await start();
    const grant = { amount: "10000", kind: "paid", reason: "migrated" };
    for (const owner of ["acme", "globex"]) {
      const { body } = await running.write("/v1/wallets", { owner, currency: "USD" }, asApp);
      await running.write(`/v1/wallets/${body.id}/grants`, grant, { idempotencyKey: `grant ${owner}` });
    }
  });
  afterAll(async () => {
    const { body } = await running.get<{ problems: object[] }>("/v1/audit");
    expect(body.problems).toEqual([]);
    expect(running.errors).toEqual([]);
    await running.close();
  });

  const put = (id: string, body: object, as: object = asApp) =>
    running.write(`/v1/limits/${id}`, body, { method: "PUT", ...as });
  const capped = { owner: "acme", period: "month", amount: "500", currency: "USD" };
  const use = async (id: string, quantity: number, of: object = {}) =>
    (
      await running.write(
        "/v1/usage",
        { events: [{ id, owner: "acme", meter: "jobs", quantity, ...of }] },
        asApp,
      )
    ).body.data[0];

  test("a limit is set, read, reached, raised and removed, and all of it is in the trail", async () => {
    expect((await put("acme-month", capped)).body).toEqual({
      id: "acme-month",
      ...capped,
      meter: null,
      member: null,
      zone: "UTC",
      from: "2026-01-01T00:00:00Z",
      period_at: "2026-01-01T00:00:00Z",
      counted: "0",
      left: "500",
    });
    expect(await use("a", 4)).toMatchObject({ covered: "400", limited: "0", limit_id: null });
    expect(await use("b", 4)).toMatchObject({
      covered: "100",
      uncovered: "300",
      limited: "300",
      limit_id: "acme-month",
    });
    const enough = await running.get("/v1/enough-balance?owner=acme&meter=jobs&currency=USD", keys.app);
    expect(enough.body).toMatchObject({
      enough: false,
      shortfall: "0",
      limited: "100",
      limit_id: "acme-month",
      limit_left: "0",
    });
    const hold = await running.write(
      "/v1/holds",
      { owner: "acme", amount: "7", currency: "USD", expires_in: 60 },
      asApp,
    );
    expect(problem(hold)).toEqual([402, "limit_reached"]);
    expect(hold.body).toMatchObject({
      available: "9500",
      limited: "7",
      limit_id: "acme-month",
      limit_left: "0",
    });
    const quote = await running.write("/v1/quotes", { owner: "acme", amount: "7", currency: "USD" }, asApp);
    expect(quote.body).toMatchObject({ uncovered: "7", limited: "7", limit_id: "acme-month" });
    await put("acme-month", { ...capped, amount: "600" });
    expect((await running.get("/v1/limits/acme-month", keys.app)).body).toMatchObject({
      counted: "500",
      left: "100",
    });
    const { body } = await running.get<{ data: object[] }>("/v1/limits?owner=acme", keys.app);
    expect(body.data).toMatchObject([{ id: "acme-month", amount: "600" }]);
    expect((await running.get("/v1/owners/acme", keys.app)).body).toMatchObject({
      limits: [{ id: "acme-month" }],
    });
    const removed = await running.write("/v1/limits/acme-month", undefined, { method: "DELETE", ...asApp });
    expect(removed.body).toMatchObject({ id: "acme-month", counted: "500" });
    expect(problem(await running.get("/v1/limits/acme-month", keys.app))).toEqual([404, "not_found"]);
    const trail = await running.get<{ data: { action: string; actor: string }[] }>(
      "/v1/actions?subject=acme-month",
    );
    expect(trail.body.data.map(({ action }) => action)).toEqual(["limit.remove", "limit.set", "limit.set"]);
    expect(trail.body.data[1]).toMatchObject({ before: { amount: "500" }, after: { amount: "600" } });
  });

  test("what cannot be is refused by name, and changes nothing", async () => {
    for (const [id, body, refused] of [
      ["x", { ...capped, period: "week" }, [400, "body_invalid"]],
      ["x", { ...capped, amount: "-1" }, [400, "body_invalid"]],
      ["x", { ...capped, amount: 500 }, [400, "body_invalid"]],
      ["x", { ...capped, zone: "Mars/Base" }, [400, "body_invalid"]],
      ["x", { ...capped, from: "soon" }, [400, "body_invalid"]],
      ["x", { ...capped, metre: "jobs" }, [400, "body_invalid"]],
      ["x", { ...capped, meter: "jbos" }, [404, "unknown_meter"]],
      ["a%20b", capped, [400, "request_invalid"]],
    ] as const)
      expect([body, problem(await put(id, body))]).toEqual([body, refused]);
    await put("taken", capped);
    expect(problem(await put("taken", { ...capped, owner: "globex" }))).toEqual([409, "limit_elsewhere"]);
    expect(problem(await put("taken", capped, { key: keys.read }))).toEqual([403, "forbidden"]);
    const again = await put("taken", { ...capped, amount: "1" }, { ...asApp, idempotencyKey: "lower" });
    await put("taken", { ...capped, amount: "2" });
    expect(
      (await put("taken", { ...capped, amount: "1" }, { ...asApp, idempotencyKey: "lower" })).body,
    ).toEqual(again.body);
    expect((await running.get("/v1/limits/taken")).body).toMatchObject({ amount: "2" });
    await running.write("/v1/limits/taken", undefined, { method: "DELETE", ...asApp });
    expect((await running.get<{ data: object[] }>("/v1/limits")).body.data).toEqual([]);
  });

  test("usage is reported by day, month, meter and member, without what was reversed", async () => {
    await use("r1", 2, { member: "ann" });
    await use("r2", "0.5" as never, { member: "ann" });
    await use("r3", 3, { member: "bob", occurred_at: "2026-01-04T23:30:00Z" });
    await use("r4", 9, { member: "bob" });
    await running.write("/v1/usage/r4/reverse", { reason: "twice" }, asApp);
    const report = async (query: string) =>
      (await running.get<{ data: object[]; next_cursor: string }>(`/v1/reports/usage?${query}`, keys.app))
        .body;
    expect((await report("owner=acme&member=ann")).data).toMatchObject([
      { period: null, meter: "jobs", member: "ann", quantity: "2.5", requested: "250", covered: "250" },
    ]);
    expect((await report("owner=acme&member=bob&by=day")).data).toMatchObject([
      { period: "2026-01-04", quantity: "3", covered: "300" },
      { period: "2026-01-05", quantity: "0", covered: "0" },
    ]);
    expect((await report("owner=acme&member=bob&by=month&zone=Europe/Berlin")).data).toMatchObject([
      { period: "2026-01", quantity: "3" },
    ]);
    const window = "from=2026-01-01&to=2026-02-01";
    const { data } = await report(window);
    const first = await report(`${window}&limit=1`);
    const second = await report(`${window}&limit=200&cursor=${first.next_cursor}`);
    expect([...first.data, ...second.data]).toEqual(data);
    const csv = await fetch(`${running.url}/v1/exports/usage-summary.csv?${window}`, {
      headers: { authorization: `Bearer ${keys.read}` },
    });
    expect((await csv.text()).split("\n")).toHaveLength(data.length + 2);
    for (const query of ["", "from=2026-01-01", "from=2025-01-01&to=2026-12-01", "owner=acme&by=week"])
      expect(problem(await running.get(`/v1/reports/usage?${query}`))).toEqual([400, "query_invalid"]);
  });

  const token = async (owner: string, expires_in = 600) =>
    (await running.write(`/v1/owners/${owner}/tokens`, { expires_in }, asApp)).body.token as string;

  test("a token reads its owner's balance, wallets and statement, and nothing else, for as long as it says", async () => {
    const wallet = await acme();
    const globex = (await running.write("/v1/wallets", { owner: "globex", currency: "USD" }, asApp)).body.id;
    const issued = await running.write("/v1/owners/acme/tokens", { expires_in: 60 }, asApp);
    expect(issued).toMatchObject({
      status: 201,
      body: { owner: "acme", expires_at: "2026-01-05T00:01:00Z" },
    });
    const own = issued.body.token;
    expect((await running.get("/v1/enough-balance?owner=acme&meter=jobs", own)).body).toMatchObject({
      enough: true,
    });
    expect((await running.get<{ data: object[] }>("/v1/wallets", own)).body.data).toMatchObject([
      { id: wallet, owner: "acme" },
    ]);
    expect((await running.get(`/v1/wallets/${wallet}`, own)).status).toBe(200);
    const { body } = await running.get<{ data: object[] }>(`/v1/wallets/${wallet}/entries`, own);
    expect(body.data.length).toBeGreaterThan(1);
    for (const line of body.data)
      expect(Object.keys(line)).toEqual(["kind", "amount", "balance_after", "effective_at", "posted_at"]);
    for (const path of [
      "enough-balance?owner=globex&meter=jobs",
      `enough-balance?wallet_id=${globex}&meter=jobs`,
      "wallets?owner=globex",
      `wallets/${globex}`,
      `wallets/${globex}/entries`,
    ])
      expect([path, problem(await running.get(`/v1/${path}`, own))]).toEqual([path, [404, "not_found"]]);
    for (const path of [
      "charges",
      `wallets/${wallet}/lots`,
      `wallets/${wallet}/holds`,
      "owners/acme",
      "limits",
      "nothing",
    ])
      expect([path, problem(await running.get(`/v1/${path}`, own))]).toEqual([path, [403, "forbidden"]]);
    for (const [method, path] of [
      ["POST", "usage"],
      ["POST", "wallets"],
      ["POST", "owners/acme/tokens"],
      ["DELETE", "limits/x"],
      ["POST", "enough-balance"],
    ] as const)
      expect(problem(await running.write(`/v1/${path}`, {}, { key: own, method }))).toEqual([
        403,
        "forbidden",
      ]);
    clock.advance(60);
    expect(problem(await running.get(`/v1/wallets/${wallet}`, own))).toEqual([401, "unauthenticated"]);
  });

  test("a token is good only as it was made, by a secret that is still there", async () => {
    const own = await token("acme");
    const [said = "", signature = ""] = own.slice(4).split(".");
    const other = Buffer.from(JSON.stringify(["globex", "99999999999"])).toString("base64url");
    const plain = createHmac("sha256", secrets[0] ?? "")
      .update(other)
      .digest("base64url");
    for (const wrong of [
      `tok_${other}.${signature}`,
      `tok_${said}.${plain}`,
      `tok_${other}.${plain}`,
      "tok_",
      "tok_a.b",
    ])
      expect((await running.get("/v1/wallets", wrong)).status).toBe(401);
    const rotated = await start({ TOKEN_SECRET: `${"n".repeat(32)},${secrets[0]}` });
    expect((await rotated.get("/v1/wallets", own)).status).toBe(200);
    await rotated.close();
    const revoked = await start({ TOKEN_SECRET: secrets[1] ?? "" });
    expect((await revoked.get("/v1/wallets", own)).status).toBe(401);
    await revoked.close();
    const without = await start({ TOKEN_SECRET: "" });
    expect(problem(await without.write("/v1/owners/acme/tokens", { expires_in: 60 }, asApp))).toEqual([
      503,
      "tokens_not_configured",
    ]);
    await without.close();
    for (const expires_in of [59, 3_601, "60", undefined])
      expect(problem(await running.write("/v1/owners/acme/tokens", { expires_in }, asApp))).toEqual([
        400,
        "body_invalid",
      ]);
    const key = { ...asApp, idempotencyKey: "one token" };
    const once = await running.write("/v1/owners/acme/tokens", { expires_in: 60 }, key);
    clock.advance(5);
    expect((await running.write("/v1/owners/acme/tokens", { expires_in: 60 }, key)).body).toEqual(once.body);
  });

  test("pages of the configured origins alone may ask, on these routes alone, and are answered before they send a key", async () => {
    const asked = async (path: string, from: string, method = "OPTIONS") => {
      const response = await fetch(`${running.url}/v1/${path}`, {
        method,
        headers: { origin: from, ...(method === "OPTIONS" && { "access-control-request-method": "GET" }) },
      });
      const { headers, status } = response;
      return [status, headers.get("access-control-allow-origin"), headers.get("vary")];
    };
    for (const path of [
      "enough-balance?owner=acme&meter=jobs",
      "wallets",
      "wallets/x",
      "wallets/x/entries",
    ]) {
      expect(await asked(path, origin)).toEqual([204, origin, "Origin"]);
      expect(await asked(path, "https://evil.example")).toEqual([204, null, "Origin"]);
      // Why it is refused is for that page to read, too.
      expect(await asked(path, origin, "GET")).toEqual([401, origin, "Origin"]);
      expect(await asked(path, "null", "GET")).toEqual([401, null, "Origin"]);
    }
    for (const path of ["charges", "usage", "wallets/x/lots", "owners/acme/tokens"])
      expect((await asked(path, origin))[1]).toBeNull();
    const answered = await fetch(`${running.url}/v1/wallets`, {
      headers: { origin, authorization: `Bearer ${await token("acme")}` },
    });
    expect(answered.headers.get("access-control-allow-origin")).toBe(origin);
    expect(answered.headers.get("access-control-allow-credentials")).toBeNull();
  });
});
