import { ApiError, LogLevel, Paddle } from "@paddle/paddle-node-sdk";
import { type ListedObjectRow, rowsOf } from "../kit/listed-rows.ts";
import { asking, type Patience, withinTime } from "../kit/patience.ts";
import { SourceError, type SourceProblem } from "../kit/source-error.ts";

export interface PaddleAccess {
  readonly apiKey: string;
  /** `null`: Paddle's own. */
  readonly apiUrl: string | null;
  readonly patience: Patience;
}

export interface RawPage {
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

/** Paddle's lists, read through its SDK as the snake_case rows they are sent as: its entities lose fields. */
export class PaddleLists {
  readonly #paddle: Paddle;
  readonly #patience: Patience;

  constructor({ apiKey, apiUrl, patience }: PaddleAccess) {
    // Not documented, but a test holds it: the environment may be a URL.
    const environment = apiUrl === null ? {} : { environment: apiUrl.replace(/\/$/, "") as never };
    this.#paddle = new Paddle(apiKey, { ...environment, logLevel: LogLevel.none });
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

/** The SDK throws an `ApiError` for what Paddle says, and whatever fetch and JSON.parse throw for all else. */
function problemOf(error: unknown, name: string): SourceError {
  const provider = "paddle";
  if (error instanceof ApiError) {
    const { code, type, detail, retryAfter } = error;
    const problem = problems[code] ?? (type === "api_error" ? "unavailable" : "refused");
    const retryAfterMilliseconds = retryAfter === null ? null : retryAfter * 1_000;
    return new SourceError(problem, `Paddle refused to list ${name}: ${code}, ${detail}`, {
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
