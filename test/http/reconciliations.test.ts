import { engines } from "../support/engines.ts";
import { until } from "../support/until.ts";
import { type Answer, answered, keys, type Running, startTallyhook } from "./running.ts";

const header =
  "automatic_payout_id,balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id\n";
const row = (id: string, fee = "0.88", net = "19.11", at = "2026-10-02 09:30:00") =>
  `po_1,${id},${at},usd,19.99,${fee},${net},charge,ch_${id}\n`;

const october = {
  provider: "stripe",
  level: "settlement",
  from: "2026-10-01T00:00:00Z",
  to: "2026-11-01T00:00:00Z",
};

describe.each(engines)("reconciliations over HTTP, on $name", ({ freshDatabaseUrl }) => {
  let running: Running;
  beforeAll(async () => {
    running = await startTallyhook(await freshDatabaseUrl(), {}, { reconcileLookEveryMilliseconds: 10 });
  });
  afterAll(() => running.close());

  const imported = async (csv: string): Promise<string> => {
    const query = "provider=stripe&format=payout_reconciliation";
    const { status, body } = await answered<{ id: string }>(
      fetch(`${running.url}/v1/statements?${query}`, {
        method: "POST",
        headers: { authorization: `Bearer ${keys.finance}`, "content-type": "text/csv" },
        body: header + csv,
      }),
    );
    expect(status).toBe(201);
    return body.id;
  };

  const ask = (body: object, as = {}) => running.write("/v1/reconciliations", body, as);

  async function ended(id: string): Promise<Answer["body"]> {
    const shown = async () => (await running.get(`/v1/reconciliations/${id}`)).body;
    await until(async () => (await shown()).status !== "running", 20);
    return shown();
  }

  async function compared(body: object): Promise<Answer["body"]> {
    const answer = await ask(body);
    expect(answer).toMatchObject({ status: 202, body: { status: "running", finished_at: null } });
    return ended(answer.body.id);
  }

  test("one that is asked for runs by itself, and tells its rows by class, page by page", async () => {
    await imported(["a", "b", "c", "d"].map((name) => row(`txn_${name}`)).join(""));
    const later = await imported(
      row("txn_a") + row("txn_b", "0.89", "19.10") + row("txn_c", "0.90", "19.09"),
    );
    const run = await compared(october);
    expect(run).toMatchObject({
      ...october,
      id: expect.stringMatching(/^rec_[0-9a-f]{24}$/),
      account: "default",
      zone: "UTC",
      currency: null,
      payout_ref: null,
      statement_ids: [],
      status: "discrepancies",
      missing: [],
      // The newest statement of a row counts, the older one states what is in no newer one.
      counts: { matched: 2, differs: 2 },
      totals: [
        { currency: "USD", left: "7641", right: "7644", difference: "-3", explained: "0", unexplained: "-3" },
      ],
      requested_by: "finance-key",
    });
    const first = await running.get<{ data: object[]; next_cursor: string }>(
      `/v1/reconciliations/${run.id}/rows?class=differs&limit=1`,
    );
    expect(first.body.data).toEqual([
      {
        level: "settlement",
        key: "txn_b",
        class: "differs",
        kind: "fee_differs",
        subject: expect.any(String),
        provider_says: { currency: "USD", amount: "1910" },
        we_say: { currency: "USD", amount: "1911" },
        differences: [{ currency: "USD", amount: "-1" }],
        detail: {
          provider_says_fee: "89",
          we_say_fee: "88",
          provider_says_net: "1910",
          we_say_net: "1911",
        },
        at: "2026-10-02T09:30:00Z",
        due_at: "2026-10-03T09:30:00Z",
        age: expect.any(String),
        age_days: expect.any(Number),
        hash: expect.any(String),
        discrepancy_id: expect.stringMatching(/^dis_/),
        caused_by: null,
      },
    ]);
    const page = (cursor: string, of = "differs") =>
      running.get<{ data: object[]; next_cursor: string | null; code?: string }>(
        `/v1/reconciliations/${run.id}/rows?class=${of}&limit=1&cursor=${cursor}`,
      );
    expect((await page(first.body.next_cursor)).body).toMatchObject({
      data: [{ key: "txn_c" }],
      next_cursor: null,
    });
    for (const cursor of ["x", Buffer.from("charges txn_b").toString("base64url")])
      expect(await page(cursor)).toMatchObject({ status: 400, body: { code: "cursor_invalid" } });
    expect(await running.get(`/v1/reconciliations/${run.id}/rows?class=odd`)).toMatchObject({
      status: 400,
      body: { code: "query_invalid" },
    });

    const { body: listed } = await running.get<{ data: object[] }>("/v1/discrepancies?kind=fee_differs");
    const charge_id = expect.stringMatching(/^chg_/);
    expect(listed.data).toMatchObject([
      { key: "txn_c", charge_id },
      { key: "txn_b", charge_id },
    ]);
    const onlyLater = await compared({ ...october, statement_ids: [later] });
    expect(onlyLater.counts).toEqual({ matched: 1, differs: 2, in_transit: 1 });
    // One report of several says nothing of what is not in it.
    expect(
      (await running.get<{ data: object[] }>("/v1/discrepancies?status=open&kind=fee_differs")).body.data,
    ).toHaveLength(2);
    expect(
      (await running.get<{ data: object[] }>("/v1/reconciliations?level=settlement")).body.data,
    ).toMatchObject([{ id: onlyLater.id }, { id: run.id }]);
    const filtered = await running.get<{ data: object[] }>("/v1/reconciliations?status=matched");
    expect(filtered.body.data).toEqual([]);
  });

  test("a row at the beginning of a window is in it, one at its end is not", async () => {
    await imported(
      row("txn_first", "0.88", "19.11", "2026-09-01 00:00:00") +
        row("txn_last", "0.88", "19.11", "2026-09-30 23:59:59") +
        row("txn_after", "0.88", "19.11", "2026-10-01 00:00:00"),
    );
    const run = await compared({ ...october, from: "2026-09-01", to: "2026-10-01" });
    expect([run.from, run.to, run.counts]).toEqual([
      "2026-09-01T00:00:00Z",
      "2026-10-01T00:00:00Z",
      { matched: 2 },
    ]);
    const berlin = await compared({
      ...october,
      from: "2026-09-01",
      to: "2026-10-01",
      zone: "Europe/Berlin",
    });
    expect([berlin.from, berlin.to, berlin.zone, berlin.counts]).toEqual([
      "2026-08-31T22:00:00Z",
      "2026-09-30T22:00:00Z",
      "Europe/Berlin",
      { matched: 1 },
    ]);
    const euros = await compared({ ...october, from: "2026-09-01", to: "2026-10-01", currency: "EUR" });
    expect([euros.status, euros.counts, euros.totals]).toEqual(["matched", {}, []]);
  });

  test("the largest amounts are summed to the unit, and what is larger is no word of the window it is in", async () => {
    const most = (amount: string, id: string, at = "2026-08-02 09:30:00") =>
      `po_2,${id},${at},usd,${amount},0.00,${amount},charge,ch_${id}\n`;
    await imported(most("90071992547409.91", "txn_h1") + most("90071992547409.91", "txn_h2"));
    const august = { ...october, from: "2026-08-01", to: "2026-09-01" };
    const sum = (2 * Number.MAX_SAFE_INTEGER).toString();
    expect((await compared(august)).totals).toMatchObject([{ left: sum, right: sum, difference: "0" }]);
    await imported(most("90071992547409.92", "txn_h3"));
    expect(await compared(august)).toMatchObject({
      status: "incomplete",
      missing: [{ code: "rows_in_error", detail: expect.stringContaining("1 rows") }],
    });
    expect((await compared({ ...october, from: "2026-09-01", to: "2026-10-01" })).status).toBe("matched");
    await imported(most("1.00", "txn_h3"));
    expect((await compared(august)).status).toBe("matched");
  });

  test("without a report, or with none of its time, refused or of another provider, nothing is decided", async () => {
    const codes = async (body: object) => {
      const { status, missing } = await compared({ ...october, ...body });
      return [status, ...missing.map(({ code }: { code: string }) => code)];
    };
    expect(await codes({ provider: "paddle" })).toEqual(["incomplete", "source_missing"]);
    expect(await codes({ account: "another" })).toEqual(["incomplete", "source_missing"]);
    expect(await codes({ level: "customer_credit" })).toEqual(["incomplete", "source_missing"]);
    expect(await codes({ statement_ids: ["stm_none"] })).toEqual([
      "incomplete",
      "source_missing",
      "source_missing",
    ]);
    expect(await codes({ from: "2026-01-01", to: "2026-02-01" })).toEqual([
      "incomplete",
      "window_not_covered",
    ]);
    const refused = await answered(
      fetch(`${running.url}/v1/statements?provider=stripe&format=payout_reconciliation`, {
        method: "POST",
        headers: { authorization: `Bearer ${keys.finance}`, "content-type": "text/csv" },
        body: "a,b\n1,2\n",
      }),
    );
    expect(refused.status).toBe(400);
    const july = { from: "2026-07-01", to: "2026-08-01" };
    expect(await codes(july)).toEqual(["incomplete", "source_incomplete", "window_not_covered"]);
    await imported(row("txn_july", "0.88", "19.11", "2026-07-02 09:30:00"));
    expect(await codes(july)).toEqual(["matched"]);
  });

  test.each([
    ["no level", { level: undefined }],
    ["a level that there is not", { level: "everything" }],
    ["a provider that there is not", { provider: "orchard" }],
    ["a window the wrong way round", { from: october.to, to: october.from }],
    ["an empty window", { to: october.from }],
    ["no end", { to: undefined }],
    ["a day that there is not", { from: "2026-09-31" }],
    ["a time without a zone", { from: "2026-10-01T00:00:00" }],
    ["a time beyond all clocks", { to: "9999-12-31T00:00:00Z" }],
    ["a zone that there is not", { zone: "Europe/Bonn-am-Rhein" }],
    ["a field that there is not", { colour: "red" }],
    ["a currency that is none", { currency: "dollars" }],
    ["a payout where no payouts are compared", { payout_ref: "po_1" }],
    ["statements where none is needed", { level: "wallets", statement_ids: ["stm_1"] }],
    ["a number for a time", { from: 1 }],
    ["statements that are no list", { statement_ids: "stm_1" }],
  ])("%s is refused", async (_, change) => {
    expect(await ask({ ...october, ...change })).toMatchObject({
      status: 400,
      body: { code: "body_invalid" },
    });
  });

  test("whoever may read reads, and only finance asks and resolves", async () => {
    for (const key of [keys.read, keys.app]) {
      expect((await ask(october, { key })).body.code).toBe("forbidden");
      const resolved = { resolution: "accepted", reason: "x" };
      expect((await running.write("/v1/discrepancies/dis_x/resolve", resolved, { key })).body.code).toBe(
        "forbidden",
      );
    }
    const { id } = (await ask(october)).body;
    for (const path of ["", `/${id}`, `/${id}/rows`]) {
      expect((await running.get(`/v1/reconciliations${path}`, keys.read)).status).toBe(200);
      expect((await running.get(`/v1/reconciliations${path}`, keys.app)).status).toBe(403);
    }
    expect((await running.get("/v1/reconciliations/rec_none")).status).toBe(404);
    expect((await running.get("/v1/reconciliations/rec_none/rows")).status).toBe(404);
    expect((await running.get("/v1/discrepancies/dis_none")).status).toBe(404);
    expect(
      (await running.write("/v1/discrepancies/dis_none/resolve", { resolution: "accepted", reason: "x" }))
        .status,
    ).toBe(404);
  });

  test("under one Idempotency-Key one run is asked for", async () => {
    const as = { idempotencyKey: "once" };
    const [one, two] = await Promise.all([ask(october, as), ask(october, as)]);
    const third = await ask(october, as);
    expect([one.status, two.status, third.status]).toEqual([202, 202, 202]);
    expect([two.body.id, third.body.id]).toEqual([one.body.id, one.body.id]);
    const other = await ask({ ...october, currency: "EUR" }, as);
    expect([other.status, other.body.code]).toEqual([409, "idempotency_conflict"]);
    const runs = await running.get<{ data: { id: string }[] }>("/v1/reconciliations?limit=200");
    expect(runs.body.data.filter(({ id }) => id === one.body.id)).toHaveLength(1);
  });

  test("the description tells of a run that is accepted, not done", async () => {
    const { body } = await running.get<{ paths: Record<string, Record<string, { responses: object }>> }>(
      "/openapi.json",
    );
    const responses = (path: string, method: string) =>
      Object.keys(body.paths[path]?.[method]?.responses ?? {});
    expect(responses("/v1/reconciliations", "post")).toEqual(expect.arrayContaining(["202", "400", "409"]));
    expect(responses("/v1/reconciliations", "post")).not.toContain("200");
    expect(responses("/v1/reconciliations/{id}/rows", "get")).toEqual(expect.arrayContaining(["200", "404"]));
    expect(responses("/v1/discrepancies/{id}/resolve", "post")).toEqual(
      expect.arrayContaining(["200", "404", "409"]),
    );
  });
});
