import { ProviderAccount, type TrueCharge, type TrueMovement, type Truth, walletsOf } from "../true-books.ts";
import type { Action, Adjustment } from "./adjustment.ts";
import type { PaddleCompany } from "./company.ts";
import type { Transaction } from "./transaction.ts";

/** Events and lists tell the same; Paddle's own fees and rebates stand only in its report. */
export type Told = "by events" | "by reports";

/** What is true of everything that was sold through Paddle, from the company's own knowledge of it. */
export function paddleTruth(company: PaddleCompany, told: Told): Truth {
  const { transactions, adjustments } = company;
  const charges = transactions.map(trueCharge);
  const account = told === "by events" ? company.account : company.account.with(company.untold);
  return {
    charges,
    movements: adjustments.map(trueMovement),
    wallets: walletsOf(charges),
    accounts: [...account.truth(), ...unsettled(transactions).truth()],
    usage: [],
  };
}

const statuses = {
  draft: "draft",
  ready: "draft",
  billed: "open",
  past_due: "past_due",
  paid: "paid",
  completed: "paid",
  canceled: "void",
} as const;

function trueCharge(transaction: Transaction): TrueCharge {
  const { terms, totals, captured, grandTotal, adjustments } = transaction;
  const refunded = outOf(adjustments, "refund");
  const disputed = outOf(adjustments, "chargeback", "chargeback_reverse");
  // Under the default policy a paid document is worth the cash it took, and loses what went back of it.
  const toppedUp = transaction.status === "completed" ? captured : 0n;
  const gone = refunded + disputed;
  return {
    provider: "paddle",
    ref: terms.id,
    kind: "transaction",
    merchant_of_record: "provider",
    status: statuses[transaction.status],
    reversal: reversalOf(refunded, disputed, captured),
    currency: terms.currency,
    ...totals,
    credit_applied: transaction.creditApplied,
    credit_notes_applied: 0n,
    credit_issued: transaction.creditIssued,
    debt_brought_forward: 0n,
    grand_total: grandTotal,
    collected: captured,
    refunded,
    disputed,
    fee: transaction.fee,
    customer_ref: transaction.customerRef,
    subscription_ref: transaction.subscriptionRef,
    invoice_number: transaction.invoiceNumber,
    topped_up: toppedUp,
    taken_back: gone < toppedUp ? gone : toppedUp,
    uncovered: 0n,
  };
}

function reversalOf(refunded: bigint, disputed: bigint, captured: bigint): TrueCharge["reversal"] {
  if (disputed > 0n) return "charged_back";
  if (refunded === 0n) return "none";
  return refunded >= captured ? "refunded" : "partially_refunded";
}

function outOf(adjustments: readonly Adjustment[], ...actions: readonly Action[]): bigint {
  return adjustments
    .filter((made) => made.isEffective && actions.includes(made.terms.action))
    .reduce((sum, made) => sum + made.direction * made.totals.total, 0n);
}

const kinds = {
  refund: "refund",
  credit: "credit",
  credit_reverse: "credit_reversal",
  chargeback: "dispute",
  chargeback_reverse: "dispute_reversal",
  chargeback_warning: "dispute",
  chargeback_warning_reverse: "dispute_reversal",
} as const;

function trueMovement({ terms, status, isEffective, totals }: Adjustment): TrueMovement {
  return {
    provider: "paddle",
    ref: terms.id,
    charge_ref: terms.transaction.terms.id,
    kind: kinds[terms.action],
    status: status === "pending_approval" ? "pending" : status,
    effective: isEffective,
    currency: terms.transaction.terms.currency,
    amount: totals.total,
  };
}

/** A document that came out negative is never completed: Paddle does not say what fee it had. */
function unsettled(transactions: readonly Transaction[]): ProviderAccount {
  const account = new ProviderAccount("assets:provider:paddle:default:unsettled");
  for (const { status, terms, totals, updatedAt } of transactions) {
    if (status === "paid") account.change(updatedAt, terms.currency, totals.subtotal - totals.discount);
  }
  return account;
}
