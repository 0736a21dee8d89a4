import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answered, keys } from "../http/running.ts";
import { engines } from "../support/engines.ts";
import { killAll, runHere, start } from "./command-line.ts";

afterEach(killAll);
const folder = mkdtempSync(join(tmpdir(), "tallyhook-crash-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A write that has its effect once: usage by its ids, anything else by its key. */
interface Asked {
  readonly path: string;
  readonly body: object;
  readonly key?: string;
  /** What it was answered, once. */
  answer?: unknown;
}

interface Result {
  readonly covered: string;
}

const granted = 100_000;
/** So many clients ask for so many things each; a third is usage, a third holds, a third debits. */
const [clients, things] = [8, 15];

/** Each client uses, holds and debits by turns. */
function requestsOf(client: number, wallet: string): Asked[] {
  return Array.from({ length: things }, (_, count): Asked => {
    const name = `${client}-${count}`;
    const usage = { id: name, wallet_id: wallet, meter: "calls", quantity: count };
    const hold = { wallet_id: wallet, amount: "5", currency: "USD", expires_in: 600 };
    if (count % 3 === 0) return { path: "/v1/usage", body: { events: [usage] } };
    if (count % 3 === 1) return { path: "/v1/holds", body: hold, key: `hold-${name}` };
    return {
      path: `/v1/wallets/${wallet}/debits`,
      body: { amount: "3", reason: "test" },
      key: `debit-${name}`,
    };
  });
}

describe.each(engines)("a server on $name that is killed while it is spending", ({ freshDatabaseUrl }) => {
  test("loses nothing it answered, and does nothing twice that is asked again", async () => {
    const POLICY_FILE = join(folder, "policy.json");
    writeFileSync(POLICY_FILE, JSON.stringify({ meters: [{ key: "calls", prices: { USD: "0.6" } }] }));
    const environment = {
      PORT: "0",
      DATABASE_URL: await freshDatabaseUrl(),
      API_KEYS: `f:finance:${keys.finance}`,
      LOG_LEVEL: "silent",
      POLICY_FILE,
    };
    const first = start(folder, ["serve"], environment);
    const url = await addressOf(first);
    const wallet = await post(url, { path: "/v1/wallets", body: { owner: "acme", currency: "USD" } });
    const grant = { amount: String(granted), kind: "paid", reason: "test" };
    await post(url, { path: `/v1/wallets/${wallet.id}/grants`, body: grant, key: "grant" });
    const asked = Array.from({ length: clients }, (_, client) => requestsOf(client, wallet.id));
    const count = await untilKilled(url, asked, () => first.stop("SIGKILL"));
    await first.finished;
    expect(count).toBeLessThan(clients * things);

    const second = start(folder, ["serve"], environment);
    const again = await addressOf(second);
    const results = await Promise.all(asked.flat().map((one) => post(again, one)));
    for (const [index, { answer }] of asked.flat().entries())
      if (answer !== undefined) expect(asAnswered(results[index])).toEqual(asAnswered(answer));
    const used: Result[] = results.flatMap((result) => result.data ?? (result.covered ? [result] : []));
    const covered = used.reduce((total, result) => total + Number(result.covered), 0);
    const { body } = await answered<Record<string, string>>(
      fetch(`${again}/v1/wallets/${wallet.id}`, { headers: { authorization: `Bearer ${keys.finance}` } }),
    );
    expect(body).toMatchObject({
      balance: String(granted - covered),
      held: String(clients * (things / 3) * 5),
    });
    second.stop("SIGTERM");
    await second.finished;
    expect(used).toHaveLength((clients * things * 2) / 3);
    expect((await runHere(folder, ["audit", "--json"], environment)).code).toBe(0);
  });
});

async function addressOf(server: ReturnType<typeof start>): Promise<string> {
  const [, url = ""] = await server.line(/^listening on (\S+)$/m);
  return url;
}

/** All clients ask at once, each one thing after the other, until the server is gone; how many answers there were. */
async function untilKilled(
  url: string,
  asked: readonly (readonly Asked[])[],
  kill: () => void,
): Promise<number> {
  let count = 0;
  const client = async (requests: readonly Asked[]) => {
    for (const request of requests) {
      request.answer = await post(url, request);
      count += 1;
      if (count === 50) kill();
    }
  };
  await Promise.allSettled(asked.map(client));
  return count;
}

// biome-ignore lint/suspicious/noExplicitAny: an answer of the API is looked into, field by field.
async function post(url: string, { path, body, key }: Asked): Promise<any> {
  const { status, body: result } = await answered(
    fetch(`${url}${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${keys.finance}`,
        "content-type": "application/json",
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
      body: JSON.stringify(body),
    }),
  );
  if (status >= 300) throw new Error(`${path} was answered ${status} ${JSON.stringify(result)}`);
  return result;
}

/** Usage that is known says so; what it cost is the same. */
function asAnswered(result: unknown): unknown {
  return JSON.parse(JSON.stringify(result).replaceAll('"applied"', '"duplicate"'));
}
