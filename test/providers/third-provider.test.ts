import { readConfig } from "../../src/config.ts";
import { systemClock } from "../../src/domain/time.ts";
import type { RunningServer } from "../../src/http/server.ts";
import { audit } from "../../src/services/audit/audit.ts";
import { type Composition, compose } from "../../src/tallyhook.ts";
import { answered, keys } from "../http/running.ts";
import { engines } from "../support/engines.ts";
import { orchard } from "../support/orchard.ts";

const secret = "of-the-apple-orchard";

interface Sale {
  readonly id: string;
  readonly kind?: string;
  readonly order: object;
}

const paid = {
  number: "A-1",
  state: "paid",
  currency: "JPY",
  buyer: "b_7",
  net: 1000,
  tax: 100,
  fee: 50,
};

describe.each(engines)("a provider that an app brings, on $name", ({ freshDatabaseUrl }) => {
  let server: RunningServer;
  let tallyhook: Composition;
  beforeEach(async () => {
    const databaseUrl = await freshDatabaseUrl();
    const config = readConfig({
      PORT: "0",
      LOG_LEVEL: "silent",
      DATABASE_URL: databaseUrl,
      API_KEYS: `k:finance:${keys.finance}`,
    });
    const otherProviders = [{ provider: orchard, secrets: [{ account: "default", secret }] }];
    tallyhook = await compose(config, { otherProviders });
    server = await tallyhook.listen();
  });
  afterEach(async () => {
    expect(await audit(tallyhook.services)).toMatchObject({ ok: true, complete: true });
    await server.stop();
    await tallyhook.close();
  });

  async function post({ id, kind = "order.paid", order }: Sale): Promise<unknown> {
    const body = Buffer.from(JSON.stringify({ id, kind, at: 1_790_000_000, order }));
    const headers = { "orchard-signature": orchard.sign(body, { secret, at: systemClock.now() }) };
    const url = `${server.url}/webhooks/orchard`;
    return (await answered(fetch(url, { method: "POST", body, headers }))).body;
  }

  async function get(path: string): Promise<unknown> {
    const headers = { authorization: `Bearer ${keys.finance}` };
    return (await answered<{ data: unknown }>(fetch(`${server.url}${path}`, { headers }))).body.data;
  }

  test("sells, tops up and takes back like those that come with it", async () => {
    expect(await post({ id: "e1", order: paid })).toMatchObject({ outcome: "applied" });
    expect(await post({ id: "e1", order: paid })).toMatchObject({ outcome: "duplicate" });
    const refunds = [{ id: "r1", net: 500, tax: 50 }];
    await post({ id: "e2", kind: "order.refunded", order: { ...paid, refunds } });
    expect(await get("/v1/charges?provider=orchard")).toMatchObject([
      {
        ref: "A-1",
        status: "paid",
        collected: "1100",
        refunded: "550",
        topped_up: "1100",
        taken_back: "550",
      },
    ]);
    expect(await get("/v1/wallets?owner=orchard:b_7")).toMatchObject([{ currency: "JPY", balance: "550" }]);
  });

  test("is verified by its own signature, and keeps what it cannot read", async () => {
    expect(await post({ id: "e1", order: { ...paid, net: 0.5 } })).toMatchObject({
      outcome: "parked",
      reason: "schema_invalid: order: net",
    });
    expect(await post({ id: "e2", kind: "apple.fallen", order: {} })).toMatchObject({ outcome: "ignored" });
  });
});
