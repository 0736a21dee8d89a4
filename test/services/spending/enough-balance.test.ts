import type { WalletId } from "../../../src/domain/ids.ts";
import { type BalanceQuestion, enoughBalance } from "../../../src/services/spending/enough-balance.ts";
import { placeHold } from "../../../src/services/spending/holds.ts";
import { engines } from "../../support/engines.ts";
import { walletId } from "../../support/wallet-ids.ts";
import { type Composed, closeAll } from "../composed.ts";
import { acme, metered, usageOf, use, withValue } from "./spending.ts";

afterEach(closeAll);

const second = 1_000_000_000n;

const ask = ({ tallyhook }: Composed, of: Partial<BalanceQuestion>) =>
  enoughBalance(tallyhook.services, {
    payer: { owner: "acme" },
    wanted: { meter: "jobs", quantity: 1 },
    currency: "USD",
    ...of,
  });

describe.each(engines)("enough balance on $name", ({ freshDatabaseUrl }) => {
  const begin = async (): Promise<Composed> => {
    const books = await metered(await freshDatabaseUrl());
    await withValue(books, 250n);
    return books;
  };

  test("is what is left after all that was written, less what is held", async () => {
    const books = await begin();
    expect(await ask(books, { wanted: { meter: "jobs", quantity: "2.5" } })).toEqual({
      kind: "answer",
      enough: true,
      available: 250n,
      cost: 250n,
      shortfall: 0n,
      limited: 0n,
      limitId: null,
      limitLeft: null,
      walletId: acme,
      seq: 1,
    });
    await use(books, usageOf("a", { meter: "jobs" }));
    const hold = {
      payer: { walletId: acme },
      reserved: { amount: 100n },
      currency: null,
      expiresInSeconds: 60,
    };
    await placeHold(books.tallyhook.services, hold);
    expect(await ask(books, {})).toMatchObject({ enough: false, available: 50n, shortfall: 50n, seq: 2 });
    expect(await ask(books, { wanted: { amount: 50n } })).toMatchObject({ enough: true, cost: 50n });
  });

  test("a cost is rounded up, and then a hold of it is given, and covered whatever is pending", async () => {
    const books = await begin();
    await use(books, usageOf("a"));
    await use(books, usageOf("b", { meter: "jobs", quantity: "2.49" }));
    // One unit is left and 0.6 is pending: a call more costs 0.6 and requests that unit, and no other.
    expect(await ask(books, { wanted: { meter: "calls", quantity: 1 } })).toMatchObject({
      enough: true,
      cost: 1n,
    });
    expect(await ask(books, { wanted: { meter: "calls", quantity: 2 } })).toMatchObject({
      enough: false,
      cost: 2n,
    });
    expect(await use(books, usageOf("c"))).toMatchObject([{ usage: { covered: 1n, uncovered: 0n } }]);
    expect(await ask(books, { wanted: { meter: "calls", quantity: 0 } })).toMatchObject({
      enough: true,
      cost: 0n,
    });
  });

  test("what is due has gone, though nobody has expired it yet", async () => {
    const books = await begin();
    await withValue(books, 100n, { expiresAt: books.clock.now() + 60n * second });
    books.clock.advance(59);
    expect(await ask(books, {})).toMatchObject({ available: 350n });
    books.clock.advance(1);
    expect(await ask(books, {})).toMatchObject({ available: 250n });
  });

  test.each<[string, Partial<BalanceQuestion>, object]>([
    [
      "an owner without a wallet has nothing",
      { payer: { owner: "zen" } },
      { enough: false, available: 0n, shortfall: 100n, walletId: null, seq: 0 },
    ],
    ["the only currency of a meter is found", { currency: null }, { enough: true, walletId: acme }],
    [
      "so is the only wallet of several that are priced",
      { currency: null, wanted: { meter: "tokens", quantity: 100 } },
      { cost: 4n },
    ],
    [
      "of none there, the currency must be said",
      { payer: { owner: "zen" }, currency: null, wanted: { meter: "tokens", quantity: 1 } },
      { reason: "currency_required" },
    ],
    [
      "an amount of an owner needs its currency",
      { currency: null, wanted: { amount: 1n } },
      { reason: "currency_required" },
    ],
    [
      "a wallet knows its own",
      { payer: { walletId: acme }, currency: null, wanted: { amount: 1n } },
      { enough: true },
    ],
    ["an unknown meter", { wanted: { meter: "miles", quantity: 1 } }, { reason: "unknown_meter" }],
    ["an unknown wallet", { payer: { walletId: "wal_none" as WalletId } }, { reason: "unknown_wallet" }],
    [
      "another currency than the wallet's",
      { payer: { walletId: acme }, currency: "EUR" },
      { reason: "currency_mismatch" },
    ],
    [
      "no price in the currency",
      { payer: { walletId: walletId("acme", "EUR") }, currency: "EUR" },
      { reason: "unknown_wallet" },
    ],
    ["no price in the owner's currency", { currency: "EUR" }, { reason: "no_price" }],
    [
      "a quantity that is none",
      { wanted: { meter: "jobs", quantity: "much" } },
      { reason: "quantity_invalid" },
    ],
    ["a negative amount", { wanted: { amount: -1n } }, { reason: "amount_invalid" }],
    [
      "a cost beyond 64 bits",
      { wanted: { meter: "jobs", quantity: "999999999999999999" } },
      { reason: "cost_out_of_range" },
    ],
  ])("%s", async (_, of, expected) => {
    expect(await ask(await begin(), of)).toMatchObject(expected);
  });
});
