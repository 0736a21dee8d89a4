import type { IncomingMessage, ServerResponse } from "node:http";
import type { ProviderName } from "../domain/ids.ts";
import { setting } from "../domain/setting.ts";
import { type Accepted, type Received, receive } from "../services/inbox/receive.ts";
import { inRequest, LimitedLog, type Log, millisecondsSince } from "../services/kit/log.ts";
import type { Services } from "../services/services.ts";
import { headersOfAll, type ProblemCode, problemAnswer } from "./kit/problem.ts";
import {
  afterWhatCameIn,
  type BodyReader,
  discardBody,
  GrowingBuffer,
  notWholeAfter,
  type RawBody,
  type WithBody,
} from "./kit/raw-body.ts";
import { newRequestId, underRequestId } from "./kit/request-journal.ts";

const largestBody = 2 * 2 ** 20;

export type WebhookHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

/** What was answered to a delivery: that its event is stored, or a problem's code. */
export type DeliveryAnswer =
  | Accepted
  | {
      readonly kind: "refused";
      readonly code: ProblemCode | "client_gone";
      /** What is wrong on our side. */
      readonly error?: string;
    };

export interface AnsweredDelivery {
  readonly provider: ProviderName;
  readonly answered: DeliveryAnswer;
  readonly milliseconds: number;
}

/** Told of every delivery once it is answered. */
export type DeliveryObserver = (delivery: AnsweredDelivery) => void;

/** The providers' webhooks, from whatever brings them. */
export interface Webhooks {
  readonly handler: WebhookHandler;
  readonly handleRequest: (request: Request) => Promise<Response>;
}

/**
 * Takes the providers' webhooks. It reads its own body and answers by itself. The handler can be a server's only one, or be mounted
 * in any framework that calls `(request, response, next)`: before any body parser, at any path whose last segment names the
 * provider. Whoever has a `Request` is given a `Response`.
 */
export function webhooksOf(
  services: Services,
  bodies: BodyReader,
  observe: DeliveryObserver = () => {},
): Webhooks {
  const journal = new DeliveryJournal(services.log);
  const observed = async (provider: ProviderName, asked: Asked) => {
    const begun = performance.now();
    const { answered, answer } = await deliver(services, provider, asked);
    const delivery = { provider, answered, milliseconds: millisecondsSince(begun) };
    return {
      answer,
      say: () => {
        journal.write(delivery);
        observe(delivery);
      },
    };
  };
  const stray = () => {
    journal.writeStray();
    return problemAnswer("not_found", "Webhooks are posted to …/paddle or …/stripe.");
  };
  const handler: WebhookHandler = (request, response, next) => {
    const provider = providerOf(services, request.url ?? "/");
    if (provider === undefined && next !== undefined) return next();
    underRequestId(response, () => {
      if (provider === undefined) {
        send(response, stray());
        return discardBody(request);
      }
      observed(provider, askedOf(request, bodies)).then(
        ({ answer, say }) => {
          if (answer !== null) send(response, answer);
          if (answer !== null && answer.status !== 200) discardBody(request);
          say();
        },
        (error: unknown) => {
          services.log.error({ provider, error: String(error) }, "A delivery could not be answered.");
          response.destroy();
        },
      );
    });
  };
  const handleRequest = (request: Request): Promise<Response> => {
    const id = newRequestId();
    return inRequest(id, async () => {
      const provider = providerOf(services, new URL(request.url).pathname);
      const asked: Asked = {
        method: request.method,
        header: (name) => request.headers.get(name) ?? undefined,
        read: (limit) => readRequest(request, limit, bodies.bounds.milliseconds),
      };
      if (provider === undefined) return responseOf(id, stray());
      const { answer, say } = await observed(provider, asked);
      say();
      return responseOf(id, answer ?? problemAnswer("request_invalid", "The body broke off."));
    });
  };
  return { handler, handleRequest };
}

function askedOf(request: WithBody, bodies: BodyReader): Asked {
  return {
    method: request.method,
    header: (name) => {
      const value = request.headers[name];
      return typeof value === "string" ? value : undefined;
    },
    read: (limit) => bodies.read(request, limit),
  };
}

function send(response: ServerResponse, { status, headers, text }: NonNullable<Outcome["answer"]>): void {
  response.writeHead(status, headers);
  response.end(text);
}

const responseOf = (id: string, { status, headers, text }: NonNullable<Outcome["answer"]>): Response =>
  new Response(text, { status, headers: { ...headers, "request-id": id } });

/** One line a delivery; of those that are refused, which anybody can cause, only so many. */
class DeliveryJournal {
  readonly #log: Log;
  readonly #limited: LimitedLog;

  constructor(log: Log) {
    this.#log = log;
    this.#limited = new LimitedLog(log);
  }

  /** One that names no provider. */
  writeStray(): void {
    this.#limited.say("warn", "A delivery was refused.", { code: "not_found" });
  }

  write({ provider, answered, milliseconds }: AnsweredDelivery): void {
    if (answered.kind === "refused") {
      const { code, error } = answered;
      if (error === undefined)
        this.#limited.say("warn", "A delivery was refused.", { provider, code }, { milliseconds });
      else this.#limited.say("error", "An event could not be stored.", { provider }, { error, milliseconds });
    } else {
      const { eventId: event_id, type, outcome, reason } = answered;
      const why = reason === null ? {} : { reason };
      this.#log.info({ provider, event_id, type, outcome, ...why, milliseconds }, "An event was delivered.");
    }
  }
}

/** The last segment of the path: a framework that mounts the handler has cut what stands before it. */
function providerOf({ providers }: Services, url: string): ProviderName | undefined {
  const query = url.indexOf("?");
  const path = (query < 0 ? url : url.slice(0, query)).replace(/\/$/, "");
  const segment = path.slice(path.lastIndexOf("/") + 1);
  return providers.has(segment) ? segment : undefined;
}

/** One delivery, whichever way it came in. */
interface Asked {
  readonly method: string | undefined;
  header(name: string): string | undefined;
  read(limit: number): Promise<RawBody>;
}

/** What it is answered with; nothing, if nobody is left to answer. */
interface Outcome {
  readonly answered: DeliveryAnswer;
  readonly answer: {
    readonly status: number;
    readonly headers: Record<string, string>;
    readonly text: string;
  } | null;
}

async function deliver(services: Services, provider: ProviderName, asked: Asked): Promise<Outcome> {
  if (asked.method !== "POST")
    return refused("method_not_allowed", "Webhooks are posted.", { allow: "POST" });
  const encoding = asked.header("content-encoding") ?? "identity";
  if (encoding.toLowerCase() !== "identity")
    return refused(
      "body_encoded",
      `Content-Encoding ${encoding} is not accepted: signatures are over plain bytes.`,
    );
  const raw = await asked.read(largestBody);
  switch (raw.kind) {
    case "too_large":
      return refused("body_too_large", `A webhook's body has at most ${largestBody} bytes.`);
    case "too_slow":
      return refused("body_too_slow", raw.detail);
    case "already_parsed":
      return refused("body_already_parsed", alreadyParsed);
    case "gone":
      return { answered: { kind: "refused", code: "client_gone" }, answer: null };
    case "body":
      return take(services, provider, asked, raw.bytes);
    default:
      return raw satisfies never;
  }
}

const alreadyParsed =
  "Something parsed the body before the webhook handler, and a signature is over bytes. Mount the handler before any body " +
  'parser: app.use("/webhooks", tallyhook.webhooks) above app.use(express.json()).';

async function take(
  services: Services,
  provider: ProviderName,
  { header }: Asked,
  body: Uint8Array,
): Promise<Outcome> {
  const signature = header(services.providers.get(provider)?.provider.signatureHeader ?? "");
  const delivery = { provider, body, signature, receivedAt: services.clock.now() };
  try {
    return outcomeOf(await receive(services, delivery));
  } catch (error) {
    const { answer } = refused("storage_unavailable", "The event could not be stored. Send it again later.");
    return { answered: { kind: "refused", code: "storage_unavailable", error: String(error) }, answer };
  }
}

function refused(code: ProblemCode, detail: string, headers: Record<string, string> = {}): Outcome {
  return { answered: { kind: "refused", code }, answer: problemAnswer(code, detail, { headers }) };
}

function outcomeOf(received: Received): Outcome {
  switch (received.kind) {
    case "accepted": {
      const { eventId, outcome, reason } = received;
      const text = JSON.stringify({ event_id: eventId, outcome, reason });
      const headers = {
        ...headersOfAll,
        "content-type": "application/json",
        "content-length": String(Buffer.byteLength(text)),
      };
      return { answered: received, answer: { status: 200, headers, text } };
    }
    case "refused":
      return refused(received.code, received.detail);
    case "not_configured":
      return refused("provider_not_configured", notConfigured(received.provider));
    default:
      return received satisfies never;
  }
}

function notConfigured(provider: ProviderName): string {
  const variable = setting(`${provider.toUpperCase()}_WEBHOOK_SECRET`);
  return `Set ${variable} to the secret of this destination, and start again.`;
}

async function readRequest(request: Request, limit: number, milliseconds: number): Promise<RawBody> {
  if (request.bodyUsed) return { kind: "already_parsed" };
  if (Number(request.headers.get("content-length") ?? 0) > limit) return { kind: "too_large" };
  const reader = request.body?.getReader();
  if (reader === undefined) return { kind: "body", bytes: new Uint8Array() };
  const buffer = new GrowingBuffer();
  let isLate = false;
  const timer = afterWhatCameIn(milliseconds, () => {
    isLate = true;
    reader.cancel().catch(() => {});
  });
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      if (buffer.length + piece.value.length > limit) {
        reader.cancel().catch(() => {});
        return { kind: "too_large" };
      }
      buffer.add(Buffer.from(piece.value));
    }
    if (isLate) return { kind: "too_slow", detail: notWholeAfter(milliseconds) };
    return { kind: "body", bytes: buffer.take() };
  } catch {
    return { kind: "gone" };
  } finally {
    clearTimeout(timer);
  }
}
