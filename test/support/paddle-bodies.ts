/** Bodies of Paddle's transactions and adjustments whose figures agree, as they would be posted. */

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

export function transactionBody(
  sale: Sale,
  { status, poorer, captured, lowered }: TransactionState,
): Record<string, unknown> {
  const { index, customer, lines, payoutRate: rate } = sale;
  const { fee, ...totals } = totalsOf(sale);
  const open = totals.grandTotal - lowered - captured.reduce((sum, amount) => sum + amount, 0);
  const stated = { ...inStrings(totals), balance: text(open), currency_code: "USD" };
  const fees = (rate: number) =>
    poorer
      ? { fee: null, earnings: null }
      : {
          fee: text(fee * rate),
          earnings: text(Math.round((totals.subtotal - totals.discount) * rate) - Math.round(fee * rate)),
        };
  const payout =
    rate === null
      ? { ...stated, ...fees(1), exchange_rate: "1" }
      : {
          ...converted(totals, rate),
          ...fees(rate),
          balance: "0",
          currency_code: "EUR",
          exchange_rate: String(rate),
        };
  return {
    id: `txn_${index}`,
    status,
    customer_id: `ctm_${customer}`,
    subscription_id: poorer ? `sub_${index}` : null,
    invoice_number: poorer && status === "completed" ? `77-${index}` : null,
    currency_code: "USD",
    origin: "api",
    collection_mode: sale.manual ? "manual" : "automatic",
    custom_data: null,
    billing_period: null,
    created_at: new Date(Date.UTC(2026, 0, 1)).toISOString(),
    billed_at: status === "draft" ? null : new Date(Date.UTC(2026, 0, 2)).toISOString(),
    updated_at: "0001-01-01T00:00:00Z",
    items: [],
    details: {
      totals: { ...stated, ...fees(1) },
      payout_totals: poorer ? null : payout,
      line_items: lines.map((line) => ({
        id: line.id,
        price_id: line.price,
        quantity: line.quantity,
        proration: null,
        totals: inStrings({ ...line.totals }),
        product: { id: `pro_${line.price}`, name: "Something", custom_data: null },
      })),
    },
    payments: payments(index, captured),
  };
}

/** Newest first, and the newest one told twice, as Paddle does at times; a failed attempt came before. */
function payments(index: number, captured: readonly number[]): Record<string, unknown>[] {
  const attempt = (amount: number, number: number | string, status: string) => ({
    payment_attempt_id: `attempt_${index}_${number}`,
    amount: text(amount),
    status,
    created_at: "2026-01-02T00:00:00Z",
    captured_at: status === "captured" ? `2026-01-02T00:00:0${number}.5Z` : null,
    error_code: status === "error" ? "declined" : null,
    method_details: { type: "card", card: { type: "visa", last4: "4242" } },
  });
  if (captured.length === 0) return [];
  const newestFirst = captured.map((amount, number) => attempt(amount, number, "captured")).reverse();
  return [...newestFirst.slice(0, 1), ...newestFirst, attempt(1, "failed", "error")];
}

/** Its tax and fee are in proportion to the sale's; tax alone gives back the provider's part and nothing of ours. */
export function adjustmentBody(sale: Sale, adjustment: AdjustmentState): Record<string, unknown> {
  const { id, action, status, amount, taxOnly, toBalance } = adjustment;
  const { total, tax, fee } = totalsOf(sale);
  const part = (whole: number, of = amount) => (total > 0 ? Math.floor((whole * of) / total) : 0);
  const taxOf = (amount: number) => (taxOnly ? amount : Math.min(Math.max(part(tax, amount), 0), amount));
  const items = adjustment.named.map((named) => ({ ...named, tax: taxOf(named.amount) }));
  const taxPart = items.reduce((sum, item) => sum + item.tax, 0);
  const subtotal = amount - taxPart;
  const feePart = taxOnly ? part(fee) : Math.min(part(fee), subtotal);
  const rate = sale.payoutRate ?? 1;
  const money = (rate: number) => {
    const [net, tax, fee] = [subtotal, taxPart, feePart].map((amount) => Math.round(amount * rate)) as [
      number,
      number,
      number,
    ];
    return inStrings({ subtotal: net, tax, total: net + tax, fee, retainedFee: 0, earnings: net - fee });
  };
  const charged = action === "chargeback" || action === "chargeback_warning";
  const disputeFee = charged ? { chargeback_fee: { amount: "1500", original: null } } : {};
  return {
    id,
    action,
    type: "partial",
    transaction_id: `txn_${sale.index}`,
    subscription_id: null,
    customer_id: `ctm_${sale.customer}`,
    reason: "error",
    credit_applied_to_balance: toBalance,
    currency_code: "USD",
    status,
    items: items.map((item, number) => ({
      id: `adjitm_${id}_${number}`,
      item_id: sale.lines[item.line]?.id,
      type: taxOnly ? "tax" : "partial",
      amount: text(item.amount),
      proration: null,
      totals: { subtotal: text(item.amount - item.tax), tax: text(item.tax), total: text(item.amount) },
    })),
    totals: { ...money(1), currency_code: "USD" },
    payout_totals: { ...money(rate), currency_code: sale.payoutRate === null ? "USD" : "EUR", ...disputeFee },
    created_at: "2026-01-03T00:00:00Z",
    updated_at: "0001-01-01T00:00:00Z",
  };
}

/** Subtotal, discount and tax are converted, the total follows: I1 holds in the payout currency too. */
function converted(totals: Omit<ReturnType<typeof totalsOf>, "fee">, rate: number) {
  const of = (amount: number) => Math.round(amount * rate);
  const [subtotal, tax] = [of(totals.subtotal), of(totals.tax)];
  const discount = subtotal - of(totals.subtotal - totals.discount);
  const total = subtotal - discount + tax;
  const credit = Math.min(of(totals.credit), Math.max(total, 0));
  const creditToBalance = Math.max(-total, 0);
  return inStrings({
    subtotal,
    discount,
    tax,
    total,
    credit,
    creditToBalance,
    grandTotal: total - credit + creditToBalance,
  });
}

const text = (amount: number): string => String(Math.round(amount));

/** `creditToBalance: 5` becomes `credit_to_balance: "5"`. */
function inStrings(amounts: Readonly<Record<string, number>>): Record<string, string> {
  const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [snake(name), text(amount)]));
}
