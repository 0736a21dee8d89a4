import { engines } from "../support/engines.ts";
import { type Answer, answered, keys, type Running, seed, startTallyhook } from "./running.ts";

describe.each(engines)("explaining a balance on $name", ({ freshDatabaseUrl }) => {
  let running: Running;
  let wallet: string;
  let count = 0;
  beforeEach(async () => {
    running = await startTallyhook(await freshDatabaseUrl());
    await running.post(seed);
    const { body } = await running.get<{ data: { id: string }[] }>("/v1/wallets");
    wallet = String(body.data[0]?.id);
  });
  afterEach(async () => {
    expect(running.errors).toEqual([]);
    await running.close();
  });

  const explain = (query = ""): Promise<Answer> =>
    running.get(`/v1/wallets/${wallet}/explain${query}`, keys.read) as Promise<Answer>;
  const byHand = (path: string, body: object) =>
    running.write(
      `/v1/wallets/${wallet}/${path}`,
      { reason: "goodwill", ...body },
      { idempotencyKey: `k${count++}` },
    );

  test("it leads from the balance to a lot, its charge, their entries, and the bytes a provider sent", async () => {
    const { status, body } = await explain();
    expect([status, body]).toMatchObject([
      200,
      { owner: "paddle:ctm_abc123", currency: "USD", seq: 1, balance: "499", held: "0", available: "499" },
    ]);
    expect(body.changes).toEqual([{ kind: "top_up", lines: 1, amount: "499" }]);
    const [lot, ...others] = body.data;
    expect(others).toEqual([]);
    expect(lot).toMatchObject({ amount: "499", remaining: "499", changes: [] });
    expect(lot.charge).toMatchObject({ ref: "txn_abc123", grand_total: "499", topped_up: "499" });
    expect(lot.entries.map(({ kind }: { kind: string }) => kind).sort()).toEqual(["provider", "top_up"]);
    expect(lot.entries.map(({ id }: { id: string }) => id)).toContain(lot.opened_by.entry_id);
    const event = await running.get(`/v1/events/${encodeURIComponent(lot.events[0].id)}`, keys.read);
    expect(event.body.body).toBe(seed.toString());
  });

  test("what was spent is told of the lot it came from, and a grant by its reason", async () => {
    await byHand("grants", { amount: "100", kind: "promo", priority: -1 });
    await byHand("debits", { amount: "130" });
    await byHand("debits", { amount: "40" });
    const { body } = await explain();
    expect(body).toMatchObject({ balance: "429", seq: 4 });
    expect(body.changes).toEqual([
      { kind: "debit", lines: 2, amount: "-170" },
      { kind: "grant", lines: 1, amount: "100" },
      { kind: "top_up", lines: 1, amount: "499" },
    ]);
    // The grant is used up: it is no part of what is left.
    expect(body.data).toHaveLength(1);
    const spent = [{ kind: "debit", lines: 2, amount: "-70" }];
    expect(body.data[0]).toMatchObject({ remaining: "429", changes: spent });
    const before = await explain(`?at=${await postedAt(2)}`);
    expect(before.body).toMatchObject({ balance: "599", seq: 2 });
    expect(before.body.data[0]).toMatchObject({
      kind: "promo",
      remaining: "100",
      charge: null,
      events: [],
      opened_by: { seq: 2, kind: "grant", reason: "goodwill" },
      entries: [{ kind: "grant", postings: [{ amount: "100" }, { amount: "-100" }] }],
    });
  });

  test("its lots come in pages, and before the first line there is nothing", async () => {
    await byHand("grants", { amount: "100", kind: "paid" });
    const first = await explain("?limit=1");
    expect(first.body).toMatchObject({ balance: "599", data: [{ remaining: "100" }] });
    const second = await explain(`?limit=1&cursor=${first.body.next_cursor}`);
    expect(second.body).toMatchObject({ balance: "599", data: [{ remaining: "499" }], next_cursor: null });
    const never = await explain("?at=2020-01-01");
    expect(never.body).toMatchObject({ balance: "0", seq: 0, changes: [], data: [] });
  });

  test("an unknown wallet is 404, a time that is none 400, and an app may not look behind the balance", async () => {
    const answers = await Promise.all([
      running.get("/v1/wallets/wal_x/explain"),
      explain("?at=yesterday"),
      explain("?on=2026-01-01"),
      running.get(`/v1/wallets/${wallet}/explain`, keys.app),
      answered<{ code: string }>(fetch(`${running.url}/v1/wallets/${wallet}/explain`)),
    ]);
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [404, "not_found"],
      [400, "query_invalid"],
      [400, "query_invalid"],
      [403, "forbidden"],
      [401, "unauthenticated"],
    ]);
  });

  async function postedAt(seq: number): Promise<string> {
    const { body } = await running.get<{ data: { seq: number; posted_at: string }[] }>(
      `/v1/wallets/${wallet}/entries`,
    );
    return String(body.data.find((line) => line.seq === seq)?.posted_at);
  }
});
