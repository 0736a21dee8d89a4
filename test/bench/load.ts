import { Client } from "undici";
import type { SignedEvents } from "./signed-events.ts";

export interface LoadResult {
  readonly perSecond: number;
  /** Milliseconds that 99 of 100 requests took at most. */
  readonly p99: number;
}

/**
 * Posts `n` signed events over `connections` keep-alive connections, one request at a time on each.
 * @throws if any answer is not the expected one: a benchmark of wrong answers says nothing
 */
export async function postEvents(
  origin: string,
  events: SignedEvents,
  { n, connections }: { n: number; connections: number },
): Promise<LoadResult> {
  const clients = Array.from({ length: connections }, () => new Client(origin));
  const took: number[] = [];
  let left = n;
  const started = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      while (left > 0) {
        left -= 1;
        took.push(await postOne(client, events));
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  await Promise.all(clients.map((client) => client.close()));
  took.sort((a, b) => a - b);
  return { perSecond: n / seconds, p99: took[Math.floor(took.length * 0.99)] ?? Number.NaN };
}

async function postOne(client: Client, events: SignedEvents): Promise<number> {
  const { body, signature } = events.next();
  const started = performance.now();
  const answer = await client.request({
    method: "POST",
    path: "/webhooks/paddle",
    headers: { "content-type": "application/json", "paddle-signature": signature },
    body,
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200 || !text.includes('"applied"')) {
    throw new Error(`The server answered ${answer.statusCode} ${text}`);
  }
  return performance.now() - started;
}
