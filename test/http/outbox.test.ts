import { Webhook } from "standardwebhooks";
import { engines } from "../support/engines.ts";
import { accept, fail, Receiver } from "../support/receiver.ts";
import { until } from "../support/until.ts";
import { answered, keys, type Running, seed, startTallyhook } from "./running.ts";

type Message = Record<string, unknown> & { id: string };
type List = { data: Message[]; next_cursor: string | null };

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

describe.each(engines)("the outbox over HTTP on $name", ({ freshDatabaseUrl }) => {
  let receiver: Receiver;
  let running: Running;
  beforeEach(async () => {
    receiver = await Receiver.start();
    const environment = { OUTBOX_URL: receiver.url, OUTBOX_SECRET: secret, OUTBOX_ALLOW_PRIVATE: "on" };
    running = await startTallyhook(await freshDatabaseUrl(), environment);
  });
  afterEach(async () => {
    await running.close();
    await receiver.close();
  });

  const listed = async (query = "", key?: string) =>
    (await running.get<List>(`/v1/outbox${query}`, key)).body.data;
  const retry = (id: string, key: string) =>
    answered(
      fetch(`${running.url}/v1/outbox/${id}/retry`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}` },
      }),
    );

  test("what an event changed is told to the app, signed, and listed as delivered", async () => {
    await running.post(seed);
    await until(async () => (await listed("?status=delivered")).length === 3);
    const told = receiver.arrived.map(({ body, headers }) =>
      new Webhook(secret).verify(body, headers as Record<string, string>),
    );
    expect(told).toContainEqual({
      type: "wallet.balance_changed",
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: expect.objectContaining({ owner: "paddle:ctm_abc123", amount: "499", balance: "499", seq: 1 }),
    });
    expect(await listed("?status=pending")).toEqual([]);
    expect((await listed()).map(({ id }) => id).sort()).toEqual(receiver.arrived.map(({ id }) => id).sort());
  });

  test("a message that failed is listed with the reason, counted, and sent at once when finance retries it", async () => {
    receiver.answering = fail;
    await running.post(seed);
    await until(async () => {
      const errors = (await listed("?status=pending")).map(({ last_error }) => last_error);
      return errors.length === 3 && errors.every((error) => error === "status_500");
    });
    const [message] = await listed("?status=pending");
    expect(message).toMatchObject({ status: "pending", next_attempt_at: expect.any(String) });
    const metrics = await running.get<string>("/metrics");
    expect(metrics.body).toContain('tallyhook_outbox_messages{status="pending"} 3');
    expect(metrics.body).toContain('tallyhook_outbox_messages{status="dead"} 0');
    expect(metrics.body).toMatch(/tallyhook_outbox_oldest_pending_seconds (?!0\n)[\d.]+\n/);

    receiver.answering = accept;
    const { id } = message as Message;
    expect((await retry(id, keys.read)).status).toBe(403);
    expect((await retry(id, keys.finance)).body).toMatchObject({ id, status: "pending" });
    await until(async () => (await listed("?status=delivered")).some((delivered) => delivered.id === id));
    expect((await retry(id, keys.finance)).status).toBe(404);
  });

  test("the app's role may not read it, and an unknown status or id is refused", async () => {
    expect((await running.get("/v1/outbox", keys.app)).status).toBe(403);
    expect((await running.get("/v1/outbox?status=lost")).status).toBe(400);
    expect((await retry("nothing", keys.finance)).status).toBe(404);
  });
});

test("without OUTBOX_URL messages wait, and pages of them hang together", async () => {
  const [sqlite] = engines;
  const running = await startTallyhook((await sqlite?.freshDatabaseUrl()) ?? "");
  await running.post(seed);
  const first = (await running.get<List>("/v1/outbox?status=pending&limit=1")).body;
  const rest = (await running.get<List>(`/v1/outbox?cursor=${first.next_cursor}`)).body;
  expect([...first.data, ...rest.data].map(({ type }) => type).sort()).toEqual([
    "charge.settled",
    "discrepancy.opened",
    "wallet.balance_changed",
  ]);
  expect(rest.next_cursor).toBeNull();
  await running.close();
});
