import { audit } from "../../src/services/audit/audit.ts";
import { listCharges } from "../../src/store/charges/read/charges.ts";
import { listDiscrepancies } from "../../src/store/reconciling/read/discrepancies.ts";
import { environment, post } from "../model/deliver.ts";
import { engines } from "../support/engines.ts";
import { invoiceBody, type Shape } from "../support/stripe-invoice-bodies.ts";
import { closeAll, composed } from "./composed.ts";

afterEach(closeAll);

const created = 1_767_225_600;
const page = { limit: 5, after: null };
const figures = { quantity: 1, amount: 1000, discount: 0, tax: 0, inclusive: false, proration: false };
const basil = "2025-03-31.basil";

/** The same paid invoice, told by an event of its own, a second after the one before. */
function told(number: number, { version = basil, shape = "newer" as Shape, customer = "cus_1" } = {}) {
  const object = invoiceBody(
    {
      ...{ id: "in_1", customer, created, lines: [{ id: "il_1", price: "price_1", ...figures }], due: 1000 },
      ...{ startingBalance: 0, endingBalance: 0, shipping: 0, lowered: 0 },
    },
    { status: "paid", paid: 1000, overpaid: 0, outside: false, payment: null },
    shape,
  );
  const type = number === 1 ? "invoice.paid" : "invoice.updated";
  const envelope = { id: `evt_${number}`, object: "event", api_version: version, created: created + number };
  return { ...envelope, type, livemode: false, data: { object } };
}

describe.each(engines)("a charge that is told of very often on $name", ({ freshDatabaseUrl }) => {
  test("is made of a few facts, keeps all of them, and stands the audit, which folds them all", async () => {
    const { services } = (await composed(await freshDatabaseUrl(), { environment })).tallyhook;
    // In no order: the first is heard among the last.
    for (let number = 40; number > 0; number--)
      expect(await post(services, told(number))).toMatchObject({ outcome: "applied" });
    const facts = await services.store.read.selectFrom("facts").select(["superseded", "body"]).execute();
    expect(facts).toHaveLength(40);
    expect(facts.filter(({ superseded }) => superseded === 0n).length).toBeLessThan(25);
    const [row] = (await listCharges(services.store.read, {}, page)).rows;
    expect(row?.charge).toMatchObject({
      total: 1000n,
      statusChangedAt: BigInt(created + 1) * 1_000_000_000n,
    });
    expect(await audit(services)).toMatchObject({ ok: true });
  });

  test("holds an event that is told again against what it said, however little of that matters now", async () => {
    const { services } = (await composed(await freshDatabaseUrl(), { environment })).tallyhook;
    for (let number = 1; number <= 33; number++) await post(services, told(number));
    const older = { version: "2020-08-27", shape: "older" as const };
    for (const event of [told(20, older), told(20, older)])
      expect(await post(services, event)).toMatchObject({ outcome: "duplicate", reason: null });
    expect((await listDiscrepancies(services.store.read, {}, page)).rows).toEqual([]);
    await post(services, told(20, { ...older, customer: "cus_2" }));
    const [shown] = (await listDiscrepancies(services.store.read, {}, page)).rows;
    expect(shown?.kind).toBe("event_content_differs");
    expect(await audit(services)).toMatchObject({ ok: true });
  });
});
