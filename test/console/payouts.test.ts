import { paidRows } from "../../src/simulator/breaks/candidates.ts";
import { answered, fixture, keys, type Running, signed, startTallyhook } from "../http/running.ts";
import {
  dearer,
  heardBooks,
  type Providers,
  reconcile,
  serveProviders,
  startAgainst,
  world,
} from "../services/reconciling/held-against.ts";
import { engines } from "../support/engines.ts";
import { mistakesIn } from "./html.ts";
import { type OpenedConsole, openConsole } from "./opened.ts";

const by = "whsec_of-payouts";
const payout = JSON.parse(fixture("stripe/payout.paid/november.json").toString());
const header =
  "automatic_payout_id,balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id\n";
const row = (id: string, gross: string, fee: string, net: string) =>
  `${payout.data.object.id},txn_${id},2026-11-10 09:30:00,usd,${gross},${fee},${net},charge,ch_${id}\n`;

describe.each(engines)("the page of a payout, on $name", ({ freshDatabaseUrl }) => {
  let running: Running;
  let opened: OpenedConsole;
  beforeAll(async () => {
    running = await startTallyhook(await freshDatabaseUrl(), { STRIPE_WEBHOOK_SECRET: by });
    opened = await openConsole(running.tallyhook.services);
    await told(payout);
  });
  afterAll(async () => {
    await opened.close();
    await running.close();
  });

  const told = async (event: object): Promise<void> => {
    const body = Buffer.from(JSON.stringify(event));
    const headers = signed(body, { provider: "stripe", by });
    const sent = await fetch(`${running.url}/webhooks/stripe`, { method: "POST", body, headers });
    expect(sent.status).toBe(200);
  };

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

  const shown = async (): Promise<string> => {
    const { html } = await opened.get("/payouts");
    const [, id = ""] = /\/payouts\/(pay_[^"?]+)/.exec(html) ?? [];
    const page = await opened.get(`/payouts/${id}`);
    expect(mistakesIn(page.html)).toEqual([]);
    return page.text;
  };

  test("what the provider paid and the rows that it lists are both its figures, and what is between them is said", async () => {
    expect(await shown()).toContain("Its rows come to not stated yet They paid 2,500.00 USD");
    await imported(row("a", "2000.00", "60.00", "1940.00"));
    const text = await shown();
    expect(text).toContain("✓ every row agrees ✕ its rows do not come to what they paid");
    expect(text).toContain(
      "Its rows come to 1,940.00 USD They paid 2,500.00 USD Its rows, less they paid (560.00) USD",
    );
    expect(text).toContain("What we hold of its rows 1,940.00 USD Its rows, less what we hold 0.00 USD");
    await imported(row("a", "2000.00", "60.00", "1940.00") + row("b", "580.00", "20.00", "560.00"));
    const whole = await shown();
    expect(whole).toContain("They paid 2,500.00 USD Its rows, less they paid 0.00 USD");
    expect(whole).not.toContain("do not come to what they paid");
  });

  test("a row or a payout that only a report names is found in that report", async () => {
    await imported(`po_unheard,txn_only,2026-11-11 09:30:00,usd,9.99,0.59,9.40,other_adjustment,\n`);
    for (const name of ["po_unheard", "txn_only", "txn_only#3"]) {
      const { status, headers } = await opened.get(`/search?q=${encodeURIComponent(name)}`);
      expect([name, status, headers.get("location")]).toEqual([
        name,
        303,
        expect.stringMatching(/\/statements\/stm_/),
      ]);
    }
    expect((await opened.get("/search?q=po_unheard", "read")).text).toContain("Nothing is called po_unheard");
    expect((await opened.get("/search?q=po_nobody")).text).toContain("Nothing is called po_nobody");
  });

  test("of one that failed it says where the money is", async () => {
    expect(await shown()).not.toContain("The bank did not take it");
    const { data, created, ...event } = payout;
    const failed = { ...data.object, status: "failed", failure_code: "account_closed" };
    await told({
      ...event,
      id: "evt_failed",
      type: "payout.failed",
      created: created + 86_400,
      data: { object: failed },
    });
    expect(await shown()).toContain(
      "The bank did not take it: what was paid came back to the balance at Stripe",
    );
  });
});

test("a comparison in which each row that differs is told by another says so, and not that rows differ", async () => {
  const [sqlite] = engines;
  const providers: Providers = await serveProviders();
  const server = await startAgainst(
    providers,
    await heardBooks(sqlite as (typeof engines)[number]),
    {},
    { reconcileLookEveryMilliseconds: 1_000_000 },
  );
  const opened = await openConsole(server.tallyhook.services);
  const [paid] = paidRows(world);
  providers.states(...(paid === undefined ? [] : [dearer(paid.row.id, 7)]));
  await reconcile(server, "settlement");
  await reconcile(server, "payout");
  const { text } = await opened.get("/reconciliations?provider=stripe");
  expect(text).toMatch(
    /payout Stripe ○? ?.*explained: what differs is told by other rows .* 0, and 1 told by another row/,
  );
  expect(text).toMatch(/settlement Stripe ✕ rows differ .* 1 /);
  await opened.close();
  await server.close();
  await providers.close();
});
