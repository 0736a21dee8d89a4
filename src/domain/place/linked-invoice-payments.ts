import { type ChargeFact, compareStamps } from "../facts/facts.ts";
import { type InvoicePaymentFact, isPaymentOf } from "../facts/linked-facts.ts";
import type { FoundPayment } from "./linked-payments.ts";
import type { InvoicePayment } from "./placement.ts";

/** An invoice payment with the invoice it is of. */
export interface LinkedInvoicePayment extends InvoicePayment {
  readonly invoiceRef: string;
}

const ranks: Record<InvoicePaymentFact["status"], number> = { open: 0, canceled: 1, paid: 2 };

/** All invoice payments that are not canceled, in the order of their refs: each the merge of its own facts. */
export function foldInvoicePayments(
  facts: readonly ChargeFact[],
  payments: readonly FoundPayment[],
): LinkedInvoicePayment[] {
  const own = facts.filter((fact) => fact.kind === "invoice_payment");
  const byRef = Map.groupBy(own, (fact) => fact.ref);
  return [...byRef.keys()].sort().flatMap((ref) => {
    const ordered = (byRef.get(ref) ?? []).toSorted(
      (a, b) => ranks[a.status] - ranks[b.status] || compareStamps(a.stamp, b.stamp),
    );
    const latest = ordered.at(-1);
    if (latest === undefined || latest.status === "canceled") return [];
    const paid = latest.status === "paid";
    return [
      {
        ref,
        invoiceRef: latest.invoiceRef,
        paymentRef: paymentOf(latest, payments),
        paid,
        amount: paid ? (ordered.findLast((fact) => fact.amount !== null)?.amount ?? 0n) : 0n,
        paidAt: ordered.findLast((fact) => fact.paidAt !== null)?.paidAt ?? null,
      },
    ];
  });
}

function paymentOf(fact: InvoicePaymentFact, payments: readonly FoundPayment[]): string | null {
  const refs = fact.payment;
  if (refs === "outside") return null;
  return payments.find(({ payment }) => isPaymentOf(refs, payment.names))?.payment.ref ?? null;
}
