import type { Json } from "../../testing/written.ts";
import type { StatedRow } from "../restatement.ts";
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
import { type StripeList, stripeLists } from "./stripe-lists.ts";

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
