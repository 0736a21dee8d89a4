import Stripe from "stripe";
import { isRecord } from "../kit/json.ts";
import { type ListedObjectRow, rowsOf } from "../kit/listed-rows.ts";
import { asking, type Patience } from "../kit/patience.ts";
import { SourceError, type SourceProblem } from "../kit/source-error.ts";
import { boundedClient } from "./bounded-client.ts";

export interface StripeAccess {
  readonly apiKey: string;
  /** `null`: Stripe's own. */
  readonly apiUrl: string | null;
  readonly patience: Patience;
}

export interface RawPage {
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
  if (!(error instanceof Stripe.errors.StripeError)) {
    return new SourceError("unreadable", `What Stripe answered for ${name} cannot be read.`, { provider });
  }
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
  return new SourceError(code, `Stripe could not list ${name}: ${detail}`, {
    provider,
    retryAfterMilliseconds,
  });
}

function codeOf(error: InstanceType<typeof Stripe.errors.StripeError>): SourceProblem {
  const { statusCode: status = 0, message } = error;
  if (/aborted due to timeout/.test(message)) return "timed_out";
  if (status === 429) return "rate_limited";
  if (status === 401) return "unauthenticated";
  if (status === 403) return "forbidden";
  // A cursor that names an object which is gone.
  if (status === 400 && /^No such/.test(message)) return "list_changed";
  if (status === 400 || status === 402) return "refused";
  return /Invalid JSON/.test(message) ? "unreadable" : "unavailable";
}
