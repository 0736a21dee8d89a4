import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { Fault } from "../../src/store/engine/faults.ts";
import { postgresFault } from "../../src/store/engine/postgres-pool.ts";
import { engines } from "../support/engines.ts";
import { connectTo, databaseAt, sharedPostgresUrl } from "../support/postgres.ts";
import { stoppingProxy } from "../support/stopping-proxy.ts";

/**
 * What the driver itself says, met on a real PostgreSQL: its words change from release to release, and decide whether a provider
 * sends an event again.
 */
const [, postgres] = engines;
let databaseUrl: string;
const clients: pg.Client[] = [];

beforeAll(async () => {
  databaseUrl = (await postgres?.freshDatabaseUrl()) as string;
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.end().catch(() => {});
});

async function connected(url = databaseUrl): Promise<pg.Client> {
  const client = await connectTo(url);
  clients.push(client);
  return client;
}

const backendOf = async (client: pg.Client) =>
  (await client.query("select pg_backend_pid() as pid")).rows[0].pid as number;

/** Resolves once the server is at it: what is cancelled before does not fail. */
async function asleep(pid: number, from: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await from.query("select wait_event from pg_stat_activity where pid = $1", [pid]);
    if (rows[0]?.wait_event === "PgSleep") return;
  }
}

async function failure(answer: Promise<unknown>): Promise<{ code?: string; message: string }> {
  return answer.then(
    () => new Error("It did not fail."),
    (error: Error) => error,
  );
}

/** Asks for something that is refused, on a connection of its own. */
const refused = async (...statements: string[]) => {
  const client = await connected();
  const last = statements.pop() as string;
  for (const statement of statements) await client.query(statement);
  return failure(client.query(last));
};

const ofTheDatabase: [of: string, meet: () => Promise<{ message: string }>, fault: Partial<Fault>][] = [
  [
    "a backend that is ended while it works",
    async () => {
      const [client, other] = [await connected(), await connected()];
      const pid = await backendOf(client);
      const asked = failure(client.query("select pg_sleep(20)"));
      await asleep(pid, other);
      await other.query("select pg_terminate_backend($1)", [pid]);
      return asked;
    },
    { of: "database", again: true },
  ],
  [
    "a backend that was ended between two statements",
    async () => {
      const [client, other] = [await connected(), await connected()];
      await client.query("begin");
      await other.query("select pg_terminate_backend($1)", [await backendOf(client)]);
      await once(client, "error");
      const error = await failure(client.query("select 1"));
      expect(error.message).toMatch(/not queryable/);
      return error;
    },
    { of: "database", again: true },
  ],
  [
    "a client that was closed",
    async () => {
      const client = await connected();
      await client.end();
      return failure(client.query("select 1"));
    },
    { of: "database", again: true },
  ],
  [
    "a network that is cut under a query",
    async () => {
      const way = await stoppingProxy(databaseUrl);
      const client = await connected(way.url);
      const asked = failure(client.query("select pg_sleep(20)"));
      await sleep(50);
      await way.close();
      return asked;
    },
    { of: "database", again: true },
  ],
  [
    "a statement that somebody cancelled",
    async () => {
      const [client, other] = [await connected(), await connected()];
      const pid = await backendOf(client);
      const asked = failure(client.query("select pg_sleep(20)"));
      await asleep(pid, other);
      await other.query("select pg_cancel_backend($1)", [pid]);
      return asked;
    },
    { of: "database", again: true },
  ],
  [
    "a statement that took too long",
    () => refused("set statement_timeout = 50", "select pg_sleep(20)"),
    { of: "database" },
  ],
  [
    "a transaction in which nothing happened for too long",
    async () => {
      const client = await connected();
      await client.query("set idle_in_transaction_session_timeout = 50");
      await client.query("begin");
      await once(client, "error");
      return failure(client.query("select 1"));
    },
    { of: "database", again: true },
  ],
  [
    "a row that is locked",
    async () => {
      const holder = await connected();
      await holder.query("begin");
      await holder.query("lock table events in exclusive mode");
      return refused("set lock_timeout = 50", "begin", "lock table events in exclusive mode");
    },
    { of: "database", again: true },
  ],
  [
    "a deadlock",
    async () => {
      const [one, other] = [await connected(), await connected()];
      for (const client of [one, other]) await client.query("begin");
      await one.query("lock table events in exclusive mode");
      await other.query("lock table charges in exclusive mode");
      const asked = [
        failure(one.query("lock table charges in exclusive mode")),
        failure(other.query("lock table events in exclusive mode")),
      ];
      return Promise.race(asked);
    },
    { of: "database", again: true },
  ],
  [
    "a database that is read-only",
    () => refused("set default_transaction_read_only = on", "select nextval('numbers')"),
    { of: "database", again: true, renew: true, refusesWrites: true },
  ],
  [
    "what was prepared before a table changed",
    async () => {
      const client = await connected();
      const prepared = { name: "prepared", text: "select * from leases", values: [] };
      await client.query(prepared);
      await client.query("alter table leases add column newer text");
      const error = await failure(client.query(prepared));
      await client.query("alter table leases drop column newer");
      return error;
    },
    { of: "database", again: true, renew: true },
  ],
  [
    "a statement that another session prepared",
    async () => refused("execute elsewhere"),
    { of: "database", again: true, renew: true },
  ],
  [
    "more connections than there may be",
    async () => {
      const admin = await connected();
      await admin.query("drop role if exists crowded");
      await admin.query("create role crowded login password 'crowded' connection limit 1");
      const url = new URL(databaseUrl);
      Object.assign(url, { username: "crowded", password: "crowded" });
      const first = await connected(url.href);
      const error = await failure(connected(url.href));
      await first.end();
      await admin.query("drop role crowded");
      return error;
    },
    { of: "database", again: true },
  ],
  [
    "a database that does not exist",
    () => failure(connected(databaseAt(sharedPostgresUrl(), "nowhere"))),
    { of: "database" },
  ],
  [
    "a wrong password",
    () => failure(connected(Object.assign(new URL(databaseUrl), { password: "wrong" }).href)),
    { of: "database" },
  ],
  [
    "no password",
    () => failure(connected(Object.assign(new URL(databaseUrl), { password: "" }).href)),
    { of: "database" },
  ],
  [
    "a port where nobody listens",
    () => failure(connected("postgres://tallyhook@127.0.0.1:1/tallyhook")),
    { of: "database", again: true },
  ],
  [
    "a host that does not exist",
    () => failure(connected("postgres://tallyhook@nowhere.invalid/tallyhook")),
    { of: "database" },
  ],
  ["a server without TLS", () => failure(connected(`${databaseUrl}?sslmode=require`)), { of: "database" }],
  ["a column that another version dropped", () => refused("select gone from events"), { of: "part" }],
  ["a table that another version dropped", () => refused("select * from gone"), { of: "part" }],
  [
    "a table that was taken from us",
    async () => {
      const admin = await connected();
      await admin.query("drop role if exists stranger");
      await admin.query("create role stranger");
      const error = await refused("set role stranger", "select * from events");
      await admin.query("drop role stranger");
      return error;
    },
    { of: "part" },
  ],
  [
    "a column that another version added and fills",
    async () => {
      const client = await connected();
      await client.query("alter table leases add column newer text not null");
      const error = await failure(
        client.query("insert into leases (name, token, expires_at) values ('a', 1, 1)"),
      );
      await client.query("alter table leases drop column newer");
      return error;
    },
    { of: "part" },
  ],
];

test.each(ofTheDatabase)("%s is no event's fault", async (_, meet, fault) => {
  expect(postgresFault(await meet())).toMatchObject(fault);
});

const ofTheWork: [of: string, meet: () => Promise<{ message: string }>][] = [
  ["a value that is none", () => refused("select 'x'::bigint")],
  ["a number that is too large", () => refused("select 9223372036854775807::bigint + 1")],
  [
    "a constraint",
    () => refused("alter table leases add check (token < 0)", "insert into leases values ('b', 1, 1)"),
  ],
  ["a column of ours without its value", () => refused("insert into leases (name) values ('c')")],
  ["what a trigger raised", () => refused("do $$ begin raise exception 'no'; end $$")],
];

test.each(ofTheWork)("%s is the work's own", async (_, meet) => {
  expect(postgresFault(await meet()).of).toBe("work");
});

test("what is no error of a database is the work's own", () => {
  for (const error of [
    new Error("Anything."),
    null,
    undefined,
    "text",
    new TypeError("undefined is not a function"),
  ])
    expect(postgresFault(error)).toEqual({ of: "work" });
});
