import { type Environment, readConfig } from "../../src/config.ts";
import type { OwnProvider } from "../../src/domain/ids.ts";
import type { Clock, Instant } from "../../src/domain/time.ts";
import { type Composition, compose } from "../../src/tallyhook.ts";
import { signedHeaders } from "../../src/testing/signing.ts";

const secrets = { paddle: "pdl_ntfset_of-the-witness", stripe: "whsec_of-the-witness" };
const apiKey = "of-the-witness-in-finance";
const second = 1_000_000_000n;
/** It stands still but where the witness sets it forward. */
class SetClock implements Clock {
  #now: Instant = 1_780_272_000_000_000_000n;
  now = (): Instant => this.#now;
  /** Never backwards; it is later than before in any case. */
  setTo(at: Instant): void {
    this.#now = at > this.#now ? at : this.#now + second;
  }
}

/** What nobody can fix from outside, and what stands for it in a record. */
const placeholders: readonly (readonly [RegExp, string])[] = [
  [/\breq_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "req_(random)"],
  [/"address":"[\w-]{43}"/g, '"address":"(random)"'],
  // A place after an action, whose id is random.
  [/\bYWN0aW9ucyBhY3Rf[\w-]+/g, "(a place)"],
  [/\b(act|aud)_[0-9a-f]{32}\b/g, "$1_(random)"],
  [/http:\/\/127\.0\.0\.1:\d+/g, "http://127.0.0.1:(any)"],
];

/** The whole program on a database of its own, asked over HTTP, one request after the other: each a second later. */
export class House {
  readonly clock: SetClock;
  readonly tallyhook: Composition;
  readonly #url: string;
  readonly #close: () => Promise<void>;
  /** All that was written, and what was answered. */
  readonly written: string[] = [];

  private constructor(
    tallyhook: Composition,
    clock: SetClock,
    server: { url: string; stop(): Promise<void> },
  ) {
    this.tallyhook = tallyhook;
    this.clock = clock;
    this.#url = server.url;
    this.#close = async () => {
      await server.stop();
      await tallyhook.close();
    };
  }

  static async open(databaseUrl: string, environment: Environment): Promise<House> {
    const config = readConfig({
      PORT: "0",
      DATABASE_URL: databaseUrl,
      INSTALLATION_KEY: "of-the-witness-and-of-nobody-else",
      LOG_LEVEL: "error",
      // What is done in the background would be done at another moment each time: the witness says when.
      WORKERS: "off",
      PADDLE_WEBHOOK_SECRET: secrets.paddle,
      STRIPE_WEBHOOK_SECRET: secrets.stripe,
      API_KEYS: `witness:finance:${apiKey}`,
      ...environment,
    });
    const clock = new SetClock();
    const tallyhook = await compose(config, {
      clock,
      // Two at once are stored in whichever order they come to be.
      batchesAtOnce: 1,
    });
    return new House(tallyhook, clock, await tallyhook.listen());
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** Delivers an event, signed as its provider does, at this moment at the earliest. */
  async deliver(provider: OwnProvider, body: string, at: Instant = 0n): Promise<void> {
    this.clock.setTo(at);
    const headers = signedHeaders(provider, body, {
      secret: secrets[provider],
      time: Number(this.clock.now() / second),
    });
    const { text, head } = await this.#ask(`/webhooks/${provider}`, { method: "POST", headers, body });
    this.written.push(`POST /webhooks/${provider}\n${head}\n${text}\n`);
  }

  /** Writes through the API; gives what was answered. */
  // biome-ignore lint/suspicious/noExplicitAny: an answer of the API is looked into, field by field.
  async write(path: string, body: object | string, method: "POST" | "PUT" = "POST"): Promise<any> {
    this.clock.setTo(0n);
    const isText = typeof body === "string";
    const { text, head } = await this.#ask(path, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        "content-type": isText ? "text/csv" : "application/json",
        "idempotency-key": `witness-${this.written.length}`,
      },
      body: isText ? body : JSON.stringify(body),
    });
    this.written.push(
      `${method} ${path}\n${isText ? "(a report)" : JSON.stringify(body)}\n${head}\n${text}\n`,
    );
    return JSON.parse(text);
  }

  /** Reads, and gives the answer as it came. */
  async read(path: string): Promise<{ readonly head: string; readonly text: string }> {
    return this.#ask(path, { headers: { authorization: `Bearer ${apiKey}` } });
  }

  async #ask(path: string, request: RequestInit) {
    const response = await fetch(`${this.#url}${path}`, request);
    const text = placeholders.reduce(
      (said, [what, stands]) => said.replace(what, stands),
      await response.text(),
    );
    const file = response.headers.get("content-disposition");
    const type = response.headers.get("content-type");
    return { head: `${response.status} ${type}${file === null ? "" : ` ${file}`}`, text };
  }
}
