import { sql } from "kysely";
import { engines } from "../support/engines.ts";
import { withAllFixtures } from "./all-fixtures.ts";
import { fixture, keys, type Running } from "./running.ts";

// biome-ignore lint/suspicious/noExplicitAny: an answer is looked into, field by field.
type Row = any;
interface List {
  readonly data: readonly Row[];
  readonly next_cursor: string | null;
  readonly previous_cursor?: string | null;
}

describe.each(engines)("lists, on $name", (engine) => {
  const { name } = engine;
  let running: Running;
  beforeAll(async () => {
    running = await withAllFixtures(engine);
    // What was bought is spent, then given back.
    const lines = fixture("scenarios/refund-approved.jsonl").toString().trim().split("\n");
    for (const line of lines.slice(0, 4)) await running.post(line);
    const { customer_id: customer, id: ref } = JSON.parse(lines[3] ?? "").data;
    const [wallet] = (await get(`/v1/wallets?owner=paddle:${customer}`)).data;
    const debit = { amount: wallet.balance, reason: "spent" };
    await running.write(`/v1/wallets/${wallet.id}/debits`, debit, { idempotencyKey: "spent" });
    for (const line of lines.slice(4)) await running.post(line);
    expect((await get(`/v1/charges?ref=${ref}`)).data[0].uncovered).not.toBe("0");
  });
  afterAll(() => running.close());

  const get = async (path: string) => (await running.get<List>(path)).body;
  const idsOf = ({ data }: List) => data.map(({ id, seq, ordinal }) => String(id ?? seq ?? ordinal));
  const window = "from=2000-01-01&to=2030-01-01";

  test.each([
    "charges",
    `charges?${window}`,
    `charges?clock=posted&${window}`,
    "movements",
    `movements?${window}`,
    "events",
    "entries",
    "wallets",
    "payouts",
    "discrepancies",
  ])("%s are read on and back again, and give the same pages", async (path) => {
    const of = (more: string) => get(`/v1/${path}${path.includes("?") ? "&" : "?"}limit=3${more}`);
    const pages: List[] = [await of("")];
    for (let page = pages[0] as List; page.next_cursor !== null; page = pages.at(-1) as List)
      pages.push(await of(`&cursor=${encodeURIComponent(page.next_cursor)}`));
    const all = pages.flatMap(idsOf);
    expect(new Set(all).size).toBe(all.length);
    expect(pages[0]?.previous_cursor).toBeNull();
    for (let at = pages.length - 1; at > 0; at -= 1) {
      const back = await of(`&before=${encodeURIComponent(pages[at]?.previous_cursor ?? "")}`);
      expect(idsOf(back)).toEqual(idsOf(pages[at - 1] as List));
      expect(back.next_cursor === null).toBe(false);
      expect(back.previous_cursor === null).toBe(at === 1);
    }
  });

  test("a window is told in the order of its clock", async () => {
    for (const list of ["charges", "movements"]) {
      const { data } = await get(`/v1/${list}?limit=200&${window}`);
      const times = data.map(({ occurred_at }) => occurred_at.padEnd(35, "0"));
      expect(times.length).toBeGreaterThan(5);
      expect(times).toEqual(times.toSorted().reverse());
    }
  });

  test("by our clock charges are listed of which something was posted then, however old they are", async () => {
    const [, newest] = (await get("/v1/entries?limit=200&clock=posted")).data.filter(
      ({ charge_id }) => charge_id,
    );
    const at = newest?.posted_at as string;
    const booked = (await get(`/v1/entries?limit=200&clock=posted&from=${at}`)).data;
    const charges = await get(`/v1/charges?limit=200&clock=posted&from=${at}`);
    expect(new Set(idsOf(charges))).toEqual(new Set(booked.flatMap(({ charge_id }) => charge_id ?? [])));
    expect(charges.data.every(({ occurred_at }) => occurred_at < at)).toBe(true);
    expect((await get(`/v1/charges?clock=posted&to=2020-01-01&limit=200`)).data).toEqual([]);
    const { body } = await running.get<{ sums: unknown[] }>(
      `/v1/charges?clock=posted&from=${at}&sums=true&limit=1`,
    );
    expect(body.sums?.length).toBeGreaterThan(0);
  });

  test("both directions at once, and back where a list is only read on, are refused", async () => {
    const refused = async (path: string) => {
      const { status, body } = await running.get<{ code: string }>(path, keys.read);
      return [status, body.code];
    };
    const { next_cursor: cursor } = await get("/v1/charges?limit=1");
    expect(await refused(`/v1/charges?cursor=${cursor}&before=${cursor}`)).toEqual([400, "query_invalid"]);
    expect(await refused(`/v1/accounts?before=${cursor}`)).toEqual([400, "query_invalid"]);
    // A time without a zone is nobody's.
    expect(await refused("/v1/charges?from=2026-10-01T18:30")).toEqual([400, "query_invalid"]);
    expect(await refused("/v1/charges?from=2026-10-01T18:30:00")).toEqual([400, "query_invalid"]);
    expect(await refused(`/v1/events?before=${cursor}`)).toEqual([400, "cursor_invalid"]);
    expect(await refused("/v1/movements/mov_none")).toEqual([404, "not_found"]);
    expect(await refused("/v1/entries/ent_none")).toEqual([404, "not_found"]);
  });

  test("movements are found by their own name, by what is not covered, and where there is no wallet", async () => {
    const { data: all } = await get("/v1/movements?limit=200");
    const charges = new Map((await get("/v1/charges?limit=200")).data.map((charge) => [charge.id, charge]));
    const [some] = all;
    expect((await get(`/v1/movements?ref=${some.ref}`)).data).toContainEqual(some);
    expect((await running.get(`/v1/movements/${some.id}`)).body).toEqual(some);
    const open = all.filter(({ charge_id: id }) => BigInt(charges.get(id)?.uncovered ?? 0) > 0n);
    expect(open.length).toBeGreaterThan(0);
    expect(idsOf(await get("/v1/movements?limit=200&uncovered=true"))).toEqual(
      idsOf({ data: open } as unknown as List),
    );
    expect(idsOf(await get("/v1/movements?limit=1&uncovered=true"))).toEqual([open[0].id]);
    const homeless = all.filter(({ charge_id: id }) => charges.get(id)?.wallet_id === null);
    expect(idsOf(await get("/v1/movements?limit=200&no_wallet=true"))).toEqual(
      idsOf({ data: homeless } as unknown as List),
    );
  });

  test("an entry by its id, a payout by either of its names and its time", async () => {
    const [entry] = (await get("/v1/entries?limit=1")).data;
    expect((await running.get(`/v1/entries/${entry.id}`)).body).toEqual(entry);
    const [payout] = (await get("/v1/payouts?limit=1")).data;
    expect((await get(`/v1/payouts?ref=${payout.ref}`)).data).toEqual([payout]);
    expect((await get(`/v1/payouts?from=${payout.occurred_at}&ref=${payout.ref}`)).data).toEqual([payout]);
    expect((await get(`/v1/payouts?to=${payout.occurred_at}&ref=${payout.ref}`)).data).toEqual([]);
  });

  const isSqlite = name === "sqlite";
  test.each([
    ["a movement's own name", "select * from movements where ref = 'a'", "movements_by_ref"],
    ["payouts", "select * from payouts where kind = 'payout' and no < 9 order by no desc", "payouts_sent"],
  ])("%s are found by an index", async (_, query, index) => {
    const { read } = running.tallyhook.services.store;
    if (!isSqlite) {
      const { rows } = await sql<{ indexname: string }>`select indexname from pg_indexes`.execute(read);
      expect(rows.map(({ indexname }) => indexname)).toContain(index);
      return;
    }
    const { rows } = await sql<{ detail: string }>`explain query plan ${sql.raw(query)}`.execute(read);
    expect(rows.map(({ detail }) => detail).join("\n")).toContain(index);
    expect(rows.map(({ detail }) => detail).join("\n")).not.toMatch(/TEMP B-TREE/);
  });
});
