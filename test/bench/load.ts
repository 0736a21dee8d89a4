import { Client } from "undici";
import type { SignedEvents } from "./signed-events.ts";

export interface LoadResult {
  readonly perSecond: number;
  /** Milliseconds that half of the requests took at most, and 99 of 100. */
  readonly p50: number;
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
  const within = (share: number) => took[Math.floor(took.length * share)] ?? Number.NaN;
  return { perSecond: n / seconds, p50: within(0.5), p99: within(0.99) };
}

async function postOne(client: Client, events: SignedEvents): Promise<number> {
  const { body, signature } = events.next();
  const { name, signatureHeader } = events.provider;
  const started = performance.now();
  const answer = await client.request({
    method: "POST",
    path: `/webhooks/${name}`,
    headers: { "content-type": "application/json", [signatureHeader]: signature },
    body,
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200 || !text.includes('"applied"')) {
    throw new Error(`The server answered ${answer.statusCode} ${text}`);
  }
  return performance.now() - started;
}
