import { audit } from "../../src/services/audit/audit.ts";
import { readAccounts } from "../../src/services/ledger/read-ledger.ts";
import { listCharges } from "../../src/store/charges/read/charges.ts";
import { listDiscrepancies } from "../../src/store/reconciling/read/discrepancies.ts";
import { environment, post } from "../model/deliver.ts";
import { engines } from "../support/engines.ts";
import { chargeBody, disputeBody, refundBody } from "../support/stripe-payment-bodies.ts";
import { type Composed, closeAll, composed } from "./composed.ts";
import { execute, untilNapping } from "./planted-trigger.ts";

afterEach(closeAll);

const created = 1_767_225_600;
const page = { limit: 50, after: null };
const paymentOf = (name: string) => ({ intent: `pi_${name}`, charge: `ch_${name}` });
let events = 0;

function eventOf(type: string, object: object, at = created) {
  events += 1;
  const envelope = { id: `evt_${events}`, object: "event", api_version: "2024-06-20", type, livemode: false };
  return { ...envelope, created: at, data: { object } };
}

/** A payment of 10.00 that says that it has no invoice. */
const sale = (name: string) =>
  eventOf("charge.succeeded", {
    ...chargeBody(
      {
        ...paymentOf(name),
        amount: 1000,
        refunded: 0,
        customer: `cus_${name}`,
        created,
        row: null,
        invoice: null,
      },
      "older",
    ),
    invoice: null,
  });

const refund = (name: string, id = "re_1", of = {}) =>
  eventOf("refund.created", {
    ...refundBody({ id, payment: paymentOf(name), amount: 300, status: "succeeded", row: null, created }),
    ...of,
  });

const row = {
  id: "txn_1",
  type: "adjustment",
  source: "dp_a",
  currency: "usd",
  amount: -400,
  fee: 0,
  created,
};
const dispute = (name: string, id = `dp_${name}`) =>
  eventOf(
    "charge.dispute.funds_withdrawn",
    disputeBody({
      id,
      payment: paymentOf(name),
      amount: 400,
      status: "needs_response",
      rows: [row],
      created,
    }),
  );

const adjustment = (transaction: string) => ({
  event_id: `evt_adjustment_${transaction}`,
  event_type: "adjustment.created",
  occurred_at: "2026-01-02T10:00:00Z",
  notification_id: `ntf_${transaction}`,
  data: {
    id: "adj_1",
    action: "refund",
    type: "full",
    transaction_id: transaction,
    subscription_id: null,
    customer_id: "ctm_1",
    reason: "error",
    credit_applied_to_balance: null,
    currency_code: "USD",
    status: "approved",
    items: [],
    totals: { subtotal: "300", tax: "0", total: "300", fee: "0", earnings: "300", currency_code: "USD" },
    payout_totals: null,
    created_at: "2026-01-02T10:00:00Z",
    updated_at: "2026-01-02T10:00:00Z",
  },
});

async function state({ tallyhook: { services } }: Composed) {
  const charges = (await listCharges(services.store.read, {}, page)).rows;
  const { rows: open } = await listDiscrepancies(services.store.read, { status: "open" }, page);
  const { rows: accounts } = await readAccounts(services, {}, page);
  const said = open.filter(({ kind }) => kind === "told_otherwise");
  return {
    returned: Object.fromEntries(
      charges.map(({ charge }) => [charge.key.ref, charge.refunded + charge.disputed] as const),
    ),
    told: said.map(({ detail }) => detail),
    refunds: accounts.find(({ account }) => account === "revenue:refunds")?.amount ?? 0n,
    audit: await audit(services),
  };
}

const first = { provider_says: "refund of pi_b", refs: "re_1", we_say: "refund of pi_a" };

describe.each(engines)(
  "what is told of two objects is of the first, on $name",
  ({ name, freshDatabaseUrl }) => {
    let books: Composed;
    let url: string;
    beforeEach(async () => {
      url = await freshDatabaseUrl();
      books = await composed(url, { environment });
    });
    const tell = async (...told: readonly object[]) => {
      for (const event of told) await post(books.tallyhook.services, event as never);
    };

    test("a refund of two payments", async () => {
      await tell(sale("a"), sale("b"), refund("a"), refund("b"));
      expect(await state(books)).toMatchObject({
        returned: { ch_a: 300n, ch_b: 0n },
        refunds: 300n,
        audit: { ok: true, problems: [] },
      });
      expect((await state(books)).told).toContainEqual(first);
    });

    test("also before either payment is known", async () => {
      await tell(refund("a"), refund("b"), sale("b"), sale("a"));
      expect(await state(books)).toMatchObject({ returned: { ch_a: 300n, ch_b: 0n }, audit: { ok: true } });
    });

    test("a refund told by its charge, then by its intent, is one refund, whenever they turn out to be one payment", async () => {
      const [byCharge, byIntent] = [{ payment_intent: null }, { charge: null }];
      await tell(refund("a", "re_1", byCharge), refund("a", "re_1", byIntent), sale("a"));
      expect(await state(books)).toMatchObject({ returned: { ch_a: 300n }, told: [], audit: { ok: true } });
    });

    test("a row of the balance in two disputes", async () => {
      await tell(sale("a"), sale("b"), dispute("a"), dispute("b"));
      expect(await state(books)).toMatchObject({
        returned: { ch_a: 400n, ch_b: 0n },
        told: [{ refs: "txn_1", provider_says: "row of dp_b", we_say: "row of dp_a" }],
        audit: { ok: true, problems: [] },
      });
    });

    test("a dispute of two payments", async () => {
      await tell(sale("a"), sale("b"), dispute("b", "dp_1"), dispute("a", "dp_1"));
      expect(await state(books)).toMatchObject({ returned: { ch_a: 0n, ch_b: 400n }, audit: { ok: true } });
    });

    test("an adjustment of two transactions", async () => {
      await tell(adjustment("txn_b"), adjustment("txn_a"));
      expect(await state(books)).toMatchObject({
        returned: { txn_a: 0n, txn_b: 300n },
        told: [{ refs: "adj_1", provider_says: "movement of txn_a", we_say: "movement of txn_b" }],
        audit: { ok: true, problems: [] },
      });
    });

    test("an invoice that is called as a payment is", async () => {
      await tell(sale("a"), eventOf("charge.updated", { ...sale("b").data.object, invoice: "pi_a" }));
      const found = await state(books);
      expect(found.returned).toEqual({ ch_a: 0n });
      expect(found.told).toEqual([{ refs: "pi_a", provider_says: "invoice", we_say: "payment" }]);
      expect(found.audit).toMatchObject({ ok: true, problems: [] });
    });

    test("a claim that was tampered with is found", async () => {
      await tell(sale("a"), sale("b"), refund("a"), refund("b"));
      await books.tallyhook.close();
      await execute(url, "update claims set of_ref = 'pi_b' where ref = 're_1'");
      books = await composed(url, { environment });
      const { problems } = await audit(books.tallyhook.services);
      expect(problems.map(({ kind }) => kind)).toContain("claim_differs");
    });

    if (name === "sqlite") return;
    test("by two processes at once", async () => {
      const other = await composed(url, { environment });
      await tell(sale("a"), sale("b"));
      const slow = dispute("a");
      await execute(
        url,
        `create function nap() returns trigger language plpgsql as $$ begin perform pg_sleep(1); return new; end $$;
       create trigger nap before insert on claims for each row when (new.ref = 'dp_a') execute function nap()`,
      );
      const waiting = post(books.tallyhook.services, slow);
      await untilNapping(url);
      await post(other.tallyhook.services, dispute("b"));
      await waiting;
      const found = await state(books);
      expect(Object.values(found.returned).reduce((sum, amount) => sum + amount, 0n)).toBe(400n);
      expect(found.told).toHaveLength(1);
      expect(found.audit).toMatchObject({ ok: true, problems: [] });
    });
  },
);
