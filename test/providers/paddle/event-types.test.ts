import { EventName } from "@paddle/paddle-node-sdk";
import { parseInstant } from "../../../src/domain/time.ts";
import {
  expectedEventTypes,
  hasNoMoneyMeaning,
  moneyEventTypes,
  moneyObjectOf,
} from "../../../src/providers/paddle/event-types.ts";
import { fixture, normalised } from "./bodies.ts";

const seed = fixture("transaction.completed/seed");

test("every event type that Paddle's SDK names is one of money or one without, and none is both", () => {
  for (const type of Object.values(EventName)) {
    expect([type, moneyObjectOf(type) !== undefined]).toEqual([type, !hasNoMoneyMeaning(type)]);
  }
  expect(moneyEventTypes.filter((type) => !Object.values<string>(EventName).includes(type))).toEqual([]);
  expect(expectedEventTypes.filter((type) => !moneyEventTypes.includes(type))).toEqual([]);
});

test.each(Object.values(EventName).filter((type) => moneyObjectOf(type) === undefined))(
  "%s is ignored",
  (type) => {
    expect(normalised({ ...seed, event_type: type })).toEqual({
      kind: "ignored",
      reason: "no_money_meaning",
    });
  },
);

test.each(["usage_balance.depleted", "usage_balance.created", "usage_balance.of_tomorrow"])(
  "%s moves no money, and is ignored by its name",
  (type) => {
    expect(normalised({ ...seed, event_type: type })).toEqual({
      kind: "ignored",
      reason: "no_money_meaning",
    });
  },
);

test.each([
  "usage_balance",
  "usage_balances.depleted",
  "transaction.archived",
  "transaction",
  "Transaction.completed",
  "transaction.completed ",
  "invoice.paid",
  "constructor",
  "__proto__",
])("%s is no type we know, and is ignored even with a transaction in it", (type) => {
  expect(normalised({ ...seed, event_type: type })).toEqual({ kind: "ignored", reason: "unknown_type" });
  expect(normalised({ ...seed, event_type: type, data: null })).toMatchObject({ kind: "ignored" });
});

test.each([
  ["payout.created/june", "pending"],
  ["payout.paid/june", "paid"],
])("%s is a payout that is %s", (name, status) => {
  const event = fixture(name);
  expect(normalised(event)).toEqual({
    kind: "facts",
    facts: [
      {
        kind: "payout",
        stamp: { eventId: `paddle:default:${event.event_id}`, occurredAt: parseInstant(event.occurred_at) },
        ref: event.data.id,
        status,
        amount: 1_284_417n,
        currency: "USD",
        remittanceRef: "rem_7410_2026_06",
        createdAt: null,
        arrivalOn: null,
      },
    ],
  });
});
