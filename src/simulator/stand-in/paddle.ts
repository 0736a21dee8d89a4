import type { Instant } from "../../domain/time.ts";
import type { Json } from "../../testing/written.ts";
import { days } from "../calendar.ts";
import {
  statedAdjustments,
  statedCredits,
  statedCustomers,
  statedTransactions,
} from "../paddle/stated-lists.ts";
import type { StatedRow } from "../restatement.ts";
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

/** Paddle's lists over a world, as its API answers them at a moment. */
export class PaddleApi implements Api {
  readonly #key: string;
  readonly #world: World;
  readonly #lists: ReadonlyMap<string, PaddleList>;
  readonly #destinations: StatedDestinations;

  constructor(world: World, { key, now, destinations }: ApiOptions) {
    this.#key = key;
    this.#destinations = destinations;
    this.#world = world;
    this.#lists = paddleLists(world, now);
  }

  answer(asked: Asked): Answer | null {
    const [name = "", id, ...rest] = asked.path.slice(1).split("/");
    if (asked.path === "/notification-settings") {
      if (!isAuthorised(asked, this.#key)) return this.refusal({ kind: "unauthenticated" });
      const { notificationSettings = [] } = this.#destinations;
      return { status: 200, body: { data: [...notificationSettings], meta: { request_id: "simulated" } } };
    }
    const list = this.#lists.get(name);
    if (list === undefined) return null;
    if (!isAuthorised(asked, this.#key)) return this.refusal({ kind: "unauthenticated" });
    if (id !== undefined && name === "customers" && rest.join("/") === "credit-balances") {
      return creditBalances(this.#world, id);
    }
    if (rest.length > 0) return null;
    const shown = asked.shown(`/${name}`);
    const rows = list.rows.filter((row) => shown(String(row[list.key])));
    if (id !== undefined) return this.#one(rows.find((row) => row[list.key] === id));
    const unknown = [...asked.query.keys()].find((field) => !isKnown(field, list));
    if (unknown !== undefined)
      return this.refusal({ kind: "invalid", detail: `Unknown parameter ${unknown}.` });
    return page(asked, list, rows);
  }

  refusal(problem: Problem): Answer {
    const status = statusOf[problem.kind];
    const detail = "detail" in problem ? problem.detail : problem.kind;
    const headers: Record<string, string> = problem.kind === "rate_limit" ? { "retry-after": "1" } : {};
    const type = status < 500 ? "request_error" : "api_error";
    const code = problem.kind === "rate_limit" ? "too_many_requests" : problem.kind;
    return { status, headers, body: { error: { type, code, detail }, meta: { request_id: "simulated" } } };
  }

  #one(row: StatedRow | undefined): Answer {
    if (row === undefined) return this.refusal({ kind: "not_found", detail: "There is no such entity." });
    return { status: 200, body: { data: row, meta: { request_id: "simulated" } } };
  }
}

/** Not in pages: a customer has few currencies. */
function creditBalances(world: World, customer: string): Answer {
  const data = statedCredits(world).filter((row) => row.customer_id === customer);
  return { status: 200, body: { data, meta: { request_id: "simulated" } } };
}

function isKnown(parameter: string, { filters, dates }: PaddleList): boolean {
  const [, field = parameter, operator] = /^(\w+)(?:\[(LT|LTE|GT|GTE)\])?$/.exec(parameter) ?? [];
  if (operator !== undefined) return dates.includes(field);
  return ["after", "per_page", "order_by", ...filters, ...dates].includes(field);
}

function page({ origin, path, query, repeats }: Asked, list: PaddleList, rows: readonly StatedRow[]): Answer {
  const { key, perPage, orders } = list;
  const [, field = key, direction] = /^(\w+)\[(ASC|DESC)\]$/.exec(query.get("order_by") ?? "id[DESC]") ?? [];
  const by = field === "id" || !orders.includes(field) ? key : field;
  const wanted = rows.filter((row) => matches(row, query, list)).toSorted(inOrderOf(by, key));
  if (direction !== "ASC") wanted.reverse();
  const asked = Number(query.get("per_page") ?? perPage.usual);
  const size = Math.min(Math.max(asked, 1), perPage.most);
  const after = query.get("after");
  const next = after === null ? 0 : wanted.findIndex((row) => row[key] === after) + 1;
  const start = repeats ? Math.max(0, next - size) : next;
  const data = wanted.slice(start, start + size);
  const link = new URLSearchParams(query);
  link.set("after", String(data.at(-1)?.[key] ?? after ?? ""));
  const pagination = {
    per_page: size,
    next: `${origin}${path}?${link}`,
    has_more: start + size < wanted.length,
    estimated_total: wanted.length,
  };
  return { status: 200, body: { data, meta: { request_id: "simulated", pagination } } };
}

function matches(row: StatedRow, query: URLSearchParams, { filters, dates }: PaddleList): boolean {
  return [...query].every(([parameter, value]) => {
    const [, field = parameter, operator] = /^(\w+)(?:\[(LT|LTE|GT|GTE)\])?$/.exec(parameter) ?? [];
    if (dates.includes(field)) return isWithin(row[field] ?? null, operator, value);
    if (!filters.includes(field) || field === "include") return true;
    return value.split(",").includes(String(row[field]));
  });
}

function isWithin(time: Json, operator: string | undefined, bound: string): boolean {
  if (typeof time !== "string") return false;
  const difference = comparable(time) < comparable(bound) ? -1 : Number(comparable(time) > comparable(bound));
  if (operator === "LT") return difference < 0;
  if (operator === "LTE") return difference <= 0;
  if (operator === "GT") return difference > 0;
  if (operator === "GTE") return difference >= 0;
  return difference === 0;
}

/** Times of any precision, so that their order is that of their text. */
function comparable(time: string): string {
  const [, head = time, fraction = ""] = /^(.{19})(?:\.(\d+))?Z$/.exec(time) ?? [];
  return `${head}.${fraction.padEnd(9, "0")}`;
}

function inOrderOf(field: string, key: string): (a: StatedRow, b: StatedRow) => number {
  const text = (row: StatedRow) => `${row[field] ?? ""} ${row[key]}`;
  return (a, b) => (text(a) < text(b) ? -1 : Number(text(a) > text(b)));
}

interface PaddleList {
  /** Which field names a row, and so where the next page begins. */
  readonly key: string;
  readonly perPage: { readonly usual: number; readonly most: number };
  readonly orders: readonly string[];
  readonly filters: readonly string[];
  /** Fields that take `[LT]`, `[LTE]`, `[GT]`, `[GTE]`. */
  readonly dates: readonly string[];
  readonly rows: readonly StatedRow[];
}

/** Events are kept for so long. */
const retention = days(90);

/** By their path. */
function paddleLists(world: World, now: Instant): ReadonlyMap<string, PaddleList> {
  const told = world.emissions.filter(
    ({ provider, at }) => provider === "paddle" && at > now - retention && at <= now,
  );
  return new Map([
    [
      "transactions",
      {
        key: "id",
        perPage: { usual: 30, most: 30 },
        orders: ["id", "created_at", "billed_at", "updated_at"],
        filters: [
          "id",
          "customer_id",
          "subscription_id",
          "status",
          "origin",
          "invoice_number",
          "collection_mode",
          "include",
        ],
        dates: ["created_at", "billed_at", "updated_at"],
        rows: statedTransactions(world),
      },
    ],
    [
      "adjustments",
      {
        key: "id",
        perPage: { usual: 10, most: 50 },
        orders: ["id"],
        filters: ["id", "action", "customer_id", "status", "subscription_id", "transaction_id"],
        dates: [],
        rows: statedAdjustments(world),
      },
    ],
    [
      "events",
      {
        key: "event_id",
        perPage: { usual: 50, most: 200 },
        orders: ["id"],
        filters: ["event_type"],
        dates: [],
        rows: told.map(({ body }) => withoutNotification(JSON.parse(body))),
      },
    ],
    [
      "customers",
      {
        key: "id",
        perPage: { usual: 50, most: 200 },
        orders: ["id"],
        filters: ["id", "email", "search", "status"],
        dates: [],
        rows: statedCustomers(world),
      },
    ],
  ]);
}

/** A list tells the event, not a delivery of it. */
function withoutNotification({ notification_id: _, ...event }: Record<string, Json>): StatedRow {
  return event;
}
