import { setTimeout as sleep } from "node:timers/promises";
import { engines } from "../support/engines.ts";
import { connectTo, sharedPostgresUrl } from "../support/postgres.ts";
import { stoppingProxy } from "../support/stopping-proxy.ts";
import { takeAway } from "../support/taken-away.ts";
import { seed, startTallyhook } from "./running.ts";

const [, postgres] = engines;

describe.each(engines)("an outage of $name", ({ name, freshDatabaseUrl }) => {
  test("every delivery is soon told to come again, and afterwards all is as before", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const running = await startTallyhook(databaseUrl);
    const { giveBack } = await takeAway(databaseUrl);
    const answers = await Promise.all(Array.from({ length: 20 }, () => running.post(seed)));
    for (const { status, headers, body } of answers) {
      expect([status, body.code]).toEqual([503, "storage_unavailable"]);
      expect(headers.get("retry-after")).toMatch(/^\d+$/);
    }
    if (name === "postgres") {
      const { status, headers, body } = await running.get("/v1/charges");
      expect([status, body.code]).toEqual([503, "storage_unavailable"]);
      expect(headers.get("retry-after")).toMatch(/^\d+$/);
    }
    expect((await running.get("/readyz")).status).toBe(503);
    await giveBack();
    expect((await running.post(seed)).body).toMatchObject({ outcome: "applied" });
    expect((await running.get("/readyz")).status).toBe(200);
    await running.close();
  });
});

test("a PostgreSQL that hangs is an outage too, and readiness says so within seconds", async () => {
  const databaseUrl = (await postgres?.freshDatabaseUrl()) as string;
  const way = await stoppingProxy(databaseUrl);
  const running = await startTallyhook(`${way.url}?statement_timeout=1000`);
  expect((await running.get("/readyz")).status).toBe(200);
  way.stop();
  const [ready, alive] = await Promise.all([running.get("/readyz"), running.get("/healthz")]);
  expect([ready.status, ready.body.database, alive.status]).toEqual([503, "unavailable", 200]);
  const { status, headers, body } = await running.post(seed);
  expect([status, body.code]).toEqual([503, "storage_unavailable"]);
  expect(headers.get("retry-after")).toMatch(/^\d+$/);
  way.goOn();
  expect((await running.post(seed)).body).toMatchObject({ outcome: "applied" });
  expect((await running.get("/readyz")).status).toBe(200);
  await running.close();
  await way.close();
});

test("a database that can only be read is not ready, and is again with the first delivery after it", async () => {
  const databaseUrl = (await postgres?.freshDatabaseUrl()) as string;
  const name = new URL(databaseUrl).pathname.slice(1);
  const running = await startTallyhook(databaseUrl);
  const server = await connectTo(sharedPostgresUrl());
  await server.query(`alter database ${name} set default_transaction_read_only = on`);
  await server.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
  const refused = await running.get("/readyz");
  expect([refused.status, refused.body.database]).toEqual([503, "refuses_writes"]);
  expect(await running.post(seed)).toMatchObject({ status: 503, body: { code: "storage_unavailable" } });
  expect((await running.get("/v1/charges")).status).toBe(200);
  await server.query(`alter database ${name} reset default_transaction_read_only`);
  expect((await running.post(seed)).body).toMatchObject({ outcome: "applied" });
  expect((await running.get("/readyz")).status).toBe(200);
  await running.close();
  await server.end();
});

test("connections that end under load are nobody's fault: every answer is a right one", async () => {
  const databaseUrl = (await postgres?.freshDatabaseUrl()) as string;
  const name = new URL(databaseUrl).pathname.slice(1);
  const running = await startTallyhook(databaseUrl);
  const server = await connectTo(sharedPostgresUrl());
  const bodies = Array.from({ length: 300 }, (_, number) =>
    Buffer.from(String(seed).replaceAll(/(txn|evt|ntf)_[a-z0-9]+/g, (id) => `${id}${number}`)),
  );
  const answers: string[] = [];
  const send = async () => {
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
      const { status, body: answer } = await running.post(body);
      answers.push(`${status} ${answer.outcome ?? answer.code}`);
    }
  };
  const read = async () => {
    while (bodies.length > 0) {
      for (const path of ["/v1/charges", "/v1/exports/charges.csv"])
        answers.push(`${(await running.get(path).catch(() => ({ status: "cut" }))).status} read`);
    }
  };
  const end = async () => {
    for (let times = 0; times < 8 && bodies.length > 0; times += 1) {
      await sleep(100);
      await server.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
    }
  };
  await Promise.all([...Array.from({ length: 16 }, send), read(), end()]);
  const seen = new Set(answers);
  // A commit whose answer was lost is found done: a duplicate.
  const right = [
    "200 applied",
    "200 duplicate",
    "503 storage_unavailable",
    "200 read",
    "503 read",
    "cut read",
  ];
  expect([...seen].filter((answer) => !right.includes(answer))).toEqual([]);
  expect(seen).toContain("200 applied");
  const failed = await running.get<{ data: unknown[] }>("/v1/events?outcome=failed");
  expect(failed.body.data).toEqual([]);
  await running.close();
  await server.end();
});
