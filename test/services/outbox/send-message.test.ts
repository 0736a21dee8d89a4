import type { LookupFunction } from "node:net";
import { Webhook } from "standardwebhooks";
import { systemClock } from "../../../src/domain/time.ts";
import { createSender, type Sender, type SenderOptions } from "../../../src/services/outbox/send-message.ts";
import { Receiver } from "../../support/receiver.ts";

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const message = {
  id: "wal_1.wallet.balance_changed.7",
  type: "wallet.balance_changed",
  data: '{"wallet_id":"wal_1","owner":"Zoë & co","seq":7}',
  createdAt: 1_767_225_600_123_456_789n,
};

let receiver: Receiver;
const senders: Sender[] = [];
beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(async () => {
  for (const sender of senders.splice(0)) sender.close();
  await receiver.close();
});

function send(options: SenderOptions & { url?: string; allowPrivate?: boolean } = {}) {
  const { url = receiver.url, allowPrivate = true, ...rest } = options;
  const sender = createSender({ url, secret, allowPrivate }, rest);
  senders.push(sender);
  return sender.send(message, systemClock.now());
}

/** A resolver that gives these addresses, one after the other. */
function resolvingTo(...addresses: string[]): LookupFunction {
  return (_host, _options, callback) => callback(null, [{ address: addresses.shift() ?? "", family: 4 }]);
}

test("the standardwebhooks package verifies what is sent, and refuses it with another secret", async () => {
  expect(await send()).toEqual({ kind: "accepted" });
  const [arrived] = receiver.arrived;
  const headers = arrived?.headers as Record<string, string>;
  expect(headers["webhook-id"]).toBe(message.id);
  expect(new Webhook(secret).verify(arrived?.body ?? "", headers)).toEqual({
    type: "wallet.balance_changed",
    timestamp: "2026-01-01T00:00:00.123456789Z",
    data: { wallet_id: "wal_1", owner: "Zoë & co", seq: 7 },
  });
  const other = new Webhook(`whsec_${Buffer.alloc(32, 8).toString("base64")}`);
  expect(() => other.verify(arrived?.body ?? "", headers)).toThrow();
});

test("a redirect is a failure and is not followed", async () => {
  const elsewhere = await Receiver.start();
  receiver.answering = (_, response) => void response.writeHead(307, { location: elsewhere.url }).end();
  expect(await send()).toEqual({ kind: "refused", error: "redirected_307" });
  expect(elsewhere.arrived).toEqual([]);
  await elsewhere.close();
});

test.each([400, 410, 429, 500, 503])("an answer of %s is a failure", async (status) => {
  receiver.answering = (_, response) => void response.writeHead(status).end();
  expect(await send()).toEqual({ kind: "refused", error: `status_${status}` });
});

test("an app that never answers is given up in time", async () => {
  receiver.answering = () => {};
  expect(await send({ timeoutMilliseconds: 100 })).toEqual({ kind: "refused", error: "timed_out" });
});

test("an answer of ten megabytes is cut off, and its status stands", async () => {
  let closedEarly: Promise<boolean> | undefined;
  receiver.answering = (_, response) => {
    closedEarly = new Promise((resolve) => response.on("close", () => resolve(!response.writableFinished)));
    response.writeHead(200).end(Buffer.alloc(10 * 2 ** 20));
  };
  expect(await send()).toEqual({ kind: "accepted" });
  expect(await closedEarly).toBe(true);
});

test("an answer that breaks off after its status does not end the process", async () => {
  receiver.answering = (_, response) => {
    response.writeHead(200, { "content-length": "1000" }).write("half");
    setTimeout(() => response.destroy(), 20);
  };
  expect(await send()).toEqual({ kind: "accepted" });
  await new Promise((resolve) => setTimeout(resolve, 60));
});

test("an app that is not there is a failure that says so", async () => {
  const { url } = receiver;
  await receiver.close();
  expect(await send({ url })).toEqual({ kind: "refused", error: "connection_failed ECONNREFUSED" });
  receiver = await Receiver.start();
});

test("a private address is refused, written out or behind a name, unless it is allowed", async () => {
  const refused = { kind: "refused", error: "address_refused" };
  const behindName = receiver.url.replace("127.0.0.1", "app.example.com");
  const lookup = () => resolvingTo("127.0.0.1");
  expect(await send({ allowPrivate: false })).toEqual(refused);
  expect(await send({ url: behindName, allowPrivate: false, lookup: lookup() })).toEqual(refused);
  expect(receiver.arrived).toEqual([]);
  expect(await send({ url: behindName, allowPrivate: true, lookup: lookup() })).toEqual({ kind: "accepted" });
});

test("a name is resolved once for a connection: nothing can change between the check and the use", async () => {
  let asked = 0;
  const lookup: LookupFunction = (_host, _options, callback) => {
    asked += 1;
    // A resolver under an attacker's control: public when it is checked, private when it is used.
    callback(null, [{ address: asked === 1 ? "127.0.0.1" : "8.8.8.8", family: 4 }]);
  };
  const url = receiver.url.replace("127.0.0.1", "app.example.com");
  expect(await send({ url, allowPrivate: false, lookup })).toEqual({
    kind: "refused",
    error: "address_refused",
  });
  expect(asked).toBe(1);
});
