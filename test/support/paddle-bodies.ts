/** Paddle's transactions and adjustments as histories have them: their figures agree, and tests of apps write them down likewise. */
import { fromUnixMilliseconds, type Instant } from "../../src/domain/time.ts";
import * as adjusted from "../../src/testing/paddle/adjustment-body.ts";
import type { Totals as ShownTotals } from "../../src/testing/paddle/transaction-body.ts";
import * as sold from "../../src/testing/paddle/transaction-body.ts";

type Body = Record<string, unknown>;

export interface Totals {
  readonly subtotal: number;
  readonly discount: number;
  readonly tax: number;
  readonly total: number;
}

export interface Line {
  readonly id: string;
  readonly price: string;
  readonly quantity: number;
  readonly totals: Totals;
}

/** What does not change about a transaction from its first event to its last. */
export interface Sale {
  readonly index: number;
  readonly customer: number;
  readonly lines: readonly Line[];
  /** Thousandths of the total that credit pays. */
  readonly creditPart: number;
  /** Euros a dollar is worth, where it is paid out in euros. */
  readonly payoutRate: number | null;
  readonly manual: boolean;
}

export interface TransactionState {
  readonly status: string;
  /** Without fee and payout, but with the ids that Paddle sends late. */
  readonly poorer: boolean;
  /** Attempts that were captured, oldest first. */
  readonly captured: readonly number[];
  /** What credits took off the document before it was paid. */
  readonly lowered: number;
}

export interface AdjustmentState {
  readonly id: string;
  readonly action: string;
  readonly status: string;
  readonly amount: number;
  /** Of each line, how much of `amount` it is about; all named lines together make the amount. */
  readonly named: readonly { readonly line: number; readonly amount: number }[];
  readonly taxOnly: boolean;
  readonly toBalance: boolean | null;
}

export function totalsOf({ lines, creditPart }: Sale) {
  const sum = (of: keyof Totals) => lines.reduce((total, line) => total + line.totals[of], 0);
  const total = sum("total");
  const credit = total > 0 ? Math.floor((total * creditPart) / 1000) : 0;
  const creditToBalance = Math.max(-total, 0);
  const fee = total > 0 ? Math.floor(total / 20) + 50 : 0;
  const grandTotal = total - credit + creditToBalance;
  return {
    subtotal: sum("subtotal"),
    discount: sum("discount"),
    tax: sum("tax"),
    total,
    credit,
    creditToBalance,
    grandTotal,
    fee,
  };
}

export function transactionBody(sale: Sale, { status, poorer, captured, lowered }: TransactionState): Body {
  const totals = totalsOf(sale);
  const fee = poorer ? null : BigInt(totals.fee);
  const isDraft = status === "draft";
  return sold.transactionBody({
    terms: termsOf(sale),
    status,
    updatedAt: day(2),
    billedAt: isDraft ? null : day(2),
    customerRef: `ctm_${sale.customer}`,
    subscriptionRef: poorer ? `sub_${sale.index}` : null,
    invoiceNumber: poorer && status === "completed" ? `77-${sale.index}` : null,
    creditApplied: BigInt(totals.credit),
    creditIssued: BigInt(totals.creditToBalance),
    attempts: attemptsOf(sale.index, captured),
    totals: shown(totals),
    grandTotal: BigInt(totals.grandTotal),
    balance: BigInt(totals.grandTotal - lowered - captured.reduce((sum, amount) => sum + amount, 0)),
    fee,
    earnings: fee === null ? null : BigInt(totals.subtotal - totals.discount) - fee,
    settled: poorer ? null : settledOf(sale),
  }) as Body;
}

const termsOf = ({ index, customer, lines, manual }: Sale) => ({
  id: `txn_${index}`,
  era: "lines" as const,
  createdAt: day(1),
  customerRef: `ctm_${customer}`,
  currency: "USD",
  origin: "api",
  collectionMode: manual ? "manual" : "automatic",
  lines: lines.map(shownLine),
  billingPeriod: null,
});

function shownLine({ id, price, quantity, totals }: Line): sold.ShownLine {
  const amount = BigInt(Math.abs(totals.subtotal));
  return {
    id,
    price: { id: price, productId: `pro_${price}`, name: "Something", interval: "once", amount },
    quantity,
    proration: null,
    givesBack: null,
    taxRate: 0n,
    unitTotals: shown(totals),
    totals: shown(totals),
  };
}

/** Newest first, and the newest one told twice, as Paddle does at times; a failed attempt came before. */
function attemptsOf(index: number, captured: readonly number[]): sold.ShownAttempt[] {
  const attempt = (amount: number, number: number | string, status: string) => {
    const at = day(2) + (typeof number === "number" ? BigInt(number) * 1_000_000_000n + 500_000_000n : 0n);
    return { id: `attempt_${index}_${number}`, at, amount: BigInt(amount), status };
  };
  if (captured.length === 0) return [];
  const newestFirst = captured.map((amount, number) => attempt(amount, number, "captured")).reverse();
  return [...newestFirst.slice(0, 1), ...newestFirst, attempt(1, "failed", "error")];
}

/** Subtotal, discount and tax are converted, the total follows: I1 holds in the payout currency too. */
function settledOf(sale: Sale): sold.ShownTransaction["settled"] {
  const totals = totalsOf(sale);
  const rate = sale.payoutRate ?? 1;
  const of = (amount: number) => Math.round(amount * rate);
  const [subtotal, net, tax, fee] = [
    of(totals.subtotal),
    of(totals.subtotal - totals.discount),
    of(totals.tax),
    of(totals.fee),
  ];
  return {
    ...shown({ subtotal, discount: subtotal - net, tax, total: net + tax }),
    fee: BigInt(fee),
    earnings: BigInt(net - fee),
    currency: payoutCurrencyOf(sale),
    exchangeRate: String(rate),
  };
}

/** Its tax and fee are in proportion to the sale's; tax alone gives back the provider's part and nothing of ours. */
export function adjustmentBody(sale: Sale, adjustment: AdjustmentState): Body {
  const { id, amount, taxOnly } = adjustment;
  const whole = totalsOf(sale);
  const part = (of: number, given = amount) => (whole.total > 0 ? Math.floor((of * given) / whole.total) : 0);
  const taxOf = (given: number) => (taxOnly ? given : Math.min(Math.max(part(whole.tax, given), 0), given));
  const items = adjustment.named.map(({ line, amount: named }, number) => ({
    id: `adjitm_${id}_${number}`,
    line: { id: sale.lines[line]?.id ?? "" },
    type: taxOnly ? "tax" : "partial",
    tax: BigInt(taxOf(named)),
    total: BigInt(named),
  }));
  const tax = adjustment.named.reduce((sum, named) => sum + taxOf(named.amount), 0);
  const fee = taxOnly ? part(whole.fee) : Math.min(part(whole.fee), amount - tax);
  const totals = (rate: number) => {
    const of = (given: number) => BigInt(Math.round(given * rate));
    const [subtotal, taxPart, feePart] = [of(amount - tax), of(tax), of(fee)];
    const earnings = subtotal - feePart;
    return { subtotal, tax: taxPart, total: subtotal + taxPart, fee: feePart, retainedFee: 0n, earnings };
  };
  return adjusted.adjustmentBody(
    {
      terms: {
        id,
        action: adjustment.action,
        transaction: { terms: termsOf(sale), totals: shown(whole), subscriptionRef: null },
        createdAt: day(3),
        reason: "error",
        items,
        toBalance: adjustment.toBalance,
        disputeFee: 1500n,
      },
      totals: totals(1),
      settled: totals(sale.payoutRate ?? 1),
      status: adjustment.status,
      updatedAt: null,
    },
    payoutCurrencyOf(sale),
  ) as Body;
}

const payoutCurrencyOf = ({ payoutRate }: Sale) => (payoutRate === null ? "USD" : "EUR");

/** Of January 2026. */
const day = (number: number): Instant => fromUnixMilliseconds(Date.UTC(2026, 0, number));

const shown = ({ subtotal, discount, tax, total }: Totals): ShownTotals => ({
  subtotal: BigInt(subtotal),
  discount: BigInt(discount),
  tax: BigInt(tax),
  total: BigInt(total),
});
