import { engines } from "../support/engines.ts";
import { answered, fixture, keys, type Running, signed, startTallyhook } from "./running.ts";

const by = "whsec_of-payout-rows";

const header =
  "automatic_payout_id,balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id\n";
const payoutRef = "po_1u7BhPnEtDNukeKrlAkdtKMS";
const row = (id: string, gross: string, fee: string, net: string, payout = payoutRef) =>
  `${payout},txn_${id},2026-11-10 09:30:00,usd,${gross},${fee},${net},charge,ch_${id}\n`;

describe.each(engines)("the rows of a payout, on $name", ({ freshDatabaseUrl }) => {
  let running: Running;
  beforeAll(async () => {
    running = await startTallyhook(await freshDatabaseUrl(), { STRIPE_WEBHOOK_SECRET: by });
  });
  afterAll(() => running.close());

  const imported = async (csv: string): Promise<void> => {
    const { status } = await answered(
      fetch(`${running.url}/v1/statements?provider=stripe&format=payout_reconciliation`, {
        method: "POST",
        headers: { authorization: `Bearer ${keys.finance}`, "content-type": "text/csv" },
        body: header + csv,
      }),
    );
    expect(status).toBe(201);
  };

  test("both sides of each are told page by page, and come to the payout", async () => {
    // The report may come before the payout is heard of, or after it.
    await imported(
      row("a", "2000.00", "60.00", "1940.00") +
        row("b", "580.00", "20.00", "560.00") +
        row("c", "9.99", "0.59", "9.40", "po_another"),
    );
    const body = fixture("stripe/payout.paid/november.json");
    const sent = await fetch(`${running.url}/webhooks/stripe`, {
      method: "POST",
      body: new Uint8Array(body),
      headers: signed(body, { provider: "stripe", by }),
    });
    expect(sent.status).toBe(200);
    // A later report states one of its rows otherwise than the books heard it first.
    await imported(row("b", "580.00", "21.00", "559.00") + row("d", "1.00", "0.00", "1.00"));
    // biome-ignore lint/suspicious/noExplicitAny: an answer is looked into, field by field.
    const get = async (path: string) => (await running.get<any>(path)).body;
    const [listed] = (await get("/v1/payouts")).data;
    expect(await get(`/v1/payouts/${listed.id}`)).toEqual(listed);
    const rows = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = await get(
        `/v1/payouts/${listed.id}/rows?limit=1${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      rows.push(...page.data);
      cursor = page.next_cursor;
    }
    const told = rows.map(({ key, provider_says, we_say, difference }) => [
      key,
      provider_says.net,
      we_say.net,
      difference,
    ]);
    expect(told).toEqual([
      ["txn_a", "194000", "194000", "0"],
      ["txn_b", "55900", "56000", "-100"],
      ["txn_d", "100", "100", "0"],
    ]);
    const sum = rows.reduce((total, { provider_says }) => total + BigInt(provider_says.net), 0n);
    expect(sum.toString()).toBe(listed.amount);
    // The charge behind a row says which payout paid it.
    const charge = {
      object: "charge",
      id: "ch_a",
      status: "succeeded",
      currency: "usd",
      created: 1_794_300_000,
    };
    const figures = { amount: 200_000, amount_captured: 200_000, amount_refunded: 0, captured: true };
    const sold = { ...charge, ...figures, invoice: null, payment_intent: null, balance_transaction: "txn_a" };
    const event = { id: "evt_sold", object: "event", type: "charge.succeeded", created: 1_794_300_000 };
    const said = Buffer.from(JSON.stringify({ ...event, livemode: false, data: { object: sold } }));
    const headers = signed(said, { provider: "stripe", by });
    await fetch(`${running.url}/webhooks/stripe`, { method: "POST", body: said, headers });
    const paid = await get(`/v1/charges/${rows[0].charge_id}`);
    expect(paid.settlement).toMatchObject({ net: "194000", payout_ref: payoutRef });
    expect(rows[0]).toMatchObject({
      category: "charge",
      object_ref: "ch_a",
      provider_says: { currency: "USD", gross: "200000", fee: "6000" },
      charge_id: expect.stringMatching(/^chg_/),
      movement_id: null,
    });
  });

  test("what is no payout has none", async () => {
    expect(await running.get("/v1/payouts/pay_none/rows")).toMatchObject({
      status: 404,
      body: { code: "not_found" },
    });
  });
});
