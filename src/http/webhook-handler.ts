import type { IncomingMessage, ServerResponse } from "node:http";
import type { ProviderName } from "../domain/ids.ts";
import { LimitedLog, type Log, millisecondsSince } from "../services/log.ts";
import { type Accepted, type Received, receive } from "../services/receive.ts";
import type { Services } from "../services/services.ts";
import { headersOfAll, type ProblemCode, sendProblem } from "./kit/problem.ts";
import { type BodyReader, discardBody, type WithBody } from "./kit/raw-body.ts";
import { underRequestId } from "./kit/request-id.ts";

const largestBody = 2 * 2 ** 20;

export type WebhookHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

/** What was answered to a delivery: that its event is stored, or a problem's code. */
export type Answered =
  | Accepted
  | {
      readonly kind: "refused";
      readonly code: ProblemCode | "client_gone";
      /** What is wrong on our side. */
      readonly error?: string;
    };

export interface AnsweredDelivery {
  readonly provider: ProviderName;
  readonly answered: Answered;
  readonly milliseconds: number;
}

/** Told of every delivery once it is answered. */
export type DeliveryObserver = (delivery: AnsweredDelivery) => void;

/**
 * Takes the providers' webhooks. It reads its own body and answers by itself, so it can be a server's only handler, or be
 * mounted in any framework that calls `(request, response, next)`: before any body parser, at any path whose last segment
 * names the provider.
 */
export function webhookHandler(
  services: Services,
  bodies: BodyReader,
  observe: DeliveryObserver = () => {},
): WebhookHandler {
  const journal = new DeliveryJournal(services.log);
  return (request, response, next) => {
    const provider = providerOf(services, request.url ?? "/");
    if (provider === undefined && next !== undefined) return next();
    underRequestId(response, () => {
      if (provider === undefined) {
        journal.writeStray();
        refuse(request, response, "not_found", "Webhooks are posted to …/paddle or …/stripe.");
        return;
      }
      const begun = performance.now();
      handle(services, bodies, provider, { request, response }).then(
        (answered) => {
          const delivery = { provider, answered, milliseconds: millisecondsSince(begun) };
          journal.write(delivery);
          observe(delivery);
        },
        (error: unknown) => {
          services.log.error({ provider, error: String(error) }, "A delivery could not be answered.");
          response.destroy();
        },
      );
    });
  };
}

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

/** Answers, and says what was answered. */
async function handle(
  services: Services,
  bodies: BodyReader,
  provider: ProviderName,
  { request, response }: { readonly request: WithBody; readonly response: ServerResponse },
): Promise<Answered> {
  const refuseFor = (code: ProblemCode, detail: string, headers: Record<string, string> = {}) =>
    refuse(request, response, code, detail, headers);
  if (request.method !== "POST")
    return refuseFor("method_not_allowed", "Webhooks are posted.", { allow: "POST" });
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding.toLowerCase() !== "identity")
    return refuseFor(
      "body_encoded",
      `Content-Encoding ${encoding} is not accepted: signatures are over plain bytes.`,
    );
  const raw = await bodies.read(request, largestBody);
  switch (raw.kind) {
    case "too_large":
      return refuseFor("body_too_large", `A webhook's body has at most ${largestBody} bytes.`);
    case "too_slow":
      return refuseFor("body_too_slow", raw.detail);
    case "already_parsed":
      return refuseFor("body_already_parsed", alreadyParsed);
    case "gone":
      return refused("client_gone");
    case "body":
      return answer(services, provider, { request, response, body: raw.bytes });
    default:
      return raw satisfies never;
  }
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  code: ProblemCode,
  detail: string,
  headers: Record<string, string> = {},
): Answered {
  sendProblem(response, code, detail, { headers });
  discardBody(request);
  return refused(code);
}

const alreadyParsed =
  "Something parsed the body before the webhook handler, and a signature is over bytes. Mount the handler before any body " +
  'parser: app.use("/webhooks", tallyhook.webhooks) above app.use(express.json()).';

async function answer(
  services: Services,
  provider: ProviderName,
  { request, response, body }: { request: IncomingMessage; response: ServerResponse; body: Uint8Array },
): Promise<Answered> {
  const header = services.providers.get(provider)?.provider.signatureHeader ?? "";
  const signature = request.headers[header];
  const delivery = {
    provider,
    body,
    signature: typeof signature === "string" ? signature : undefined,
    receivedAt: services.clock.now(),
  };
  try {
    return send(response, await receive(services, delivery));
  } catch (error) {
    sendProblem(response, "storage_unavailable", "The event could not be stored. Send it again later.");
    return { kind: "refused", code: "storage_unavailable", error: String(error) };
  }
}

const refused = (code: ProblemCode | "client_gone"): Answered => ({ kind: "refused", code });

function send(response: ServerResponse, received: Received): Answered {
  switch (received.kind) {
    case "accepted": {
      const { eventId, outcome, reason } = received;
      const text = JSON.stringify({ event_id: eventId, outcome, reason });
      response.writeHead(200, {
        ...headersOfAll,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(text),
      });
      response.end(text);
      return received;
    }
    case "refused":
      sendProblem(response, received.code, received.detail);
      return refused(received.code);
    case "not_configured":
      sendProblem(response, "provider_not_configured", notConfigured(received.provider));
      return refused("provider_not_configured");
    default:
      return received satisfies never;
  }
}

function notConfigured(provider: ProviderName): string {
  return `Set ${provider.toUpperCase()}_WEBHOOK_SECRET to the secret of this destination, and start again.`;
}
