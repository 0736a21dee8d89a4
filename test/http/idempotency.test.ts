import { type IncomingMessage, request } from "node:http";
import { engines } from "../support/engines.ts";
import { type Answer, answered, keys, type Running, seed, startTallyhook } from "./running.ts";

describe.each(engines)("Idempotency-Key on $name", ({ freshDatabaseUrl }) => {
  let running: Running;
  let databaseUrl: string;
  beforeEach(async () => {
    databaseUrl = await freshDatabaseUrl();
    running = await startTallyhook(databaseUrl);
    await running.post(seed);
  });
  afterEach(() => running.close());

  const post = (path: string, body: string | undefined, key: string, url = running.url): Promise<Answer> =>
    answered(
      fetch(`${url}${path}`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${keys.finance}`,
          "content-type": "application/json",
          "idempotency-key": key,
        },
        ...(body === undefined ? {} : { body }),
      }),
    );
  const link = (owner: string, key: string, url?: string) =>
    post(
      "/v1/customers/link",
      JSON.stringify({ provider: "paddle", customer_ref: "ctm_abc123", owner, move: true }),
      key,
      url,
    );

  test("a repeated request gets the first answer, also from another server and after the world went on", async () => {
    const first = await link("acme", "key-1");
    expect(first.body.moved).toHaveLength(1);
    expect(first.headers.get("idempotent-replayed")).toBeNull();
    await link("globex", "key-2");

    const other = await startTallyhook(databaseUrl);
    const again = await link("acme", "key-1", other.url);
    expect([again.status, again.body]).toEqual([first.status, first.body]);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    await other.close();
    const { body } = await running.get<{ data: { owner: string; balance: string }[] }>(
      "/v1/wallets?owner=globex",
    );
    expect(body.data).toMatchObject([{ balance: "499" }]);
  });

  test("the order of a body's fields makes no other request; another value, path or body does", async () => {
    await link("acme", "key-1");
    const reordered = '{ "move":true,"owner":"acme", "customer_ref":"ctm_abc123","provider":"paddle"}';
    expect((await post("/v1/customers/link", reordered, "key-1")).status).toBe(200);
    const event = (await running.get<{ data: { id: string }[] }>("/v1/events")).body.data[0]?.id;
    for (const answer of [
      await link("globex", "key-1"),
      await post(`/v1/events/${event}/retry`, undefined, "key-1"),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([409, "idempotency_conflict"]);
    }
    expect(running.errors).toEqual([]);
  });

  test("a request that was refused for its form may be mended under the same key", async () => {
    expect((await post("/v1/customers/link", "{}", "key-1")).status).toBe(400);
    expect((await link("acme", "key-1")).status).toBe(200);
  });

  test("a message that was retried under a key is answered the same once it is delivered", async () => {
    const { body } = await running.get<{ data: { id: string }[] }>("/v1/outbox");
    const path = `/v1/outbox/${body.data[0]?.id}/retry`;
    const first = await post(path, undefined, "key-1");
    expect([first.status, (await post(path, undefined, "key-1")).body]).toEqual([200, first.body]);
    const unknown = await post("/v1/outbox/nothing/retry", undefined, "key-2");
    expect([unknown.status, (await post("/v1/outbox/nothing/retry", undefined, "key-2")).status]).toEqual([
      404, 404,
    ]);
  });

  test.each(["with a blank", "~", "x".repeat(255)])("the key %j is one", async (key) => {
    const first = await link("acme", key);
    expect([first.status, (await link("acme", key)).headers.get("idempotent-replayed")]).toEqual([
      200,
      "true",
    ]);
    expect((await link("globex", key)).status).toBe(409);
  });

  test.each(["", "  ", "with\ttab", "é".repeat(3), "x".repeat(256)])("the key %j is refused", async (key) => {
    const { status, body } = await link("acme", key);
    expect([status, body.code]).toEqual([400, "idempotency_key_invalid"]);
  });

  test("two keys are none", async () => {
    const { port } = new URL(running.url);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { authorization: `Bearer ${keys.finance}`, "idempotency-key": ["key-1", "key-2"] };
      request({ port, method: "POST", path: "/v1/events/none/retry", headers }, resolve)
        .on("error", reject)
        .end();
    });
    expect(answer.statusCode).toBe(400);
    answer.resume();
  });
});
