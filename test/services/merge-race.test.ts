import { audit } from "../../src/services/audit/audit.ts";
import { environment, post } from "../model/deliver.ts";
import { engines } from "../support/engines.ts";
import { invoiceBody } from "../support/stripe-invoice-bodies.ts";
import { chargeBody } from "../support/stripe-payment-bodies.ts";
import { closeAll, composed } from "./composed.ts";
import { execute, untilNapping } from "./planted-trigger.ts";

afterEach(closeAll);

const created = 1_767_225_600;
const payment = { intent: "pi_1", charge: "ch_1" };

function eventOf(id: string, type: string, object: Record<string, unknown>) {
  const envelope = { id, object: "event", api_version: "2025-03-31.basil", created, type, livemode: false };
  return { ...envelope, data: { object } };
}

/** A payment that waits, what links it to its invoice, and a second word about the payment. */
function told() {
  const figures = { amount: 1000, quantity: 1, discount: 0, tax: 0, inclusive: false, proration: false };
  const lines = [{ id: "il_1", price: "price_1", ...figures }];
  const balances = { startingBalance: 0, endingBalance: 0, shipping: 0, lowered: 0 };
  const invoice = invoiceBody(
    { id: "in_1", customer: "cus_1", created, lines, due: 1000, ...balances },
    { status: "paid", paid: 1000, overpaid: 0, outside: false, payment },
    "older",
  );
  const charge = {
    ...payment,
    amount: 1000,
    refunded: 0,
    customer: "cus_1",
    created,
    row: null,
    invoice: null,
  };
  return {
    waits: eventOf("evt_1", "charge.succeeded", chargeBody(charge, "newer")),
    merges: eventOf("evt_2", "invoice.paid", invoice),
    meanwhile: eventOf("evt_3", "charge.updated", chargeBody(charge, "newer")),
  };
}

const postgres = engines.filter(({ name }) => name === "postgres");

test.each(postgres)(
  "an event that waits for a payment that becomes part of an invoice meanwhile is applied to the invoice",
  async ({ freshDatabaseUrl }) => {
    const url = await freshDatabaseUrl();
    const [one, other] = [await composed(url, { environment }), await composed(url, { environment })];
    const { waits, merges, meanwhile } = told();
    await post(one.tallyhook.services, waits);
    await execute(
      url,
      `create function nap() returns trigger language plpgsql as $$ begin perform pg_sleep(1); return new; end $$;
       create trigger nap before insert on events for each row when (new.provider_event_id = 'evt_2')
         execute function nap()`,
    );
    const merging = post(one.tallyhook.services, merges);
    await untilNapping(url);
    expect(await post(other.tallyhook.services, meanwhile)).toMatchObject({ outcome: "applied" });
    expect(await merging).toMatchObject({ outcome: "applied" });
    expect(await audit(other.tallyhook.services)).toMatchObject({ ok: true });
  },
);
