import { formatInstant } from "../../../src/domain/time.ts";
import { objectTelling } from "../../../src/providers/paddle/source.ts";
import { tell } from "../../../src/services/inbox/tell.ts";
import { chargeNoun } from "../../../src/store/charges/nouns/charge.ts";
import { engines } from "../../support/engines.ts";
import { closeAll, composed, lineOf, saleOf, transactionEvent } from "../composed.ts";

afterEach(closeAll);

describe.each(engines)("what a source states, on $name", ({ freshDatabaseUrl }) => {
  test("of an earlier moment than was last heard of the object is said again as of now", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const books = await composed(databaseUrl, { environment: { PADDLE_API_KEY: "pdl_key" } });
    const sale = saleOf(1, [lineOf("txnitm_1", "pri_topup", 500)]);
    const paid = transactionEvent(sale, "paid");
    await books.receive({ ...paid, occurred_at: "2026-01-04T12:00:00Z" });

    const { services } = books.tallyhook;
    const [source] = services.sources;
    if (source === undefined) throw new Error("Paddle cannot be asked.");
    const completed = { ...transactionEvent(sale).data, updated_at: "2026-01-04T11:00:00Z" };
    const telling = objectTelling("transaction", completed, books.clock.now());
    expect(await tell(services, source, telling)).toBe("new");
    const events = await services.store.read
      .selectFrom("events")
      .select(["occurred_at"])
      .orderBy("no")
      .execute();
    const times = events.map(({ occurred_at: at }) => (at === null ? null : formatInstant(at)));
    expect(times).toEqual(["2026-01-04T12:00:00Z", formatInstant(books.clock.now())]);
    const row = await services.store.read.selectFrom("charges").selectAll().executeTakeFirstOrThrow();
    expect(chargeNoun.nounOf(row, { movements: [] }).stage).toBe("completed");
    expect(await tell(services, source, telling)).toBe("known");
  });
});
