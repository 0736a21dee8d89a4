import type { Transaction } from "../paddle/transaction.ts";
import type { BalanceRow } from "../stripe/balance.ts";
import type { StripePayout } from "../stripe/company.ts";
import type { Invoice } from "../stripe/invoice.ts";
import type { Payment, Refund } from "../stripe/payment.ts";
import type { World } from "../world.ts";

/** What stands by itself, so that breaking it breaks nothing else: no credit, and nothing that came after it. */
export function plainTransactions({ paddle }: World): Transaction[] {
  return paddle.transactions.filter(
    ({ status, adjustments, creditApplied, creditIssued, captured }) =>
      status === "completed" &&
      adjustments.length === 0 &&
      creditApplied === 0n &&
      creditIssued === 0n &&
      captured > 0n,
  );
}

export function plainInvoices({ stripe }: World): Invoice[] {
  return stripe.invoices.filter(
    ({ status, terms, endingBalance, overpaid, outOfBand, payments, creditedBefore, creditedAfter }) =>
      status === "paid" &&
      terms.startingBalance === 0n &&
      endingBalance === 0n &&
      overpaid === 0n &&
      !outOfBand &&
      creditedBefore + creditedAfter === 0n &&
      payments.length > 0 &&
      payments.every(isPlain),
  );
}

/** Of a checkout: no invoice tells of it. */
export function plainSales({ stripe }: World): Payment[] {
  return stripe.payments.filter(
    (payment) => payment.terms.purpose.kind === "checkout" && isPlain(payment) && payment.row !== null,
  );
}

const isPlain = ({ refunds, disputes }: Payment): boolean => refunds.length === 0 && disputes.length === 0;

/** The only thing that happened to its payment, and named by no credit note. */
export function plainRefunds({ stripe }: World): Refund[] {
  const noted = new Set(stripe.notes.flatMap(({ goes }) => (goes.to === "refund" ? [goes.refund.id] : [])));
  return stripe.refunds.filter(
    ({ id, status, row, payment }) =>
      status === "succeeded" &&
      row !== null &&
      payment.refunds.length === 1 &&
      payment.disputes.length === 0 &&
      !noted.has(id),
  );
}

/** Rows of charges, each with the payout that pays it. */
export function paidRows({ stripe }: World): { readonly row: BalanceRow; readonly payout: StripePayout }[] {
  return stripe.rows.flatMap((row) => {
    const payout = stripe.payouts.find(({ createdAt }) => row.createdAt < createdAt);
    return row.type === "charge" && payout !== undefined ? [{ row, payout }] : [];
  });
}

/** The reference of the payout that pays a transaction; `null` if none does yet. */
export function remittanceOf({ paddle }: World, transaction: Transaction): string | null {
  const sale = paddle.movements.find((moved) => moved.kind === "sale" && moved.transaction === transaction);
  if (sale === undefined) return null;
  return paddle.payouts.find(({ cutAt }) => sale.at < cutAt)?.remittanceReference ?? null;
}
