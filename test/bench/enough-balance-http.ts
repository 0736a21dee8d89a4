import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "undici";
import { engines, removeFreshDatabases } from "../support/engines.ts";
import type { Benchmark, Side } from "./benchmark.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

const scriptAt = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const connections = 64;
const key = "bench-secret-of-finance";
const authorization = `Bearer ${key}`;
const n = ({ quick }: { readonly quick: boolean }) => (quick ? 1_000 : 10_000);

/** Asked over HTTP by 64 keep-alive connections at once; the baseline is an Express route that answers a constant. */
export const enoughBalanceHttp: Benchmark = {
  name: "enough_balance_http",
  unit: "requests/s",
  n,
  ours: async (options) => sideOf(await ourServer(), n(options)),
  baseline: async (options) =>
    sideOf(await startServer(scriptAt("servers/express-constant.js"), [], {}), n(options)),
};

/** On SQLite, with one wallet that has something. */
async function ourServer(): Promise<ServerProcess> {
  const folder = mkdtempSync(join(tmpdir(), "tallyhook-bench-"));
  const policy = join(folder, "policy.json");
  writeFileSync(policy, JSON.stringify({ meters: [{ key: "tokens", prices: { USD: "0.0381" } }] }));
  const server = await startServer(scriptAt("../../src/cli/main.js"), ["serve"], {
    DATABASE_URL: (await engines.find(({ name }) => name === "sqlite")?.freshDatabaseUrl()) ?? "",
    API_KEYS: `bench:finance:${key}`,
    POLICY_FILE: policy,
  });
  await openFullWallet(server.origin);
  return {
    ...server,
    close: async () => {
      await server.close();
      await removeFreshDatabases();
      rmSync(folder, { recursive: true });
    },
  };
}

async function openFullWallet(origin: string): Promise<void> {
  const post = async (path: string, body: object) => {
    const headers = { authorization, "content-type": "application/json", "idempotency-key": path };
    const answer = await fetch(`${origin}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`The server answered ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as { id: string };
  };
  const { id } = await post("/v1/wallets", { owner: "acme", currency: "USD" });
  await post(`/v1/wallets/${id}/grants`, { amount: "1000", kind: "paid", reason: "benchmark" });
}

function sideOf(server: ServerProcess, count: number): Side {
  let cpu: number | undefined;
  return {
    run: async () => {
      const before = server.cpu();
      const result = await perSecond(server.origin, count);
      cpu = before === undefined ? undefined : (server.cpu() ?? before) - before;
      return result;
    },
    cpu: () => cpu,
    close: () => server.close(),
  };
}

async function perSecond(origin: string, count: number): Promise<number> {
  const clients = Array.from({ length: connections }, () => new Client(origin));
  let left = count;
  const started = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      while (left > 0) {
        left -= 1;
        await askOnce(client);
      }
    }),
  );
  const seconds = (performance.now() - started) / 1_000;
  await Promise.all(clients.map((client) => client.close()));
  return count / seconds;
}

/** @throws if the answer is not yes: a benchmark of wrong answers says nothing */
async function askOnce(client: Client): Promise<void> {
  const path = "/v1/enough-balance?owner=acme&currency=USD&meter=tokens&quantity=1200";
  const { statusCode, body } = await client.request({ method: "GET", path, headers: { authorization } });
  const text = await body.text();
  if (statusCode !== 200 || !text.includes('"enough":true'))
    throw new Error(`The server answered ${statusCode} ${text}`);
}
