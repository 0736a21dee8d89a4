import { monthIn } from "../../src/domain/local-calendar.ts";
import { rollForward } from "../../src/services/export/rollforward.ts";
import { engines } from "../support/engines.ts";
import { adjustmentBody } from "../support/paddle-bodies.ts";
import { type Composed, closeAll, composed, eventOf, saleOf, transactionEvent } from "./composed.ts";

afterEach(closeAll);

const taxed = (id: string, subtotal: number, tax: number) => ({
  id,
  price: "pri_plan",
  quantity: 1,
  totals: { subtotal, discount: 0, tax, total: subtotal + tax },
});
const [first, second] = [saleOf(1, [taxed("a", 1000, 190)]), saleOf(2, [taxed("b", 500, 37)])];
const refundOfHalf = eventOf(
  "adjustment.created",
  "adj_1",
  adjustmentBody(first, {
    id: "adj_1",
    action: "refund",
    status: "approved",
    amount: 595,
    named: [],
    taxOnly: false,
    toBalance: null,
  }),
);

async function paid({ tallyhook: { services } }: Composed, name: string) {
  const month = monthIn(name, "UTC");
  if (month === undefined) throw new Error(name);
  const rolled = await rollForward(services, { month, clock: "posted" });
  return rolled
    .filter(({ of }) => of === "wallets_paid")
    .map(({ closing, ofWhichTax }) => [closing, ofWhichTax]);
}

describe.each(engines)("the tax in what wallets have on $name", ({ freshDatabaseUrl }) => {
  test("is each charge's own share of what was left of it, and a month that is over keeps its own", async () => {
    const books = await composed(await freshDatabaseUrl());
    await books.receive(transactionEvent(first));
    await books.receive(transactionEvent(second));
    expect(await paid(books, "2026-01")).toEqual([[1727n, 227n]]);
    books.clock.advance(30 * 86_400);
    await books.receive(refundOfHalf);
    expect(await paid(books, "2026-02")).toEqual([[1132n, 95n + 37n]]);
    expect(await paid(books, "2026-01")).toEqual([[1727n, 227n]]);
  });

  test("is none where value was sold without tax", async () => {
    const policy = { default: { effect: "top_up", basis: "net_of_tax" } } as const;
    const books = await composed(await freshDatabaseUrl(), { policy });
    await books.receive(transactionEvent(first));
    expect(await paid(books, "2026-01")).toEqual([[1000n, 0n]]);
  });
});
