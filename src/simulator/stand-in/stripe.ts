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
import {
  type Answer,
  type Api,
  type ApiOptions,
  type Asked,
  isAuthorised,
  type Problem,
  type StatedDestinations,
  statusOf,
} from "./answer.ts";

const newestVersion: ApiVersion = "2026-10-28.endive";

/** Whose key it is. */
export const standInAccount = "acct_1StandIn";

/** Stripe's lists over a world, as its API answers them at a moment, in the version it is asked in. */
export class StripeApi implements Api {
  readonly #key: string;
  readonly #lists: ReadonlyMap<string, StripeList>;
  readonly #destinations: StatedDestinations;

  constructor(world: World, { key, now, destinations }: ApiOptions) {
    this.#key = key;
    this.#destinations = destinations;
    this.#lists = stripeLists(world, now);
  }

  answer(asked: Asked): Answer | null {
    if (!/^\/v[12]\//.test(asked.path)) return null;
    if (!isAuthorised(asked, this.#key)) return this.refusal({ kind: "unauthenticated" });
    if (asked.path === "/v1/account") return { status: 200, body: { id: standInAccount, object: "account" } };
    if (asked.path === "/v1/webhook_endpoints") return whole(this.#destinations.webhookEndpoints);
    if (asked.path === "/v2/core/event_destinations") return whole(this.#destinations.eventDestinations);
    const [list, id] = this.#find(asked.path.slice("/v1/".length));
    if (list === undefined) {
      return this.refusal({ kind: "not_found", detail: `Unrecognized request URL (GET: ${asked.path}).` });
    }
    const shown = asked.shown(asked.path);
    const rows = list.rows(versionOf(asked)).filter((row) => shown(String(row.id)));
    return id === undefined
      ? this.#page(asked, list, rows)
      : this.#one(
          asked,
          rows.find((row) => row.id === id),
        );
  }

  refusal(problem: Problem): Answer {
    const status = statusOf[problem.kind];
    const message = "detail" in problem ? problem.detail : problem.kind;
    // Stripe's SDK tries again after a 429 only if it is told to.
    const retry = { "retry-after": "1", "stripe-should-retry": "true" };
    const headers: Record<string, string> = problem.kind === "rate_limit" ? retry : {};
    return { status, headers, body: { error: { type: errorType(status), message } } };
  }

  #find(path: string): readonly [StripeList | undefined, string?] {
    const whole = this.#lists.get(path);
    if (whole !== undefined) return [whole];
    const cut = path.lastIndexOf("/");
    return [this.#lists.get(path.slice(0, cut)), path.slice(cut + 1)];
  }

  #one({ query }: Asked, row: StatedRow | undefined): Answer {
    return row === undefined
      ? this.refusal({ kind: "not_found", detail: "No such object." })
      : { status: 200, body: bare(row, query) };
  }

  #page({ path, query, repeats }: Asked, list: StripeList, rows: readonly StatedRow[]): Answer {
    const limit = Number(query.get("limit") ?? 10);
    if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
      return this.refusal({ kind: "invalid", detail: "Invalid limit: must be an integer from 1 to 100." });
    }
    const unknown = [...query.keys()].find((name) => !isKnown(name, list));
    if (unknown !== undefined) {
      return this.refusal({ kind: "invalid", detail: `Received unknown parameter: ${unknown}` });
    }
    const wanted = rows.filter((row) => matches(row, query)).toSorted(newestFirst);
    const after = query.get("starting_after");
    const next = after === null ? 0 : wanted.findIndex((row) => row.id === after) + 1;
    if (after !== null && next === 0)
      return this.refusal({ kind: "invalid", detail: `No such object: ${after}` });
    const start = repeats ? Math.max(0, next - limit) : next;
    const end = endOfPage(wanted, start, limit);
    const data = wanted.slice(start, end).map((row) => bare(row, query));
    return { status: 200, body: { object: "list", data, has_more: end < wanted.length, url: path } };
  }
}

/** Few enough for one page. */
function whole(data: readonly Json[] = []): Answer {
  return { status: 200, body: { object: "list", data: [...data], has_more: false } };
}

function errorType(status: number): string {
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "api_error" : "invalid_request_error";
}

function versionOf({ headers }: Asked): ApiVersion {
  return (headers["stripe-version"] as ApiVersion | undefined) ?? newestVersion;
}

const pageParameters = /^(?:limit|starting_after|created\[(?:gt|gte|lt|lte)\]|expand\[\d*\])$/;

function isKnown(parameter: string, { filters }: StripeList): boolean {
  return pageParameters.test(parameter) || filters.includes(parameter.replace(/\[\d*\]$/, ""));
}

function matches(row: StatedRow, query: URLSearchParams): boolean {
  const created = Number(row.created);
  return [...query].every(([parameter, value]) => {
    if (parameter === "created[gt]") return created > Number(value);
    if (parameter === "created[gte]") return created >= Number(value);
    if (parameter === "created[lt]") return created < Number(value);
    if (parameter === "created[lte]") return created <= Number(value);
    if (pageParameters.test(parameter)) return true;
    if (/^types\[\d*\]$/.test(parameter))
      return [...query].some(([name, type]) => name.startsWith("types") && type === row.type);
    return fieldOf(row, parameter) === value;
  });
}

/** `payment[payment_intent]` looks into an object; `payout` stands beside a balance row, not in it. */
function fieldOf(row: StatedRow, parameter: string): string {
  const [, outer = parameter, inner] = /^(\w+)\[(\w+)\]$/.exec(parameter) ?? [];
  const value = outer === "payout" ? (row.hidden_payout ?? null) : (row[outer] ?? null);
  if (inner === undefined) return String(value);
  return String((value as StatedRow | null)?.[inner]);
}

/** A row that is listed twice may not end a page: the next one is asked for by its id, and would begin with it again. */
function endOfPage(rows: readonly StatedRow[], start: number, limit: number): number {
  const end = Math.min(start + limit, rows.length);
  const isSecond = end - start > 1 && end < rows.length && rows[end - 1]?.id === rows[end - 2]?.id;
  return isSecond ? end - 1 : end;
}

function bare(
  { hidden_payout: _, invoice_credit_balance: byCurrency, ...row }: StatedRow,
  query: URLSearchParams,
): Json {
  const isAskedFor = [...query].some(
    ([name, value]) => name.startsWith("expand") && /\binvoice_credit_balance$/.test(value),
  );
  return byCurrency !== undefined && isAskedFor ? { ...row, invoice_credit_balance: byCurrency } : row;
}

/** Within one second, the order of ids. */
function newestFirst(a: StatedRow, b: StatedRow): number {
  return Number(b.created) - Number(a.created) || (String(a.id) < String(b.id) ? -1 : 1);
}

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
