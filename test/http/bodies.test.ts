import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import express from "express";
import { answered, keys, type Running, seed, signed, startTallyhook } from "./running.ts";

const bounds = { room: 128 * 1024, milliseconds: 1_000, stalledAfterMilliseconds: 600 };
const finance = { authorization: `Bearer ${keys.finance}` };

let running: Running;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  expect(running.errors).toEqual([]);
  await running.close();
});
const start = async (bodies = bounds) => {
  running = await startTallyhook("sqlite::memory:", {}, { bodies });
};

/** A connection on which something is sent by hand. */
class Sender {
  readonly #socket: Socket;
  #heard = "";

  constructor(url = running.url) {
    this.#socket = connect(Number(new URL(url).port), "127.0.0.1");
    sockets.push(this.#socket);
    this.#socket
      .on("error", () => {})
      .on("data", (chunk) => {
        this.#heard += chunk;
      });
  }

  /** Begins a request with a body; `length` says of how many bytes, without it the body comes in chunks. */
  static begin(path: string, headers: Record<string, string> = {}, url?: string): Sender {
    const sender = new Sender(url);
    const lines = Object.entries({ host: "test", "transfer-encoding": "chunked", ...headers });
    sender.send(
      `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`,
    );
    return sender;
  }

  send(bytes: string | Uint8Array): boolean {
    return this.#socket.write(bytes);
  }

  sent(): Promise<void> {
    return new Promise((resolve) => this.#socket.write("", () => resolve()));
  }

  /** What was answered, once it is there. */
  async answer(): Promise<string> {
    for (let look = 0; look < 1_000 && !this.#heard.includes("}") && !this.#socket.closed; look += 1)
      await pause(10);
    return this.#heard;
  }

  get heard(): string {
    return this.#heard;
  }
}

const chunk = (bytes: Uint8Array | string) =>
  Buffer.concat([
    Buffer.from(`${Buffer.byteLength(bytes).toString(16)}\r\n`),
    Buffer.from(bytes),
    Buffer.from("\r\n"),
  ]);
const end = "0\r\n\r\n";
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test("a body in chunks of one byte is a body, of a webhook and of a write", async () => {
  await start({ ...bounds, milliseconds: 30_000 });
  const bytes = [...seed].map((byte) => chunk(Uint8Array.of(byte)));
  const webhook = Sender.begin("/webhooks/paddle", signed(seed));
  webhook.send(Buffer.concat([...bytes, Buffer.from(end)]));
  expect(await webhook.answer()).toContain('"outcome":"applied"');
  const json = JSON.stringify({ events: [{ id: "1", owner: "acme", meter: "tokens", quantity: "0" }] });
  const write = Sender.begin("/v1/usage", { ...finance, "content-type": "application/json" });
  for (const byte of json) write.send(chunk(byte));
  write.send(end);
  expect(await write.answer()).toMatch(/^HTTP\/1.1 200 OK.*unknown_meter/s);
});

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

test("bodies in chunks of one byte take what they have in bytes, until the last has come", async () => {
  await start({ ...bounds, room: 2 ** 26, milliseconds: 60_000 });
  const taken = () => {
    // What is garbage is not taken: how much of it there is goes by how busy the machine is.
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = taken();
  let most = before;
  const looking = setInterval(() => {
    most = Math.max(most, taken());
  }, 100);
  const pieces = Buffer.alloc(6 * 150_000, "1\r\na\r\n");
  const senders = [
    Sender.begin("/webhooks/paddle"),
    Sender.begin("/webhooks/paddle"),
    Sender.begin("/v1/usage", { ...finance, "content-type": "application/json" }),
    Sender.begin("/v1/usage"),
  ];
  for (const sender of senders) sender.send(Buffer.concat([pieces, Buffer.from(end)]));
  const codes = await Promise.all(
    senders.map(async (sender) => /"code":"(\w+)"/.exec(await sender.answer())?.[1]),
  );
  clearInterval(looking);
  expect(codes).toEqual(["signature_missing", "signature_missing", "body_not_json", "unauthenticated"]);
  expect((most - before) / 2 ** 20).toBeLessThan(60);
});

describe("where bodies fill the room that there is for them", () => {
  test("the slowest is ended, with a problem, and who comes last is answered", async () => {
    await start({ ...bounds, milliseconds: 30_000 });
    const stalled = Sender.begin("/webhooks/paddle");
    stalled.send(chunk(Buffer.alloc(60_000)));
    await pause(1_100);
    const goingOn = Sender.begin("/webhooks/paddle");
    for (let part = 0; part < 11; part += 1) {
      goingOn.send(chunk(Buffer.alloc(3_000)));
      await pause(110);
    }
    const largest = Buffer.alloc(60_000, " ");
    expect((await running.post(largest)).body.code).toBe("body_not_json");
    const last = Sender.begin("/webhooks/paddle", signed(seed));
    last.send(chunk(seed.subarray(0, 100)));
    const filling = Sender.begin("/webhooks/paddle");
    filling.send(chunk(Buffer.alloc(60_000)));
    expect(await stalled.answer()).toMatch(/^HTTP\/1.1 408 .*"code":"body_too_slow"/s);
    last.send(chunk(seed.subarray(100)));
    last.send(end);
    expect(await last.answer()).toContain('"outcome":"applied"');
    expect(goingOn.heard).toBe("");
    expect(filling.heard).toBe("");
  });

  test("two hundred bodies that never end keep no delivery out", async () => {
    await start({ ...bounds, milliseconds: 30_000 });
    const senders = Array.from({ length: 200 }, () => Sender.begin("/webhooks/paddle"));
    for (const sender of senders) sender.send(chunk(Buffer.alloc(2_000)));
    for (const body of [seed, seed]) {
      expect((await running.post(body)).status).toBe(200);
      for (const sender of senders) sender.send(chunk("x"));
    }
    await pause(50);
    const ended = senders.filter(({ heard }) => heard.includes("body_too_slow"));
    expect(ended.length).toBeGreaterThan(100);
  });
});

describe("a body that does not end in time", () => {
  test.each([
    ["a webhook's", "/webhooks/paddle", {}],
    ["a write's", "/v1/usage", { ...finance, "content-type": "application/json" }],
  ])("%s is a problem, also if something comes all the time", async (_, path, headers) => {
    await start();
    const silent = Sender.begin(path, headers);
    silent.send(chunk("{"));
    const trickling = Sender.begin(path, headers);
    const trickle = setInterval(() => trickling.send(chunk(" ")), 20);
    for (const sender of [silent, trickling])
      expect(await sender.answer()).toMatch(/^HTTP\/1.1 408 .*"code":"body_too_slow"/s);
    clearInterval(trickle);
  });

  test("in an app that has mounted the webhooks", async () => {
    await start();
    const app = express().use("/webhooks", running.tallyhook.webhooks).use(express.json());
    const server = createServer(app).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const slow = Sender.begin("/webhooks/paddle", {}, url);
    slow.send(chunk("{"));
    expect(await slow.answer()).toMatch(/^HTTP\/1.1 408 /s);
    const inPieces = Sender.begin("/webhooks/paddle", signed(seed), url);
    for (const byte of seed) inPieces.send(chunk(Uint8Array.of(byte)));
    inPieces.send(end);
    expect(await inPieces.answer()).toContain('"outcome":"applied"');
    server.closeAllConnections();
    server.close();
  });
});

describe("a report that is sent to us", () => {
  const header =
    "automatic_payout_id,balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id\n";
  const row = (id: string) => `po_1,${id},2026-10-02 09:30:00,usd,19.99,0.88,19.11,charge,ch_${id}\n`;
  const path = "/v1/statements?provider=stripe&format=payout_reconciliation";
  const csv = { ...finance, "content-type": "text/csv" };

  test("may take longer than any other body, as long as it goes on", async () => {
    await start();
    const sender = Sender.begin(path, csv);
    for (const part of [header, row("txn_1"), row("txn_2"), row("txn_3"), row("txn_4")]) {
      sender.send(chunk(part));
      await pause(400);
    }
    sender.send(end);
    expect(await sender.answer()).toMatch(/^HTTP\/1.1 201 /s);
  });

  test("is ended if nothing more comes, and says which statement is incomplete", async () => {
    await start();
    const sender = Sender.begin(path, { ...csv, "idempotency-key": "october" });
    sender.send(chunk(header + row("txn_1")));
    const answer = await sender.answer();
    expect(answer).toMatch(/^HTTP\/1.1 408 .*"code":"body_too_slow"/s);
    const { statement_id, reason } = JSON.parse(answer.slice(answer.indexOf("{")));
    expect(reason).toBe("cut_off");
    const { body } = await running.get(`/v1/statements/${statement_id}`);
    expect(body).toMatchObject({ status: "incomplete", problem: { code: "cut_off" } });
    const again = await answered<{ status: string }>(
      fetch(running.url + path, {
        method: "POST",
        headers: { ...csv, "idempotency-key": "october" },
        body: header + row("txn_1"),
      }),
    );
    expect([again.status, again.body.status]).toEqual([201, "complete"]);
    const repeated = Sender.begin(path, { ...csv, "idempotency-key": "october" });
    repeated.send(chunk(header));
    expect(await repeated.answer()).toMatch(/^HTTP\/1.1 408 .*"code":"body_too_slow"/s);
  });

  test("is not ended where it is we who are slow", async () => {
    await start();
    const { store } = running.tallyhook.services;
    const addStatementLines = store.addStatementLines.bind(store);
    Object.assign(store, {
      addStatementLines: async (...lines: Parameters<typeof addStatementLines>) => {
        await pause(1_500);
        return addStatementLines(...lines);
      },
    });
    const rows = Array.from({ length: 300 }, (_, index) => row(`txn_${index}`)).join("");
    const { status } = await answered(
      fetch(running.url + path, { method: "POST", headers: csv, body: header + rows }),
    );
    expect(status).toBe(201);
  });
});
