import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import {
  Closed,
  ConfigurationError,
  createTallyhook,
  SpendingRefused,
  StorageUnavailable,
  type Tallyhook,
  TallyhookError,
} from "../src/index.ts";
import { secret } from "./http/running.ts";

const folder = mkdtempSync(join(tmpdir(), "tallyhook-library-"));
afterAll(() => rmSync(folder, { recursive: true }));

const databaseUrl = "sqlite::memory:";
const paddle = { webhookSecrets: secret };
const signing = `whsec_${Buffer.alloc(24, 1).toString("base64")}`;

describe("options that are wrong are named as the options they are", () => {
  const wrong: [options: unknown, says: string[]][] = [
    [undefined, ["options: must be an object", "databaseUrl: is missing"]],
    [{}, ["databaseUrl: is missing"]],
    [{ databaseUrl: "" }, ["databaseUrl: is missing"]],
    [{ databaseUrl: "mysql://localhost/x" }, ["databaseUrl: must be sqlite:<path>"]],
    [{ databaseUrl: 5 }, ["databaseUrl: must be a text"]],
    [{ databaseUrl: "sqlite:/dev/null/x.db" }, ["databaseUrl: cannot be opened"]],
    [
      { databaseURL: databaseUrl },
      ["databaseURL: is not known; known are databaseUrl", "databaseUrl: is missing"],
    ],
    [{ databaseUrl, paddle: {} }, ["paddle.webhookSecrets: is missing"]],
    [{ databaseUrl, paddle: { webhookSecrets: undefined } }, ["paddle.webhookSecrets: is missing"]],
    [{ databaseUrl, stripe: { webhookSecrets: [] } }, ["stripe.webhookSecrets: is missing"]],
    [{ databaseUrl, stripe: { webhookSecrets: [undefined, " "] } }, ["stripe.webhookSecrets: is missing"]],
    [
      { databaseUrl, paddle: { webhookSecrets: "hunter2" } },
      ["paddle.webhookSecrets: number 1 must have at least 16"],
    ],
    [{ databaseUrl, paddle: { webhookSecrets: 7 } }, ["paddle.webhookSecrets: must be a text"]],
    [
      { databaseUrl, paddle: { webhookSecret: secret } },
      ["paddle.webhookSecret: is not known", "paddle.webhookSecrets: is missing"],
    ],
    [{ databaseUrl, paddle: secret }, ["paddle: must be an object", "paddle.webhookSecrets: is missing"]],
    [{ databaseUrl, mode: "production" }, ["mode: must be one of live, test, any"]],
    [{ databaseUrl, toleranceSeconds: 1.5 }, ["toleranceSeconds: must be a whole number"]],
    [{ databaseUrl, toleranceSeconds: "300" }, ["toleranceSeconds: must be a number"]],
    [{ databaseUrl, outbox: {} }, ["outbox: must have a url and a secret"]],
    [
      { databaseUrl, outbox: { url: "https://app.example.com" } },
      ["outbox.secret: is missing; outbox.url needs it"],
    ],
    [
      { databaseUrl, outbox: { url: "http://localhost/", secret: signing } },
      ["outbox.url: is no public address; outbox.allowPrivate: true allows it"],
    ],
    [
      { databaseUrl, outbox: { url: "https://app.example.com", secret: "hunter2" } },
      ["outbox.secret: must be whsec_"],
    ],
    [{ databaseUrl, policy: null }, ["policy: "]],
    [{ databaseUrl, policy: { default: { effect: "give" } } }, ["policy.default.effect: "]],
    [
      { databaseUrl, paddle: { webhookSecrets: secret, apiUrl: "example" } },
      ["paddle.apiUrl: must be a URL"],
    ],
    [
      { databaseUrl, stripe: { webhookSecrets: "whsec_of-the-tests", apiKey: 7 } },
      ["stripe.apiKey: must be a text"],
    ],
    [
      { databaseUrl, paddle: { webhookSecrets: [`a=${secret}a`, `b=${secret}b`], apiKey: "pdl_live_key" } },
      ["paddle.apiKey: is of one account, but paddle.webhookSecrets names several"],
    ],
    [{ databaseUrl, polices: {} }, ["logger; the nearest is policy"]],
    [{ databaseUrl, clock: Date }, ["clock: must have a method now"]],
    [{ databaseUrl, clock: { now: "now" } }, ["clock: must have a method now"]],
    [{ databaseUrl, workers: "off" }, ["workers: must be true or false"]],
    [{ databaseUrl, migrate: 0 }, ['migrate: must be true, false or "beside"']],
    [{ databaseUrl, everyMinutes: 5 }, ["everyMinutes: must be an object, of backfill, reconcile"]],
    [{ databaseUrl, everyMinutes: { backfil: 5 } }, ["everyMinutes.backfil: is not known"]],
    [
      { databaseUrl, everyMinutes: { backfill: 0 } },
      ["everyMinutes.backfill: must be a whole number from 1"],
    ],
    [{ databaseUrl, everyMinutes: { reconcile: "5" } }, ["everyMinutes.reconcile: must be a number"]],
    [{ databaseUrl, outbox: "https://app.example.com" }, ["outbox: must be an object"]],
    [{ databaseUrl, logger: console.log }, ["logger: must have the methods info, warn and error"]],
    [{ databaseUrl, otherProviders: [{}] }, ["otherProviders[0].provider: must be a provider"]],
    [
      { databaseUrl: "x", mode: "y", paddle: {}, policy: { a: 1 } },
      [
        "paddle.webhookSecrets: is missing",
        "policy.a: is not known",
        "databaseUrl: must be",
        "mode: must be one of",
      ],
    ],
  ];
  test.each(wrong)("%j", async (options, says) => {
    const error = await createTallyhook(options as never).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ConfigurationError);
    const { code, mistakes, message } = error as ConfigurationError;
    expect(code).toBe("configuration_invalid");
    expect(message.split("\n")).toEqual(says.map((text) => expect.stringContaining(text)));
    expect(mistakes).toHaveLength(says.length);
    expect(message).not.toMatch(/hunter2|[A-Z]+_[A-Z]+/);
  });
});

describe("what a wallet cannot do is refused with a code, in the words of what was given", () => {
  let tallyhook: Tallyhook;
  beforeAll(async () => {
    const policy = { meters: [{ key: "tokens", prices: { USD: "100" } }] };
    tallyhook = await createTallyhook({ databaseUrl, paddle, policy });
  });
  afterAll(() => tallyhook.close());

  const refused = async (ask: () => unknown) => {
    const error = await (async () => ask())().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(SpendingRefused);
    expect(error).toBeInstanceOf(TallyhookError);
    const { code, message, name } = error as SpendingRefused;
    expect(name).toBe("SpendingRefused");
    return `${code} ${message}`;
  };
  // biome-ignore lint/suspicious/noExplicitAny: what programs without types hand over.
  const wallet = (): any => tallyhook.wallet({ owner: "acme", currency: "USD" });

  test.each([
    [undefined, "request_invalid must be one object"],
    [{}, "owner_invalid owner: "],
    [{ owner: 5, currency: "USD" }, "owner_invalid owner: "],
    [{ owner: "", currency: "USD" }, "owner_invalid owner: "],
    [{ owner: "a\u0000b", currency: "USD" }, "owner_invalid owner: "],
    [{ owner: "\ud800", currency: "USD" }, "owner_invalid owner: "],
    [{ owner: "acme" }, "currency_invalid currency: "],
    [{ owner: "acme", currency: "usd" }, "currency_invalid currency: "],
    [{ owner: "acme", currency: "USD", account: 1 }, "option_unknown account: is not known"],
  ])("wallet(%j)", async (of, says) => {
    expect(await refused(() => tallyhook.wallet(of as never))).toContain(says);
  });

  const tokens = { meter: "tokens", quantity: 1 };
  const asked: [given: unknown, says: string][] = [
    [undefined, "request_invalid must be one object"],
    [null, "request_invalid must be one object"],
    [[tokens], "request_invalid must be one object"],
    [{}, "meter_invalid meter: "],
    [{ meter: 5, quantity: 1 }, "meter_invalid meter: "],
    [{ meter: "tokens", quantity: null }, "quantity_invalid quantity: "],
    [{ meter: "tokens", quantity: 1n }, "quantity_invalid quantity: "],
    [{ meter: "tokens", quantity: {} }, "quantity_invalid quantity: "],
    [{ meter: "tokens", quantity: 2 ** 53 }, "quantity_invalid quantity: "],
    [{ meter: "tokens", quantity: "9".repeat(18) }, "cost_out_of_range quantity: "],
    [{ meter: "calls", quantity: 1 }, "unknown_meter meter: "],
    [{ ...tokens, quantitiy: 1 }, "option_unknown quantitiy: is not known"],
  ];
  test.each(asked)("enoughBalance, use and hold of %p", async (given, says) => {
    const isObject = typeof given === "object" && given !== null && !Array.isArray(given);
    const more = (further: object) => (isObject ? { ...given, ...further } : given);
    expect(await refused(() => wallet().enoughBalance(given))).toContain(says);
    expect(await refused(() => wallet().use(more({ id: "req_1" })))).toContain(says);
    expect(await refused(() => wallet().hold(more({ expiresIn: 60 })))).toContain(says);
  });

  test.each([
    [{ amount: 5 }, "amount_invalid amount: must be a bigint"],
    [{ amount: "5" }, "amount_invalid amount: "],
    [{ amount: -1n }, "amount_invalid amount: "],
    [{ amount: 2n ** 64n }, "amount_invalid amount: "],
    [{ amount: 5n, ...tokens }, "value_ambiguous amount: give either"],
  ])("enoughBalance and hold of %p", async (given, says) => {
    expect(await refused(() => wallet().enoughBalance(given))).toContain(says);
    expect(await refused(() => wallet().hold({ ...given, expiresIn: 60 }))).toContain(says);
  });

  test.each([
    [{}, "id_invalid id: "],
    [{ id: 7 }, "id_invalid id: "],
    [{ id: "" }, "id_invalid id: "],
    [{ id: "a b" }, "id_invalid id: "],
    [{ id: "a\u0000" }, "id_invalid id: "],
    [{ id: "a".repeat(256) }, "id_invalid id: "],
    [{ id: `wal_${"0".repeat(24)}.1` }, "id_reserved id: "],
    [{ id: "req_1", occurredAt: "yesterday" }, "occurred_at_invalid occurredAt: "],
    [{ id: "req_1", occurredAt: Date.now() }, "occurred_at_invalid occurredAt: "],
    [{ id: "req_1", occurredAt: new Date(Number.NaN) }, "occurred_at_invalid occurredAt: "],
    [{ id: "req_1", occurredAt: 2n ** 70n }, "occurred_at_invalid occurredAt: "],
  ])("use of %p", async (given, says) => {
    expect(await refused(() => wallet().use({ ...tokens, ...given }))).toContain(says);
  });

  test.each([0, -1, 1.5, 86_401, "60", undefined, null, Number.NaN])(
    "a hold of %p seconds",
    async (seconds) => {
      const says = "expires_in_invalid expiresIn: ";
      expect(await refused(() => wallet().hold({ ...tokens, expiresIn: seconds }))).toContain(says);
    },
  );

  test("what happened at a Date is the same as at its nanoseconds", async () => {
    const at = new Date("2026-11-29T12:00:00.123Z");
    const used = { id: "req_at", ...tokens };
    const paid = await wallet().use({ ...used, occurredAt: at });
    expect(await wallet().use({ ...used, occurredAt: BigInt(at.getTime()) * 1_000_000n })).toEqual(paid);
    expect(await refused(() => wallet().use(used))).toContain("id_used_for_other_content id: ");
  });
});

describe("a database that cannot be asked", () => {
  test("is told as that, whichever driver said it, and the same succeeds later", async () => {
    const path = join(folder, "locked.db");
    const tallyhook = await createTallyhook({ databaseUrl: `sqlite:${path}`, policy: {} });
    const other = new BetterSqlite3(path);
    other.exec("begin immediate");
    const placing = tallyhook.wallet({ owner: "acme", currency: "USD" }).hold({ amount: 1n, expiresIn: 1 });
    await expect(placing).rejects.toMatchObject({ code: "storage_unavailable", name: "StorageUnavailable" });
    await expect(placing).rejects.toBeInstanceOf(StorageUnavailable);
    other.exec("rollback");
    other.close();
    const held = await tallyhook
      .wallet({ owner: "acme", currency: "USD" })
      .hold({ amount: 1n, expiresIn: 1 });
    expect(held.kind).toBe("insufficient_balance");
    await tallyhook.close();
  });

  test("after close, a wallet says that it was closed; closing again is the same", async () => {
    const tallyhook = await createTallyhook({ databaseUrl });
    const wallet = tallyhook.wallet({ owner: "acme", currency: "USD" });
    await Promise.all([tallyhook.close(), tallyhook.close()]);
    for (const asked of [wallet.enoughBalance({ amount: 1n }), wallet.hold({ amount: 1n, expiresIn: 1 })]) {
      await expect(asked).rejects.toBeInstanceOf(Closed);
      await expect(asked).rejects.toMatchObject({ code: "closed" });
    }
    await tallyhook.close();
  });
});
