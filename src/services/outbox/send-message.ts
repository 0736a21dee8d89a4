import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import { Webhook } from "standardwebhooks";
import type { DeliveryResult } from "../../domain/outbox/delivery.ts";
import { formatInstant, type Instant, toUnixMilliseconds } from "../../domain/time.ts";
import { isPrivateHost, publicLookup } from "./public-address.ts";

/** Where messages go. */
export interface OutboxTarget {
  readonly url: string;
  /** `whsec_…` */
  readonly secret: string;
  /** Whether the address may be this machine's or one of a private network. */
  readonly allowPrivate: boolean;
}

/** What is sent of a message. */
export interface SentMessage {
  readonly id: string;
  readonly type: string;
  /** JSON. */
  readonly data: string;
  readonly createdAt: Instant;
}

export interface Sender {
  /** One try. Whatever the network does is a result; nothing is thrown. */
  send(message: SentMessage, at: Instant): Promise<DeliveryResult>;
  /** Lets the connections go. */
  close(): void;
}

export interface SenderOptions {
  /** From the first byte to the last; the lease of a message is far longer. */
  readonly timeoutMilliseconds?: number;
  /** Resolves names; the system's by default. */
  readonly lookup?: LookupFunction;
}

const defaultTimeoutMilliseconds = 10_000;
/** Of an answer's body, which nobody reads, so much is taken in that the connection can be used again. */
const largestAnswer = 64 * 1024;

/** Sends messages over HTTP as Standard Webhooks describes: signed, without following redirects. */
export function createSender(target: OutboxTarget, options: SenderOptions = {}): Sender {
  const url = new URL(target.url);
  const webhook = new Webhook(target.secret);
  const isTls = url.protocol === "https:";
  const agent = isTls ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const lookup = target.allowPrivate ? options.lookup : publicLookup(options.lookup);
  const isRefused = !target.allowPrivate && isPrivateHost(url);
  const post = (headers: Record<string, string>, signal: AbortSignal) =>
    (isTls ? httpsRequest : httpRequest)(url, {
      method: "POST",
      headers,
      agent,
      signal,
      ...(lookup === undefined ? {} : { lookup }),
    });
  return {
    send: async (message, at) => {
      if (isRefused) return refused("address_refused");
      const body = bodyOf(message);
      const signal = AbortSignal.timeout(options.timeoutMilliseconds ?? defaultTimeoutMilliseconds);
      return exchange(post(headersOf(webhook, message.id, body, at), signal), body);
    },
    close: () => agent.destroy(),
  };
}

/** The data is spliced in as it is stored: nothing is parsed and written anew on its way. */
function bodyOf({ type, data, createdAt }: SentMessage): string {
  return `{"type":${JSON.stringify(type)},"timestamp":${JSON.stringify(formatInstant(createdAt))},"data":${data}}`;
}

function headersOf(webhook: Webhook, id: string, body: string, at: Instant): Record<string, string> {
  const date = new Date(toUnixMilliseconds(at));
  return {
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    "user-agent": "tallyhook",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(date.getTime() / 1000)),
    "webhook-signature": webhook.sign(id, date, body),
  };
}

/** The status alone decides; an answer that goes on for too long is cut off after it did. */
function exchange(request: ClientRequest, body: string): Promise<DeliveryResult> {
  return new Promise((resolve) => {
    // Its listener stays: an error after the answer would end the process.
    request.on("error", (error) => resolve(refused(reasonOf(error))));
    request.on("response", (response) => {
      discard(response);
      resolve(resultOf(response.statusCode ?? 0));
    });
    request.end(body);
  });
}

function discard(response: IncomingMessage): void {
  let length = 0;
  response.on("error", () => {});
  response.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length > largestAnswer) response.destroy();
  });
}

function resultOf(status: number): DeliveryResult {
  if (status >= 200 && status < 300) return { kind: "accepted" };
  return refused(status >= 300 && status < 400 ? `redirected_${status}` : `status_${status}`);
}

/** A stable word, with the code of the socket's or TLS's error where there is one. */
function reasonOf(error: Error): string {
  const { code, name } = error as NodeJS.ErrnoException;
  if (name === "AbortError" || name === "TimeoutError") return "timed_out";
  if (code === "address_refused") return code;
  return code === undefined ? "connection_failed" : `connection_failed ${code}`;
}

const refused = (error: string): DeliveryResult => ({ kind: "refused", error });
