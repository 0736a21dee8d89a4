import { deliverDue } from "../../../src/services/outbox/deliver.ts";
import { type SentMessage, withLinks } from "../../../src/services/outbox/send-message.ts";
import { tellTurns } from "../../../src/services/outbox/tell-turns.ts";
import { engines } from "../../support/engines.ts";
import { closeAll, composed, lineOf, saleOf, transactionEvent } from "../composed.ts";

afterAll(closeAll);

describe.each(engines)("being told of what turned, on $name", ({ freshDatabaseUrl }) => {
  test("of an account that stops to agree and of a provider that falls silent, once each, with a link", async () => {
    const { tallyhook, receive, clock } = await composed(await freshDatabaseUrl());
    const { services } = tallyhook;
    const sent: SentMessage[] = [];
    const take = async (message: SentMessage) => {
      sent.push(message);
      return { kind: "accepted" } as const;
    };
    const sender = withLinks({ send: take, close: () => {} }, "https://books.example/finance/");
    const told = async () => {
      await Promise.all([tellTurns(services), tellTurns(services)]);
      sent.length = 0;
      await deliverDue(services, { sender, random: () => 0 });
      return sent
        .map(({ type, data }) => ({ type, ...JSON.parse(data) }))
        .filter(({ type }) => !type.startsWith("wallet.") && !type.startsWith("charge."));
    };
    for (let index = 1; index <= 25; index += 1) {
      await receive(transactionEvent(saleOf(index, [lineOf(`txnitm_${index}`, "pri_1", 100)])));
      clock.advance(600);
    }
    // What it was at first is no turn.
    expect(await told()).toEqual([]);
    // Credit that comes from nowhere is a discrepancy.
    await receive(transactionEvent(saleOf(50, [lineOf("txnitm_50", "pri_1", 100)], { creditPart: 500 })));
    const all = await told();
    const opened = all.find(({ type }) => type === "discrepancy.opened");
    const turns = all.filter(({ type }) => type !== "discrepancy.opened");
    expect(opened).toMatchObject({ type: "discrepancy.opened", kind: "credit_source_unknown" });
    expect(opened.url).toMatch(/^https:\/\/books\.example\/finance\/console\/(discrepancies|charges)/);
    expect(turns).toMatchObject([
      {
        type: "verdict.turned",
        provider: "paddle",
        before: "not_compared",
        state: "not_reconciled",
        open: 1,
        url: "https://books.example/finance/console/",
      },
    ]);
    expect(await told()).toEqual([]);
    clock.advance(12 * 3600);
    expect(await told()).toMatchObject([
      {
        type: "provider.silent",
        provider: "paddle",
        silent: true,
        url: "https://books.example/finance/console/events?provider=paddle",
      },
    ]);
    expect(await told()).toEqual([]);
    await receive(transactionEvent(saleOf(99, [lineOf("txnitm_99", "pri_1", 100)])));
    expect(await told()).toMatchObject([{ type: "provider.silent", silent: false }]);
  });
});
