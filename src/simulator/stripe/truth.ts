import { payoutCurrency } from "../catalogue.ts";
import {
  type TrueAccount,
  type TrueCharge,
  type TrueMovement,
  type Truth,
  walletsOf,
} from "../true-books.ts";
import type { BalanceRow } from "./balance.ts";
import type { StripeCompany } from "./company.ts";
import type { Invoice } from "./invoice.ts";
import type { Checkout, CreditNote, Dispute, Payment, Refund } from "./payment.ts";

/** Who was told what: webhooks carry no balance rows, so that only lists and reports tell fees and nets. */
export type Told = "by webhooks" | "by lists";

/** What is true of everything that was sold through Stripe, from the company's own knowledge of it. */
export function stripeTruth(company: StripeCompany, told: Told): Truth {
  const charges = [
    ...company.invoices.map(trueInvoice),
    ...company.payments.flatMap((payment) => {
      const { purpose } = payment.terms;
      // What was let go as a whole was never sold.
      return purpose.kind === "checkout" && payment.amount > 0n
        ? [trueCheckout(payment, purpose.checkout)]
        : [];
    }),
  ].map(({ payments, ...charge }) => ({
    ...charge,
    fee: told === "by lists" ? feeOf(payments, charge.ref) : null,
  }));
  return {
    charges,
    movements: [
      ...company.refunds.map(trueRefund),
      ...company.disputes.flatMap(trueDispute),
      ...company.notes.flatMap(trueNote),
    ],
    wallets: walletsOf(charges),
    accounts: [
      ...(told === "by lists"
        ? settledAccounts(company)
        : [...company.known.truth(), ...company.unsettled.truth()]),
      ...company.disputes.map(disputeAccount),
    ],
    usage: [],
  };
}

/** Of all that was collected; in the currency that is paid out, so that only charges in that currency have one. */
function feeOf(payments: readonly Payment[], ref: string): bigint | null {
  const rows = payments.flatMap(({ row }) => row ?? []);
  const isKnown = payments.length > 0 && rows.length === payments.length;
  if (!isKnown || payments.some(({ terms }) => terms.currency !== payoutCurrency)) return null;
  return payments.reduce((sum, payment) => sum + feeFor(payment, ref), 0n);
}

/**
 * Of invoices that were paid together, each bears what of the fee is its part; the cents that are over go to the largest rests,
 * and of equal ones to the first by its id.
 */
function feeFor({ terms: { purpose }, row, amount }: Payment, ref: string): bigint {
  const fee = row === null ? 0n : ownFeeOf(row);
  if (purpose.kind !== "invoices") return fee;
  const parts = purpose.parts.map((part) => {
    const exact = fee * part.amount;
    return { ref: part.invoice.terms.id, share: exact / amount, rest: exact % amount };
  });
  const over = fee - parts.reduce((sum, { share }) => sum + share, 0n);
  const favoured = parts
    .toSorted((a, b) => (a.rest === b.rest ? (a.ref < b.ref ? -1 : 1) : a.rest > b.rest ? -1 : 1))
    .slice(0, Number(over));
  const own = parts.find((part) => part.ref === ref);
  return own === undefined ? 0n : own.share + (favoured.includes(own) ? 1n : 0n);
}

/** What the seller owes as tax is no fee of his. */
const ownFeeOf = ({ fee, withheldTax = 0n }: BalanceRow): bigint => fee - withheldTax;

/** Every row is one of the balance, and nothing waits for one. */
function settledAccounts({ rows }: StripeCompany): TrueAccount[] {
  const total = (amounts: readonly bigint[]) => amounts.reduce((sum, amount) => sum + amount, 0n);
  const of = (...types: readonly BalanceRow["type"][]) => rows.filter(({ type }) => types.includes(type));
  const taken = of("stripe_fee", "network_cost", "tax_fee").map(({ gross }) => -gross);
  const kept = of("charge", "refund", "refund_failure").map(ownFeeOf);
  const account = (name: string, balance: bigint) => ({ account: name, currency: payoutCurrency, balance });
  return [
    account("assets:provider:stripe:default:balance", total(rows.map(({ gross, fee }) => gross - fee))),
    account(
      "assets:provider:stripe:default:reserve",
      -total(of("reserve_transaction").map(({ gross }) => gross)),
    ),
    account("expenses:fees:stripe:default", total([...kept, ...taken])),
  ];
}

/** Out while nothing is decided; in the end it is lost, or back: what came back at another rate is the exchange's. */
function disputeAccount({ id, status, rows }: Dispute): TrueAccount {
  const isDecided = status === "won" || status === "lost";
  const out = rows.reduce((sum, { gross }) => sum - gross, 0n);
  const account = `assets:disputes:stripe:default:${id}`;
  return { account, currency: payoutCurrency, balance: isDecided ? 0n : out };
}

/** What is true of a charge, but for its fee, and what was paid for it. */
type Sold = Omit<TrueCharge, "fee"> & { readonly payments: readonly Payment[] };

function trueInvoice(invoice: Invoice): Sold {
  const { terms, status, total, tax, discount, collected, payments } = invoice;
  const { startingBalance } = terms;
  // A draft has used no credit yet.
  const moved = status === "draft" ? 0n : invoice.endingBalance - startingBalance;
  const returned = returnedOn(payments);
  // Under the default policy a paid document is worth the cash it took, and loses what went back of it.
  const toppedUp = status === "paid" && total > 0n ? collected - invoice.overpaid : 0n;
  return {
    provider: "stripe",
    ref: terms.id,
    kind: "invoice",
    merchant_of_record: terms.soldByStripe ? "provider" : "company",
    status,
    reversal: reversalOf(payments, collected),
    currency: terms.taxation.currency,
    subtotal: total - tax + discount,
    discount,
    tax,
    total,
    credit_applied: moved > 0n ? moved : 0n,
    credit_notes_applied: invoice.creditedBefore,
    credit_issued: moved < 0n && total < 0n ? -moved : 0n,
    debt_brought_forward: broughtForward(startingBalance, -moved),
    grand_total: invoice.amountDue,
    collected,
    ...returned,
    payments,
    customer_ref: terms.customerRef,
    subscription_ref: terms.subscriptionRef,
    invoice_number: invoice.number,
    ...worth(toppedUp, returned, collected),
  };
}

/** What this invoice asks for of what was owed before; one below the minimum asks for nothing, and adds to it. */
function broughtForward(owed: bigint, fall: bigint): bigint {
  if (owed <= 0n || fall <= 0n) return 0n;
  return fall < owed ? fall : owed;
}

/** It has no invoice: the charge itself is the document. */
function trueCheckout(payment: Payment, { tax, discount }: Checkout): Sold {
  const { terms, amount } = payment;
  const returned = returnedOn([payment]);
  return {
    provider: "stripe",
    ref: terms.chargeRef,
    kind: "charge",
    merchant_of_record: payment.soldByStripe ? "provider" : "company",
    status: "paid",
    reversal: reversalOf([payment], amount),
    currency: terms.currency,
    subtotal: amount - tax + discount,
    discount,
    tax,
    total: amount,
    credit_applied: 0n,
    credit_notes_applied: 0n,
    credit_issued: 0n,
    debt_brought_forward: 0n,
    grand_total: amount,
    collected: amount,
    ...returned,
    payments: [payment],
    customer_ref: terms.customerRef,
    subscription_ref: null,
    invoice_number: null,
    // Without a customer there is no wallet to top up.
    ...worth(terms.customerRef === null ? 0n : amount, returned, amount),
  };
}

/** Of what came on top of all that was due nothing is in the wallet: what goes back takes the wallet's part of it. */
function worth(toppedUp: bigint, { refunded, disputed }: Returned, collected: bigint) {
  const gone = refunded + disputed;
  const part = gone < collected ? (toppedUp * gone) / collected : toppedUp;
  return { topped_up: toppedUp, taken_back: part, uncovered: 0n };
}

interface Returned {
  readonly refunded: bigint;
  readonly disputed: bigint;
}

function returnedOn(payments: readonly Payment[]): Returned {
  return {
    refunded: payments.reduce((sum, payment) => sum + payment.refunded, 0n),
    disputed: payments.reduce((sum, payment) => sum + payment.disputed, 0n),
  };
}

function reversalOf(payments: readonly Payment[], collected: bigint): TrueCharge["reversal"] {
  const states = payments.flatMap((payment) => payment.disputes.map((dispute) => dispute.status));
  const { refunded, disputed } = returnedOn(payments);
  if (states.includes("lost")) return "charged_back";
  if (disputed > 0n || states.some((state) => state === "needs_response" || state === "under_review")) {
    return "disputed";
  }
  if (refunded === 0n) return "none";
  return refunded >= collected ? "refunded" : "partially_refunded";
}

function trueRefund(refund: Refund): TrueMovement {
  const { id, payment, status, amount } = refund;
  const isReleased = payment.release === refund;
  return {
    provider: "stripe",
    ref: id,
    charge_ref: documentOf(payment),
    kind: "refund",
    // By what lets go of an authorisation nothing came back.
    status: isReleased ? "canceled" : status === "requires_action" ? "pending" : status,
    effective: status === "succeeded" && !isReleased,
    currency: payment.terms.currency,
    amount,
  };
}

/** Each row is a movement of its own: the withdrawal, and what gave it back. */
function trueDispute({ payment, amount, rows }: Dispute): TrueMovement[] {
  return rows.map((row) => ({
    provider: "stripe",
    ref: row.id,
    charge_ref: documentOf(payment),
    kind: row.gross < 0n ? "dispute" : "dispute_reversal",
    status: "succeeded",
    effective: true,
    currency: payment.terms.currency,
    amount,
  }));
}

/** What was refunded is the refund's own movement; what lowered an unpaid invoice is part of the invoice. */
function trueNote({ id, invoice, amount, goes }: CreditNote): TrueMovement[] {
  if (goes.to !== "balance") return [];
  return [
    {
      provider: "stripe",
      ref: id,
      charge_ref: invoice.terms.id,
      kind: "credit",
      status: "succeeded",
      effective: true,
      currency: invoice.terms.taxation.currency,
      amount,
    },
  ];
}

function documentOf({ terms, invoice }: Payment): string {
  return invoice?.terms.id ?? terms.chargeRef;
}
