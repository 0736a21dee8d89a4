import type { Instant } from "../../domain/time.ts";
import { invoiceBody } from "../../testing/stripe/invoice-body.ts";
import {
  chargeBody,
  intentBody,
  invoicePaymentBody,
  sessionBody,
  soldSubscriptionBody,
  subscriptionSessionBody,
} from "../../testing/stripe/payment-body.ts";
import { creditNoteBody, disputeBody, refundBody } from "../../testing/stripe/returned-body.ts";
import { type Json, unixSeconds } from "../../testing/written.ts";
import { days } from "../calendar.ts";
import { restated, type StatedRow } from "../restatement.ts";
import {
  type CustomerRow,
  type StripeCompany,
  type StripePayout,
  type SubscriptionSession,
  stripePayoutBody,
} from "../stripe/company.ts";
import type { StripeCustomer } from "../stripe/customer.ts";
import type { Payment } from "../stripe/payment.ts";
import { statedBalance } from "../stripe/stated-balance.ts";
import type { ApiVersion } from "../stripe/versions.ts";
import type { World } from "../world.ts";

export interface StripeList {
  readonly filters: readonly string[];
  rows(version: ApiVersion): readonly StatedRow[];
}

/** Events are kept for so long. */
const retention = days(30);

/** By their path below /v1; a customer's balance by `customers/<id>`. */
export function stripeLists(world: World, now: Instant): ReadonlyMap<string, StripeList> {
  const { stripe } = world;
  const told = world.emissions.filter(
    ({ provider, at }) => provider === "stripe" && at > now - retention && at <= now,
  );
  const list = <Item>(
    name: string,
    items: readonly Item[],
    body: (item: Item, version: ApiVersion) => Json,
    filters: readonly string[],
  ) => [name, listOf(world.restatements, { name, items, body, filters })] as const;
  const sold = stripe.payments.filter(({ terms }) => terms.purpose.kind === "checkout");
  return new Map([
    list("events", told, ({ body }) => JSON.parse(body), ["type", "types"]),
    list("invoices", stripe.invoices, invoiceBody, ["customer", "status", "collection_method"]),
    list("invoice_payments", stripe.invoicePayments, invoicePaymentBody, [
      "invoice",
      "status",
      "payment[type]",
      "payment[payment_intent]",
    ]),
    list("charges", stripe.payments, chargeBody, ["customer", "payment_intent"]),
    list("refunds", stripe.refunds, refundBody, ["charge", "payment_intent"]),
    list("disputes", stripe.disputes, disputeBody, ["charge", "payment_intent"]),
    list("credit_notes", stripe.notes, creditNoteBody, ["customer", "invoice"]),
    list("checkout/sessions", [...sold, ...stripe.subscriptionSessions], soldIn, [
      "customer",
      "payment_intent",
    ]),
    list("payment_intents", stripe.payments, intentBody, ["customer"]),
    list("subscriptions", stripe.soldSubscriptions, soldSubscriptionBody, ["customer"]),
    list("payouts", stripe.payouts, (payout) => payoutAt(payout, now), ["status"]),
    list("customers", stripe.customers, customerBody, ["email"]),
    [
      "balance_transactions",
      { filters: ["currency", "payout", "source", "type"], rows: () => balanceRows(world) },
    ],
    ...customerLists(stripe),
  ]);
}

interface Listed<Item> {
  readonly name: string;
  readonly items: readonly Item[];
  readonly body: (item: Item, version: ApiVersion) => Json;
  readonly filters: readonly string[];
}

function listOf<Item>(
  restatements: World["restatements"],
  { name, items, body, filters }: Listed<Item>,
): StripeList {
  // A list is asked for page by page: its rows are written down once for each version.
  const known = new Map<ApiVersion, readonly StatedRow[]>();
  const rows = (version: ApiVersion) => {
    const written = known.get(version) ?? items.map((item) => body(item, version) as StatedRow);
    if (!known.has(version))
      known.set(version, restated(restatements, { provider: "stripe", list: name }, written));
    return known.get(version) ?? [];
  };
  return { filters, rows };
}

function soldIn(sold: Payment | SubscriptionSession): Json {
  if ("subscription" in sold) return subscriptionSessionBody(sold);
  const { purpose } = sold.terms;
  return purpose.kind === "checkout" ? sessionBody(sold, purpose.checkout) : null;
}

/** Each with the payout that pays it: the filter `payout` asks for that. */
function balanceRows({ stripe, restatements }: World): StatedRow[] {
  const rows = statedBalance(stripe, restatements);
  return rows.map(({ body, payout }) => ({ ...body, hidden_payout: payout?.id ?? null }));
}

function payoutAt(payout: StripePayout, now: Instant): Json {
  const { paidAt, failedAt } = payout;
  if (failedAt !== null && failedAt <= now) return stripePayoutBody(payout, "failed");
  return stripePayoutBody(payout, paidAt <= now ? "paid" : "in_transit");
}

function customerLists({ customers, customerRows }: StripeCompany): [string, StripeList][] {
  const byCustomer = Map.groupBy(customerRows, (row) => row.customerRef);
  return customers.map(({ id }) => [
    `customers/${id}/balance_transactions`,
    { filters: [], rows: () => (byCustomer.get(id) ?? []).map(customerRowBody) },
  ]);
}

/** What Stripe holds is negative in `balance` and positive by currency, which only those get who ask for it. */
function customerBody({ id, since, taxation, balance }: StripeCustomer): StatedRow {
  const currency = taxation.currency.toLowerCase();
  return {
    id,
    object: "customer",
    balance: Number(balance),
    created: unixSeconds(since),
    currency,
    delinquent: false,
    description: null,
    email: `${id}@customers.example`,
    invoice_credit_balance: balance === 0n ? {} : { [currency]: Number(-balance) },
    invoice_prefix: null,
    livemode: false,
    metadata: {},
    name: null,
  };
}

function customerRowBody(row: CustomerRow): StatedRow {
  return {
    id: row.id,
    object: "customer_balance_transaction",
    amount: Number(row.amount),
    created: unixSeconds(row.createdAt),
    credit_note: null,
    currency: row.currency.toLowerCase(),
    customer: row.customerRef,
    description: null,
    ending_balance: Number(row.endingBalance),
    invoice: row.invoiceRef,
    livemode: false,
    metadata: {},
    type: row.type,
  };
}
