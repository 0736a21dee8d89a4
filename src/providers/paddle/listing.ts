import { ApiError, Environment, LogLevel, Paddle } from "@paddle/paddle-node-sdk";
import type { StatementRowKind } from "../../domain/reconciling/statement.ts";
import { formatInstant, type Instant, parseInstant } from "../../domain/time.ts";
import { asking, type Patience, SourceError, type SourceProblem, withinTime } from "../kit/asking.ts";
import {
  ListedFields,
  type ListedObjectRow,
  type ListedRow,
  listedRow,
  rowsOf,
  SeenPages,
  saysNothing,
} from "../kit/listed-rows.ts";
import { modeOfKey } from "../kit/secret-kinds.ts";
import type { Listing } from "../source.ts";
import { adjustmentActions, adjustmentStates, transactionStates } from "./fields.ts";

export interface PaddleAccess {
  readonly apiKey: string;
  /** `null`: Paddle's own. */
  readonly apiUrl: string | null;
  readonly patience: Patience;
}

interface RawPage {
  readonly rows: readonly ListedObjectRow[];
  readonly hasMore: boolean;
}

/** A list of Paddle's SDK, as far as we use one. */
interface Collection {
  hasMore: boolean;
  next(): Promise<unknown[]>;
  fromJson(row: unknown): unknown;
}

type Query = Readonly<Record<string, string | number | readonly string[] | null>>;
export type PaddleList = "transactions" | "adjustments" | "events" | "customers";

/** Where a key is asked: a stand-in where one is named (not documented, but a test holds it: it may be a URL), else where it was made. */
export function environmentOf(apiKey: string, apiUrl: string | null): Environment {
  if (apiUrl !== null) return apiUrl.replace(/\/$/, "") as Environment;
  return modeOfKey("paddle", apiKey) === "test" ? Environment.sandbox : Environment.production;
}

/** Paddle's lists, read through its SDK as the snake_case rows they are sent as: its entities lose fields. */
export class PaddleLists {
  readonly #paddle: Paddle;
  readonly #patience: Patience;

  constructor({ apiKey, apiUrl, patience }: PaddleAccess) {
    const environment = environmentOf(apiKey, apiUrl);
    this.#paddle = new Paddle(apiKey, { environment, logLevel: LogLevel.none });
    this.#patience = patience;
  }

  /** Each page is asked for anew, so that a try that failed leaves nothing behind. */
  page(name: PaddleList, query: Query): Promise<RawPage> {
    return asking(() => this.#ask(name, query), this.#patience);
  }

  /** What Paddle holds for a customer, in each currency. The SDK's entity keeps all of it, under other names. */
  creditBalances(customer: string): Promise<ListedObjectRow[]> {
    return asking(async () => {
      const name = "credit-balances";
      const held = await this.#answer(this.#paddle.customers.getCreditBalance(customer), name);
      const rows = held.map(({ customerId, currencyCode, balance }) => {
        return { customer_id: customerId, currency_code: currencyCode, balance: { ...balance } };
      });
      return rowsOf(rows, { provider: "paddle", name });
    }, this.#patience);
  }

  /** Where it notifies; the secrets of those places stay where they are. */
  async notificationSettings(): Promise<readonly ListedObjectRow[]> {
    return asking(async () => {
      const name = "notification-settings";
      const settings = await this.#answer(this.#paddle.notificationSettings.list(), name);
      const rows = settings.map(({ subscribedEvents, trafficSource, ...setting }) => ({
        type: setting.type,
        destination: setting.destination,
        active: setting.active,
        api_version: setting.apiVersion,
        subscribed_events: subscribedEvents.map((event) => ({ name: event.name })),
        traffic_source: trafficSource,
      }));
      return rowsOf(rows, { provider: "paddle", name });
    }, this.#patience);
  }

  /** Whether the key may read a list: one row of it is asked for. */
  async mayRead(name: string): Promise<void> {
    if (name === "notification-settings") await this.notificationSettings();
    else await this.page(name as PaddleList, { perPage: 1 });
  }

  async #ask(name: PaddleList, query: Query): Promise<RawPage> {
    const list = this.#paddle[name].list(query as never) as Collection;
    list.fromJson = (row) => row;
    const rows = await this.#answer(list.next(), name);
    return { rows: rowsOf(rows, { provider: "paddle", name }), hasMore: list.hasMore };
  }

  #answer<Answer>(asked: Promise<Answer>, name: string): Promise<Answer> {
    const { timeoutMilliseconds } = this.#patience;
    const answered = asked.catch((error: unknown) => {
      throw problemOf(error, name);
    });
    return withinTime(answered, { provider: "paddle", timeoutMilliseconds });
  }
}

const problems: Readonly<Record<string, SourceProblem>> = {
  too_many_requests: "rate_limited",
  unauthenticated: "unauthenticated",
  authentication_missing: "unauthenticated",
  authentication_malformed: "unauthenticated",
  invalid_token: "unauthenticated",
  forbidden: "forbidden",
};

/**
 * What each list takes that is ever read here, as Paddle calls it where a key is made. Source: Paddle's API reference,
 * "Permissions", 2026-11.
 */
export const paddlePermissions: Readonly<Record<string, string>> = {
  events: "notification.read",
  transactions: "transaction.read",
  adjustments: "adjustment.read",
  customers: "customer.read",
  "notification-settings": "notification_setting.read",
};

/** The SDK throws an `ApiError` for what Paddle says, and whatever fetch and JSON.parse throw for all else. */
function problemOf(error: unknown, name: string): SourceError {
  const provider = "paddle";
  if (error instanceof ApiError) {
    const { code, type, detail, retryAfter } = error;
    const problem = problems[code] ?? (type === "api_error" ? "unavailable" : "refused");
    const retryAfterMilliseconds = retryAfter === null ? null : retryAfter * 1_000;
    const said = problem === "forbidden" ? mayNotRead(name) : `Paddle refused to list ${name}:`;
    return new SourceError(problem, `${said} ${code}, ${detail}`, {
      provider,
      retryAfterMilliseconds,
    });
  }
  // fetch says why it failed; JSON.parse, and a shape that the SDK does not expect, have nothing more to say.
  const isUnreachable = typeof error === "object" && error !== null && "cause" in error;
  return isUnreachable
    ? new SourceError("unavailable", `Paddle cannot be reached for ${name}.`, { provider })
    : new SourceError("unreadable", `What Paddle answered for ${name} is no list of its API.`, { provider });
}

function mayNotRead(name: string): string {
  const permission = paddlePermissions[name === "credit-balances" ? "customers" : name];
  return `The key may not read ${name}: give it the permission ${permission}, then it goes on.`;
}

/** The lists that Paddle is compared with. */
export const paddleLists = ["transactions", "adjustments", "customer_balances"] as const;
export type PaddleListName = (typeof paddleLists)[number];

/** What one object of a list says: what it is, and once Paddle has worked that out, how it moves our balance there. */
function readListedRow(list: PaddleListName, row: ListedObjectRow): readonly ListedRow[] {
  const fields = () => new ListedFields("paddle", row);
  if (list === "transactions")
    return [document(fields()), ...settled(fields(), "details.payout_totals", sale)];
  if (list === "adjustments") return [movement(fields()), ...settled(fields(), "payout_totals", adjusted)];
  return [customerBalance(fields())];
}

function document(fields: ListedFields): ListedRow {
  return listedRow(fields, {
    ...named(fields, "document"),
    state: fields.word("status", transactionStates, "status_unknown"),
    gross: fields.amount("details.totals.total"),
    fee: fields.optionalAmount("details.totals.fee"),
    tax: fields.amount("details.totals.tax"),
    net: fields.amount("details.totals.grand_total"),
  });
}

function movement(fields: ListedFields): ListedRow {
  const action = fields.word("action", adjustmentActions, "category_unknown");
  return listedRow(fields, {
    ...named(fields, action?.kind ?? null),
    category: action?.category ?? null,
    state: fields.word("status", adjustmentStates, "status_unknown"),
    gross: fields.amount("totals.total"),
    fee: fields.optionalAmount("totals.fee"),
    tax: fields.amount("totals.tax"),
    net: fields.optionalAmount("totals.earnings"),
  });
}

function named(fields: ListedFields, kind: StatementRowKind | null) {
  const key = fields.reference("id");
  const customerRef = fields.optionalReference("customer_id");
  const [at, currency] = [fields.time("created_at"), fields.currency("currency_code")];
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

interface Settling {
  readonly category: string | null;
  /** −1 where it takes from what Paddle owes us, 0 where it only costs a fee. */
  readonly sign: bigint;
  readonly feeSign: bigint;
}

const sale = (): Settling => ({ category: "charge", sign: 1n, feeSign: 1n });

/** `null`: it has not moved our balance, or does so no more. A `…_reverse` undoes what it names, which stays. */
function adjusted(fields: ListedFields): Settling | null {
  const category = fields.word("action", adjustmentActions, "category_unknown")?.category ?? null;
  const [status, action] = [String(fields.at("status")), String(fields.at("action"))];
  const isUndone = action === "refund" && status === "reversed";
  const isPending = status === "pending_approval" && !action.startsWith("credit");
  if (isUndone || isPending || status === "rejected") return null;
  const sign = action.endsWith("_reverse") ? 1n : -1n;
  return { category, sign: action.startsWith("chargeback_warning") ? 0n : sign, feeSign: sign };
}

/** What it makes of our balance, in the currency of the payout, in the signs of the payout reconciliation. */
function settled(
  fields: ListedFields,
  path: string,
  settlingOf: (fields: ListedFields) => Settling | null,
): ListedRow[] {
  const settling = fields.at(`${path}.earnings`) == null ? null : settlingOf(fields);
  if (settling === null) return [];
  const { category, sign, feeSign } = settling;
  const ref = fields.reference("id");
  const signed = (name: string) => {
    const amount = fields.optionalAmount(`${path}.${name}`);
    return amount === null ? null : sign * amount;
  };
  const disputeFee = feeSign * (fields.optionalAmount(`${path}.chargeback_fee.amount`) ?? 0n);
  const [fee, net] = [signed("fee"), signed("earnings")];
  return [
    listedRow(fields, {
      ...saysNothing,
      key: ref === null ? null : `${ref}:settled`,
      kind: "balance",
      category,
      objectRef: ref,
      customerRef: fields.optionalReference("customer_id"),
      at: fields.time("created_at"),
      currency: fields.currency(`${path}.currency_code`),
      gross: signed("total"),
      fee: fee === null ? null : fee - disputeFee,
      tax: signed("tax"),
      net: net === null ? null : net + disputeFee,
    }),
  ];
}

/** Of `/customers/{id}/credit-balances`: what is reserved for a bill that is not paid yet is the customer's still. */
function customerBalance(fields: ListedFields): ListedRow {
  const customerRef = fields.reference("customer_id");
  const currency = fields.currency("currency_code");
  const [available, reserved] = [fields.amount("balance.available"), fields.amount("balance.reserved")];
  const kind = "customer_balance";
  return listedRow(fields, {
    ...saysNothing,
    key: customerRef === null || currency === null ? null : `${customerRef}:${currency}`,
    kind,
    category: kind,
    objectRef: customerRef,
    customerRef,
    currency,
    net: available === null || reserved === null ? null : available + reserved,
  });
}

const perPage: Readonly<Record<Exclude<PaddleList, "events">, number>> = {
  transactions: 30,
  adjustments: 50,
  customers: 200,
};

/** A list of Paddle's read anew, as rows of a statement. @throws SourceError */
export async function* listedRows(
  lists: PaddleLists,
  list: PaddleListName,
  asked: Listing,
): AsyncGenerator<readonly ListedRow[]> {
  for await (const rows of askedRowsOf(lists, list, asked))
    yield rows.flatMap((row) => readListedRow(list, row));
}

function askedRowsOf(
  lists: PaddleLists,
  list: PaddleListName,
  asked: Listing,
): AsyncGenerator<readonly ListedObjectRow[]> {
  if (list === "customer_balances") return creditBalances(lists);
  return list === "transactions" ? transactions(lists, asked) : adjustments(lists, asked);
}

function transactions(lists: PaddleLists, { from, to }: Listing): AsyncGenerator<readonly ListedObjectRow[]> {
  return pages(lists, "transactions", {
    "createdAt[GTE]": from === null ? null : formatInstant(from),
    "createdAt[LT]": formatInstant(to),
    orderBy: "created_at[ASC]",
  });
}

/** Their list takes no time; ids begin with the time they were made at. */
async function* adjustments(
  lists: PaddleLists,
  { from, to }: Listing,
): AsyncGenerator<readonly ListedObjectRow[]> {
  for await (const rows of pages(lists, "adjustments", { orderBy: "id[DESC]" })) {
    const times = rows.map(({ created_at: created }) => instantOf(created));
    // One without a time is kept: it is in error, and shown.
    yield rows.filter((_, index) => isWithin(times[index] ?? null, { from, to }));
    if (from !== null && times.some((at) => at !== null && at < from)) return;
  }
}

async function* creditBalances(lists: PaddleLists): AsyncGenerator<readonly ListedObjectRow[]> {
  for await (const customers of pages(lists, "customers", { orderBy: "id[ASC]" })) {
    for (const { id } of customers) yield await lists.creditBalances(String(id));
  }
}

async function* pages(
  lists: PaddleLists,
  name: Exclude<PaddleList, "events">,
  query: Readonly<Record<string, string | null>>,
): AsyncGenerator<readonly ListedObjectRow[]> {
  const seen = new SeenPages();
  let after: string | null = null;
  for (let hasMore = true; hasMore; ) {
    const page = await lists.page(name, { ...query, perPage: perPage[name], after });
    const [first] = page.rows;
    if (first === undefined) return;
    seen.see(String(first.id), { provider: "paddle", name });
    after = String(page.rows.at(-1)?.id);
    yield page.rows;
    hasMore = page.hasMore;
  }
}

function isWithin(at: Instant | null, { from, to }: Pick<Listing, "from" | "to">): boolean {
  return at === null || ((from === null || at >= from) && at < to);
}

function instantOf(value: unknown): Instant | null {
  return typeof value === "string" ? (parseInstant(value) ?? null) : null;
}
