import { z } from "zod";
import type { Amount } from "../../domain/money.ts";
import { fromSeconds, fromUnixSeconds, type Instant, nanosecondsPerDay } from "../../domain/time.ts";
import { SourceError } from "../kit/asking.ts";
import { isRecord } from "../kit/fields.ts";
import { bodyOf, type ListedObjectRow, ownKey, SeenPages } from "../kit/listed-rows.ts";
import type { Named } from "../provider.ts";
import {
  type Destination,
  type ListedObject,
  type ListPage,
  type ProviderSource,
  type SourceKind,
  type Telling,
  unreadableOf,
  type Window,
  withoutQuery,
} from "../source.ts";
import { carryingType } from "./event-types.ts";
import { amount, currency, time } from "./fields.ts";
import {
  listedRows,
  permissionIn,
  type StripeAccess,
  type StripeListName,
  StripeLists,
  stripeLists,
  stripePermissions,
} from "./listing.ts";
import { openingBalanceBody } from "./transfers.ts";

/** Webhook endpoints, and event destinations: those that are webhook endpoints, too, are in both lists, and told once. */
export async function destinationsOf(lists: StripeLists): Promise<Destination[]> {
  const endpoints = await lists.all("webhook_endpoints");
  const others = await lists.eventDestinations();
  return [...endpoints.map(endpoint), ...others.flatMap(thin)];
}

function endpoint({
  url,
  status,
  enabled_events: types,
  api_version: version,
}: ListedObjectRow): Destination {
  const named = stringsIn(types);
  return {
    url: withoutQuery(String(url)),
    isActive: status === "enabled",
    eventTypes: named.includes("*") ? null : named,
    payload: "snapshot",
    apiVersion: typeof version === "string" ? version : null,
    traffic: null,
  };
}

/** Of types named `v1.invoice.paid`; what it sends whole is a webhook endpoint of the other list. */
function thin({
  event_payload,
  status,
  enabled_events: types,
  webhook_endpoint: to,
}: ListedObjectRow): Destination[] {
  if (event_payload !== "thin" || !isRecord(to)) return [];
  const named = stringsIn(types);
  return [
    {
      url: withoutQuery(String(to.url)),
      isActive: status === "enabled",
      eventTypes: named.includes("*") ? null : named.map((type) => type.replace(/^v1\./, "")),
      payload: "thin",
      apiVersion: null,
      traffic: null,
    },
  ];
}

const stringsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];

/** How an object was asked for: at which API version, and when, in Unix seconds. */
export interface AskedAs {
  readonly apiVersion: string;
  readonly askedAt: number;
}

interface Manner {
  /** The type of event that tells the object's present state, whatever that is. */
  type(row: ListedObjectRow): string;
  /** When that state began, as far as the object says, in Unix seconds. */
  time(row: ListedObjectRow): unknown;
}

const always = (type: string) => () => type;
const created = (row: ListedObjectRow) => row.created;

const manners: Readonly<Record<string, Manner>> = {
  invoice: { type: always("invoice.updated"), time: lastTransition },
  invoice_payment: { type: (row) => `invoice_payment.${row.status}`, time: lastTransition },
  charge: { type: always("charge.updated"), time: created },
  refund: { type: always("refund.updated"), time: created },
  dispute: { type: always("charge.dispute.updated"), time: created },
  credit_note: { type: always("credit_note.updated"), time: (row) => row.voided_at ?? row.created },
  "checkout.session": { type: always("checkout.session.completed"), time: created },
  payout: { type: always("payout.updated"), time: created },
  subscription: { type: always("customer.subscription.updated"), time: created },
  /** It says no time at all. */
  payment_link: { type: always("payment_link.updated"), time: () => null },
  customer_cash_balance_transaction: {
    type: always("customer_cash_balance_transaction.created"),
    time: created,
  },
};

export function eventTelling(row: ListedObjectRow): Telling {
  return { ref: String(row.id), object: row, body: bodyOf(row), asOfNow: null, isEvent: true };
}

/**
 * An object as it is now, as an event that says so. Few objects say when they last changed: the others are told as if they
 * had been so since they were made, which is true of what never changes, and of two states the greater rank counts.
 */
export function objectTelling(row: ListedObjectRow, asking: AskedAs): Telling {
  const object = String(row.object);
  const ref = String(row.id);
  const { type, time } = manners[object] ?? { type: always(`${object}.updated`), time: created };
  const saidAt = (at: number) => {
    const id = ownKey(object, { ref, at: String(at), row });
    return eventBody(row, { id, type: type(row), created: at, ...asking });
  };
  const [body, asOfNow] = [saidAt(Number(time(row) ?? asking.askedAt)), saidAt(asking.askedAt)];
  return { ref, object: row, body, asOfNow, isEvent: false };
}

/** A row of Stripe's balance: no webhook carries one, and its id alone makes it known. */
export function rowTelling(row: ListedObjectRow, { apiVersion }: AskedAs): Telling {
  const type = "balance_transaction.created";
  const body = eventBody(row, { id: `bt:${row.id}`, type, created: row.created, apiVersion });
  return { ref: String(row.id), object: row, body, asOfNow: null, isEvent: false };
}

/**
 * A payment that no invoice was paid with, by Stripe's own answer: the empty list stands in the object, as lists do that
 * Stripe was asked to include.
 */
export function withoutInvoice(charge: ListedObjectRow, asking: AskedAs): Telling {
  const url = `/v1/invoice_payments?payment[payment_intent]=${charge.payment_intent}`;
  const none = { object: "list", data: [], has_more: false, url };
  return objectTelling({ ...charge, invoice_payments: none }, asking);
}

function eventBody(
  row: ListedObjectRow,
  event: {
    readonly id: string;
    readonly type: string;
    readonly created: unknown;
    readonly apiVersion: string;
    /** What an object says of a count is true of then, whenever it became so. */
    readonly askedAt?: number;
  },
): Uint8Array {
  const { id, type, created, apiVersion, askedAt } = event;
  const { livemode } = row;
  return bodyOf({
    id,
    object: "event",
    api_version: apiVersion,
    created,
    ...(askedAt === undefined ? {} : { asked_at: askedAt }),
    type,
    ...(typeof livemode === "boolean" ? { livemode } : {}),
    data: { object: row },
  });
}

function lastTransition(row: ListedObjectRow): unknown {
  const transitions = isRecord(row.status_transitions) ? Object.values(row.status_transitions) : [];
  const times = transitions.filter((time) => typeof time === "number");
  return times.length === 0 ? row.created : Math.max(...times);
}

const summedRow = z.object({ net: amount, currency, created: time, balance_type: z.string().nullish() });

type Listing = (query: Readonly<Record<string, string>>) => AsyncGenerator<ListPage>;

/**
 * What Stripe owed us before an instant: the sum of every row before it. A row that cannot be read makes all of it unknown.
 * @throws SourceError
 */
export async function balancesAt(at: Instant, list: Listing): Promise<Telling[]> {
  const sums = new Map<string, Amount>();
  // Stripe's clock has whole seconds: of the last one some rows may be later.
  const upTo = (at + fromSeconds(1) - 1n) / fromSeconds(1);
  for await (const { tellings } of list({ "created[lt]": String(upTo) })) {
    for (const { object } of tellings) {
      const row = summedRow.safeParse(object);
      if (!row.success)
        throw new SourceError("unreadable", "A row of the balance cannot be summed up.", {
          provider: "stripe",
        });
      const { net, currency, created, balance_type: balance } = row.data;
      if (created >= at || (balance ?? "payments") !== "payments") continue;
      sums.set(currency, (sums.get(currency) ?? 0n) + net);
    }
  }
  return [...sums].sort().map(([currency, amount]) => ({
    ref: currency,
    object: {},
    body: openingBalanceBody({ at, currency, amount, evidence: "rows" }),
    asOfNow: null,
    isEvent: true,
  }));
}

/** Events are kept for 30 days; objects for ever, but they are listed by when they were made. */
const kinds: readonly SourceKind[] = [
  { name: "events", kept: 30n * nanosecondsPerDay, listsChanges: true },
  ...[
    "invoices",
    "invoice_payments",
    "charges",
    "checkout/sessions",
    "refunds",
    "disputes",
    "credit_notes",
    "payouts",
    "balance_transactions",
  ].map((name) => ({ name, kept: null, listsChanges: false })),
];

const perPage = "100";
/** The last one in which a charge names its invoice, or says that it has none. Source: Stripe's changelog, 2025-03-31.basil. */
const versionNamingInvoices = "2025-02-24.acacia";

/** Stripe, asked through its API. `now` is our clock: it dates what Stripe states without a time. */
export function stripeSource(access: StripeAccess, now: () => Instant): ProviderSource {
  const lists = new StripeLists(access);
  const asked = new Asked(lists, now);
  let knownAccount: string | null = null;
  return {
    provider: "stripe",
    kinds,
    pages: (kind, { from, to, after }) =>
      asked.pages(
        kind,
        { ...(from === null ? {} : { "created[gte]": seconds(from) }), "created[lt]": seconds(to) },
        after,
      ),
    lists: stripeLists,
    listed: (list, asking) => listedRows(lists, list as StripeListName, asking),
    lookUp: (refs) => asked.lookUp(refs),
    newestVersion: lists.apiVersion,
    destinations: () => destinationsOf(lists),
    unreadable: async () =>
      (await unreadableOf(stripePermissions, (list) => lists.mayRead(list))).map((unread) => ({
        ...unread,
        permission: permissionIn(unread.detail) ?? unread.permission,
      })),
    balancesAt: (at) => balancesAt(at, (query) => asked.pages("balance_transactions", query)),
    told: (named, { type, connected }) =>
      new Asked(lists.once(connected), now).told(named, { type: carryingType(type), connected }),
    ownAccount: async () => {
      knownAccount ??= await lists.once(null).ownAccount();
      return knownAccount;
    },
    get knownAccount() {
      return knownAccount;
    },
  };
}

/** How the ids of the objects begin that are asked for by them. */
const kindsByPrefix: Readonly<Record<string, string>> = {
  in: "invoice",
  pi: "payment_intent",
  ch: "charge",
  py: "charge",
  re: "refund",
  pyr: "refund",
  dp: "dispute",
  du: "dispute",
};

/** The lists of the objects that say everything themselves. */
const listsByKind: Readonly<Record<string, string>> = {
  invoice_payment: "invoice_payments",
  refund: "refunds",
  dispute: "disputes",
  credit_note: "credit_notes",
  payout: "payouts",
  "checkout.session": "checkout/sessions",
  subscription: "subscriptions",
  payment_link: "payment_links",
};

/** The one object with a path that its id alone does not give. */
const cashPath = /^\/v1\/(customers\/\w+\/cash_balance_transactions)\/(\w+)$/;

/** Stripe's clock has whole seconds: a part of one is asked for again rather than left out. */
const seconds = (instant: Instant): string => String(instant / fromUnixSeconds(1));

class Asked {
  readonly #lists: StripeLists;
  readonly #now: () => Instant;

  constructor(lists: StripeLists, now: () => Instant) {
    this.#lists = lists;
    this.#now = now;
  }

  /** Newest first: what is made meanwhile comes before the first page, and is the next listing's. */
  async *pages(
    kind: string,
    query: Readonly<Record<string, string>>,
    begin: Window["after"] = null,
  ): AsyncGenerator<ListPage> {
    const seen = new SeenPages();
    let after = begin;
    for (let hasMore = true; hasMore; ) {
      const cursor: Record<string, string> = after === null ? {} : { starting_after: after };
      const page = await this.#lists.page(kind, { limit: perPage, ...query, ...cursor });
      const [first] = page.rows;
      if (first === undefined) return;
      seen.see(String(first.id), { provider: "stripe", name: kind });
      after = String(page.rows.at(-1)?.id);
      yield { tellings: page.rows.map((row) => this.#telling(kind, row)), after };
      hasMore = page.hasMore;
    }
  }

  async *lookUp(refs: readonly string[]): AsyncGenerator<ListPage> {
    for (const ref of refs) {
      const [prefix = ""] = ref.split("_", 1);
      yield* this.#object(kindsByPrefix[prefix] ?? "", ref);
    }
  }

  /** The event itself, as long as Stripe has it; else its object. */
  async told(
    { eventRef, object }: Named,
    by: { type: string; connected: string | null },
  ): Promise<ListedObject> {
    const event = eventRef === null ? null : await this.#lists.one("events", eventRef);
    if (event !== null) {
      const detail = differing(event, { eventRef, object, ...by });
      return detail === null ? { kind: "event", telling: eventTelling(event) } : { kind: "differs", detail };
    }
    if (object === null) return { kind: "gone" };
    const { kind, ref } = object;
    const tellings: Telling[] = [];
    for await (const page of this.#object(kind, ref, object.url)) tellings.push(...page.tellings);
    const own = tellings.find((telling) => telling.object.object === kind);
    if (own !== undefined && own.ref !== ref)
      throw new SourceError("unreadable", `Stripe answered with another ${kind} than was asked for.`, {
        provider: "stripe",
      });
    // Before an intent has payments, it has nothing to say.
    return own === undefined && kind !== "payment_intent" ? { kind: "gone" } : { kind: "objects", tellings };
  }

  /** An object, and what else belongs to it. */
  async *#object(kind: string, ref: string, url = ""): AsyncGenerator<ListPage> {
    const list = listsByKind[kind];
    const [, cash] = cashPath.exec(url) ?? [];
    if (kind === "invoice") yield* this.#invoice(ref);
    else if (kind === "payment_intent") yield* this.#intent(ref);
    else if (kind === "charge") yield* this.#charge(ref);
    else if (list !== undefined) yield* this.#one(list, ref);
    else if (kind === "customer_cash_balance_transaction" && cash !== undefined) yield* this.#one(cash, ref);
  }

  async *#invoice(ref: string): AsyncGenerator<ListPage> {
    const row = await this.#lists.one("invoices", ref);
    if (row === null) return;
    yield pageOf(this.#telling("invoices", row));
    yield* this.pages("invoice_payments", { invoice: ref });
  }

  async *#intent(ref: string): AsyncGenerator<ListPage> {
    const { rows } = await this.#lists.page("charges", { limit: perPage, payment_intent: ref });
    // Who sells is all that an intent says and its payments do not.
    const { managed_payments: managed = null } = (await this.#lists.one("payment_intents", ref)) ?? {};
    for (const charge of rows)
      yield* this.#payment(managed === null ? charge : { ...charge, managed_payments: managed });
  }

  async *#charge(ref: string): AsyncGenerator<ListPage> {
    const charge = await this.#lists.one("charges", ref);
    if (charge !== null) yield* this.#payment(charge);
  }

  /** Which invoices it paid. That there is none, is an answer too. */
  async *#payment(charge: ListedObjectRow): AsyncGenerator<ListPage> {
    const { payment_intent: intent } = charge;
    if (typeof intent !== "string") {
      yield* this.#withoutIntent(charge);
      return;
    }
    let paid = 0;
    for await (const page of this.pages("invoice_payments", {
      "payment[type]": "payment_intent",
      "payment[payment_intent]": intent,
    })) {
      paid += page.tellings.length;
      yield page;
    }
    yield pageOf(paid === 0 ? withoutInvoice(charge, this.#asking()) : this.#telling("charges", charge));
    yield* this.#rowsOf(charge);
  }

  /** Payments are asked for by their intent alone. A charge without one is asked for as it was when it named its invoice. */
  async *#withoutIntent(charge: ListedObjectRow): AsyncGenerator<ListPage> {
    const named = await this.#lists.one("charges", String(charge.id), versionNamingInvoices);
    if (named === null) return;
    yield pageOf(objectTelling(named, { ...this.#asking(), apiVersion: versionNamingInvoices }));
    yield* this.#rowsOf(named);
  }

  async *#one(kind: string, ref: string): AsyncGenerator<ListPage> {
    const row = await this.#lists.one(kind, ref);
    if (row === null) return;
    yield pageOf(this.#telling(kind, row));
    yield* this.#rowsOf(row);
  }

  /** What settled an object, where it names that and does not carry it. */
  async *#rowsOf(row: ListedObjectRow): AsyncGenerator<ListPage> {
    for (const ref of [row.balance_transaction, row.failure_balance_transaction]) {
      const settled = typeof ref === "string" ? await this.#lists.one("balance_transactions", ref) : null;
      if (settled !== null) yield pageOf(this.#telling("balance_transactions", settled));
    }
  }

  #telling(kind: string, row: ListedObjectRow): Telling {
    if (kind === "events") return eventTelling(row);
    if (kind === "balance_transactions") return rowTelling(row, this.#asking());
    return objectTelling(row, this.#asking());
  }

  #asking() {
    return { apiVersion: this.#lists.apiVersion, askedAt: Number(seconds(this.#now())) };
  }
}

/** What of a fetched event is not what was said of it; `null` if all is. */
function differing(
  event: ListedObjectRow,
  { eventRef, object, type, connected }: Named & { readonly type: string; readonly connected: string | null },
): string | null {
  const carried = isRecord(event.data) && isRecord(event.data.object) ? event.data.object : {};
  if (event.id !== eventRef || event.object !== "event")
    return "snapshot_event: Stripe answered with something else.";
  if (event.type !== type) return `snapshot_event: it is of the type ${String(event.type).slice(0, 80)}.`;
  if (event.account != null && event.account !== connected)
    return "snapshot_event: it is of another account.";
  const isOther = object !== null && carried.id !== undefined && carried.id !== object.ref;
  return isOther ? "snapshot_event: it carries another object." : null;
}

const pageOf = (telling: Telling): ListPage => ({ tellings: [telling], after: null });
