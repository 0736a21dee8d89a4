import Stripe from "stripe";
import type { Amount } from "../../domain/money.ts";
import { fromUnixSeconds, type Instant, nanosecondsPerDay } from "../../domain/time.ts";
import { asking, type Patience, SourceError, type SourceProblem } from "../kit/asking.ts";
import { isRecord } from "../kit/fields.ts";
import {
  ListedFields,
  type ListedObjectRow,
  type ListedRow,
  listedRow,
  rowsOf,
  SeenPages,
  saysNothing,
} from "../kit/listed-rows.ts";
import type { Listing } from "../source.ts";
import { balanceCategories } from "./balance-transaction.ts";

/** Pages of the largest objects that were seen have some megabytes. */
const mostMebibytes = 32;

/** Why something is no answer of Stripe's API. The SDK wraps it in errors that say less. */
class NoAnswer extends Error {}

type Client = ReturnType<typeof Stripe.createNodeHttpClient>;
/** As far as a body is a stream. */
interface Stream {
  on(event: "data", listener: (chunk: { readonly length: number }) => void): unknown;
  destroy(error?: Error): unknown;
}
type Response = Awaited<ReturnType<Client["makeRequest"]>>;

/**
 * Stripe's own client, but for what no API answers: a body without end, another address, which nobody is to be sent our key
 * through, and JSON that is no object: the SDK (23.1) writes into what it got, and where that fails nobody is told, and the
 * process ends.
 */
function boundedClient(): Client {
  const client = Stripe.createNodeHttpClient();
  return {
    getClientName: () => client.getClientName(),
    makeRequest: async (...asked) => bounded(await client.makeRequest(...asked)),
  };
}

function bounded(response: Response): Response {
  const read = response.toJSON.bind(response);
  return Object.assign(response, {
    toJSON: async () => {
      const raw = response.getRawResponse() as Stream;
      const status = response.getStatusCode();
      if (status >= 300 && status < 400) {
        raw.destroy();
        throw new NoAnswer("it sends us to another address");
      }
      let length = 0;
      raw.on("data", (chunk) => {
        length += chunk.length;
        if (length > mostMebibytes * 2 ** 20)
          raw.destroy(new NoAnswer(`it has more than ${mostMebibytes} MiB`));
      });
      const answer: unknown = await read();
      if (!isRecord(answer)) throw new NoAnswer("it is no object");
      return answer;
    },
  });
}

export interface StripeAccess {
  readonly apiKey: string;
  /** `null`: Stripe's own. */
  readonly apiUrl: string | null;
  readonly patience: Patience;
}

interface RawPage {
  readonly rows: readonly ListedObjectRow[];
  readonly hasMore: boolean;
}

const provider = "stripe";

/** Stripe's lists, read through its SDK as they are sent: its typed lists turn decimal strings into objects. */
export class StripeLists {
  /** In which objects are rendered: the one that the SDK was made for. */
  readonly apiVersion: string = Stripe.API_VERSION;
  readonly #stripe: Stripe;
  readonly #access: StripeAccess;
  /** The account of a merchant that is connected to ours, where its objects are asked for. */
  readonly #connected: string | null;

  constructor(access: StripeAccess, connected: string | null = null) {
    const { apiKey, apiUrl, patience } = access;
    this.#access = access;
    this.#connected = connected;
    this.#stripe = new Stripe(apiKey, {
      ...(apiUrl === null ? {} : addressOf(new URL(apiUrl))),
      timeout: patience.timeoutMilliseconds,
      // It tries a rate limit again only if the answer says so: we have a patience of our own.
      maxNetworkRetries: 0,
      telemetry: false,
      httpClient: boundedClient(),
    });
  }

  /** The same, of a connected account if one is given, for somebody who asks again by a time table of his own. */
  once(connected: string | null): StripeLists {
    return new StripeLists({ ...this.#access, patience: { ...this.#access.patience, tries: 1 } }, connected);
  }

  /** The id of the account that the key is of. */
  async ownAccount(): Promise<string | null> {
    const answer = await this.#get("account", "account");
    return typeof answer?.id === "string" ? answer.id : null;
  }

  /** `name` is the path below /v1. */
  async page(name: string, query: Readonly<Record<string, string>>): Promise<RawPage> {
    const answer = await this.#get(`${name}?${new URLSearchParams(query)}`, name);
    return { rows: rowsOf(answer?.data, { provider, name }), hasMore: answer?.has_more === true };
  }

  /** `null` if there is none of that id. It is rendered in the SDK's own version, or in the one that is asked for. */
  async one(name: string, id: string, apiVersion = this.apiVersion): Promise<ListedObjectRow | null> {
    const answer = await this.#get(`${name}/${encodeURIComponent(id)}`, name, apiVersion);
    return answer === null ? null : (rowsOf([answer], { provider, name })[0] ?? null);
  }

  /** Everything of a short list. */
  async all(name: string): Promise<readonly ListedObjectRow[]> {
    const rows: ListedObjectRow[] = [];
    for (let hasMore = true; hasMore; ) {
      const after: Record<string, string> =
        rows.length === 0 ? {} : { starting_after: String(rows.at(-1)?.id) };
      const page = await this.page(name, { limit: "100", ...after });
      rows.push(...page.rows);
      hasMore = page.hasMore && page.rows.length > 0;
    }
    return rows;
  }

  /** Whether the key may read a list: one row of it is asked for. */
  async mayRead(name: string): Promise<void> {
    if (name === "event_destinations") await this.eventDestinations();
    else await this.#get(name === "account" ? name : `${name}?limit=1`, name);
  }

  /** Of the newer API, with the address that each sends to. */
  async eventDestinations(): Promise<readonly ListedObjectRow[]> {
    const name = "event_destinations";
    const query = new URLSearchParams({ limit: "100", "include[0]": "webhook_endpoint.url" });
    const answer = await this.#get(`core/event_destinations?${query}`, name, this.apiVersion, "v2");
    return answer === null ? [] : rowsOf(answer.data, { provider, name });
  }

  #get(
    path: string,
    name: string,
    apiVersion = this.apiVersion,
    below = "v1",
  ): Promise<ListedObjectRow | null> {
    const options = { apiVersion, ...(this.#connected === null ? {} : { stripeAccount: this.#connected }) };
    return asking(async () => {
      try {
        const answer: unknown = await this.#stripe.rawRequest("GET", `/${below}/${path}`, undefined, options);
        if (isRecord(answer)) return answer;
      } catch (error) {
        if (statusOf(error) === 404) return null;
        throw problemOf(error, name, this.#access.apiKey);
      }
      throw new SourceError("unreadable", `What Stripe answered for ${name} is no object.`, { provider });
    }, this.#access.patience);
  }
}

function addressOf({ hostname, port, protocol }: URL) {
  const scheme = protocol === "http:" ? ("http" as const) : ("https" as const);
  return { host: hostname, protocol: scheme, ...(port === "" ? {} : { port }) };
}

const statusOf = (error: unknown): number | undefined =>
  error instanceof Stripe.errors.StripeError ? error.statusCode : undefined;

function problemOf(error: unknown, name: string, key: string): SourceError {
  const unread = `What Stripe answered for ${name} cannot be read`;
  if (!(error instanceof Stripe.errors.StripeError))
    return new SourceError("unreadable", `${unread}.`, { provider });
  const noAnswer = noAnswerIn(error.raw);
  if (noAnswer !== null) return new SourceError("unreadable", `${unread}: ${noAnswer}.`, { provider });
  const seconds = Number(error.headers?.["retry-after"]);
  const retryAfterMilliseconds = seconds > 0 ? seconds * 1_000 : null;
  const code = codeOf(error);
  const said = error.message.replaceAll(key, "…");
  const detail = code === "timed_out" ? "it did not answer in time" : said;
  if (code === "forbidden")
    return new SourceError(
      code,
      `The key may not read ${name}: give it that permission, then it goes on. ${said}`,
      {
        provider,
      },
    );
  return new SourceError(code, `Stripe could not be asked for ${name}: ${detail}`, {
    provider,
    retryAfterMilliseconds,
  });
}

/** Of a body that was read to its end it is the error's exception; of one that was not, that of its detail. */
function noAnswerIn(raw: unknown): string | null {
  const { exception, detail } = isRecord(raw) ? raw : {};
  const read = detail instanceof Error && "exception" in detail ? detail.exception : exception;
  return read instanceof NoAnswer ? read.message : null;
}

function codeOf(error: InstanceType<typeof Stripe.errors.StripeError>): SourceProblem {
  const { statusCode: status = 0, message } = error;
  if (/aborted due to timeout/.test(message)) return "timed_out";
  if (status === 429) return "rate_limited";
  // A key that lacks a permission was seen to be answered with 401, too.
  if (status === 403 || (status === 401 && permissionIn(message) !== null)) return "forbidden";
  if (status === 401) return "unauthenticated";
  // A cursor that names an object which is gone.
  if (status === 400 && /^No such/.test(message)) return "list_changed";
  if (status === 400 || status === 402) return "refused";
  return /Invalid JSON/.test(message) ? "unreadable" : "unavailable";
}

/**
 * What each list takes that is ever read here, as Stripe calls it. Its own answer to a key that lacks one goes before this:
 * "Having the 'rak_payout_read' permission would allow this request to continue."
 */
export const stripePermissions: Readonly<Record<string, string>> = {
  events: "rak_event_read",
  invoices: "rak_invoice_read",
  invoice_payments: "rak_invoice_read",
  charges: "rak_charge_read",
  payment_intents: "rak_payment_intent_read",
  "checkout/sessions": "rak_checkout_session_read",
  refunds: "rak_charge_read",
  disputes: "rak_dispute_read",
  credit_notes: "rak_credit_note_read",
  payouts: "rak_payout_read",
  balance_transactions: "rak_balance_transaction_source_read",
  customers: "rak_customer_read",
  subscriptions: "rak_subscription_read",
  payment_links: "rak_payment_link_read",
  webhook_endpoints: "rak_webhook_read",
  event_destinations: "rak_webhook_read",
  account: "rak_accounts_kyc_basic_read",
};

/** The permission that Stripe's answer names. */
export function permissionIn(message: string): string | null {
  return /'(rak_\w+)' permission/.exec(message)?.[1] ?? null;
}

/** The lists that Stripe is compared with. */
export const stripeLists = [
  "invoices",
  "charges",
  "refunds",
  "disputes",
  "credit_notes",
  "balance_transactions",
  "payouts",
  "customer_balances",
] as const;
export type StripeListName = (typeof stripeLists)[number];

const same = (...words: string[]): ReadonlyMap<string, string> => new Map(words.map((word) => [word, word]));

const invoiceStates = same("draft", "open", "paid", "uncollectible", "void");
const paymentStates = same("pending", "succeeded", "failed");
const refundStates = new Map([
  ...same("pending", "succeeded", "failed", "canceled"),
  ["requires_action", "pending"] as const,
]);
const payoutStates = same("pending", "in_transit", "paid", "failed", "canceled");
const noteStates: ReadonlyMap<string, string> = new Map([
  ["issued", "succeeded"],
  ["void", "canceled"],
]);
const disputeStates: ReadonlyMap<string, string> = new Map([
  ["warning_needs_response", "inquiry"],
  ["warning_under_review", "inquiry"],
  ["warning_closed", "inquiry_closed"],
  ["charge_refunded", "inquiry_closed"],
  ["needs_response", "open"],
  ["under_review", "open"],
  ["appeal_needs_response", "open"],
  ["appeal_under_review", "open"],
  ["won", "won"],
  ["lost", "lost"],
  ["prevented", "prevented"],
]);

/** What one object of a list says; a customer's balance says one thing for each of its currencies. */
function readListedRow(list: StripeListName, row: ListedObjectRow): readonly ListedRow[] {
  return list === "customer_balances"
    ? customerBalances(row)
    : [readers[list](new ListedFields("stripe", row))];
}

type Reader = (fields: ListedFields) => ListedRow;

const readers: Readonly<Record<Exclude<StripeListName, "customer_balances">, Reader>> = {
  invoices: (fields) =>
    listedRow(fields, {
      ...named(fields, "document"),
      state: fields.word("status", invoiceStates, "status_unknown"),
      gross: fields.amount("total"),
      tax: taxOf(fields),
      net: fields.amount("amount_due"),
    }),
  charges: (fields) =>
    listedRow(fields, {
      ...named(fields, "payment"),
      state: fields.word("status", paymentStates, "status_unknown"),
      gross: takenOf(fields),
    }),
  refunds: (fields) =>
    listedRow(fields, {
      ...named(fields, "refund"),
      state: fields.word("status", refundStates, "status_unknown"),
      gross: fields.amount("amount"),
    }),
  disputes: (fields) =>
    listedRow(fields, {
      ...named(fields, "dispute"),
      state: fields.word("status", disputeStates, "status_unknown"),
      gross: fields.amount("amount"),
    }),
  credit_notes: (fields) =>
    listedRow(fields, {
      ...named(fields, "credit"),
      state: fields.word("status", noteStates, "status_unknown"),
      gross: fields.amount("total"),
      tax: taxOf(fields),
    }),
  payouts: (fields) =>
    listedRow(fields, {
      ...named(fields, "payout"),
      payoutRef: fields.reference("id"),
      state: fields.word("status", payoutStates, "status_unknown"),
      at: fields.time("arrival_date"),
      gross: fields.amount("amount"),
    }),
  balance_transactions: (fields) =>
    listedRow(fields, {
      ...named(fields, "balance"),
      category: fields.word("reporting_category", balanceCategories, "category_unknown"),
      objectRef: fields.optionalReference("source"),
      gross: fields.amount("amount"),
      fee: fields.amount("fee"),
      net: fields.amount("net"),
    }),
};

function named<Kind extends string>(fields: ListedFields, kind: Kind) {
  const key = fields.reference("id");
  const customerRef = fields.optionalReference("customer");
  const [at, currency] = [
    fields.time(kind === "payout" ? "arrival_date" : "created"),
    fields.currency("currency"),
  ];
  return {
    ...saysNothing,
    key,
    kind,
    category: kind as string | null,
    objectRef: key,
    customerRef,
    at,
    currency,
  };
}

/** Of an authorisation that was captured in part, that part. */
function takenOf(fields: ListedFields): Amount | null {
  const isCaptured = fields.at("captured") === true && fields.at("amount_captured") != null;
  return fields.amount(isCaptured ? "amount_captured" : "amount");
}

/** The new shape names each tax, the old ones their sum. */
function taxOf(fields: ListedFields): Amount | null {
  for (const path of ["total_taxes", "total_tax_amounts", "tax_amounts"]) {
    const taxes = fields.at(path);
    if (!Array.isArray(taxes)) continue;
    const amounts = taxes.map((tax) => (isRecord(tax) ? tax.amount : undefined));
    if (!amounts.every(Number.isSafeInteger)) return fields.refuse("amount_invalid", path);
    return amounts.reduce((total: bigint, amount) => total + BigInt(Number(amount)), 0n);
  }
  return fields.optionalAmount("tax");
}

/**
 * What a customer owns: Stripe's balance with its sign turned, and in further currencies where it tells them. A customer who
 * never had a currency has nothing.
 */
function customerBalances(row: ListedObjectRow): ListedRow[] {
  const { currency, balance } = row;
  const usual = typeof currency === "string" ? { [currency]: owned(balance) } : {};
  const further = isRecord(row.invoice_credit_balance) ? row.invoice_credit_balance : {};
  return Object.entries({ ...usual, ...further }).map(([code, amount]) => customerBalance(row, code, amount));
}

/** Without a negative zero. */
const owned = (balance: unknown): unknown => (typeof balance === "number" ? 0 - balance : balance);

function customerBalance({ id }: ListedObjectRow, code: string, owned: unknown): ListedRow {
  const fields = new ListedFields("stripe", { id, currency: code, owned });
  const [customerRef, currency] = [fields.reference("id"), fields.currency("currency")];
  const key = customerRef === null || currency === null ? null : `${customerRef}:${currency}`;
  const net = fields.amount("owned");
  const kind = "customer_balance";
  return listedRow(fields, {
    ...saysNothing,
    key,
    kind,
    category: kind,
    objectRef: customerRef,
    customerRef,
    currency,
    net,
  });
}

const perPage = "100";
/** A payout arrives after it was made; Stripe's slowest take two weeks. */
const longestTransit = 35n * nanosecondsPerDay;

/** A list of Stripe's read anew, as rows of a statement. @throws SourceError */
export async function* listedRows(
  lists: StripeLists,
  list: StripeListName,
  asked: Listing,
): AsyncGenerator<readonly ListedRow[]> {
  for await (const page of pages(
    lists,
    list === "customer_balances" ? "customers" : list,
    queryOf(list, asked),
  )) {
    const read = page.flatMap((row) => readListedRow(list, row));
    if (list === "payouts") yield read.filter((row) => isWithin(row, asked));
    else yield asked.payoutRef === null ? read : read.map((row) => paidBy(row, asked.payoutRef));
  }
}

async function* pages(
  lists: StripeLists,
  name: string,
  query: Readonly<Record<string, string>>,
): AsyncGenerator<readonly ListedObjectRow[]> {
  const seen = new SeenPages();
  let after: string | null = null;
  for (let hasMore = true; hasMore; ) {
    const cursor: Record<string, string> = after === null ? {} : { starting_after: after };
    const page = await lists.page(name, { limit: perPage, ...query, ...cursor });
    const [first] = page.rows;
    if (first === undefined) return;
    seen.see(String(first.id), { provider: "stripe", name });
    after = String(page.rows.at(-1)?.id);
    yield page.rows;
    hasMore = page.hasMore;
  }
}

function queryOf(list: StripeListName, { from, to, payoutRef }: Listing): Readonly<Record<string, string>> {
  if (list === "customer_balances") return { "expand[]": "data.invoice_credit_balance" };
  if (list === "balance_transactions" && payoutRef !== null) return { payout: payoutRef };
  const begin = list === "payouts" && from !== null ? from - longestTransit : from;
  return {
    ...(begin === null ? {} : { "created[gte]": seconds(begin) }),
    "created[lt]": seconds(roundedUp(to)),
  };
}

const second = fromUnixSeconds(1);
const seconds = (instant: Instant): string => String(instant / second);
/** Stripe's clock has whole seconds: a part of one is asked for, rather than left out. */
const roundedUp = (instant: Instant): Instant => instant + ((second - (instant % second)) % second);

/** A payout arrives on a date, which is of no zone: a window of any zone may begin a day before or after that date does in UTC. */
function isWithin({ row }: ListedRow, { from, to }: Listing): boolean {
  const at = row.at ?? null;
  return at === null || ((from === null || at >= from - nanosecondsPerDay) && at < to + nanosecondsPerDay);
}

/** No row of the balance names its payout: it is who asked for the rows of one. */
function paidBy(listed: ListedRow, payoutRef: string | null): ListedRow {
  return { ...listed, row: { ...listed.row, payoutRef } } as ListedRow;
}
