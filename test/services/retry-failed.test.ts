import { audit } from "../../src/services/audit/audit.ts";
import { retryFailed } from "../../src/services/inbox/retry-failed.ts";
import { listEvents } from "../../src/store/inbox/read/events.ts";
import { dump } from "../support/dump.ts";
import { engines } from "../support/engines.ts";
import { until } from "../support/until.ts";
import { type Composed, closeAll, composed, lineOf, saleOf, transactionEvent } from "./composed.ts";
import { execute, plantTrigger } from "./planted-trigger.ts";

/** The second one, which is to fail, shares its wallet with the first. */
const events = [1, 2, 3].map((index) =>
  transactionEvent(
    saleOf(index, [lineOf(`txnitm_${index}`, "pri_topup", 1000 * index)], { customer: index === 3 ? 2 : 1 }),
  ),
);

afterEach(closeAll);

async function outcomes({ tallyhook }: Composed): Promise<Record<string, string>> {
  const { rows } = await listEvents(tallyhook.services.store.read, {}, { limit: 10, after: null });
  return Object.fromEntries(
    rows.map((event) => [event.providerEventId.slice(0, "evt_1".length), event.outcome]),
  );
}

/** The books, but for what our clock said and how often something was tried. */
async function books({ tallyhook }: Composed): Promise<string> {
  const text = await dump(tallyhook.services.store.read, { withoutOurClock: true });
  return text.replaceAll(/"attempts":"\d+"/g, "");
}

describe.each(engines)("an event that fails on $name", ({ freshDatabaseUrl }) => {
  test("leaves its neighbours alone, is tried again when it is due, and then is as if it had never failed", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const trouble = await composed(databaseUrl);
    const trigger = await plantTrigger(databaseUrl, "txn_2");
    await Promise.all(events.map((event) => trouble.receive(event)));
    const failed = { evt_1: "applied", evt_2: "failed", evt_3: "applied" };
    expect(await outcomes(trouble)).toEqual(failed);

    const { services } = trouble.tallyhook;
    expect(await retryFailed(services)).toBe(0);
    trouble.clock.advance(11);
    expect(await retryFailed(services)).toBe(1);
    expect(await outcomes(trouble)).toEqual(failed);
    await trigger.drop();
    trouble.clock.advance(19);
    expect(await retryFailed(services)).toBe(0);
    trouble.clock.advance(2);
    expect(await retryFailed(services)).toBe(1);
    expect(await outcomes(trouble)).toEqual({ ...failed, evt_2: "applied" });
    expect(await retryFailed(services)).toBe(0);

    const peaceful = await composed(await freshDatabaseUrl());
    for (const event of events) await peaceful.receive(event);
    expect(await books(trouble)).toBe(await books(peaceful));
    expect((await audit(services)).problems).toEqual([]);
  });

  test("is applied by two servers at once, once", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const first = await composed(databaseUrl, { retryEveryMilliseconds: 20 });
    const trigger = await plantTrigger(databaseUrl, "txn_2");
    await Promise.all(events.map((event) => first.receive(event)));
    await trigger.drop();
    const second = await composed(databaseUrl, { retryEveryMilliseconds: 20, clock: first.clock });
    for (const { tallyhook } of [first, second]) {
      const server = await tallyhook.listen();
      await server.stop();
    }
    first.clock.advance(11);
    await until(async () => (await outcomes(second)).evt_2 === "applied");
    expect((await audit(second.tallyhook.services)).problems).toEqual([]);
    expect([...first.errors, ...second.errors]).toEqual(["An event could not be applied."]);
  });
});

test("a server that cannot read its failed events says so, goes on, and can still be closed", async () => {
  const [sqlite] = engines;
  const databaseUrl = (await sqlite?.freshDatabaseUrl()) ?? "";
  const running = await composed(databaseUrl, { retryEveryMilliseconds: 5 });
  const server = await running.tallyhook.listen();
  await execute(databaseUrl, "alter table events rename to lost");
  await until(async () => running.errors.length > 2);
  expect(new Set(running.errors)).toEqual(new Set(["Failed events could not be read."]));
  await server.stop();
  await closeAll();
  const { length } = running.errors;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(running.errors).toHaveLength(length);
});
