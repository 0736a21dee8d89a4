import type { OwnProvider } from "../domain/ids.ts";
import type { TallyhookOptions } from "../library/options.ts";
import type { OutboxFunction, OutboxMessage } from "../library/outbox.ts";
import type { Tallyhook } from "../library.ts";
import { type Body, sign, textOf } from "./sign.ts";

/** What a test may say of it; the rest is chosen so that nothing but memory is needed. */
export interface TestTallyhookOptions
  extends Pick<TallyhookOptions, "policy" | "clock" | "mode" | "otherProviders" | "logger"> {
  /** The app's own, if the test is about it: it is told besides `messages()`. */
  readonly outbox?: OutboxFunction;
}

/** What became of a delivery. */
export interface Delivered {
  /** Of the answer: 200, or why it was refused. */
  readonly status: number;
  /** As the provider names it; `null` if it was refused. */
  readonly eventId: string | null;
  /** `applied`, `duplicate`, `ignored`, `waiting`, `parked` or `failed`; `null` if it was refused. */
  readonly outcome: string | null;
  /** A stable code with what it is about; `null` where the outcome needs none. */
  readonly reason: string | null;
  /** Of a refusal. */
  readonly code: string | null;
  /** Of a refusal, for people. */
  readonly detail: string | null;
}

/** Tallyhook in memory, for a test. */
export interface TestTallyhook extends Tallyhook {
  /** Signs an event as its provider would, and delivers it; several one after the other, and then it tells of the last. */
  post(body: Body | readonly Body[]): Promise<Delivered>;
  /** Does all that is due (expiry, retries, the outbox) and resolves when nothing is left to be done now. */
  settled(): Promise<void>;
  /** What the app was told until now; call `settled()` before. */
  messages(): readonly OutboxMessage[];
  /** What deliveries are signed with, for tests that post by themselves. */
  readonly secrets: Readonly<Record<OwnProvider, string>>;
}

const secrets = {
  paddle: "pdl_ntfset_of_tests_alone",
  stripe: "whsec_of_tests_alone",
} as const satisfies Record<OwnProvider, string>;

/** So that a wallet has the same id in every run. */
const installationKey = "of-the-tests-of-an-app-that-has-tallyhook";

/** So many rounds find something to do only if each makes more. */
const mostRounds = 1_000;

/**
 * Tallyhook in memory, without a port and without workers: nothing happens but what the test does.
 *
 * ```ts
 * const tallyhook = await createTestTallyhook({ policy });
 * await tallyhook.post(paddle.transaction({ customer: "ctm_1", total: 1999 }));
 * await tallyhook.wallet({ owner: "paddle:ctm_1", currency: "USD" }).balance();
 * await tallyhook.close();
 * ```
 * @throws ConfigurationError with every mistake in the options
 */
export async function createTestTallyhook(options: TestTallyhookOptions = {}): Promise<TestTallyhook> {
  const { createTallyhook } = await import("../library.ts");
  const told: OutboxMessage[] = [];
  const { outbox, clock = { now: () => new Date() }, ...rest } = options;
  const tallyhook = await createTallyhook({
    installationKey,
    databaseUrl: "sqlite::memory:",
    paddle: { webhookSecrets: secrets.paddle },
    stripe: { webhookSecrets: secrets.stripe },
    ...rest,
    clock,
    workers: false,
    outbox: async (message) => {
      await outbox?.(message);
      told.push(message);
    },
  });
  const deliver = async (body: Body): Promise<Delivered> => {
    const text = textOf(body);
    const provider = providerOf(text);
    const at = clock.now();
    const moment = typeof at === "bigint" ? new Date(Number(at / 1_000_000n)) : at;
    const headers = sign(provider, text, { secret: secrets[provider], at: moment });
    const request = new Request(`http://localhost/webhooks/${provider}`, {
      method: "POST",
      body: text,
      headers,
    });
    const response = await tallyhook.handleWebhook(request);
    const { event_id = null, ...answer } = (await response.json()) as Record<string, string>;
    const none = { outcome: null, reason: null, code: null, detail: null };
    const { outcome, reason, code, detail } = { ...none, ...answer };
    return { status: response.status, eventId: event_id, outcome, reason, code, detail };
  };
  return {
    ...tallyhook,
    secrets,
    post: async (body) => {
      const bodies = Array.isArray(body) ? (body as readonly Body[]) : [body as Body];
      let last: Delivered | undefined;
      for (const one of bodies) last = await deliver(one);
      if (last === undefined) throw new TypeError("post: there is nothing to be posted");
      return last;
    },
    settled: async () => {
      for (let rounds = 0; rounds < mostRounds; rounds += 1) {
        const { complete, failed, events, expired, messages } = await tallyhook.runDue({ seconds: 60 });
        if (failed.length > 0) throw new Error(`It could not be settled: ${failed.join(", ")} failed.`);
        if (complete && events + expired + messages === 0) return;
      }
      throw new Error("It does not settle: each round finds more that is due.");
    },
    messages: () => [...told],
  };
}

/** Whose event it is: Stripe's say that they are events. */
function providerOf(text: string): OwnProvider {
  try {
    const { object, event_type } = (JSON.parse(text) ?? {}) as { object?: unknown; event_type?: unknown };
    if (event_type !== undefined) return "paddle";
    if (object === "event" || object === "v2.core.event") return "stripe";
  } catch {
    // Below.
  }
  throw new TypeError("post: must be an event of Paddle's or Stripe's, as their webhooks post it");
}
