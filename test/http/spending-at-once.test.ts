import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromSeconds, systemClock } from "../../src/domain/time.ts";
import { engines } from "../support/engines.ts";
import { until } from "../support/until.ts";
import { keys, type Running, startTallyhook } from "./running.ts";

interface Result {
  readonly requested: string;
  readonly covered: string;
  readonly uncovered: string;
  readonly balance: string;
}

const clients = Array.from({ length: 64 }, (_, index) => index);
const sum = (amounts: readonly string[]) => amounts.reduce((total, amount) => total + Number(amount), 0);

/** Two servers on one database: on PostgreSQL two machines, on SQLite the command line beside a server. */
describe.each(engines)("64 clients of one wallet on $name", ({ freshDatabaseUrl }) => {
  let servers: Running[];
  let wallet: string;
  let ahead: bigint;
  const clock = { now: () => systemClock.now() + ahead };
  beforeEach(async () => {
    const file = join(mkdtempSync(join(tmpdir(), "tallyhook-policy-")), "policy.json");
    writeFileSync(file, JSON.stringify({ meters: [{ key: "calls", prices: { USD: "7" } }] }));
    const databaseUrl = await freshDatabaseUrl();
    ahead = 0n;
    const start = () => startTallyhook(databaseUrl, { POLICY_FILE: file }, { clock });
    const first = await start();
    servers = [first, await start()];
    wallet = (await first.write("/v1/wallets", { owner: "acme", currency: "USD" })).body.id;
  });
  afterEach(async () => {
    const { body } = await server(0).get<{ problems: object[] }>("/v1/audit");
    expect(body.problems).toEqual([]);
    for (const each of servers) {
      expect(each.errors).toEqual([]);
      await each.close();
    }
  });

  const server = (client: number) => servers[client % servers.length] as Running;
  const post = async (client: number, path: string, body: object = {}) =>
    server(client).write(path, body, { key: keys.app });
  const grant = (amount: number) =>
    server(0).write(
      `/v1/wallets/${wallet}/grants`,
      { amount: String(amount), kind: "paid", reason: "test" },
      { idempotencyKey: "grant" },
    );
  const shown = async () => (await server(0).get<Record<string, string>>(`/v1/wallets/${wallet}`)).body;

  test("what is there is covered exactly once, and nothing is refused that it could have paid", async () => {
    const granted = 64 * 8 * 7;
    await grant(granted);
    const results: Result[] = [];
    await Promise.all(
      clients.map(async (client) => {
        for (let count = 0; count < 5; count++) {
          const events = [1, 2, 3].map((quantity) => {
            return { id: `${client}-${count}-${quantity}`, owner: "acme", meter: "calls", quantity };
          });
          const { status, body } = await post(client, "/v1/usage", { events });
          expect(status).toBe(200);
          results.push(...body.data);
        }
      }),
    );
    expect(results).toHaveLength(64 * 15);
    expect(sum(results.map(({ requested }) => requested))).toBe(64 * 5 * 6 * 7);
    expect(sum(results.map(({ covered }) => covered))).toBe(granted);
    for (const { requested, covered, uncovered, balance } of results) {
      expect(Number(covered) + Number(uncovered)).toBe(Number(requested));
      if (uncovered !== "0") expect(balance).toBe("0");
    }
    expect(await shown()).toMatchObject({ balance: "0", available: "0" });
  });

  test("a value is held by one of them only, and what is held pays what it was held for", async () => {
    await grant(40 * 7);
    const placed = await Promise.all(
      clients.map((client) =>
        post(client, "/v1/holds", { owner: "acme", meter: "calls", quantity: 1, expires_in: 600 }),
      ),
    );
    const held = placed.filter(({ status }) => status === 201);
    expect([held.length, placed.filter(({ status }) => status === 402).length]).toEqual([40, 24]);
    expect(await shown()).toMatchObject({ balance: "280", held: "280", available: "0" });
    const closed = await Promise.all(
      held.map(({ body }, index) =>
        index % 2 === 0
          ? post(index, `/v1/holds/${body.id}/settle`, { quantity: 1 })
          : post(index, `/v1/holds/${body.id}/release`),
      ),
    );
    expect(new Set(closed.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await shown()).toMatchObject({ balance: "140", held: "0", available: "140" });
  });

  test("settles that race with the expiry of their holds each win once, in time or late", async () => {
    await grant(64 * 7);
    const holds = await Promise.all(
      clients.map((client) =>
        post(client, "/v1/holds", { owner: "acme", meter: "calls", quantity: 1, expires_in: 3600 }),
      ),
    );
    let answers = 0;
    const settled = await Promise.all(
      holds.map(async ({ body }, client) => {
        // The first ask at once; when half of them are answered time is up, and the others ask while it is.
        if (client >= 24) await until(() => answers >= client - 24);
        // Twice at once, at both servers: the second answer is the first one.
        const asked = [client, client + 1].map((one) =>
          post(one, `/v1/holds/${body.id}/settle`, { quantity: 1 }),
        );
        const [first, second] = await Promise.all(asked);
        answers += 1;
        if (answers === 32) ahead = fromSeconds(3600);
        expect(first?.status).toBe(200);
        expect(second?.body).toEqual(first?.body);
        return first?.body;
      }),
    );
    expect(new Set(settled.map(({ late }) => late))).toEqual(new Set([true, false]));
    expect(sum(settled.map(({ covered }) => covered))).toBe(64 * 7);
    expect(await shown()).toMatchObject({ balance: "0", held: "0" });
  });
});
