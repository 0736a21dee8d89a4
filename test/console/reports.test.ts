import { answered, keys, type Running, startTallyhook } from "../http/running.ts";
import { engines } from "../support/engines.ts";
import { mistakesIn } from "./html.ts";
import { hiddenFields, type OpenedConsole, openConsole } from "./opened.ts";

const header =
  "automatic_payout_id,balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id\n";
const row = (id: string, gross = "19.99") =>
  `po_1,${id},2026-10-02 09:30:00,usd,${gross},0.88,19.11,charge,ch_a\n`;

describe.each(engines)("reports, on their pages, on $name", ({ freshDatabaseUrl }) => {
  let running: Running;
  let opened: OpenedConsole;
  let whole: string;
  let refused: string;
  beforeAll(async () => {
    running = await startTallyhook(await freshDatabaseUrl());
    opened = await openConsole(running.tallyhook.services);
    const imported = async (body: string) => {
      const { body: told } = await answered<{ id?: string; statement_id?: string }>(
        fetch(`${running.url}/v1/statements?provider=stripe&format=payout_reconciliation`, {
          method: "POST",
          headers: { authorization: `Bearer ${keys.finance}`, "content-type": "text/csv" },
          body,
        }),
      );
      return told.id ?? told.statement_id ?? "";
    };
    whole = await imported(`${header}${row("txn_a")}${row("txn_b", "<script>")}`);
    refused = await imported("nothing,that,is,known\n1,2,3,4\n");
  });
  afterAll(async () => {
    await opened.close();
    await running.close();
  });

  const overview = async () => (await opened.get("/statements?status=refused&dismissed=false")).text;

  test("the list has both, and leads to what each line became", async () => {
    const { html, text } = await opened.get("/statements");
    expect(mistakesIn(html)).toEqual([]);
    expect(text).toMatch(/payout reconciliation Stripe a report that somebody imported ✕ could not be read/);
    const report = await opened.get(`/statements/${whole}`);
    expect(mistakesIn(report.html)).toEqual([]);
    expect(report.html).not.toContain("<script>alert");
    expect(report.text).toContain("Stripe: payout reconciliation ✓ read to its end");
    expect(report.text).toMatch(/in error \(1\)/);
    const included = await opened.get(`/statements/${whole}?status=included`);
    expect(included.text).toMatch(/2 ch_a charge 2 Oct 2026 09:30:00 UTC USD 19\.99 0\.88/);
    expect((await opened.get(`/search?q=${whole}`)).headers.get("location")).toBe(
      `/console/statements/${whole}`,
    );
    for (const path of ["/statements", `/statements/${whole}`])
      expect((await opened.get(path, "read")).status).toBe(403);
    expect((await opened.get("/", "read")).html).not.toContain('href="/console/statements"');
  });

  test("what could not be read is dismissed for a reason, once, and taken up again; all of it is in the trail", async () => {
    const path = `/statements/${refused}`;
    const page = await opened.get(path);
    expect(mistakesIn(page.html)).toEqual([]);
    expect(page.text).toContain("Nothing of it was read, and nothing was booked.");
    expect(await overview()).toContain("Dismiss it");
    const form = hiddenFields(page.html, `${path}/dismiss`);
    expect((await opened.post(`${path}/dismiss`, { ...form, reason: " " })).status).toBe(400);
    for (const _ of ["once", "a double click"])
      expect((await opened.post(`${path}/dismiss`, { ...form, reason: "the wrong file" })).status).toBe(303);
    const dismissed = await opened.get(path);
    expect(dismissed.text).toContain("could not be read, dismissed");
    expect(dismissed.text).toContain("because: the wrong file");
    expect(await overview()).toContain("No report is like this.");
    const undo = hiddenFields(dismissed.html, `${path}/undismiss`);
    expect((await opened.post(`${path}/undismiss`, undo)).status).toBe(303);
    expect(await overview()).toContain("Dismiss it");
    const { body } = await running.get<{ data: { action: string; name: string; reason: string | null }[] }>(
      `/v1/actions?subject=${refused}`,
    );
    expect(body.data.map(({ action, name, reason }) => [action, name, reason])).toEqual([
      ["statement.undismiss", "financeer", null],
      ["statement.dismiss", "financeer", "the wrong file"],
      ["statement.import", "finance-key", null],
    ]);
  });

  test("one that was read to its end has nothing to dismiss, whoever asks", async () => {
    const path = `/statements/${whole}`;
    expect((await opened.get(path)).html).not.toContain("/dismiss");
    const form = hiddenFields((await opened.get(`/statements/${refused}`)).html, `${refused}/dismiss`);
    const answer = await opened.post(`${path}/dismiss`, { ...form, reason: "no more of it" });
    expect([answer.status, answer.text]).toEqual([409, expect.stringContaining("it is complete")]);
  });
});
