import type { Instant } from "../../domain/time.ts";
import { days } from "../calendar.ts";
import type { Json } from "../emission.ts";
import { statedAdjustments, statedTransactions } from "../paddle/stated-lists.ts";
import type { World } from "../world.ts";
import { type Answer, type Api, type Asked, isAuthorised, type Problem, statusOf } from "./answer.ts";

type Row = Readonly<Record<string, Json>>;

interface List {
  /** Which field names a row, and so where the next page begins. */
  readonly key: string;
  readonly perPage: { readonly usual: number; readonly most: number };
  readonly orders: readonly string[];
  readonly filters: readonly string[];
  /** Fields that take `[LT]`, `[LTE]`, `[GT]`, `[GTE]`. */
  readonly dates: readonly string[];
  readonly rows: readonly Row[];
}

/** Events are kept for so long. */
const retention = days(90);

/** Paddle's lists over a world, as its API answers them at a moment. */
export class PaddleApi implements Api {
  readonly #key: string;
  readonly #lists: ReadonlyMap<string, List>;

  constructor(world: World, { key, now }: { readonly key: string; readonly now: Instant }) {
    this.#key = key;
    this.#lists = listsOf(world, now);
  }

  answer(asked: Asked): Answer | null {
    const [name = "", id, ...rest] = asked.path.slice(1).split("/");
    const list = this.#lists.get(name);
    if (list === undefined || rest.length > 0) return null;
    if (!isAuthorised(asked, this.#key)) return this.refusal({ kind: "unauthenticated" });
    const shown = asked.shown(`paddle ${name}`);
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

  #one(row: Row | undefined): Answer {
    if (row === undefined) return this.refusal({ kind: "not_found", detail: "There is no such entity." });
    return { status: 200, body: { data: row, meta: { request_id: "simulated" } } };
  }
}

function listsOf(world: World, now: Instant): ReadonlyMap<string, List> {
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
  ]);
}

/** A list tells the event, not a delivery of it. */
function withoutNotification({ notification_id: _, ...event }: Record<string, Json>): Row {
  return event;
}

function isKnown(parameter: string, { filters, dates }: List): boolean {
  const [, field = parameter, operator] = /^(\w+)(?:\[(LT|LTE|GT|GTE)\])?$/.exec(parameter) ?? [];
  if (operator !== undefined) return dates.includes(field);
  return ["after", "per_page", "order_by", ...filters, ...dates].includes(field);
}

function page({ origin, path, query }: Asked, list: List, rows: readonly Row[]): Answer {
  const { key, perPage, orders } = list;
  const [, field = key, direction] = /^(\w+)\[(ASC|DESC)\]$/.exec(query.get("order_by") ?? "id[DESC]") ?? [];
  const by = field === "id" || !orders.includes(field) ? key : field;
  const wanted = rows.filter((row) => matches(row, query, list)).toSorted(inOrderOf(by, key));
  if (direction !== "ASC") wanted.reverse();
  const asked = Number(query.get("per_page") ?? perPage.usual);
  const size = Math.min(Math.max(asked, 1), perPage.most);
  const after = query.get("after");
  const start = after === null ? 0 : wanted.findIndex((row) => row[key] === after) + 1;
  const data = wanted.slice(start, start + size);
  const next = new URLSearchParams(query);
  next.set("after", String(data.at(-1)?.[key] ?? after ?? ""));
  const pagination = {
    per_page: size,
    next: `${origin}${path}?${next}`,
    has_more: start + size < wanted.length,
    estimated_total: wanted.length,
  };
  return { status: 200, body: { data, meta: { request_id: "simulated", pagination } } };
}

function matches(row: Row, query: URLSearchParams, { filters, dates }: List): boolean {
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

function inOrderOf(field: string, key: string): (a: Row, b: Row) => number {
  const text = (row: Row) => `${row[field] ?? ""} ${row[key]}`;
  return (a, b) => (text(a) < text(b) ? -1 : Number(text(a) > text(b)));
}
