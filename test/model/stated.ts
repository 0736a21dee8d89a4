import type { Posting } from "../../src/domain/book/journal.ts";
import type { ChargeRecord } from "../../src/domain/books.ts";
import { type Accounts, type Expected, taxOwed } from "./reference-model.ts";
import type { Sale } from "./sale.ts";

/** What the books say of a sale, in the words of the reference model. */
export function statedOf(sale: Sale, records: readonly ChargeRecord[]): Expected {
  const total = (of: (record: ChargeRecord) => bigint | null | undefined) =>
    records.reduce((sum, record) => sum + (of(record) ?? 0n), 0n);
  const postings = records.flatMap((record) => record.posted.total().postings());
  const inDollars = postings.filter(({ currency }) => currency === "USD");
  const isStripe = sale.provider === "stripe";
  return {
    status: records[0]?.charge?.status as Expected["status"],
    grandTotal: total(({ charge }) => charge?.grandTotal),
    collected: total(({ charge }) => charge?.collected),
    refunded: total(({ charge }) => charge?.refunded),
    disputed: total(({ charge }) => charge?.disputed),
    toppedUp: total(({ toppedUp }) => toppedUp),
    takenBack: total(({ takenBack }) => takenBack),
    accounts: grouped(inDollars),
    taxOwed: taxOwed(sale) === null ? null : over(inDollars, /^liabilities:tax:/),
    unsettled: isStripe ? over(inDollars, /:unsettled$/) : null,
    fees: isStripe ? over(postings, /^expenses:(?:fees|dispute_fees):/) : null,
  };
}

function grouped(postings: readonly Posting[]): Accounts {
  return {
    sales: over(postings, /^(?:revenue|liabilities:tax):/),
    cash: over(postings, /^(?:assets:(?:provider|disputes):|expenses:|equity:fx$)/),
    bank: over(postings, /^assets:bank$/),
    customerCredit: over(postings, /^liabilities:customer_credit:/),
    unapplied: over(postings, /^liabilities:unapplied:/),
  };
}

function over(postings: readonly Posting[], accounts: RegExp): bigint {
  return postings
    .filter(({ account }) => accounts.test(account))
    .reduce((total, { amount }) => total + amount, 0n);
}
