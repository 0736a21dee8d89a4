import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readUrl } from "../../src/cli/kit/options.ts";
import { keys, secret, seed, signed } from "../http/running.ts";
import { engines } from "../support/engines.ts";
import { killAll, run, runHere, seedFile, start } from "./command-line.ts";

afterEach(killAll);
const folder = mkdtempSync(join(tmpdir(), "tallyhook-serve-"));
afterAll(() => rmSync(folder, { recursive: true }));

const environment = {
  PORT: "0",
  PADDLE_WEBHOOK_SECRET: secret,
  API_KEYS: `f:finance:${keys.finance}`,
  LOG_LEVEL: "silent",
};

const post = async (url = "", body: Buffer<ArrayBuffer> = seed) =>
  (await fetch(`${url}/webhooks/paddle`, { method: "POST", body, headers: signed(body) })).json();
const balances = async (url = "") => {
  const headers = { authorization: `Bearer ${keys.finance}` };
  const { data } = (await (await fetch(`${url}/v1/wallets`, { headers })).json()) as {
    data: { balance: string }[];
  };
  return data.map(({ balance }) => balance);
};

describe.each(engines)("serve on $name", ({ name, freshDatabaseUrl }) => {
  // How a server ends is not the engine's.
  const signal = name === "sqlite" ? "SIGTERM" : "SIGINT";

  test(`what was acknowledged before it was killed is there afterwards, once; on ${signal} it ends in order`, async () => {
    const DATABASE_URL = await freshDatabaseUrl();
    const first = start(folder, ["serve"], { ...environment, DATABASE_URL });
    const [, url] = await first.line(/^listening on (http:\/\/127\.0\.0\.1:\d+)$/m);
    expect(await post(url)).toMatchObject({ outcome: "applied" });
    first.stop("SIGKILL");
    await first.finished;
    const second = start(folder, ["serve"], { ...environment, DATABASE_URL });
    const [, again] = await second.line(/^listening on (\S+)$/m);
    expect(await post(again)).toMatchObject({ outcome: "duplicate" });
    expect(await balances(again)).toEqual(["499"]);
    second.stop(signal);
    expect(await second.finished).toMatchObject({ code: 0, err: "" });
    expect((await runHere(folder, ["audit", "--json"], { DATABASE_URL })).out).toContain('"ok": true');
  });
});

test("an address that is taken is told of PORT, and may be free at the next start", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as AddressInfo;
  const DATABASE_URL = "sqlite::memory:";
  const { code, err } = await run(folder, ["serve"], { ...environment, DATABASE_URL, PORT: String(port) });
  expect([code, err]).toEqual([2, `PORT: ${port} is taken by another process\n`]);
  other.close();
});

test("what sign prints is accepted, also as the curl it prints; a request that is under way is answered before the server ends", async () => {
  const server = start(folder, ["serve"], {
    ...environment,
    DATABASE_URL: `sqlite:${join(folder, "slow.db")}`,
  });
  const [, url = ""] = await server.line(/^listening on (\S+)$/m);
  const { code, out } = await runHere(
    folder,
    ["sign", "paddle", seedFile, "--url", url, "--json"],
    environment,
  );
  expect(code).toBe(0);
  const { header, value, curl } = JSON.parse(out);
  expect(curl).toBe(`curl -sS ${url}/webhooks/paddle -H '${header}: ${value}' --data-binary @${seedFile}`);
  for (const [given, posts] of [
    [`${url}/webhooks/paddle`, `${url}/webhooks/paddle`],
    [`${url}/webhooks/paddle/`, `${url}/webhooks/paddle/`],
    [`${url}/webhooks/stripe`, `${url}/webhooks/paddle`],
    [`${url}/webhooks`, `${url}/webhooks/paddle`],
    [`${url}/billing`, `${url}/billing/webhooks/paddle`],
    ["https://app.example.com/hooks/paddle", "https://app.example.com/hooks/paddle"],
  ] as const) {
    const said = await runHere(folder, ["sign", "paddle", seedFile, "--url", given], environment);
    expect([given, said.out]).toEqual([given, expect.stringContaining(`curl -sS ${posts} -H`)]);
  }
  for (const given of [url, `${url}/`, `${url}/webhooks`, `${url}/webhooks/stripe/`])
    expect(readUrl("--url", given)).toBe(url);
  const unsigned = await runHere(folder, ["sign", "paddle", seedFile]);
  expect([unsigned.code, unsigned.err]).toEqual([78, "PADDLE_WEBHOOK_SECRET: is needed to sign with\n"]);

  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  const answer = new Promise<string>((resolve) => {
    let text = "";
    socket.on("data", (bytes) => {
      text += bytes;
    });
    socket.on("close", () => resolve(text));
  });
  const body = readFileSync(seedFile);
  socket.write(
    `POST /webhooks/paddle HTTP/1.1\r\nhost: t\r\n${header}: ${value}\r\ncontent-length: ${body.length}\r\n\r\n`,
  );
  socket.write(body.subarray(0, 10));
  await new Promise((resolve) => setTimeout(resolve, 100));
  server.stop("SIGTERM");
  await new Promise((resolve) => setTimeout(resolve, 100));
  socket.write(body.subarray(10));
  expect(await answer).toContain('"outcome":"applied"');
  expect((await server.finished).code).toBe(0);
});

test("the log has one JSON document a line, and neither bodies nor secrets", async () => {
  const settings = { ...environment, LOG_LEVEL: "trace", DATABASE_URL: "sqlite::memory:" };
  const server = start(folder, ["serve"], settings);
  const [, url] = await server.line(/^listening on (\S+)$/m);
  await post(url);
  await post(
    url,
    Buffer.from('{"event_id":"evt_1","event_type":"transaction.completed","data":{"secret_name":"x"}}'),
  );
  server.stop("SIGTERM");
  const { out } = await server.finished;
  const lines = out.trim().split("\n");
  const documents = lines.filter((text) => !text.startsWith("listening on ")).map((line) => JSON.parse(line));
  const told = documents.filter(({ level }) => level === 30).map(({ msg }) => msg);
  expect([told.at(0), ...told.slice(-2)]).toEqual([
    "Started.",
    "Stopping: what was begun is finished first.",
    "Stopped.",
  ]);
  expect(documents.at(0)).toMatchObject({ address: url, engine: "sqlite", policy_version: 1 });
  expect(out).not.toContain(secret);
  expect(out).not.toContain(keys.finance);
  expect(out).not.toContain("secret_name");
});
