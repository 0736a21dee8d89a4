/** The objects that speak of money, and the types of the events that carry them. Source: the events of Stripe's SDK 23.1. */
const moneyEvents = {
  invoice: [
    "invoice.created",
    "invoice.deleted",
    "invoice.finalization_failed",
    "invoice.finalized",
    "invoice.marked_uncollectible",
    "invoice.overdue",
    "invoice.overpaid",
    "invoice.paid",
    "invoice.payment_action_required",
    "invoice.payment_attempt_required",
    "invoice.payment_failed",
    "invoice.payment_succeeded",
    "invoice.sent",
    "invoice.updated",
    "invoice.voided",
    "invoice.will_be_due",
  ],
  /** Only `paid` is sent; the others are the states an imported one can be in. */
  invoice_payment: ["invoice_payment.canceled", "invoice_payment.open", "invoice_payment.paid"],
  charge: [
    "charge.captured",
    "charge.expired",
    "charge.failed",
    "charge.pending",
    "charge.refunded",
    "charge.succeeded",
    "charge.updated",
  ],
  payment_intent: [
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "payment_intent.created",
    "payment_intent.partially_funded",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.succeeded",
  ],
  "checkout.session": [
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
  ],
  refund: ["charge.refund.updated", "refund.created", "refund.failed", "refund.updated"],
  dispute: [
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
  ],
  credit_note: ["credit_note.created", "credit_note.updated", "credit_note.voided"],
  payout: [
    "payout.canceled",
    "payout.created",
    "payout.failed",
    "payout.paid",
    "payout.reconciliation_completed",
    "payout.updated",
  ],
  customer_cash_balance_transaction: ["customer_cash_balance_transaction.created"],
  /** No webhook carries one: they come from imports. */
  balance_transaction: ["balance_transaction.created", "balance_transaction.updated"],
  /** Nor this: what was stated or summed up of the balance at an instant. */
  opening_balance: ["opening_balance.stated"],
} as const;

/** The objects that say through what Stripe itself sells, and nothing of money. */
const sellingEvents = {
  subscription: ["customer.subscription.created", "customer.subscription.updated"],
  payment_link: ["payment_link.created", "payment_link.updated"],
} as const;

export type MoneyObject = keyof typeof moneyEvents | keyof typeof sellingEvents;

/** What an event of a type is about, or why it is about nothing that is booked. */
export type Meaning =
  | { readonly kind: "money"; readonly object: MoneyObject }
  | {
      readonly kind: "none";
      readonly reason: "no_money_meaning" | "not_booked_yet" | "preview" | "unknown_type";
    };

const moneyObjects: ReadonlyMap<string, MoneyObject> = new Map(
  Object.entries({ ...moneyEvents, ...sellingEvents }).flatMap(([object, types]) =>
    types.map((type) => [type, object as MoneyObject] as const),
  ),
);

/** Money that moves between a balance at Stripe and something else than a customer's payment. */
const notBookedYet = new Set("application_fee reserve topup transfer".split(" "));

/** The first word of all other types: settings, catalogue, customers, and products of Stripe with a balance of their own. */
const withoutMoney = new Set(
  (
    "account apps balance balance_settings billing billing_portal capability cash_balance climate coupon customer " +
    "entitlements file financial_connections identity invoiceitem issuing_authorization issuing_card " +
    "issuing_cardholder issuing_dispute issuing_personalization_design issuing_token issuing_transaction mandate " +
    "payment_method person plan price product promotion_code quote radar reporting review setup_intent " +
    "sigma source subscription_schedule tax tax_rate terminal test_helpers three_d_secure treasury"
  ).split(" "),
);

/** The same of the newer API, all of whose events only name their objects. */
const withoutMoneyInV2 = new Set("billing core data extend iam reporting signals".split(" "));

export const moneyEventTypes: readonly string[] = Object.values(moneyEvents).flat();

/** Those that Stripe never sends: what was imported or asked for is told by them. */
const neverSent = new Set([
  "invoice_payment.canceled",
  "invoice_payment.open",
  "balance_transaction.created",
  "balance_transaction.updated",
  "opening_balance.stated",
]);

/** The event types a destination must be subscribed to. */
export const subscribedEventTypes: readonly string[] = [...moneyObjects.keys()].filter(
  (type) => !neverSent.has(type),
);

/**
 * Those that every account's life brings sooner or later, and that the books need: one that never arrives is probably not
 * subscribed to. The other types tell earlier what these tell again, or happen to few.
 */
export const expectedEventTypes: readonly string[] = [
  "invoice.finalized",
  "invoice.paid",
  "invoice_payment.paid",
  "charge.succeeded",
  "charge.updated",
  "refund.created",
  "refund.updated",
  "payout.created",
  "payout.paid",
];

export function meaningOf(type: string): Meaning {
  const object = moneyObjects.get(type);
  if (object !== undefined) return { kind: "money", object };
  // What the next invoice would be: nobody was asked to pay, and it has no id.
  if (type === "invoice.upcoming") return { kind: "none", reason: "preview" };
  const [first = "", second = ""] = type.split(".", 2);
  if (first === "v2" && withoutMoneyInV2.has(second)) return { kind: "none", reason: "no_money_meaning" };
  if (notBookedYet.has(first)) return { kind: "none", reason: "not_booked_yet" };
  return { kind: "none", reason: withoutMoney.has(first) ? "no_money_meaning" : "unknown_type" };
}

/** The type of the same event as one that carries its object; of events that have no such form, their own. */
export function carryingType(type: string): string {
  return type.replace(/^v1\./, "");
}

/** Events that only name their object, whichever API version they are of. */
export function isThin(type: string): boolean {
  return /^v\d+\./.test(type);
}
