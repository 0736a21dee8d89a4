import type { Charge } from "../../../src/domain/charge/charge.ts";
import { fold } from "../../../src/domain/charge/fold.ts";
import { withheldSums } from "../../../src/domain/charge/withheld.ts";
import type { ChargeFact } from "../../../src/domain/facts/facts.ts";
import { soldThrough } from "../../../src/domain/facts/seller.ts";
import { placementOf } from "../../../src/domain/place/place.ts";
import { told } from "../build.ts";
import { charged, invoice, ledgerOf, paidWith, refund, row, settles, stripeKey } from "../build-invoices.ts";

/** An invoice of 19.99 with 3.33 of tax in it that the provider itself sells. */
const soldByProvider = (...facts: ChargeFact[]): Charge =>
  fold(
    stripeKey("in_1"),
    placementOf(
      "in_1",
      told([invoice(), charged(1999n), paidWith(1999n), ...facts], { providerSells: true }),
    ),
  );

/** Net of tax: 16.66 of ours, of which the provider keeps 1.00. */
const ours = { sales: -1666n, fees: 100n, balance: 1566n };

describe("a sale of the provider's own", () => {
  test.each([
    ["whose row has the money without its tax", row("txn_1", 1666n, 100n)],
    ["whose row counts the tax that is kept in its fee", row("txn_1", 1999n, 433n, { withheldTax: 333n })],
  ])("%s owes no tax, and leaves nothing unsettled", (_, of) => {
    const charge = soldByProvider(settles("ch_1", of));
    expect(ledgerOf(charge)).toEqual(ours);
    expect(withheldSums(charge)).toEqual({ stated: 333n, expected: 333n });
  });

  test("whose row has the money with its tax is told apart: that came to us, and is shown as not settled", () => {
    const charge = soldByProvider(settles("ch_1", row("txn_1", 1999n, 100n)));
    expect(withheldSums(charge)).toEqual({ stated: 0n, expected: 333n });
    expect(ledgerOf(charge)).toEqual({ ...ours, balance: 1899n, unsettled: -333n });
  });

  test("before its row is heard waits with all of what is ours", () => {
    expect(ledgerOf(soldByProvider())).toEqual({ sales: -1666n, unsettled: 1666n });
  });

  test("given back leaves only what the provider kept of it", () => {
    const facts = [
      settles("ch_1", row("txn_1", 1666n, 100n)),
      refund(1999n),
      settles("re_1", row("txn_r", -1666n, 0n)),
    ];
    expect(ledgerOf(soldByProvider(...facts))).toEqual({
      sales: -1666n,
      refunds: 1666n,
      fees: 100n,
      balance: -100n,
    });
  });
});

test("a checkout that says who sells knows better than the link it was opened from", () => {
  const checkout = (providerSells: boolean | null) =>
    ({
      kind: "checkout",
      linkRef: "plink_1",
      subscriptionRef: "sub_1",
      providerSells,
    }) as unknown as ChargeFact;
  expect(soldThrough(checkout(null))).toEqual(["sub_1", "plink_1"]);
  expect(soldThrough(checkout(true))).toEqual(["sub_1", "plink_1"]);
  expect(soldThrough(checkout(false))).toEqual(["sub_1"]);
});
