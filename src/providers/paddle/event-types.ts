/** The objects whose events speak of money, and all their event types. Source: `EventName` of Paddle's SDK 3.10. */
const moneyEvents = {
  transaction: [
    "created",
    "ready",
    "updated",
    "billed",
    "paid",
    "completed",
    "past_due",
    "payment_failed",
    "canceled",
    "revised",
  ],
  adjustment: ["created", "updated"],
  payout: ["created", "paid"],
} as const;

export type MoneyObject = keyof typeof moneyEvents;

/** The other types of the same list: catalogue, customers, keys, and subscriptions, which never say what was collected. */
const otherEvents: Readonly<Record<string, readonly string[]>> = {
  address: ["created", "updated", "imported"],
  api_key: ["created", "updated", "expiring", "expired", "revoked"],
  api_key_exposure: ["created"],
  business: ["created", "updated", "imported"],
  client_token: ["created", "updated", "revoked"],
  customer: ["created", "updated", "imported"],
  discount: ["created", "updated", "imported"],
  discount_group: ["created", "updated"],
  payment_method: ["saved", "deleted"],
  price: ["created", "updated", "imported"],
  product: ["created", "updated", "imported"],
  report: ["created", "updated"],
  subscription: [
    "activated",
    "canceled",
    "created",
    "imported",
    "past_due",
    "paused",
    "resumed",
    "trialing",
    "updated",
  ],
};

const moneyObjects: ReadonlyMap<string, MoneyObject> = new Map(
  (Object.keys(moneyEvents) as MoneyObject[]).flatMap((object) =>
    moneyEvents[object].map((event) => [`${object}.${event}`, object] as const),
  ),
);
const withoutMoney: ReadonlySet<string> = new Set(
  Object.entries(otherEvents).flatMap(([object, events]) => events.map((event) => `${object}.${event}`)),
);

/**
 * What customers used of what they were allowed: it blocks nothing, and moves no money. Paddle tries it out, so its SDK names
 * none of its types yet.
 */
const usageBalances = /^usage_balance\.\w+$/;

/** The event types a destination must be subscribed to: those of all objects that speak of money. */
export const moneyEventTypes: readonly string[] = [...moneyObjects.keys()];

/**
 * Those that every account's life brings sooner or later, and that the books need: one that never arrives is probably not
 * subscribed to. The other types tell earlier what these tell again, or happen to few.
 */
export const expectedEventTypes: readonly string[] = [
  "transaction.billed",
  "transaction.paid",
  "transaction.completed",
  "transaction.updated",
  "transaction.past_due",
  "transaction.canceled",
  "adjustment.created",
  "adjustment.updated",
  "payout.created",
  "payout.paid",
];

/** What the data of an event of this type is; `undefined` if the type does not speak of money. */
export function moneyObjectOf(type: string): MoneyObject | undefined {
  return moneyObjects.get(type);
}

export function hasNoMoneyMeaning(type: string): boolean {
  return withoutMoney.has(type) || usageBalances.test(type);
}
