import { audit } from "../../src/services/audit/audit.ts";
import type { PolicyInput } from "../../src/services/charges/policy-input.ts";
import { debitByHand } from "../../src/services/spending/book-by-hand.ts";
import { readLots, readStatement } from "../../src/services/spending/wallets.ts";
import { listCharges } from "../../src/store/charges/read/charges.ts";
import { listDiscrepancies } from "../../src/store/reconciling/read/discrepancies.ts";
import { listWallets } from "../../src/store/wallets/read/wallets.ts";
import { engines } from "../support/engines.ts";
import { invoiceBody } from "../support/stripe-invoice-bodies.ts";
import { chargeBody, invoicePaymentBody } from "../support/stripe-payment-bodies.ts";
import { type Composed, closeAll, composed } from "./composed.ts";

afterEach(closeAll);

const created = 1_767_225_600;
const page = { limit: 50, after: null };
const day = 86_400_000_000_000n;
const paidAt = BigInt(created) * 1_000_000_000n;
const policy: PolicyInput = {
  rules: [
    { match: { price_ref: "price_soon" }, effect: "top_up", expires_after_days: 30, priority: 2 },
    { match: { price_ref: "price_late" }, effect: "top_up", expires_after_days: 365, priority: 2 },
  ],
  owner_from: { stripe: ["metadata.owner"] },
};

function eventOf(id: string, type: string, object: Record<string, unknown>) {
  const envelope = { id, object: "event", api_version: "2020-08-27", created, type, livemode: false };
  return { ...envelope, data: { object } };
}

/** A payment that says it has no invoice, and the invoice that names it. */
function told(prices: readonly (readonly [string, number])[], owner?: string) {
  const names = { intent: "pi_1", charge: "ch_1" };
  const due = prices.reduce((sum, [, amount]) => sum + amount, 0);
  const figures = { quantity: 1, discount: 0, tax: 0, inclusive: false, proration: false };
  const lines = prices.map(([price, amount], index) => ({ id: `il_${index}`, price, amount, ...figures }));
  const balances = { startingBalance: 0, endingBalance: 0, shipping: 0, lowered: 0 };
  const invoice = invoiceBody(
    { id: "in_1", customer: "cus_1", created, lines, due, ...balances },
    { status: "paid", paid: due, overpaid: 0, outside: false, payment: names },
    "older",
  );
  const charge = { ...names, amount: due, refunded: 0, customer: "cus_1", created, row: null, invoice: null };
  return {
    charge: eventOf("evt_1", "charge.succeeded", chargeBody(charge, "older")),
    invoice: eventOf("evt_2", "invoice.paid", { ...invoice, metadata: owner === undefined ? {} : { owner } }),
  };
}

async function booksOf({ tallyhook: { services } }: Composed) {
  const wallets = (await listWallets(services.store.read, {}, page)).rows;
  const [wallet, ...others] = wallets.filter(({ paid }) => paid !== 0n);
  expect(others).toEqual([]);
  if (wallet === undefined) throw new Error("There is no wallet.");
  const lots = (await readLots(services, wallet.id, page))?.rows ?? [];
  const lines = (await readStatement(services, wallet.id, {}, page))?.rows ?? [];
  const [charge] = (await listCharges(services.store.read, { ref: "in_1" }, page)).rows;
  return {
    wallet,
    charge,
    lots: lots
      .map(({ amount, remaining, priority, expiresAt }) => ({ amount, remaining, priority, expiresAt }))
      .sort((a, b) => Number((a.expiresAt ?? 0n) - (b.expiresAt ?? 0n))),
    lines: lines.map(({ kind, amount }) => [kind, amount]).reverse(),
  };
}

async function spend({ tallyhook: { services } }: Composed, amount: bigint): Promise<void> {
  const [wallet] = (await listWallets(services.store.read, {}, page)).rows;
  if (wallet === undefined) throw new Error("There is no wallet.");
  await debitByHand(services, { walletId: wallet.id, amount, reason: "used" });
}

const soon = (amount: bigint, remaining: bigint) => ({
  amount,
  remaining,
  priority: 2,
  expiresAt: paidAt + 30n * day,
});
const late = (amount: bigint, remaining: bigint) => ({
  amount,
  remaining,
  priority: 2,
  expiresAt: paidAt + 365n * day,
});

describe.each(engines)(
  "a payment without invoice that turns out to have one, on $name",
  ({ freshDatabaseUrl }) => {
    const start = async () => composed(await freshDatabaseUrl(), { policy });

    test("has sold what its invoice says, in either order", async () => {
      const { charge, invoice } = told([["price_soon", 1000]]);
      for (const events of [
        [charge, invoice],
        [invoice, charge],
      ]) {
        const books = await start();
        for (const event of events) await books.receive(event, "stripe");
        const { charge: sold, lots, lines } = await booksOf(books);
        expect(lots).toEqual([soon(1000n, 1000n)]);
        expect(sold).toMatchObject({ basis: "grand_total", owner: "stripe:cus_1", toppedUp: 1000n });
        expect(lines).toEqual(
          events[0] === charge
            ? [
                ["top_up", 1000n],
                ["replanned", 0n],
              ]
            : [["top_up", 1000n]],
        );
        expect(await audit(books.tallyhook.services)).toMatchObject({ ok: true, problems: [] });
      }
    });

    test("what was spent of it stays spent: of several plans the first in the order of spending", async () => {
      const { charge, invoice } = told([
        ["price_late", 600],
        ["price_soon", 400],
      ]);
      const books = await start();
      await books.receive(charge, "stripe");
      await spend(books, 500n);
      await books.receive(invoice, "stripe");
      const { wallet, lots } = await booksOf(books);
      expect(wallet.paid).toBe(500n);
      expect(lots).toEqual([late(1000n, 500n)]);
      await spend(books, 100n);
      expect((await booksOf(books)).lots).toEqual([late(1000n, 400n)]);
      expect(await audit(books.tallyhook.services)).toMatchObject({ ok: true, problems: [] });
    });

    test("what is left of it is shared among the plans of its lines", async () => {
      const { charge, invoice } = told([
        ["price_late", 600],
        ["price_soon", 400],
      ]);
      const books = await start();
      await books.receive(charge, "stripe");
      await spend(books, 100n);
      await books.receive(invoice, "stripe");
      expect((await booksOf(books)).lots).toEqual([soon(1000n, 300n), late(600n, 600n)]);
      expect(await audit(books.tallyhook.services)).toMatchObject({ ok: true, problems: [] });
    });

    test("stays its owner's: another one that the invoice names is a discrepancy", async () => {
      const { charge, invoice } = told([["price_soon", 1000]], "acme");
      const books = await start();
      await books.receive(charge, "stripe");
      await books.receive(invoice, "stripe");
      const { wallet, lots } = await booksOf(books);
      expect([wallet.owner, lots]).toEqual(["stripe:cus_1", [soon(1000n, 1000n)]]);
      const { rows } = await listDiscrepancies(books.tallyhook.services.store.read, {}, page);
      expect(rows.map(({ kind, status }) => [kind, status])).toEqual([["owner_differs", "open"]]);
      expect(await audit(books.tallyhook.services)).toMatchObject({ ok: true, problems: [] });
    });

    test("of two owners that were pinned the first stays, and what the other was given is taken back", async () => {
      const { charge, invoice } = told([["price_soon", 1000]], "acme");
      const { charge: _, payment_intent: __, ...unnamed } = invoice.data.object as Record<string, unknown>;
      const link = { id: "inpay_1", invoice: "in_1", amount: 1000, intent: "pi_1", created };
      const books = await start();
      await books.receive(charge, "stripe");
      books.clock.advance(60);
      await books.receive({ ...invoice, data: { object: unnamed } }, "stripe");
      books.clock.advance(60);
      await books.receive(eventOf("evt_3", "invoice_payment.paid", invoicePaymentBody(link)), "stripe");
      const { wallet, lots, charge: merged } = await booksOf(books);
      expect([wallet.owner, lots]).toEqual(["stripe:cus_1", [soon(1000n, 1000n)]]);
      expect(merged).toMatchObject({ owner: "stripe:cus_1", toppedUp: 1000n, takenBack: 0n });
      const { rows } = await listDiscrepancies(books.tallyhook.services.store.read, {}, page);
      expect(rows.filter(({ status }) => status === "open").map(({ kind }) => kind)).toEqual([
        "owner_differs",
      ]);
      expect(await audit(books.tallyhook.services)).toMatchObject({ ok: true, problems: [] });
    });
  },
);
