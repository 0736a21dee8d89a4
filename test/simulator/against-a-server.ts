import { shuffled } from "../../src/cli/post.ts";
import type { Environment } from "../../src/config.ts";
import {
  type ApiBooks,
  type ApiRow,
  type Disagreement,
  disagreements,
} from "../../src/simulator/comparison.ts";
import { deliver, type Outcomes } from "../../src/simulator/deliver.ts";
import type { Emission } from "../../src/simulator/emission.ts";
import type { Truth } from "../../src/simulator/true-books.ts";
import { keys, type Running, secret, startTallyhook } from "../http/running.ts";

const stripeSecret = "whsec_of-the-tests";

/** The whole program on a database of its own, ready for events of both providers. */
export function startServer(databaseUrl: string, environment: Environment = {}): Promise<Running> {
  return startTallyhook(databaseUrl, { STRIPE_WEBHOOK_SECRET: stripeSecret, ...environment });
}

export function post({ url }: Running, emissions: readonly Emission[], inFlight = 1): Promise<Outcomes> {
  const now = () => Math.floor(Date.now() / 1000);
  return deliver(emissions, { url, secrets: { paddle: secret, stripe: stripeSecret }, inFlight, now });
}

/** Every event at least once and some three times, in an order of nobody's choosing. */
export function scrambled(emissions: readonly Emission[], seed: string): Emission[] {
  const copies = emissions.flatMap((emission, index) =>
    index % 5 === 0 ? [emission, { ...emission }, { ...emission }] : [emission],
  );
  return shuffled(copies, seed);
}

/** In which the server's books are not the true ones. */
export async function disagreementsWith(
  server: Running,
  { truth }: { readonly truth: Truth },
): Promise<Disagreement[]> {
  return disagreements(truth, await readBooks(server, truth));
}

async function readBooks(server: Running, truth: Truth): Promise<ApiBooks> {
  const [charges, movements, wallets, accounts] = await Promise.all(
    ["charges", "movements", "wallets", "accounts"].map((list) => readList(server, list)),
  );
  const usage: ApiRow[] = [];
  for (const { id } of truth.usage) {
    const { status, body } = await server.get<ApiRow>(`/v1/usage/${id}`);
    if (status === 200) usage.push(body);
  }
  return { charges, movements, wallets, accounts, usage } as ApiBooks;
}

export async function readList(server: Running, list: string): Promise<ApiRow[]> {
  const rows: ApiRow[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const query: string = cursor === "" ? "?limit=200" : `?limit=200&cursor=${cursor}`;
    const { body } = await server.get<{ data: ApiRow[]; next_cursor: string | null }>(
      `/v1/${list}${query}`,
      keys.finance,
    );
    rows.push(...body.data);
    cursor = body.next_cursor;
  }
  return rows;
}
