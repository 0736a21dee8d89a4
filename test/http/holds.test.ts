import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engines } from "../support/engines.ts";
import { type Answer, keys, type Running, startTallyhook } from "./running.ts";

const meters = [
  { key: "jobs", prices: { USD: "100" } },
  { key: "pages", prices: { USD: "2", EUR: "2" } },
];

describe.each(engines)("holds over HTTP on $name", ({ name, freshDatabaseUrl }) => {
  let running: Running;
  let wallet: string;
  beforeEach(async () => {
    const file = join(mkdtempSync(join(tmpdir(), "tallyhook-policy-")), "policy.json");
    writeFileSync(file, JSON.stringify({ meters }));
    running = await startTallyhook(await freshDatabaseUrl(), { POLICY_FILE: file });
    wallet = (await running.write("/v1/wallets", { owner: "acme", currency: "USD" }, asApp)).body.id;
    const grant = { amount: "1000", kind: "paid", reason: "migrated" };
    await running.write(`/v1/wallets/${wallet}/grants`, grant, { idempotencyKey: "grant" });
  });
  afterEach(async () => {
    // What was decided is the same on both: PostgreSQL is audited with the models, and where many write at once.
    if (name === "sqlite")
      expect((await running.get("/v1/audit")).body).toMatchObject({ ok: true, problems: [] });
    expect(running.errors).toEqual([]);
    await running.close();
  });

  const asApp = { key: keys.app };
  const post = (path: string, body?: object) => running.write(path, body, asApp);
  const hold = (of: object = {}) =>
    post("/v1/holds", { owner: "acme", meter: "jobs", quantity: 4, expires_in: 60, ...of });
  const problem = ({ status, body }: Answer) => [status, body.code];
  const available = async () => (await running.get(`/v1/wallets/${wallet}`)).body.available;

  test("a hold reserves its cost, is settled with what was used, and frees the rest", async () => {
    const held = await hold();
    expect(held.status).toBe(201);
    expect(held.body).toMatchObject({
      wallet_id: wallet,
      amount: "400",
      status: "open",
      meter: "jobs",
      quantity: "4",
    });
    expect(await available()).toBe("600");
    const path = `/v1/holds/${held.body.id}`;
    const settled = await post(`${path}/settle`, { quantity: "3.5" });
    expect(settled.body).toMatchObject({
      id: held.body.id,
      status: "settled",
      requested: "350",
      covered: "350",
      uncovered: "0",
      balance: "650",
      settled: "350",
      released: "50",
    });
    expect((await post(`${path}/settle`, { quantity: "3.50" })).body).toEqual(settled.body);
    expect(problem(await post(`${path}/settle`, { quantity: 4 }))).toEqual([409, "hold_closed"]);
    expect(problem(await post(`${path}/release`))).toEqual([409, "hold_closed"]);
    expect(await available()).toBe("650");
    const [line] = (await running.get<{ data: object[] }>(`/v1/wallets/${wallet}/entries`)).body.data;
    expect(line).toMatchObject({ hold_id: held.body.id, amount: "-350" });
  });

  test("what is not available is not held, and the answer says what is missing", async () => {
    await hold({ quantity: 7 });
    const refused = await hold();
    expect([...problem(refused), refused.body.available, refused.body.shortfall]).toEqual([
      402,
      "insufficient_balance",
      "300",
      "100",
    ]);
    expect(problem(await hold({ owner: "globex" }))).toEqual([402, "insufficient_balance"]);
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
  });

  test("usage cannot spend what is held, and a release frees it, twice if need be", async () => {
    const { id } = (await hold({ meter: undefined, quantity: undefined, amount: "900", currency: "USD" }))
      .body;
    const event = { id: "req_1", owner: "acme", meter: "jobs", quantity: 2 };
    const used = await post("/v1/usage", { events: [event] });
    expect(used.body.data).toMatchObject([{ covered: "100", uncovered: "100" }]);
    const released = await post(`/v1/holds/${id}/release`);
    expect(released.body).toMatchObject({ status: "released", released: "900" });
    expect((await post(`/v1/holds/${id}/release`)).body).toEqual(released.body);
    expect(problem(await post(`/v1/holds/${id}/settle`, { amount: "1" }))).toEqual([409, "hold_closed"]);
    expect(await available()).toBe("900");
  });

  test("a hold is extended while it is open, shown, and listed by its status", async () => {
    const { body } = await hold();
    const extended = await post(`/v1/holds/${body.id}/extend`, { expires_in: 3600 });
    expect(Date.parse(extended.body.expires_at)).toBeGreaterThan(Date.parse(body.expires_at));
    expect((await running.get(`/v1/holds/${body.id}`, keys.app)).body).toEqual(extended.body);
    await post(`/v1/holds/${(await hold()).body.id}/release`);
    const listed = await running.get<{ data: object[] }>(`/v1/wallets/${wallet}/holds?status=open`, keys.app);
    expect(listed.body.data).toEqual([extended.body]);
    expect((await running.get<{ data: object[] }>(`/v1/wallets/${wallet}/holds`)).body.data).toHaveLength(2);
  });

  test("a settle after expiry is accepted as late", async () => {
    const { id } = (await hold({ expires_in: 1 })).body;
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(problem(await post(`/v1/holds/${id}/extend`, { expires_in: 60 }))).toEqual([409, "hold_closed"]);
    const settled = await post(`/v1/holds/${id}/settle`, { quantity: 1 });
    expect(settled.body).toMatchObject({ status: "settled", late: true, covered: "100", balance: "900" });
  });

  test("a hold that cannot be is refused with the reason, and holds nothing", async () => {
    const refused: [object, number, string][] = [
      [{ expires_in: 0 }, 400, "body_invalid"],
      [{ expires_in: 86_401 }, 400, "body_invalid"],
      [{ expires_in: 1.5 }, 400, "body_invalid"],
      [{ expires_in: "60" }, 400, "body_invalid"],
      [{ expires_in: undefined }, 400, "body_invalid"],
      [{ quantity: -1 }, 400, "body_invalid"],
      [{ quantity: "4 jobs" }, 400, "body_invalid"],
      [{ quantity: 2 ** 53 }, 400, "body_invalid"],
      [{ quantity: "9".repeat(25) }, 400, "body_invalid"],
      [{ amount: "4" }, 400, "body_invalid"],
      [{ quantity: undefined }, 400, "body_invalid"],
      [{ meter: undefined, quantity: undefined, amount: "0", currency: "USD" }, 400, "body_invalid"],
      [{ meter: undefined, quantity: undefined, amount: "5" }, 400, "currency_required"],
      [{ wallet_id: "wal_x" }, 400, "body_invalid"],
      [{ owner: undefined }, 400, "body_invalid"],
      [{ owner: undefined, wallet_id: "wal_x" }, 404, "not_found"],
      [{ meter: "unheard_of" }, 404, "unknown_meter"],
      [{ currency: "EUR" }, 400, "no_price"],
      [{ owner: "globex", meter: "pages" }, 400, "currency_required"],
      [{ for: "fun" }, 400, "body_invalid"],
    ];
    for (const [of, ...answer] of refused) expect([of, ...problem(await hold(of))]).toEqual([of, ...answer]);
    expect(await available()).toBe("1000");
  });

  test("a wrong settle changes nothing, and unknown holds are 404", async () => {
    const { id } = (await hold()).body;
    const byAmount = await hold({ meter: undefined, quantity: undefined, amount: "5", currency: "USD" });
    for (const body of [{}, { quantity: 1, amount: "1" }, { quantity: -1 }, { amount: "-1" }, { amount: 1 }])
      expect(problem(await post(`/v1/holds/${id}/settle`, body))).toEqual([400, "body_invalid"]);
    expect(problem(await post(`/v1/holds/${byAmount.body.id}/settle`, { quantity: 1 }))).toEqual([
      400,
      "body_invalid",
    ]);
    for (const path of ["settle", "release", "extend"]) {
      const body = { settle: { amount: "1" }, release: {}, extend: { expires_in: 1 } }[path];
      expect(problem(await post(`/v1/holds/${wallet}.hold9/${path}`, body))).toEqual([404, "not_found"]);
      expect(problem(await post(`/v1/holds/nothing/${path}`, body))).toEqual([404, "not_found"]);
    }
    expect((await running.get(`/v1/holds/${id}`)).body.status).toBe("open");
  });
});
