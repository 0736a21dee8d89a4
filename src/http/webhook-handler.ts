import type { IncomingMessage, ServerResponse } from "node:http";
import type { ProviderName } from "../domain/ids.ts";
import { type Received, receive } from "../services/receive.ts";
import type { Services } from "../services/services.ts";
import { type ProblemCode, sendProblem } from "./problem.ts";
import { discardBody, readRawBody, type WithBody } from "./raw-body.ts";

const largestBody = 2 * 2 ** 20;
/** How much of a refused body is read and thrown away, so that its sender gets to read why. */
const largestDiscard = 8 * largestBody;

export type WebhookHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

/** Counts deliveries by what was answered: an outcome, or a problem's code. */
export type DeliveryObserver = (provider: ProviderName, result: string) => void;

/**
 * Takes the providers' webhooks. It reads its own body and answers by itself, so it can be a server's only handler, or be
 * mounted in any framework that calls `(request, response, next)`: before any body parser, at any path whose last segment
 * names the provider.
 */
export function webhookHandler(services: Services, observe: DeliveryObserver = () => {}): WebhookHandler {
  return (request, response, next) => {
    const provider = providerOf(services, request.url ?? "/");
    if (provider === undefined) {
      if (next === undefined)
        sendProblem(response, "not_found", "Webhooks are posted to …/paddle or …/stripe.");
      else next();
      return;
    }
    handle(services, provider, request, response).then(
      (result) => observe(provider, result),
      (error: unknown) => {
        services.log.error({ provider, error: String(error) }, "A delivery could not be answered.");
        response.destroy();
      },
    );
  };
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
  provider: ProviderName,
  request: WithBody,
  response: ServerResponse,
): Promise<string> {
  const refuse = (code: ProblemCode, detail: string, headers: Record<string, string> = {}) => {
    sendProblem(response, code, detail, { headers });
    if (!request.readableEnded) discardBody(request, largestDiscard);
    return code;
  };
  if (request.method !== "POST")
    return refuse("method_not_allowed", "Webhooks are posted.", { allow: "POST" });
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding.toLowerCase() !== "identity")
    return refuse(
      "body_encoded",
      `Content-Encoding ${encoding} is not accepted: signatures are over plain bytes.`,
    );
  const raw = await readRawBody(request, largestBody);
  switch (raw.kind) {
    case "too_large":
      return refuse("body_too_large", `A webhook's body has at most ${largestBody} bytes.`);
    case "already_parsed":
      return refuse("body_already_parsed", alreadyParsed);
    case "gone":
      return "client_gone";
    case "body":
      return answer(services, provider, { request, response, body: raw.bytes });
    default:
      return raw satisfies never;
  }
}

const alreadyParsed =
  "Something parsed the body before the webhook handler, and a signature is over bytes. Mount the handler before any body " +
  'parser: app.use("/webhooks", tallyhook.webhooks) above app.use(express.json()).';

async function answer(
  services: Services,
  provider: ProviderName,
  { request, response, body }: { request: IncomingMessage; response: ServerResponse; body: Uint8Array },
): Promise<string> {
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
    services.log.error({ provider, error: String(error) }, "An event could not be stored.");
    sendProblem(response, "storage_unavailable", "The event could not be stored. Send it again later.");
    return "storage_unavailable";
  }
}

function send(response: ServerResponse, received: Received): string {
  switch (received.kind) {
    case "accepted": {
      const { eventId, outcome, reason } = received;
      const text = JSON.stringify({ event_id: eventId, outcome, reason });
      response.writeHead(200, {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(text),
      });
      response.end(text);
      return outcome;
    }
    case "refused":
      sendProblem(response, received.code, received.detail);
      return received.code;
    case "not_configured":
      sendProblem(response, "provider_not_configured", notConfigured(received.provider));
      return "provider_not_configured";
    default:
      return received satisfies never;
  }
}

function notConfigured(provider: ProviderName): string {
  return `Set ${provider.toUpperCase()}_WEBHOOK_SECRET to the secret of this destination, and start again.`;
}
