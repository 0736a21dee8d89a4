import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventId } from "../../src/domain/ids.ts";
import { readTransaction } from "../../src/providers/paddle/transaction.ts";
import { readBalanceTransaction } from "../../src/providers/stripe/balance-transaction.ts";
import { readCharge, readPaymentIntent } from "../../src/providers/stripe/charge.ts";
import { readCheckoutSession } from "../../src/providers/stripe/checkout-session.ts";
import { readCreditNote } from "../../src/providers/stripe/credit-note.ts";
import { readInvoice, readInvoicePayment } from "../../src/providers/stripe/invoice.ts";
import { readSoldThrough } from "../../src/providers/stripe/managed-payments.ts";
import { readDispute, readRefund } from "../../src/providers/stripe/money-back.ts";
import { readPayout } from "../../src/providers/stripe/transfers.ts";
import { projectRoot } from "../support/project-root.ts";
import { allEvents as paddleEvents, normalised as paddleNormalised } from "./paddle/bodies.ts";
import { allEvents, normalised, parkedAs, type StripeEvent, withObject } from "./stripe/bodies.ts";

/**
 * What is read of the providers' objects against what their SDKs, as they are pinned, say that there is: another pin of an SDK
 * shows here what has come, gone or been renamed, before a body does.
 */
const stamp = { eventId: eventId({ provider: "stripe", account: "default" }, "evt_1"), occurredAt: 1n };

/** The keys that a reader asks an object for, also those that are not there. */
function keysAskedBy(read: (object: unknown) => unknown, sent: object): string[] {
  const asked = new Set<string>();
  const watched = new Proxy(sent, {
    get: (target, key, receiver) => {
      if (typeof key === "string") asked.add(key);
      return Reflect.get(target, key, receiver);
    },
  });
  read(watched);
  return [...asked].filter((key) => !(key in Object.prototype)).sort();
}

const declared = (file: string): string => readFileSync(join(projectRoot, "node_modules", file), "utf8");

/** What an interface of Stripe's SDK has, or a class of Paddle's. */
function fieldsOf(file: string, name: string): Set<string> {
  const text = declared(file);
  const start = text.search(new RegExp(`^export (?:interface|declare class) ${name} \\{$`, "m"));
  expect(start).toBeGreaterThanOrEqual(0);
  const body = text.slice(start, text.indexOf("\n}", start));
  return new Set([...body.matchAll(/^ {4}(?:readonly )?(\w+)\??:/gm)].map(([, field]) => field as string));
}

/** The words that a type of an SDK lists. */
function wordsOf(file: string): string[] {
  const [, words = ""] =
    declared(`stripe/esm/resources/${file}.d.ts`).match(/^ {4}type Status = (.*);$/m) ?? [];
  return [...words.matchAll(/'(\w+)'/g)].map(([, word]) => word as string);
}

type Reader = (object: unknown, at: typeof stamp, type: string) => unknown;

const newest = (kind: string): StripeEvent => {
  const own = allEvents().filter(([, event]) => event.data?.object?.object === kind);
  const [, event] =
    own.toSorted(([, a], [, b]) => String(a.api_version).localeCompare(String(b.api_version))).at(-1) ?? [];
  return event as StripeEvent;
};

/** What is asked for beside what Stripe's pinned types have, and why. */
const stripeObjects: [
  file: string,
  name: string,
  kind: string,
  read: Reader,
  others: Record<string, string>,
][] = [
  [
    "Invoices",
    "Invoice",
    "invoice",
    readInvoice,
    {
      charge: "until Basil",
      managed_payments: "should it come",
      paid_out_of_band: "until Basil",
      payment_intent: "until Basil",
      subscription: "until Basil",
      subscription_details: "until Basil",
      tax: "until Basil",
      total_tax_amounts: "until Basil",
    },
  ],
  ["InvoicePayments", "InvoicePayment", "invoice_payment", readInvoicePayment, {}],
  [
    "Charges",
    "Charge",
    "charge",
    readCharge,
    { invoice: "until Basil", invoice_payments: "of ours", managed_payments: "of its intent" },
  ],
  [
    "PaymentIntents",
    "PaymentIntent",
    "payment_intent",
    readPaymentIntent,
    { charges: "until 2022", invoice: "until Basil" },
  ],
  ["Checkout/Sessions", "Session", "checkout.session", readCheckoutSession, {}],
  ["Refunds", "Refund", "refund", readRefund, {}],
  ["Disputes", "Dispute", "dispute", readDispute, {}],
  [
    "CreditNotes",
    "CreditNote",
    "credit_note",
    readCreditNote,
    { refund: "until Basil", tax_amounts: "until Basil" },
  ],
  ["Payouts", "Payout", "payout", readPayout, {}],
  [
    "BalanceTransactions",
    "BalanceTransaction",
    "balance_transaction",
    readBalanceTransaction,
    { charge: "of reports" },
  ],
  ["Subscriptions", "Subscription", "subscription", readSoldThrough, {}],
];

test.each(stripeObjects)(
  "what is read of Stripe's %s is what its SDK has",
  (file, name, kind, read, others) => {
    const { data, type } = newest(kind);
    const asked = keysAskedBy((object) => read(object, stamp, type), data.object);
    const fields = fieldsOf(`stripe/esm/resources/${file}.d.ts`, name);
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.filter((key) => !fields.has(key))).toEqual(Object.keys(others));
  },
);

test.each([
  ["Invoices", "invoice"],
  ["Charges", "charge"],
  ["Disputes", "dispute"],
  ["PaymentIntents", "payment_intent"],
  ["CreditNotes", "credit_note"],
])("every status that Stripe's SDK names of %s is known", (file, kind) => {
  const words = wordsOf(file);
  expect(words.length).toBeGreaterThan(1);
  const parked = words.map((status) => parkedAs(withObject(newest(kind), { status })));
  expect(parked.filter((reason) => /status/.test(reason))).toEqual([]);
});

const camel = (key: string) => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
const paddleTypes = "@paddle/paddle-node-sdk/dist/types";

test("what is read of Paddle's transactions is what its SDK has", () => {
  const [, event] = paddleEvents().find(([name]) => name.includes("transaction.completed/mixed-cart")) ?? [];
  const data = event?.data as object;
  const asked = keysAskedBy((object) => readTransaction(object, stamp, "transaction.completed"), data).map(
    camel,
  );
  const file = `${paddleTypes}/notifications/entities/transaction/transaction-notification.d.ts`;
  const fields = fieldsOf(file, "TransactionNotification");
  expect(asked.length).toBeGreaterThan(5);
  expect(asked.filter((key) => !fields.has(key))).toEqual([]);
});

test("of every version of its API the newest body of every object is read", () => {
  const byShape = Map.groupBy(
    allEvents(),
    ([, event]) => `${event.data?.object?.object} ${event.api_version}`,
  );
  const unread = [...byShape].flatMap(([shape, events]) => {
    const readable = events.some(([, event]) => normalised(event).kind !== "parked");
    return readable ? [] : [shape];
  });
  expect(byShape.size).toBeGreaterThan(20);
  expect(unread).toEqual([]);
  const types = Map.groupBy(paddleEvents(), ([, event]) => event.event_type);
  const never = [...types].filter(([, events]) =>
    events.every(([, event]) => paddleNormalised(event).kind === "parked"),
  );
  expect(never.map(([type]) => type)).toEqual([]);
});
