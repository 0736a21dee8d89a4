import type { Instant } from "../../domain/time.ts";
import { days, unixSeconds } from "../calendar.ts";
import type { Json } from "../emission.ts";
import {
  type CustomerRow,
  type StripeCompany,
  type StripePayout,
  stripePayoutBody,
} from "../stripe/company.ts";
import { invoiceBody } from "../stripe/invoice-body.ts";
import { chargeBody, invoicePaymentBody, sessionBody } from "../stripe/payment-body.ts";
import { creditNoteBody, disputeBody, refundBody } from "../stripe/returned-body.ts";
import { statedBalance } from "../stripe/stated-balance.ts";
import type { ApiVersion } from "../stripe/versions.ts";
import type { World } from "../world.ts";

export type StripeRow = Readonly<Record<string, Json>>;

export interface StripeList {
  readonly filters: readonly string[];
  rows(version: ApiVersion): readonly StripeRow[];
}

/** Events are kept for so long. */
const retention = days(30);

/** By their path below /v1; a customer's balance by `customers/<id>`. */
export function stripeLists(world: World, now: Instant): ReadonlyMap<string, StripeList> {
  const { stripe } = world;
  const told = world.emissions.filter(
    ({ provider, at }) => provider === "stripe" && at > now - retention && at <= now,
  );
  return new Map([
    ["events", list(told, ({ body }) => JSON.parse(body), ["type", "types"])],
    ["invoices", list(stripe.invoices, invoiceBody, ["customer", "status", "collection_method"])],
    [
      "invoice_payments",
      list(stripe.invoicePayments, invoicePaymentBody, [
        "invoice",
        "status",
        "payment[type]",
        "payment[payment_intent]",
      ]),
    ],
    ["charges", list(stripe.payments, chargeBody, ["customer", "payment_intent"])],
    ["refunds", list(stripe.refunds, refundBody, ["charge", "payment_intent"])],
    ["disputes", list(stripe.disputes, disputeBody, ["charge", "payment_intent"])],
    ["credit_notes", list(stripe.notes, creditNoteBody, ["customer", "invoice"])],
    ["checkout/sessions", { filters: ["customer", "payment_intent"], rows: () => sessionRows(stripe) }],
    [
      "balance_transactions",
      { filters: ["currency", "payout", "source", "type"], rows: () => balanceRows(world) },
    ],
    ["payouts", list(stripe.payouts, (payout) => payoutAt(payout, now), ["status"])],
    ...customerLists(stripe),
  ]);
}

function list<Item>(
  items: readonly Item[],
  body: (item: Item, version: ApiVersion) => Json,
  filters: readonly string[] = [],
): StripeList {
  // A list is asked for page by page: its rows are written down once for each version.
  const known = new Map<ApiVersion, readonly StripeRow[]>();
  const rows = (version: ApiVersion) => {
    const written = known.get(version) ?? items.map((item) => body(item, version) as StripeRow);
    known.set(version, written);
    return written;
  };
  return { filters, rows };
}

function sessionRows({ payments }: StripeCompany): StripeRow[] {
  return payments.flatMap((payment) => {
    const { purpose } = payment.terms;
    return purpose.kind === "checkout" ? [sessionBody(payment, purpose.checkout) as StripeRow] : [];
  });
}

/** Each with the payout that pays it: the filter `payout` asks for that. */
function balanceRows({ stripe, restatements }: World): StripeRow[] {
  const rows = statedBalance(stripe, restatements);
  return rows.map(({ body, payout }) => ({ ...body, hidden_payout: payout?.id ?? null }));
}

function payoutAt(payout: StripePayout, now: Instant): Json {
  const { paidAt, failedAt } = payout;
  if (failedAt !== null && failedAt <= now) return stripePayoutBody(payout, "failed");
  return stripePayoutBody(payout, paidAt <= now ? "paid" : "in_transit");
}

function customerLists({ customerRows }: StripeCompany): [string, StripeList][] {
  const byCustomer = Map.groupBy(customerRows, (row) => row.customerRef);
  return [...byCustomer].map(([customer, own]) => [
    `customers/${customer}`,
    { filters: [], rows: () => own.map(customerRowBody) },
  ]);
}

function customerRowBody(row: CustomerRow): StripeRow {
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
