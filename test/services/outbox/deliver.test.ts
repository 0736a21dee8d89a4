import type { WalletId } from "../../../src/domain/ids.ts";
import { formatInstant } from "../../../src/domain/time.ts";
import { audit } from "../../../src/services/audit/audit.ts";
import { deliverDue } from "../../../src/services/outbox/deliver.ts";
import { readOutbox, retryMessage } from "../../../src/services/outbox/outbox.ts";
import { createSender, type Sender } from "../../../src/services/outbox/send-message.ts";
import { debitByHand } from "../../../src/services/spending/book-by-hand.ts";
import { listWallets } from "../../../src/store/wallets/read/wallets.ts";
import { engines } from "../../support/engines.ts";
import { type Answering, accept, fail, Receiver } from "../../support/receiver.ts";
import { until } from "../../support/until.ts";
import { type Composed, closeAll, composed, lineOf, saleOf, transactionEvent } from "../composed.ts";

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const hour = 3600;

let receiver: Receiver;
let sender: Sender;
beforeEach(async () => {
  receiver = await Receiver.start();
  sender = createSender({ url: receiver.url, secret, allowPrivate: true });
});
afterEach(async () => {
  await closeAll();
  sender.close();
  await receiver.close();
});

/** Each charge tops up its customer's wallet: one message of the charge, one of the wallet. */
async function topUp(tallyhook: Composed, count: number, customers = 1): Promise<void> {
  const sales = Array.from({ length: count }, (_, index) =>
    saleOf(index + 1, [lineOf(`txnitm_${index + 1}`, "pri_topup", 100 + index)], {
      customer: 1 + (index % customers),
    }),
  );
  for (const sale of sales) await tallyhook.receive(transactionEvent(sale));
}

const deliver = ({ tallyhook }: Composed) => deliverDue(tallyhook.services, { sender, random: () => 0.5 });

async function messages({ tallyhook }: Composed, status?: "pending" | "delivered" | "dead") {
  return (await readOutbox(tallyhook.services, { status }, { limit: 200, after: null })).rows;
}

/** Answers for one wallet in one way, for all else in another. */
function answering(wallet: unknown, forWallet: Answering, otherwise: Answering = accept): Answering {
  return (arrived, response) =>
    (arrived.data.wallet_id === wallet && arrived.type.startsWith("wallet.") ? forWallet : otherwise)(
      arrived,
      response,
    );
}

async function walletsOf(tallyhook: Composed): Promise<unknown[]> {
  const all = await messages(tallyhook);
  return [...new Set(all.flatMap(({ walletId }) => walletId ?? []))].sort();
}

describe.each(engines)("the outbox on $name", ({ freshDatabaseUrl }) => {
  test("is delivered once, each wallet's messages in the order of its statement", async () => {
    const tallyhook = await composed(await freshDatabaseUrl());
    await topUp(tallyhook, 12, 3);
    await deliver(tallyhook);
    expect(receiver.arrived).toHaveLength(24);
    for (const wallet of await walletsOf(tallyhook)) expect(receiver.seqsOf(wallet)).toEqual([1, 2, 3, 4]);
    expect(new Set((await messages(tallyhook)).map(({ status }) => status))).toEqual(new Set(["delivered"]));
    expect(await deliver(tallyhook)).toBe(0);
    expect((await audit(tallyhook.tallyhook.services)).problems).toEqual([]);
  });

  test("a wallet whose message fails waits, the others go on, and nothing is overtaken or lost", async () => {
    const tallyhook = await composed(await freshDatabaseUrl());
    await topUp(tallyhook, 9, 3);
    const [failing, ...others] = await walletsOf(tallyhook);
    receiver.answering = answering(failing, fail);
    await deliver(tallyhook);
    expect(receiver.seqsOf(failing)).toEqual([1]);
    for (const wallet of others) expect(receiver.seqsOf(wallet)).toEqual([1, 2, 3]);
    expect(await messages(tallyhook, "pending")).toMatchObject([
      { seq: 3, attempts: 0 },
      { seq: 2, attempts: 0 },
      { seq: 1, attempts: 1, lastError: "status_500" },
    ]);
    expect(await deliver(tallyhook)).toBe(0);

    receiver.answering = accept;
    tallyhook.clock.advance(8);
    expect(await deliver(tallyhook)).toBe(3);
    expect(receiver.seqsOf(failing)).toEqual([1, 1, 2, 3]);
  });

  test("a message that failed for three days is dead, the next one goes, and by hand it is sent after all", async () => {
    const tallyhook = await composed(await freshDatabaseUrl());
    await topUp(tallyhook, 2);
    const [wallet] = await walletsOf(tallyhook);
    receiver.answering = (arrived, response) => (arrived.data.seq === 1 ? fail : accept)(arrived, response);
    for (let hours = 0; hours < 72; hours += 1) {
      await deliver(tallyhook);
      tallyhook.clock.advance(hour);
    }
    expect(receiver.seqsOf(wallet)).not.toContain(2);
    await deliver(tallyhook);
    expect(receiver.seqsOf(wallet).slice(-2)).toEqual([1, 2]);
    const [dead] = await messages(tallyhook, "dead");
    expect(dead).toMatchObject({ seq: 1, lastError: "status_500" });

    receiver.answering = accept;
    tallyhook.clock.advance(240 * hour);
    expect(await deliver(tallyhook)).toBe(0);
    const { services } = tallyhook.tallyhook;
    expect(await retryMessage(services, dead?.id ?? "")).toMatchObject({ status: "pending" });
    expect(await deliver(tallyhook)).toBe(1);
    expect(await messages(tallyhook, "dead")).toEqual([]);
    expect(await retryMessage(services, dead?.id ?? "")).toBeNull();
  });

  test("what a statement line says is written out when it is sent, each time in the same bytes", async () => {
    const tallyhook = await composed(await freshDatabaseUrl());
    await topUp(tallyhook, 1);
    const { services } = tallyhook.tallyhook;
    const [id] = (await walletsOf(tallyhook)) as [WalletId];
    await debitByHand(services, { walletId: id, amount: 150n, reason: "a seat" });
    const effective_at = formatInstant(tallyhook.clock.now());
    receiver.answering = fail;
    await deliver(tallyhook);
    receiver.answering = accept;
    tallyhook.clock.advance(hour);
    await deliver(tallyhook);
    const bodies = Map.groupBy(receiver.arrived, (arrived) => arrived.id);
    expect([...bodies.values()].map((own) => new Set(own.map(({ body }) => body)).size)).toEqual([
      1, 1, 1, 1,
    ]);
    const told = receiver.arrived.slice(-3).map(({ type, data }) => [type, data]);
    const [wallet] = (await listWallets(services.store.read, {}, { limit: 1, after: null })).rows;
    const about = { wallet_id: id, owner: wallet?.owner, currency: "USD" };
    expect(told.slice(1)).toEqual([
      [
        "wallet.balance_changed",
        { ...about, seq: 2, kind: "debit", amount: "-100", balance: "0", charge_id: null, effective_at },
      ],
      [
        "wallet.debit_uncovered",
        {
          ...about,
          seq: 2,
          kind: "debit",
          requested: "150",
          covered: "100",
          uncovered: "50",
          charge_id: null,
          effective_at,
        },
      ],
    ]);
    expect((await messages(tallyhook)).filter(({ seq }) => seq === 2).map(({ data }) => data)).toEqual(
      told
        .slice(1)
        .map(([, data]) => data)
        .toReversed(),
    );
  });

  test("messages without a wallet wait for nobody", async () => {
    const tallyhook = await composed(await freshDatabaseUrl());
    await topUp(tallyhook, 3);
    receiver.answering = (arrived, response) =>
      (arrived.data.ref === "txn_1" ? fail : accept)(arrived, response);
    await deliver(tallyhook);
    const settled = receiver.arrived.filter(({ type }) => type === "charge.settled");
    expect(settled.map(({ data }) => data.ref).sort()).toEqual(["txn_1", "txn_2", "txn_3"]);
    expect(await messages(tallyhook, "pending")).toMatchObject([{ type: "charge.settled", attempts: 1 }]);
  });

  test("what a worker had when it was killed is sent by another one, after the lease", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const killed = await composed(databaseUrl);
    await topUp(killed, 2);
    let answered = 0;
    const silent: Sender = { send: () => new Promise(() => (answered += 1)), close: () => {} };
    void deliverDue(killed.tallyhook.services, { sender: silent, random: () => 0.5 });
    await until(() => answered >= 3);

    const other = await composed(databaseUrl, { clock: killed.clock });
    expect(await deliver(other)).toBe(0);
    other.clock.advance(121);
    expect(await deliver(other)).toBe(4);
    const [wallet] = await walletsOf(other);
    expect(receiver.seqsOf(wallet)).toEqual([1, 2]);
  });

  test("is shared by two servers, none of which sends what the other one has", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const environment = { OUTBOX_URL: receiver.url, OUTBOX_SECRET: secret, OUTBOX_ALLOW_PRIVATE: "on" };
    const first = await composed(databaseUrl, { environment, deliverEveryMilliseconds: 5 });
    const { clock } = first;
    const second = await composed(databaseUrl, { environment, clock, deliverEveryMilliseconds: 5 });
    receiver.answering = (_, response) => void setTimeout(() => response.writeHead(204).end(), 3);
    await topUp(first, 60, 6);
    const servers = await Promise.all([first.tallyhook.listen(), second.tallyhook.listen()]);
    await until(async () => (await messages(first, "pending")).length === 0);
    expect(receiver.arrived).toHaveLength(120);
    const inOrder = Array.from({ length: 10 }, (_, index) => index + 1);
    for (const wallet of await walletsOf(first)) expect(receiver.seqsOf(wallet)).toEqual(inOrder);
    for (const server of servers) await server.stop();
    expect([...first.errors, ...second.errors]).toEqual([]);
  });
});

test("an app that hangs is given up for each wallet, also if there are more than are sent to at once", async () => {
  const [sqlite] = engines;
  const tallyhook = await composed((await sqlite?.freshDatabaseUrl()) ?? "");
  await topUp(tallyhook, 40, 40);
  const hasty = createSender({ url: receiver.url, secret, allowPrivate: true }, { timeoutMilliseconds: 50 });
  receiver.answering = () => {};
  const options = { sender: hasty, random: () => 0.5 };
  expect(await deliverDue(tallyhook.tallyhook.services, options)).toBe(80);
  hasty.close();
  expect(await messages(tallyhook, "pending")).toHaveLength(80);
  expect((await messages(tallyhook))[0]).toMatchObject({ lastError: "timed_out" });
});
