import { setTimeout as sleep } from "node:timers/promises";
import { type Running, seed, startTallyhook } from "../http/running.ts";
import { engines } from "../support/engines.ts";
import { connectTo, sharedPostgresUrl } from "../support/postgres.ts";
import { type StoppingProxy, stoppingProxy } from "../support/stopping-proxy.ts";

/** `npm run faults` asks for more of them. */
const rounds = Number(process.env.FAULT_ROUNDS ?? 1);

const [, postgres] = engines;

/** What is done to the database of three instances while they are in use; each undoes itself. */
const faults: Record<string, (at: Scene) => Promise<void>> = {
  "backends are ended": async ({ onServer, name }) => {
    for (let times = 0; times < 4; times += 1) {
      await onServer("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
      await sleep(100);
    }
  },
  "statements are cancelled": async ({ onServer, name }) => {
    for (let times = 0; times < 20; times += 1) {
      await onServer("select pg_cancel_backend(pid) from pg_stat_activity where datname = $1", [name]);
      await sleep(20);
    }
  },
  "it is read-only for a while": async ({ onServer, name }) => {
    await onServer(`alter database ${name} set default_transaction_read_only = on`);
    await onServer("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
    await sleep(500);
    await onServer(`alter database ${name} reset default_transaction_read_only`);
  },
  "it takes no connections for a while": async ({ onServer, name }) => {
    await onServer(`alter database ${name} with allow_connections false`);
    await onServer("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
    await sleep(500);
    await onServer(`alter database ${name} with allow_connections true`);
  },
  "columns are added, and types changed": async ({ onDatabase }) => {
    await onDatabase("alter table charges add column newer bigint not null default 7");
    await onDatabase("alter table events alter column reason type varchar");
    await onDatabase("alter table charges drop column newer");
    await onDatabase("alter table events alter column reason type text");
  },
  "the network of one is cut": async ({ way }) => {
    way.stop();
    await sleep(1_000);
    way.forget();
    way.goOn();
  },
};

interface Scene {
  readonly name: string;
  readonly way: StoppingProxy;
  onServer(statement: string, values?: unknown[]): Promise<unknown>;
  onDatabase(statement: string): Promise<unknown>;
}

/** Sends bodies to the instances in turn, and each again until it is acknowledged, as a provider does. */
async function deliver(instances: readonly Running[], bodies: Buffer[], answers: Set<string>) {
  for (let body = bodies.pop(), turn = bodies.length; body !== undefined; turn += 1) {
    const instance = instances[turn % instances.length] as Running;
    const { status, body: answer } = await instance.post(body);
    answers.add(`${status} ${answer.outcome ?? answer.code}`);
    if (status === 200) body = bodies.pop();
    else await sleep(50);
  }
}

test("three instances on one database lose nothing that was acknowledged, whatever happens to it", async () => {
  const databaseUrl = (await postgres?.freshDatabaseUrl()) as string;
  const way = await stoppingProxy(databaseUrl);
  const urls = [databaseUrl, databaseUrl, way.url].map((url) => `${url}?statement_timeout=2000`);
  const instances = await Promise.all(urls.map((url) => startTallyhook(url)));
  const server = await connectTo(sharedPostgresUrl());
  const onDatabase = async (statement: string) => {
    const client = await connectTo(databaseUrl);
    await client.query(statement).finally(() => client.end());
  };
  const onServer = (statement: string, values: unknown[] = []) => server.query(statement, values);
  const scene: Scene = { name: new URL(databaseUrl).pathname.slice(1), way, onServer, onDatabase };
  const answers = new Set<string>();
  let sent = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, happens] of Object.values(faults).entries()) {
      const bodies = Array.from({ length: 40 }, (_, number) =>
        Buffer.from(String(seed).replaceAll(/(txn|evt)_abc123/g, `$1_${round}x${index}x${number}`)),
      );
      sent += bodies.length;
      const sending = Array.from({ length: 9 }, () => deliver(instances, bodies, answers));
      await happens(scene);
      await Promise.all(sending);
    }
  }
  const acknowledged = ["200 applied", "200 duplicate", "503 storage_unavailable"];
  expect([...answers].filter((answer) => !acknowledged.includes(answer))).toEqual([]);
  const [first] = instances as [Running, ...Running[]];
  const rows = await first.tallyhook.services.store.read
    .selectFrom("events")
    .select(({ fn }) => ["outcome", fn.countAll<bigint>().as("count")])
    .groupBy("outcome")
    .execute();
  expect(rows).toEqual([{ outcome: "applied", count: BigInt(sent) }]);
  expect((await first.get("/v1/audit")).body).toMatchObject({ ok: true, problems: [] });
  for (const instance of instances) {
    expect((await instance.get("/readyz")).status).toBe(200);
    await instance.close();
  }
  await server.end();
  await way.close();
});
