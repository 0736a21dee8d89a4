import type { UsageId } from "../../../src/domain/ids.ts";
import { linkCustomer } from "../../../src/services/charges/link-customer.ts";
import { grantByHand } from "../../../src/services/spending/book-by-hand.ts";
import { placeHold, releaseHold } from "../../../src/services/spending/holds.ts";
import { reverseUsage } from "../../../src/services/spending/usage.ts";
import { openWallet } from "../../../src/services/spending/wallets.ts";
import { engines } from "../../support/engines.ts";
import { walletId } from "../../support/wallet-ids.ts";
import { type Composed, closeAll, lineOf, saleOf, transactionEvent } from "../composed.ts";
import { acme, metered, problems, usageOf, use, walletOf, withValue } from "./spending.ts";

afterEach(closeAll);

const own = walletId("paddle:ctm_1", "USD");
const byCustomer = { payer: { walletId: own } };

describe.each(engines)("linking a customer who has spent, on $name", ({ freshDatabaseUrl }) => {
  const begin = async (): Promise<Composed> => {
    const books = await metered(await freshDatabaseUrl());
    await books.receive(transactionEvent(saleOf(1, [lineOf("txnitm_1", "pri_1", 500)])));
    return books;
  };
  const link = ({ tallyhook }: Composed) =>
    linkCustomer(tallyhook.services, {
      provider: "paddle",
      account: "default",
      customerRef: "ctm_1",
      owner: "acme",
      move: null,
    });

  test("grants and what is pending go along; two fractions that make a unit full are requested", async () => {
    const books = await begin();
    const { services } = books.tallyhook;
    const terms = {
      amount: 40n,
      kind: "promo",
      source: "bank",
      priority: 5,
      expiresAt: null,
      reason: "test",
    } as const;
    await grantByHand(services, { walletId: own, ...terms });
    await use(books, usageOf("a", byCustomer), usageOf("b", { payer: { owner: "acme" } }));
    expect((await link(books)).kind).toBe("linked");
    expect(await walletOf(books, own)).toMatchObject({ paid: 0n, promo: 0n, pending: "0" });
    expect(await walletOf(books)).toMatchObject({ paid: 499n, promo: 40n, pending: "0.2" });
    expect(await problems(books)).toEqual([]);
  });

  test("a wallet that is the customer's own goes along though no charge ever came to it", async () => {
    const books = await begin();
    const { services } = books.tallyhook;
    const { wallet } = await openWallet(services, { owner: "paddle:ctm_1", currency: "EUR" });
    await use(books, usageOf("a", { payer: { walletId: wallet.id }, meter: "tokens", currency: null }));
    await link(books);
    expect(await walletOf(books, walletId("acme", "EUR"))).toMatchObject({ pending: "0.0352" });
    expect(await problems(books)).toEqual([]);
  });

  test("usage of before is reversed where it was used, and no unit is lost or won over both wallets", async () => {
    const books = await begin();
    await use(books, usageOf("a", byCustomer));
    await link(books);
    await reverseUsage(books.tallyhook.services, { id: "a" as UsageId, reason: "wrong" });
    // 0.6 went along and is still owed there; here the same 0.6 came back, as a unit less 0.4.
    expect(await walletOf(books)).toMatchObject({ paid: 500n, pending: "0.6" });
    expect(await walletOf(books, own)).toMatchObject({ paid: 1n, pending: "0.4" });
    const carried = await reverseUsage(books.tallyhook.services, {
      id: `${own}.2` as UsageId,
      reason: "wrong",
    });
    expect(carried.kind).toBe("not_reversible");
    expect(await problems(books)).toEqual([]);
  });

  test("what reversed usage gives back to a charge that has moved on goes along when the link is asked for again", async () => {
    const books = await begin();
    await use(books, usageOf("a", { ...byCustomer, meter: "jobs" }));
    await link(books);
    await reverseUsage(books.tallyhook.services, { id: "a" as UsageId, reason: "wrong" });
    expect(await walletOf(books, own)).toMatchObject({ paid: 100n });
    expect((await link(books)).kind).toBe("linked");
    expect(await walletOf(books, own)).toMatchObject({ paid: 0n });
    expect(await walletOf(books)).toMatchObject({ paid: 500n });
    expect(await problems(books)).toEqual([]);
  });

  test("open holds refuse it, until they are closed", async () => {
    const books = await begin();
    await withValue(books, 5n);
    const { services } = books.tallyhook;
    const placed = await placeHold(services, {
      payer: { walletId: own },
      reserved: { amount: 100n },
      currency: null,
      expiresInSeconds: 60,
    });
    expect(await link(books)).toEqual({ kind: "open_holds", walletId: own });
    if (placed.kind === "placed") await releaseHold(services, placed.hold.id);
    expect((await link(books)).kind).toBe("linked");
    expect(await walletOf(books, acme)).toMatchObject({ paid: 505n });
  });
});
