import { chargeId, lotId } from "../../../src/domain/ids.ts";
import { debitByHand } from "../../../src/services/spending/book-by-hand.ts";
import { quote, quoteRefund, quoteUsage } from "../../../src/services/spending/dry-run.ts";
import { dump } from "../../support/dump.ts";
import { engines } from "../../support/engines.ts";
import { walletId } from "../../support/wallet-ids.ts";
import { type Composed, closeAll, lineOf, saleOf, transactionEvent } from "../composed.ts";
import { acme, metered, refundOf, usageOf, use, withValue } from "./spending.ts";

afterEach(closeAll);

const jobs = { payer: { owner: "acme" }, meter: "jobs", currency: null };

describe.each(engines)("a dry run on $name", ({ freshDatabaseUrl }) => {
  let books: Composed;
  let before: string;
  const contents = () => dump(books.tallyhook.services.store.read);
  const begin = async () => {
    books = await metered(await freshDatabaseUrl());
    await withValue(books, 100n, { priority: 1 });
    await withValue(books, 150n, { kind: "promo" });
    before = await contents();
  };

  test("says what usage would take from which lots, and that is what it then takes; nothing changes", async () => {
    await begin();
    const quote = await quoteUsage(books.tallyhook.services, { ...jobs, quantity: 2 });
    expect(quote).toEqual({
      kind: "quote",
      walletId: acme,
      requested: 200n,
      covered: 200n,
      uncovered: 0n,
      limited: 0n,
      limitId: null,
      balanceAfter: 50n,
      lots: [
        { lotId: lotId(acme, 2), amount: 150n },
        { lotId: lotId(acme, 1), amount: 50n },
      ],
    });
    expect(await contents()).toBe(before);
    const [applied] = await use(books, usageOf("a", { meter: "jobs", quantity: 2 }));
    expect(applied).toMatchObject({ usage: { covered: 200n, balanceAfter: 50n } });
  });

  test("says what would not be covered, and what would be refused", async () => {
    await begin();
    const { services } = books.tallyhook;
    expect(
      await quote(services, { payer: { walletId: acme }, wanted: { amount: 300n }, currency: null }),
    ).toMatchObject({
      covered: 250n,
      uncovered: 50n,
      balanceAfter: 0n,
    });
    expect(await quoteUsage(services, { ...jobs, meter: "calls", quantity: 1 })).toMatchObject({
      requested: 0n,
      lots: [],
    });
    expect(await quoteUsage(services, { ...jobs, quantity: "x" })).toEqual({
      kind: "refused",
      reason: "quantity_invalid",
    });
    expect(await quoteUsage(services, { ...jobs, payer: { owner: "zen" }, quantity: 1 })).toMatchObject({
      uncovered: 100n,
    });
    const acmes = { payer: { walletId: acme }, currency: null };
    for (const [asked, reason] of [
      [{ ...acmes, wanted: { amount: 0n } }, "amount_invalid"],
      [{ ...acmes, currency: "EUR", wanted: { amount: 1n } }, "currency_mismatch"],
      [{ payer: { owner: "acme" }, currency: null, wanted: { amount: 1n } }, "currency_required"],
      [
        { payer: { walletId: walletId("zen", "USD") }, currency: null, wanted: { amount: 1n } },
        "unknown_wallet",
      ],
    ] as const)
      expect(await quote(services, asked)).toEqual({ kind: "refused", reason });
    expect(
      await quote(services, { payer: { owner: "zen" }, currency: "USD", wanted: { amount: 7n } }),
    ).toMatchObject({ requested: 7n, covered: 0n, uncovered: 7n, balanceAfter: 0n });
    expect(await contents()).toBe(before);
  });

  test("says what a refund would find of a charge, as the refund then does", async () => {
    await begin();
    const { services } = books.tallyhook;
    const sale = saleOf(1, [lineOf("txnitm_1", "pri_1", 300)]);
    await books.receive(transactionEvent(sale));
    await books.receive(transactionEvent(saleOf(2, [lineOf("txnitm_2", "pri_1", 50)])));
    const wallet = walletId("paddle:ctm_1", "USD");
    await debitByHand(services, { walletId: wallet, amount: 180n, reason: "used" });
    before = await contents();
    const charge = chargeId({ provider: "paddle", account: "default", ref: "txn_1" });
    const quote = { open: 300n, fromOwnLots: 120n, fromExpired: 0n, fromOtherLots: 50n, uncovered: 130n };
    expect(await quoteRefund(services, charge)).toEqual({ kind: "refundable", walletId: wallet, ...quote });
    expect(await contents()).toBe(before);
    await books.receive(refundOf(sale, 300, "approved", "2026-01-05T00:00:00Z"));
    expect(await contents()).toMatch(/"kind":"take_back".*"covered":"170","uncovered":"130"/);
    expect(await quoteRefund(services, charge)).toMatchObject({ open: 0n, uncovered: 0n });
    const unknown = chargeId({ provider: "paddle", account: "default", ref: "txn_9" });
    expect((await quoteRefund(services, unknown)).kind).toBe("charge_unknown");
  });
});
