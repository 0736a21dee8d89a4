import { lookup as systemLookup } from "node:dns";
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { Webhook } from "standardwebhooks";
import type { DeliveryResult } from "../../domain/outbox/delivery.ts";
import { formatInstant, type Instant, toUnixMilliseconds } from "../../domain/time.ts";

/** Thrown where a message would go to this machine or into a private network. */
class AddressRefused extends Error {
  readonly code = "address_refused";
  constructor(host: string) {
    super(`${host} is no public address.`);
  }
}

/** IPv4 addresses that are nobody's on the internet (IANA's registry of special-purpose addresses). */
const special4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const;

/** Within the only IPv6 addresses that are routed (2000::/3), those that are special or carry an IPv4 address. */
const special6 = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const;

const blocked4 = new BlockList();
for (const [network, prefix] of special4) blocked4.addSubnet(network, prefix, "ipv4");
const blocked6 = new BlockList();
for (const [network, prefix] of special6) blocked6.addSubnet(network, prefix, "ipv6");
const routed6 = new BlockList();
routed6.addSubnet("2000::", 3, "ipv6");

/** Whether an IP address belongs to the public internet. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !blocked4.check(address, "ipv4");
    case 6:
      return routed6.check(address, "ipv6") && !blocked6.check(address, "ipv6");
    default:
      return false;
  }
}

/** Whether a URL's host is an IP address, or a name of this machine, that can never be public. */
export function isPrivateHost(url: URL): boolean {
  const host = hostOf(url);
  return host === "localhost" || host.endsWith(".localhost") || (isIP(host) !== 0 && !isPublicAddress(host));
}

/** The host without the brackets that IPv6 addresses have in URLs. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

/**
 * Resolves names for a connection, to public addresses only. What is checked here is what is connected to: a name that
 * resolves to another address by the time of the next connection is checked again then.
 */
export function publicLookup(lookup: LookupFunction = systemLookup): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, []);
      const addresses = Array.isArray(found) ? found.filter(({ address }) => isPublicAddress(address)) : [];
      const [first] = addresses;
      if (first === undefined) return callback(new AddressRefused(host), []);
      return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };
}

interface Named {
  readonly id?: string;
  readonly charge_id?: string | null;
  readonly provider?: string;
}

/** Where a person looks into it, below the console. */
const pages: Readonly<Record<string, (data: Named) => string>> = {
  "discrepancy.opened": ({ id, charge_id: charge }) =>
    id !== undefined ? `/discrepancies/${id}` : charge == null ? "/discrepancies" : `/charges/${charge}`,
  "verdict.turned": () => "/",
  "provider.silent": ({ provider }) => `/events?provider=${encodeURIComponent(provider ?? "")}`,
};

/** Messages that a person has to look into lead there, where it is known under which address people come. */
export function withLinks(sender: Sender, publicUrl: string | null): Sender {
  if (publicUrl === null) return sender;
  const base = `${publicUrl.replace(/\/$/, "")}/console`;
  return { ...sender, send: (message, at) => sender.send(linked(message, base), at) };
}

function linked(message: SentMessage, base: string): SentMessage {
  const page = pages[message.type];
  if (page === undefined) return message;
  const url = `${base}${page(JSON.parse(message.data) as Named)}`;
  return { ...message, data: `${message.data.slice(0, -1)},"url":${JSON.stringify(url)}}` };
}

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
