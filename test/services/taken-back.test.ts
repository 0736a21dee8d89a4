import { audit } from "../../src/services/audit/audit.ts";
import { readMovements } from "../../src/services/charges/read-charges.ts";
import { listWallets } from "../../src/store/wallets/read/wallets.ts";
import { engines } from "../support/engines.ts";
import { adjustmentBody } from "../support/paddle-bodies.ts";
import { type Composed, closeAll, composed, eventOf, lineOf, saleOf, transactionEvent } from "./composed.ts";

afterEach(closeAll);

const page = { limit: 50, after: null };
const byTotal = { default: { effect: "top_up", basis: "total" } } as const;

async function balanceOf({ tallyhook: { services } }: Composed): Promise<bigint[]> {
  return (await listWallets(services.store.read, {}, page)).rows.map(({ paid }) => paid);
}

const refundOf = (sale: ReturnType<typeof saleOf>, amount: number) =>
  eventOf(
    "adjustment.created",
    `adj_${sale.index}`,
    adjustmentBody(sale, {
      id: `adj_${sale.index}`,
      action: "refund",
      status: "approved",
      amount,
      named: [],
      taxOnly: false,
      toBalance: null,
    }),
  );

describe.each(engines)("what is taken back on $name", ({ freshDatabaseUrl }) => {
  test("a downgrade's credit is taken back where value follows documents: what it pays for tops up once", async () => {
    const books = await composed(await freshDatabaseUrl(), { policy: byTotal });
    const downgrade = transactionEvent(saleOf(2, [lineOf("b", "pri_plan", -1680)]), "paid");
    const renewals = [3, 4].map((index) =>
      transactionEvent(saleOf(index, [lineOf(`r${index}`, "pri_plan", 840)], { creditPart: 1000 })),
    );
    await books.receive(transactionEvent(saleOf(1, [lineOf("a", "pri_plan", 2400)])));
    await books.receive(downgrade);
    expect(await balanceOf(books)).toEqual([720n]);
    for (const renewal of renewals) await books.receive(renewal);
    expect(await balanceOf(books)).toEqual([2400n]);
    expect(await audit(books.tallyhook.services)).toMatchObject({ ok: true, problems: [] });
  });

  test("a refund of a charge without a wallet took nothing back", async () => {
    const books = await composed(await freshDatabaseUrl());
    const sale = saleOf(1, [lineOf("a", "pri_plan", 1000)]);
    const { data, ...event } = transactionEvent(sale);
    await books.receive({ ...event, data: { ...data, customer_id: null } });
    const refund = refundOf(sale, 400);
    await books.receive({ ...refund, data: { ...refund.data, customer_id: null } });
    const { rows } = await readMovements(books.tallyhook.services, {}, page);
    expect(rows).toMatchObject([{ movement: { amount: 400n }, takenBack: 0n, uncovered: 0n }]);
  });
});
