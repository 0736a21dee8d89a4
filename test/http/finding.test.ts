import { engines } from "../support/engines.ts";
import { withAllFixtures } from "./all-fixtures.ts";
import type { Running } from "./running.ts";

// biome-ignore lint/suspicious/noExplicitAny: an answer is looked into, field by field.
type Body = any;

describe.each(engines)("finding what a person has in hand, on $name", (engine) => {
  let running: Running;
  beforeAll(async () => {
    running = await withAllFixtures(engine);
  });
  afterAll(() => running.close());

  const find = async (q: string): Promise<{ kind: string; id: string; by: string }[]> =>
    (await running.get<Body>(`/v1/search?q=${encodeURIComponent(q)}`)).body.data;

  test("a charge is found by its id, the provider's, an invoice number, its subscription, its customer and its owner", async () => {
    const { data } = (await running.get<Body>("/v1/charges?ref=txn_abc123")).body;
    const [seed] = data;
    const one = [{ kind: "charge", id: seed.id }];
    expect(await find(seed.id)).toMatchObject([{ ...one[0], by: "id" }]);
    expect(await find(`  ${seed.ref}\n`)).toMatchObject([{ ...one[0], by: "provider's id" }]);
    const byInvoice = await find(seed.invoice_number);
    expect(byInvoice).toContainEqual(expect.objectContaining({ ...one[0], by: "invoice number" }));
    expect(await find(seed.subscription_ref)).toMatchObject([
      { kind: "subscription", id: seed.subscription_ref },
    ]);
    expect(await find(seed.customer_ref)).toMatchObject([{ kind: "customer", id: seed.customer_ref }]);
    expect(await find(seed.owner)).toMatchObject([{ kind: "owner", id: seed.owner }]);
    expect(await find(`${seed.id}.1`)).toMatchObject(one);
  });

  test("a payment leads to the charge that it is of, an event to itself", async () => {
    const { data } = (await running.get<Body>("/v1/charges?limit=200&provider=stripe")).body;
    const names = new Set<string>();
    for (const { id } of data) {
      const { body } = await running.get<Body>(`/v1/charges/${id}`);
      for (const event of body.events) names.add(event.event_id);
    }
    const [event = ""] = [...names];
    expect(await find(event)).toMatchObject([{ kind: "event", id: `stripe:default:${event}` }]);
    expect(await find(`stripe:default:${event}`)).toMatchObject([{ kind: "event" }]);
  });

  test("wallets, usage and movements are found by their ids, whatever they look like", async () => {
    const wallet = (await running.get<Body>(`/v1/wallets?owner=${encodeURIComponent("=1+1")}`)).body.data[0];
    expect(await find(wallet.id)).toMatchObject([{ kind: "wallet", id: wallet.id }]);
    expect(await find("=1+1")).toMatchObject([{ kind: "owner", id: "=1+1" }]);
    for (const id of ["@a", "+49", "-5", "late"])
      expect(await find(id)).toMatchObject([{ kind: "usage", id }]);
    const movement = (await running.get<Body>("/v1/movements?limit=1")).body.data[0];
    expect(await find(movement.id)).toMatchObject([{ kind: "movement", id: movement.id }]);
    expect(await find(movement.ref)).toMatchObject([{ kind: "movement", id: movement.id }]);
  });

  test.each([
    "chg_",
    "nothing",
    "%",
    "' or 1=1 --",
    "txn_abc12",
    "\u202e",
    "chg_000000000000000000000000",
    "\u0001",
  ])("nothing is found by %p", async (q) => {
    expect(await find(q)).toEqual([]);
  });

  test("the sums of a filter are those of its rows, by currency, and of no filter that has no end", async () => {
    const window = "from=2020-01-01&to=2020-02-01";
    expect((await running.get<Body>(`/v1/charges?sums=true&${window}`)).body.sums).toEqual([]);
    expect((await running.get<Body>("/v1/charges?limit=1")).body).not.toHaveProperty("sums");
    expect(await running.get("/v1/charges?sums=true")).toMatchObject({
      status: 400,
      body: { code: "query_invalid" },
    });
    expect(await running.get("/v1/charges?sums=true&from=2022-01-01&to=2023-12-01")).toMatchObject({
      status: 400,
    });
    const year = "from=2023-01-01&to=2024-01-01";
    const { data, sums } = (await running.get<Body>(`/v1/charges?sums=true&limit=200&${year}`)).body;
    expect(data.length).toBeGreaterThan(3);
    const names = [
      "total",
      "credit_applied",
      "grand_total",
      "collected",
      "refunded",
      "topped_up",
      "taken_back",
    ];
    for (const sum of sums) {
      const own = data.filter(({ currency }: Body) => currency === sum.currency);
      expect(sum.count).toBe(own.length);
      expect(sum.unstated).toBe(own.filter(({ collected }: Body) => collected === null).length);
      for (const name of names)
        expect([name, sum[name]]).toEqual([
          name,
          own.reduce((all: bigint, one: Body) => all + BigInt(one[name] ?? 0), 0n).toString(),
        ]);
    }
    expect(sums.map(({ currency }: Body) => currency)).toEqual(
      [...new Set(sums.map((one: Body) => one.currency))].sort(),
    );
  });

  test("charges are found by what they wait for, and those of nobody by that", async () => {
    const list = async (query: string) =>
      (await running.get<Body>(`/v1/charges?limit=200&${query}`)).body.data;
    const all = await list("");
    for (const what of ["document", "customer"]) {
      const waiting = all.filter(({ waiting_for }: Body) => waiting_for.includes(what));
      expect((await list(`waiting_for=${what}`)).map(({ id }: Body) => id)).toEqual(
        waiting.map(({ id }: Body) => id),
      );
    }
    const nobodys = all.filter(({ owner, customer_ref }: Body) => owner === null && customer_ref === null);
    expect(nobodys.length).toBeGreaterThan(0);
    expect((await list("no_owner=true")).map(({ id }: Body) => id)).toEqual(
      nobodys.map(({ id }: Body) => id),
    );
  });

  test("the overview counts what lists have", async () => {
    const { body: overview } = await running.get<Body>("/v1/overview");
    const open = (await running.get<Body>("/v1/discrepancies?status=open&limit=200")).body.data;
    const counts = Object.values(overview.discrepancies.counts as Record<string, number>);
    expect(counts.reduce((all, count) => all + count, 0)).toBe(open.length);
    expect(overview.accounts.map(({ provider, state }: Body) => [provider, state])).toEqual([
      ["paddle", "not_reconciled"],
      ["stripe", "not_reconciled"],
    ]);
    const wallets = (await running.get<Body>("/v1/wallets?limit=200")).body.data;
    for (const { currency, paid } of overview.wallets)
      expect(paid).toBe(
        wallets
          .filter((wallet: Body) => wallet.currency === currency)
          .reduce((all: bigint, wallet: Body) => all + BigInt(wallet.paid), 0n)
          .toString(),
      );
    const parked = (await running.get<Body>("/v1/events?outcome=parked&limit=200")).body.data.length;
    expect(overview.events.find(({ outcome }: Body) => outcome === "parked")?.count).toBe(parked);
  });
});
