import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { benchSecret } from "../signed-events.ts";

/** Six narrow rows an event: the event, its charge, an entry with two postings, and a line of the customer's wallet. */
export const floorTables = `
  create table events (no bigint primary key, id text not null unique, body text not null);
  create table charges (no bigint primary key, ref text not null unique, customer text, currency text, total bigint);
  create table entries (no bigint primary key, charge_no bigint, at bigint);
  create table postings (entry_no bigint, account bigint, amount bigint, primary key (entry_no, account));
  create table wallet_lines (wallet text, seq bigint, amount bigint, primary key (wallet, seq));
`;

/** What is stored of an event. */
export interface FloorRow {
  readonly no: number;
  readonly id: string;
  readonly body: string;
  readonly ref: string;
  readonly customer: string;
  readonly currency: string;
  readonly total: number;
}

/** How many events one commit takes; as many as ours. */
const largestBatch = 64;

/**
 * The floor that our server is measured from: Node's own HTTP, an HMAC over the bytes, JSON.parse, and one commit for all that
 * came while the last one ran. It answers after the commit, as ours does; it decides nothing.
 */
export function serveFloor({
  store,
  flushers,
}: {
  readonly store: (rows: readonly FloorRow[]) => Promise<void>;
  readonly flushers: number;
}): void {
  let waiting: { readonly row: FloorRow; readonly response: ServerResponse }[] = [];
  let flushing = 0;
  let no = 0;

  const flush = async (): Promise<void> => {
    if (flushing >= flushers || waiting.length === 0) return;
    flushing += 1;
    const batch = waiting.slice(0, largestBatch);
    waiting = waiting.slice(largestBatch);
    if (waiting.length > 0) setImmediate(() => void flush());
    await store(batch.map(({ row }) => row));
    for (const { row, response } of batch) answer(response, 200, { event_id: row.id, outcome: "applied" });
    flushing -= 1;
    setImmediate(() => void flush());
  };

  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    if (!isSigned(body, String(request.headers["paddle-signature"]))) return answer(response, 401, {});
    const { event_id: id, data } = JSON.parse(body);
    const { id: ref, customer_id: customer, currency_code: currency } = data;
    const total = Number(data.details.totals.total);
    no += 1;
    waiting.push({ row: { no, id, body, ref, customer, currency, total }, response });
    setImmediate(() => void flush());
  });
  server.listen(0, "127.0.0.1", () => {
    console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  process.on("SIGTERM", () => server.close(() => process.exit(0)));
}

function bodyOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => resolve(Buffer.concat(chunks).toString()));
  });
}

function isSigned(body: string, header: string): boolean {
  const [, at = "", digest = ""] = /^ts=(\d+);h1=([0-9a-f]{64})$/.exec(header) ?? [];
  const own = createHmac("sha256", benchSecret).update(`${at}:${body}`).digest();
  return timingSafeEqual(own, Buffer.from(digest, "hex"));
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}
