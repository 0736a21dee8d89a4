import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  expectedEventTypes,
  meaningOf,
  moneyEventTypes,
  subscribedEventTypes,
} from "../../../src/providers/stripe/event-types.ts";
import { projectRoot } from "../../support/project-root.ts";
import { fixture, normalised } from "./bodies.ts";

const paid = fixture("invoice.paid/renewal-2020");
const declarations = readFileSync(join(projectRoot, "node_modules/stripe/esm/resources/Events.d.ts"), "utf8");
/** The SDK names its events in types alone. */
const sdkTypes = [
  ...new Set([...declarations.matchAll(/type: '([a-z0-9_.]+)';/g)].map(([, type]) => type ?? "")),
];

test("no event type that Stripe's SDK names is unknown", () => {
  expect(sdkTypes.length).toBeGreaterThan(200);
  const unknown = sdkTypes.filter((type) => {
    const meaning = meaningOf(type);
    return meaning.kind === "none" && meaning.reason === "unknown_type";
  });
  expect(unknown).toEqual([]);
});

test("a destination is subscribed to types that Stripe sends, and to every one that speaks of money", () => {
  expect(subscribedEventTypes.filter((type) => !sdkTypes.includes(type))).toEqual([]);
  expect(sdkTypes.filter((type) => meaningOf(type).kind === "money")).toEqual(
    expect.arrayContaining([...subscribedEventTypes]),
  );
  expect(subscribedEventTypes).toEqual(
    expect.arrayContaining([
      "charge.dispute.funds_withdrawn",
      "checkout.session.completed",
      "credit_note.voided",
      "invoice.voided",
      "refund.failed",
    ]),
  );
});

test("every type of money is one that the SDK names, but for those of imports", () => {
  expect(moneyEventTypes.filter((type) => !sdkTypes.includes(type))).toEqual([
    "invoice_payment.canceled",
    "invoice_payment.open",
    "balance_transaction.created",
    "balance_transaction.updated",
    "opening_balance.stated",
  ]);
  expect(expectedEventTypes.filter((type) => !moneyEventTypes.includes(type))).toEqual([]);
});

test.each([
  ["customer.subscription.deleted", "no_money_meaning"],
  ["balance.available", "no_money_meaning"],
  ["invoiceitem.created", "no_money_meaning"],
  ["transfer.created", "not_booked_yet"],
  ["topup.succeeded", "not_booked_yet"],
  ["application_fee.created", "not_booked_yet"],
  ["invoice.upcoming", "preview"],
  ["invoice.archived", "unknown_type"],
  ["invoice", "unknown_type"],
  ["Invoice.paid", "unknown_type"],
  ["invoice.paid ", "unknown_type"],
  ["transaction.completed", "unknown_type"],
  ["constructor", "unknown_type"],
  ["__proto__", "unknown_type"],
])("%s is ignored as %s, even with a paid invoice in it, or with nothing", (type, reason) => {
  expect(normalised({ ...paid, type })).toEqual({ kind: "ignored", reason });
  expect(normalised({ ...paid, type, data: null })).toEqual({ kind: "ignored", reason });
});

test("what an event says is decided by the object it carries", () => {
  const refund = fixture("charge.refund.updated/failed-2024");
  expect(normalised(refund)).toMatchObject({ facts: [{ kind: "refund" }] });
  const link = fixture("invoice_payment.paid/renewal-basil");
  expect(normalised({ ...link, type: "invoice.updated" })).toMatchObject({
    facts: [{ kind: "invoice_payment" }],
  });
});

test("an object of old that does not name its kind is what the type says", () => {
  const event = fixture("charge.succeeded/top-up-2020");
  delete event.data.object.object;
  expect(normalised(event)).toMatchObject({ facts: [{ kind: "payment" }] });
});

test.each([["subscription_schedule"], ["constructor"], [7], [{}]])(
  "an object of kind %j is parked",
  (object) => {
    const event = structuredClone(paid);
    event.data.object.object = object;
    expect(normalised(event)).toEqual({
      kind: "parked",
      reason: "unknown_object",
      detail: "data.object.object",
    });
  },
);
