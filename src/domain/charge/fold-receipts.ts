import { type Amount, maximum, sum } from "../money.ts";
import type { InvoicePayment, LinkedParts, Payment } from "../place/placement.ts";
import type { CollectedEvidence, Receipt } from "./charge.ts";
import type { MergedDocument } from "./fold-document.ts";

/** What was taken for a document whose payments are objects of their own, and how that is known. */
export interface Taken {
  readonly receipts: readonly Receipt[];
  readonly collected: Amount | null;
  readonly collectedEvidence: CollectedEvidence;
  readonly paidOutside: Amount;
}

/**
 * The first that is known: its paid invoice payments and the payments it was seen to have; that it was paid outside, or by
 * nothing, as the older shape says; that nothing was due; what it says was paid. Of an unseen document, its payments.
 */
export function takenFor(document: MergedDocument | null, linked: LinkedParts, currency: string): Taken {
  const payments = linked.payments.filter((payment) => payment.currency === currency);
  const paid = (linked.invoicePayments ?? []).filter((one) => one.paid);
  const receipts = [...paidReceipts(paid, payments), ...seenReceipts(paid, payments)];
  const seen = receipts.length > 0 || paid.length > 0;
  if (!seen && document !== null) return takenByWord(document, payments);
  const collected = sum(receipts.map((receipt) => receipt.amount));
  const recorded = sum(paid.filter((one) => one.paymentRef === null).map((one) => one.amount));
  return {
    receipts,
    collected: seen ? collected : null,
    collectedEvidence: seen ? "payments" : "none",
    paidOutside: recorded > 0n || document === null ? recorded : saidOutside(document, collected),
  };
}

/** By its invoice payments; what one of them settled is the payment's to know. */
function paidReceipts(paid: readonly InvoicePayment[], payments: readonly Payment[]): Receipt[] {
  const own = paid.filter((one) => one.paymentRef !== null);
  const byPayment = Map.groupBy(own, (one) => one.paymentRef as string);
  return [...byPayment].map(([ref, parts]) => {
    const payment = payments.find((one) => goesBy(one, ref));
    const amount = sum(parts.map((one) => one.amount));
    const times = parts.flatMap((one) => one.paidAt ?? []);
    return {
      ...receiptOf(payment, amount),
      paymentRef: ref,
      takenAt: times.length > 0 ? times.reduce(maximum) : (payment?.capturedAt ?? null),
    };
  });
}

/** Payments that took something and that no invoice payment lists: older shapes have none. */
function seenReceipts(paid: readonly InvoicePayment[], payments: readonly Payment[]): Receipt[] {
  const listed = (payment: Payment) =>
    paid.some((one) => one.paymentRef !== null && goesBy(payment, one.paymentRef));
  return payments
    .filter((payment) => (payment.amount ?? 0n) > 0n && !listed(payment))
    .map((payment) => receiptOf(payment, payment.amount as Amount));
}

const goesBy = (payment: Payment, ref: string) => payment.ref === ref || payment.names.includes(ref);

function receiptOf(payment: Payment | undefined, amount: Amount): Receipt {
  return {
    paymentRef: payment?.ref ?? null,
    amount,
    takenAt: payment?.capturedAt ?? null,
    method: payment?.method ?? null,
    row: payment?.row ?? null,
    standsAlone: payment?.standsAlone ?? false,
  };
}

/** Of a document of which no payment was seen. */
function takenByWord(document: MergedDocument, payments: readonly Payment[]): Taken {
  const amountPaid = statedPaid(document);
  const isOutside = document.termNow("saysOutside") === true || document.termNow("payment") === "none";
  if (isOutside) {
    const paidOutside = maximum(saidOutside(document, 0n), amountPaid ?? 0n);
    return { receipts: [], collected: 0n, collectedEvidence: "stated", paidOutside };
  }
  const collected = document.value("grandTotal") === 0n ? 0n : amountPaid;
  const unseen = payments.length === 1 ? payments[0] : undefined;
  return {
    receipts: collected === null || collected === 0n ? [] : [receiptOf(unseen, collected)],
    collected,
    collectedEvidence: collected === null ? "none" : "stated",
    paidOutside: 0n,
  };
}

/** What it counts as paid; what it says was overpaid came on top of all that was asked. */
function statedPaid(document: MergedDocument): Amount | null {
  const overpaid = document.term("overpaid") ?? 0n;
  const amountPaid = document.term("amountPaid");
  if (amountPaid === null || overpaid === 0n) return amountPaid;
  return maximum(amountPaid, (document.value("grandTotal") ?? 0n) + overpaid);
}

/** Of a document that says it was paid outside: all that was asked and not collected. */
function saidOutside(document: MergedDocument, collected: Amount): Amount {
  if (document.termNow("saysOutside") !== true || document.latest.stage !== "paid") return 0n;
  return maximum((document.value("grandTotal") ?? 0n) - collected, 0n);
}
