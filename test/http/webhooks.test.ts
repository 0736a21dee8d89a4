import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { engines } from "../support/engines.ts";
import {
  type Answer,
  answered,
  fixture,
  type Running,
  secret,
  seed,
  signed,
  startTallyhook,
} from "./running.ts";

const largestBody = 2 * 2 ** 20;

describe.each(engines)("POST /webhooks/paddle on $name", ({ freshDatabaseUrl }) => {
  let running: Running;
  beforeEach(async () => {
    running = await startTallyhook(await freshDatabaseUrl());
  });
  afterEach(() => running.close());

  const balances = async () =>
    (await running.get<{ data: { balance: string }[] }>("/v1/wallets")).body.data.map(
      ({ balance }) => balance,
    );

  test("the seed transaction is applied, and its wallet holds 499", async () => {
    const answer = await running.post(seed);
    expect(answer).toMatchObject({
      status: 200,
      body: { event_id: "evt_abc123", outcome: "applied", reason: null },
    });
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(await balances()).toEqual(["499"]);
  });

  test("an ignored event of 20,000 levels, told again with other content, is a duplicate that says so", async () => {
    const told = (innermost: string) =>
      `{"event_id":"evt_deep","event_type":"customer.updated","occurred_at":"2026-01-01T00:00:00Z",` +
      `"data":${"[".repeat(20_000)}${innermost}${"]".repeat(20_000)}}`;
    expect((await running.post(told("1"))).body.outcome).toBe("ignored");
    const again = await running.post(told("2"));
    expect(again.body).toMatchObject({ outcome: "duplicate", reason: "event_content_differs" });
  });

  test("the same event again is a duplicate, also twenty times at once", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => running.post(seed)));
    const outcomes = answers.map(({ body }) => body.outcome).sort();
    expect(outcomes).toEqual(["applied", ...Array(19).fill("duplicate")]);
    expect((await running.post(seed)).body.outcome).toBe("duplicate");
    expect(await balances()).toEqual(["499"]);
  });

  test("a type without money is ignored, an unreadable document parked, a lone refund waits", async () => {
    const outcomes = [];
    for (const path of [
      "paddle/subscription.updated/renewed.json",
      "paddle/adjustment.created/unknown-action.json",
      "paddle/adjustment.updated/refund-approved.json",
    ]) {
      const { status, body } = await running.post(fixture(path));
      outcomes.push([status, body.outcome, typeof body.reason]);
    }
    expect(outcomes).toEqual([
      [200, "ignored", "string"],
      [200, "parked", "string"],
      [200, "waiting", "string"],
    ]);
  });

  test("one right signature among several is enough", async () => {
    const { "paddle-signature": header = "" } = signed(seed);
    const [timestamp, right] = header.split(";");
    const wrong = `h1=${"0".repeat(64)}`;
    for (const value of [`${timestamp};${wrong};${right}`, `${timestamp};${right};${wrong}`]) {
      const headers = { "paddle-signature": value, "content-encoding": "identity" };
      expect((await running.post(seed, headers)).status).toBe(200);
    }
    expect(await balances()).toEqual(["499"]);
  });

  test("what cannot be stored is 503 with a time to try again", async () => {
    await running.tallyhook.services.store.close();
    const answer = await running.post(seed);
    expect(answer).toMatchObject({ status: 503, body: { code: "storage_unavailable" } });
    expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
  });

  test("deliveries are counted by their answer", async () => {
    await running.post(seed);
    await running.post(seed);
    await running.post(seed, {});
    const { body } = await running.get<string>("/metrics");
    expect(body).toContain('tallyhook_webhook_deliveries_total{provider="paddle",result="applied"} 1');
    expect(body).toContain('tallyhook_webhook_deliveries_total{provider="paddle",result="duplicate"} 1');
    expect(body).toContain(
      'tallyhook_webhook_deliveries_total{provider="paddle",result="signature_missing"} 1',
    );
  });
});

describe.each(engines)("what POST /webhooks/paddle refuses on $name", ({ freshDatabaseUrl }) => {
  let running: Running;
  beforeAll(async () => {
    running = await startTallyhook(await freshDatabaseUrl());
  });
  afterEach(async () => {
    expect((await running.get("/v1/events")).body).toEqual({
      data: [],
      next_cursor: null,
      previous_cursor: null,
    });
    expect(running.errors).toEqual([]);
  });
  afterAll(() => running.close());

  const other = JSON.stringify({ ...JSON.parse(seed.toString()), event_id: "evt_other" });
  const refused: [
    name: string,
    code: string,
    body: string | Uint8Array,
    headers: () => Record<string, string>,
  ][] = [
    ["no signature", "signature_missing", seed, () => ({})],
    ["an empty signature", "signature_malformed", seed, () => ({ "paddle-signature": "nonsense" })],
    ["another secret", "signature_mismatch", seed, () => signed(seed, { by: "wrong" })],
    ["a tampered body", "signature_mismatch", other, () => signed(seed)],
    [
      "a body that was parsed and written again",
      "signature_mismatch",
      JSON.stringify(JSON.parse(seed.toString())),
      () => signed(seed),
    ],
    ["an old signature", "signature_expired", seed, () => signed(seed, { secondsFromNow: -302 })],
    ["a signature of the future", "signature_expired", seed, () => signed(seed, { secondsFromNow: 302 })],
    ["a body that is not JSON", "body_not_json", "not json", () => signed("not json")],
    ["an empty body", "body_not_json", "", () => signed("")],
    ["JSON that is no envelope", "envelope_invalid", "{}", () => signed("{}")],
    ["JSON that is no object", "envelope_invalid", "[1]", () => signed("[1]")],
  ];
  test.each(refused)("%s is %s", async (_, code, body, headers) => {
    const answer = await running.post(body, headers());
    expect(answer).toMatchObject({ status: 400, body: { status: 400, code } });
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(Object.keys(answer.body).sort()).toEqual(["code", "detail", "status", "title", "type"]);
    expect(JSON.stringify(answer.body)).not.toContain(secret);
  });

  test("what is larger than 2 MiB is refused by its length, before it is sent", async () => {
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(`${running.url}/webhooks/paddle`, {
        method: "POST",
        headers: { "content-length": String(largestBody + 1) },
      });
      request.on("response", (response) => {
        resolve(response.statusCode);
        request.destroy();
      });
      request.on("error", reject);
      request.flushHeaders();
    });
    expect(answer).toBe(413);
  });

  test("what turns out larger than 2 MiB is refused; exactly 2 MiB is read", async () => {
    const stream = new Blob([Buffer.alloc(largestBody + 1, " ")]).stream();
    const chunked = { method: "POST", body: stream, duplex: "half" } as RequestInit;
    const tooLarge = await answered<{ code: string }>(fetch(`${running.url}/webhooks/paddle`, chunked));
    expect(tooLarge).toMatchObject({ status: 413, body: { code: "body_too_large" } });
    const largest = Buffer.alloc(largestBody, " ");
    expect((await running.post(largest)).body.code).toBe("body_not_json");
  });

  test("an encoded body is refused", async () => {
    const zipped = gzipSync(seed);
    const answer = await running.post(zipped, { ...signed(zipped), "content-encoding": "gzip" });
    expect(answer).toMatchObject({ status: 415, body: { code: "body_encoded" } });
  });

  test.each(["GET", "PUT", "DELETE"])("%s is not allowed", async (method) => {
    const answer = await answered(fetch(`${running.url}/webhooks/paddle`, { method }));
    expect(answer).toMatchObject({ status: 405, body: { code: "method_not_allowed" } });
    expect(answer.headers.get("allow")).toBe("POST");
  });

  test("a provider nobody has heard of is not found, one without a secret is 503", async () => {
    const post = (provider: string): Promise<Answer> =>
      answered(fetch(`${running.url}/webhooks/${provider}`, { method: "POST", body: "{}" }));
    expect(await post("adyen")).toMatchObject({ status: 404, body: { code: "not_found" } });
    const stripe = await post("stripe");
    expect(stripe).toMatchObject({ status: 503, body: { code: "provider_not_configured" } });
    expect(stripe.headers.get("retry-after")).toMatch(/^\d+$/);
  });

  test("a sender that hangs up in the middle of a body does no harm", async () => {
    const { port } = new URL(running.url);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), "127.0.0.1", () => {
          socket.write(
            `POST /webhooks/paddle HTTP/1.1\r\nhost: test\r\ncontent-length: ${seed.length}\r\n\r\n`,
          );
          socket.write(seed.subarray(0, 100), () => socket.destroy());
        });
        socket.on("close", () => resolve());
      });
    }
    expect((await running.post("{}")).body.code).toBe("envelope_invalid");
  });
});
