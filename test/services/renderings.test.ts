import { audit } from "../../src/services/audit/audit.ts";
import { listCharges } from "../../src/store/charges/read/charges.ts";
import { listDiscrepancies } from "../../src/store/reconciling/read/discrepancies.ts";
import { environment, post } from "../model/deliver.ts";
import { engines } from "../support/engines.ts";
import { invoiceBody, type Shape } from "../support/stripe-invoice-bodies.ts";
import { closeAll, composed } from "./composed.ts";

afterEach(closeAll);

const created = 1_767_225_600;
const basil = "2025-03-31.basil";
const clover = "2025-09-30.clover";
const page = { limit: 5, after: null };

/** One event, rendered for a destination of this version: an invoice over so much was paid. */
function rendering(version: string, amount: number, shape: Shape = "newer") {
  const customer = "cus_1";
  const figures = { quantity: 1, amount, discount: 0, tax: 0, inclusive: false, proration: false };
  const lines = [{ id: "il_1", price: "price_1", ...figures }];
  const object = invoiceBody(
    {
      id: "in_1",
      customer,
      created,
      lines,
      due: amount,
      ...{ startingBalance: 0, endingBalance: 0 },
      ...none,
    },
    { status: "paid", paid: amount, overpaid: 0, outside: false, payment: null },
    shape,
  );
  const envelope = { id: "evt_1", object: "event", api_version: version, created, type: "invoice.paid" };
  return { ...envelope, livemode: false, data: { object } };
}

const none = { shipping: 0, lowered: 0 };

describe.each(engines)("one event at two API versions on $name", ({ freshDatabaseUrl }) => {
  async function told(...events: object[]) {
    const { services } = (await composed(await freshDatabaseUrl(), { environment })).tallyhook;
    const received = [];
    for (const event of events) received.push(await post(services, event));
    const [charge] = (await listCharges(services.store.read, {}, page)).rows;
    const discrepancies = (await listDiscrepancies(services.store.read, {}, page)).rows.map(
      ({ kind }) => kind,
    );
    expect(await audit(services)).toMatchObject({ ok: true });
    const announced = await services.store.read
      .selectFrom("outbox")
      .select("data")
      .where("type", "=", "discrepancy.opened")
      .execute();
    return { received, total: charge?.charge.total, discrepancies, announced };
  }

  test("that agree are one event, and no discrepancy", async () => {
    const { received, total, discrepancies } = await told(
      rendering(basil, 1000),
      rendering("2020-08-27", 1000, "older"),
      rendering("2020-08-27", 1000, "older"),
    );
    expect(received.map((answer) => answer.kind === "accepted" && answer.outcome)).toEqual([
      "applied",
      "duplicate",
      "duplicate",
    ]);
    expect([total, discrepancies]).toEqual([1000n, []]);
  });

  test("that contradict each other make the same books whichever comes first, and are shown", async () => {
    const [first, second] = [rendering(basil, 1000), rendering(clover, 7000)];
    const [inOrder, reversed] = [await told(first, second), await told(second, first)];
    expect(reversed.total).toBe(inOrder.total);
    expect(inOrder.discrepancies).toEqual(["event_content_differs"]);
    expect(reversed.discrepancies).toEqual(["event_content_differs"]);
  });

  test("says nothing new when one of them comes again with other content", async () => {
    const other = rendering("2020-08-27", 5000, "older");
    const { received, total, discrepancies, announced } = await told(
      rendering(basil, 1000),
      rendering("2020-08-27", 1000, "older"),
      other,
      other,
    );
    expect(received.at(-1)).toMatchObject({ outcome: "duplicate", reason: "event_content_differs" });
    expect([total, discrepancies]).toEqual([1000n, ["event_content_differs"]]);
    // It is told once, however often it comes, and leads to the discrepancy itself.
    expect(announced).toHaveLength(1);
    expect(announced[0]?.data).toMatch(/"id":"\w+","kind":"event_content_differs"/);
  });
});
