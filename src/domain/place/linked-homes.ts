import type { ChargeFact, DocumentFact } from "../facts/facts.ts";
import { isPaymentOf } from "../facts/linked-facts.ts";
import type { LinkedInvoicePayment } from "./linked-invoice-payments.ts";
import type { FoundPayment } from "./linked-payments.ts";
import { sharesOf } from "./linked-shares.ts";
import type { Payment } from "./placement.ts";
import { standsAlone } from "./standalone.ts";

/** A payment, the invoices it pays with its part of each, and whether it is a charge of its own. */
export interface Home extends FoundPayment {
  /** By invoice ref; empty if it is not known to pay any. */
  readonly shares: ReadonlyMap<string, Payment>;
  readonly alone: "charge" | "waiting" | null;
}

/** Where a payment belongs, by everything that is known. */
export function homesOf(
  found: FoundPayment,
  facts: readonly ChargeFact[],
  invoicePayments: readonly LinkedInvoicePayment[],
  unlessInvoiced: boolean,
): Home {
  const invoices = invoicesPaidBy(found, facts, invoicePayments);
  const isPaid = (ref: string) =>
    facts.some((fact) => fact.kind === "document" && fact.ref === ref && fact.stage === "paid");
  const proven = standsAlone(found, unlessInvoiced);
  const alone = proven && !invoices.some(isPaid) ? "charge" : invoices.length === 0 ? "waiting" : null;
  return { ...found, shares: sharesOf(found.payment, invoices, invoicePayments, alone === "charge"), alone };
}

/** The invoices that a fact is about or names. */
export function invoicesNamedBy(fact: ChargeFact): string[] {
  switch (fact.kind) {
    case "document":
      return [fact.ref];
    case "invoice_payment":
    case "credit_note":
      return [fact.invoiceRef];
    case "checkout":
      return fact.invoiceRef === null ? [] : [fact.invoiceRef];
    case "payment":
      return fact.invoiceRef === null || fact.invoiceRef === "none" ? [] : [fact.invoiceRef.ref];
    case "movement":
    case "warning_row":
    case "refund":
    case "dispute":
    case "balance_row":
      return [];
    default:
      return fact satisfies never;
  }
}

/** By any fact that names both, whichever object it is about; a canceled invoice payment is none. */
function invoicesPaidBy(
  { payment, facts, checkouts }: FoundPayment,
  all: readonly ChargeFact[],
  invoicePayments: readonly LinkedInvoicePayment[],
): string[] {
  const documents = all.filter((fact): fact is DocumentFact => {
    const named = fact.kind === "document" ? (fact.invoice?.payment ?? null) : null;
    return named !== null && named !== "none" && isPaymentOf(named, payment.names);
  });
  return [
    ...new Set([
      ...documents.map(({ ref }) => ref),
      ...invoicePayments
        .filter(({ paymentRef }) => paymentRef === payment.ref)
        .map(({ invoiceRef }) => invoiceRef),
      ...[...facts, ...checkouts].flatMap(invoicesNamedBy),
    ]),
  ].sort();
}
