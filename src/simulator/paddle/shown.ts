import { adjustmentBody as bodyOfAdjustment } from "../../testing/paddle/adjustment-body.ts";
import {
  transactionBody as bodyOf,
  type Omissions,
  type ShownTransaction,
} from "../../testing/paddle/transaction-body.ts";
import type { Json } from "../../testing/written.ts";
import { exchangeRate, payoutCurrency, priceOf } from "../catalogue.ts";
import type { Adjustment } from "./adjustment.ts";
import type { Transaction } from "./transaction.ts";

/** The transaction as Paddle's API and webhooks show it at this moment. */
export const transactionBody = (transaction: Transaction, omitted?: Omissions): Json =>
  bodyOf(shown(transaction), omitted);

export const adjustmentBody = (adjustment: Adjustment): Json => bodyOfAdjustment(adjustment, payoutCurrency);

function shown(transaction: Transaction): ShownTransaction {
  const { terms, settled, creditIssued, grandTotal, balance, fee, earnings } = transaction;
  const { currency } = terms;
  const lines = terms.lines.map(({ price: { article, ...price }, ...line }) => ({
    ...line,
    price: { ...price, name: article.name, interval: article.interval, amount: priceOf(article, currency) },
  }));
  return {
    ...transaction,
    terms: { ...terms, lines },
    ...{ creditIssued, grandTotal, balance, fee, earnings },
    settled: settled && { ...settled, currency: payoutCurrency, exchangeRate: exchangeRate(currency) },
  };
}
