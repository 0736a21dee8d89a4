import type { OwnProvider } from "../../domain/ids.ts";
import type { Instant } from "../../domain/time.ts";
import { signatureHeader } from "../../tallyhook.ts";
import type { RecordedEvent } from "./cases.ts";

/** What a delivery was answered. */
export interface DeliveryReply {
  readonly event_id: string | null;
  /** The event's outcome, or `refused` with the problem's code as the reason. */
  readonly outcome: string;
  readonly reason: string | null;
}

/** A row of the API. */
export type ApiRow = Readonly<Record<string, unknown>> & { readonly id: string };

export interface TargetOptions {
  /** Of the server, without a path. */
  readonly url: string;
  readonly secrets: Readonly<Partial<Record<OwnProvider, string>>>;
  /** Without one, only webhooks can be posted. */
  readonly apiKey: string | null;
  /** The time that signatures are made at. */
  now(): Instant;
}

/** A running server, as a provider and a reader see it: over HTTP alone. */
export class Target {
  readonly #options: TargetOptions;

  constructor(options: TargetOptions) {
    this.#options = options;
  }

  get canRead(): boolean {
    return this.#options.apiKey !== null;
  }

  /** Signs a body and posts it. */
  async post({ provider, body }: RecordedEvent): Promise<DeliveryReply> {
    const { url, secrets, now } = this.#options;
    const secret = secrets[provider];
    const header = secret === undefined ? undefined : signatureHeader(provider, body, { secret, at: now() });
    const response = await fetch(`${url}/webhooks/${provider}`, {
      method: "POST",
      body: Buffer.from(body),
      headers: {
        "content-type": "application/json",
        ...(header === undefined ? {} : { [header.name]: header.value }),
      },
    });
    const answer = await documentOf<Partial<DeliveryReply & { code: string }>>(response);
    if (!response.ok) return { event_id: null, outcome: "refused", reason: answer.code ?? null };
    const { event_id = null, outcome = "", reason = null } = answer;
    return { event_id, outcome, reason };
  }

  /** @throws Error if it is not answered with 200 */
  async get<Answer>(path: string): Promise<Answer> {
    return this.#answerOf(path, await this.#ask(path));
  }

  /** The same; `undefined` if there is no such thing. */
  async find<Answer>(path: string): Promise<Answer | undefined> {
    const response = await this.#ask(path);
    return response.status === 404 ? undefined : this.#answerOf(path, response);
  }

  /** Every row of a list, page by page. */
  async list(path: string): Promise<ApiRow[]> {
    const rows: ApiRow[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? "?limit=200" : `?limit=200&cursor=${cursor}`;
      const page: { data: ApiRow[]; next_cursor: string | null } = await this.get(`${path}${query}`);
      rows.push(...page.data);
      cursor = page.next_cursor;
    } while (cursor !== null);
    return rows;
  }

  #ask(path: string): Promise<Response> {
    const { url, apiKey } = this.#options;
    return fetch(`${url}${path}`, { headers: { authorization: `Bearer ${apiKey}` } });
  }

  async #answerOf<Answer>(path: string, response: Response): Promise<Answer> {
    const answer = await documentOf<Answer & { code?: string; detail?: string }>(response);
    if (response.ok) return answer;
    throw new UnexpectedAnswer(
      `GET ${path} was answered ${response.status} ${answer.code}: ${answer.detail}`,
    );
  }
}

/** The server is none of ours, or does not let us read. */
class UnexpectedAnswer extends Error {
  readonly code = "unexpected_answer";
}

async function documentOf<Document>(response: Response): Promise<Document> {
  try {
    return (await response.json()) as Document;
  } catch {
    throw new UnexpectedAnswer(`${response.url} was answered ${response.status}, and with no JSON.`);
  }
}
