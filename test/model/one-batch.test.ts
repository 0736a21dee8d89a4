import { listEvents } from "../../src/store/inbox/read/events.ts";
import { closeAll, composed } from "../services/composed.ts";
import { engines } from "../support/engines.ts";
import { type Invoice, invoiceBody } from "../support/stripe-invoice-bodies.ts";
import { chargeBody, invoicePaymentBody } from "../support/stripe-payment-bodies.ts";
import { environment, post } from "./deliver.ts";

afterEach(closeAll);

const created = 1_767_225_600;
const customer = "cus_1";
const balances = { startingBalance: 0, endingBalance: 0, shipping: 0, lowered: 0 };

function invoiceOf(id: string, amount: number): Invoice {
  const line = {
    price: "pri_1",
    quantity: 1,
    amount,
    discount: 0,
    tax: 0,
    inclusive: false,
    proration: false,
  };
  return { id, customer, created, lines: [{ id: `il_${id}`, ...line }], due: amount, ...balances };
}

function eventOf(id: string, type: string, object: Record<string, unknown>) {
  return { id, object: "event", api_version: "2024-06-20", created, type, livemode: false, data: { object } };
}

/** A payment of two invoices, of which one names it and the other is named by an invoice payment. */
function toldOf(name: string) {
  const payment = { intent: `pi_${name}`, charge: `ch_${name}` };
  const [first, second] = [invoiceOf(`in_${name}_1`, 300), invoiceOf(`in_${name}_2`, 700)];
  const state = { status: "paid" as const, overpaid: 0, outside: false };
  const charge = { ...payment, amount: 1000, refunded: 0, customer, created, row: null, invoice: null };
  const pays = { id: `inpay_${name}`, invoice: first.id, amount: 300, intent: payment.intent, created };
  return {
    first: eventOf(
      `evt_${name}_1`,
      "invoice.paid",
      invoiceBody(first, { ...state, paid: 300, payment: null }, "newer"),
    ),
    others: [
      eventOf(`evt_${name}_2`, "charge.succeeded", chargeBody(charge, "newer")),
      eventOf(
        `evt_${name}_3`,
        "invoice.paid",
        invoiceBody(second, { ...state, paid: 700, payment }, "older"),
      ),
      eventOf(`evt_${name}_4`, "invoice_payment.paid", invoicePaymentBody(pays)),
    ],
  };
}

describe.each(engines)("in one batch on $name", ({ freshDatabaseUrl }) => {
  // Which of two dossiers stays depends on their ids.
  test.each(["a", "b"])("no payment of two invoices waits on once both are seen (%s)", async (name) => {
    const { tallyhook } = await composed(await freshDatabaseUrl(), { environment });
    const { first, others } = toldOf(name);
    await post(tallyhook.services, first);
    await Promise.all(others.map((event) => post(tallyhook.services, event)));
    const waiting = await listEvents(
      tallyhook.services.store.read,
      { outcome: "waiting" },
      { limit: 5, after: null },
    );
    expect(waiting.rows).toEqual([]);
  });
});
