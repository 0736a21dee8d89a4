import { request as httpRequest } from "node:http";
import { engines } from "../support/engines.ts";
import { type Answer, answered, keys, type Running, startTallyhook } from "./running.ts";

const header =
  "automatic_payout_id,balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id\n";
const row = (id: string, fee = "0.88", net = "19.11") =>
  `po_1,${id},2026-10-02 09:30:00,usd,19.99,${fee},${net},charge,ch_${id}\n`;

describe.each(engines)("statements over HTTP, on $name", ({ freshDatabaseUrl }) => {
  let running: Running;
  beforeAll(async () => {
    running = await startTallyhook(await freshDatabaseUrl());
  });
  afterAll(() => running.close());

  const importing = (
    csv: string,
    query = "provider=stripe&format=payout_reconciliation",
    headers: Record<string, string> = {},
  ): Promise<Answer> =>
    answered(
      fetch(`${running.url}/v1/statements?${query}`, {
        method: "POST",
        headers: { authorization: `Bearer ${keys.finance}`, "content-type": "text/csv", ...headers },
        body: csv,
      }),
    );

  test("a report is imported, and read back with its rows, its errors and why", async () => {
    const { status, body } = await importing(
      `${header}${row("txn_a")}${row("txn_b", '"0,88"')}${row("txn_a")}`,
    );
    expect([status, body]).toMatchObject([
      201,
      {
        id: expect.stringMatching(/^stm_[0-9a-f]{24}$/),
        format: "payout_reconciliation",
        status: "complete",
        rows: { included: 1, excluded: 0, in_error: 2, new: 1 },
      },
    ]);
    const detail = await running.get<{ reasons: object[] }>(`/v1/statements/${body.id}`);
    expect(detail.body.reasons).toEqual([
      { status: "error", reason: "decimal_comma: fee", count: 1 },
      { status: "error", reason: "row_duplicated", count: 1 },
    ]);
    const first = await running.get<{ data: object[]; next_cursor: string }>(
      `/v1/statements/${body.id}/rows?status=error&limit=1`,
    );
    expect(first.body.data).toMatchObject([
      { line: 3, status: "error", reason: "decimal_comma: fee", key: "txn_b", gross: "1999", fee: null },
    ]);
    const next = await running.get<{ data: object[] }>(
      `/v1/statements/${body.id}/rows?status=error&cursor=${first.body.next_cursor}`,
    );
    expect(next.body).toMatchObject({ data: [{ line: 4, reason: "row_duplicated" }], next_cursor: null });
    const listed = await running.get<{ data: object[] }>("/v1/statements?provider=stripe&status=complete");
    expect(listed.body.data).toMatchObject([{ id: body.id }]);
    expect((await running.get("/v1/statements/stm_none")).status).toBe(404);
    expect((await running.get("/v1/statements/stm_none/rows")).status).toBe(404);
  });

  test("a report that cannot be read is refused, and its statement says why", async () => {
    const { status, body } = await importing(
      `${header.replace("net", "netto")}${row("txn_c").repeat(20_000)}`,
    );
    expect([status, body]).toMatchObject([400, { code: "report_refused", reason: "column_missing" }]);
    const { body: statement } = await running.get(`/v1/statements/${body.statement_id}`);
    expect(statement).toMatchObject({ status: "refused", problem: { code: "column_missing" } });
  });

  test.each([
    ["no such format", "provider=stripe&format=transactions", "query_invalid"],
    ["no period where the report tells none", "provider=stripe&format=balance_summary", "query_invalid"],
    ["another parameter", "provider=stripe&format=payout_reconciliation&colour=red", "query_invalid"],
  ])("%s is refused before anything is read", async (_, query, code) => {
    const { status, body } = await importing(header, query);
    expect([status, body.code]).toEqual([400, code]);
  });

  test("a balance summary is kept with the period that it was said to be of", async () => {
    const csv = "category,description,net_amount,currency\nending_balance,End,12.00,usd\n";
    const query = "provider=stripe&format=balance_summary&from=2026-10-01&to=2026-11-01";
    const { body } = await importing(csv, query);
    expect(body).toMatchObject({ from: "2026-10-01T00:00:00Z", to: "2026-11-01T00:00:00Z" });
    const { body: rows } = await running.get(`/v1/statements/${body.id}/rows`);
    expect(rows).toMatchObject({ data: [{ key: "closing:USD", at: "2026-11-01T00:00:00Z", net: "1200" }] });
  });

  test("JSON, a packed body, and a key that is not finance's are refused", async () => {
    const json = await importing("{}", undefined, { "content-type": "application/json" });
    expect([json.status, json.body.code]).toEqual([415, "media_type_unsupported"]);
    const packed = await importing(header, undefined, { "content-encoding": "gzip" });
    expect([packed.status, packed.body.code]).toEqual([415, "body_encoded"]);
    const reader = await importing(header, undefined, { authorization: `Bearer ${keys.read}` });
    expect([reader.status, reader.body.code]).toEqual([403, "forbidden"]);
  });

  test("under one Idempotency-Key a report is imported once, and no other report", async () => {
    const key = { "idempotency-key": "october" };
    const first = await importing(header + row("txn_d"), undefined, key);
    const again = await importing(header + row("txn_d"), undefined, key);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect([first, again].map(({ headers }) => headers.get("idempotent-replayed"))).toEqual([null, "true"]);
    const other = await importing(header + row("txn_e"), undefined, key);
    expect([other.status, other.body.code]).toEqual([409, "idempotency_conflict"]);
    const without = await importing(header + row("txn_d"));
    expect(without.body.id).not.toBe(first.body.id);
  });

  test("a client that goes away leaves an incomplete statement, and its key is free", async () => {
    const key = { "idempotency-key": "broken-off" };
    await breakingOff(`${header}${row("txn_f")}${row("txn_g")}`, key);
    const incomplete = async () =>
      (await running.get<{ data: object[] }>("/v1/statements?status=incomplete")).body.data;
    for (let look = 0; look < 100 && (await incomplete()).length === 0; look += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await incomplete()).toMatchObject([{ problem: { code: "cut_off" }, rows: { included: 1 } }]);
    const whole = await importing(`${header}${row("txn_f")}${row("txn_g")}`, undefined, key);
    expect(whole).toMatchObject({ status: 201, body: { rows: { included: 2, new: 1 } } });
  });

  function breakingOff(csv: string, headers: Record<string, string>): Promise<void> {
    return new Promise((resolve) => {
      const request = httpRequest(
        `${running.url}/v1/statements?provider=stripe&format=payout_reconciliation`,
        {
          method: "POST",
          headers: { authorization: `Bearer ${keys.finance}`, "content-type": "text/csv", ...headers },
        },
      );
      request.on("error", () => resolve());
      request.write(csv, () => setTimeout(() => request.destroy(), 100));
    });
  }
});
