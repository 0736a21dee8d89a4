import { type ChargeFact, compareStamps, type DocumentFact } from "../facts/facts.ts";
import { type BalanceRow, type InvoicePaymentFact, isPaymentOf } from "../facts/linked-facts.ts";
import { type Amount, absolute, sum } from "../money.ts";
import { shareOut } from "../policy/shares.ts";
import type { FoundPayment } from "./linked-payments.ts";
import type { InvoicePayment, Payment } from "./placement.ts";
import { standsAlone } from "./standalone.ts";

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

/**
 * What of a payment each of its invoices got: in proportion to the invoice payments, the units that are left over by
 * largest fraction. What one invoice got of a payment that pays no other is all of it.
 */
function sharesOf(
  payment: Payment,
  invoices: readonly string[],
  invoicePayments: readonly LinkedInvoicePayment[],
  standsAlone: boolean,
): ReadonlyMap<string, Payment> {
  const paid = invoices.map((ref) =>
    sum(
      invoicePayments
        .filter((one) => one.paymentRef === payment.ref && one.invoiceRef === ref)
        .map((one) => one.amount),
    ),
  );
  return new Map(
    invoices.map((ref, index) => [
      ref,
      {
        ...payment,
        standsAlone,
        amount: payment.amount === null ? null : (shared(payment.amount, paid)[index] as Amount),
        row: payment.row === null ? null : (rowParts(payment.row, paid)[index] as BalanceRow),
      },
    ]),
  );
}

/** An amount, also a negative one, over weights; evenly while no weight is known. */
export function shared(amount: Amount, weights: readonly Amount[]): Amount[] {
  const whole = sum(weights);
  const parts =
    whole > 0n
      ? shareOut(absolute(amount), weights, whole)
      : shareOut(
          absolute(amount),
          weights.map(() => 1n),
          BigInt(weights.length),
        );
  return amount < 0n ? parts.map((part) => -part) : parts;
}

/** A balance row over weights: gross and fee are shared, net follows. */
export function rowParts(row: BalanceRow, weights: readonly Amount[]): BalanceRow[] {
  if (weights.length === 1) return [row];
  const gross = shared(row.gross, weights);
  const fee = shared(row.fee, weights);
  const withheld = row.withheldTax === undefined ? null : shared(row.withheldTax, weights);
  return weights.map((_, index) => {
    const [partOfGross, partOfFee] = [gross[index] as Amount, fee[index] as Amount];
    const partOfTax = withheld === null ? {} : { withheldTax: withheld[index] as Amount };
    return { ...row, gross: partOfGross, fee: partOfFee, net: partOfGross - partOfFee, ...partOfTax };
  });
}

/** Which part of what concerns a payment is one charge's. */
export interface Part {
  readonly chargeRef: string;
  /** All invoices the payment pays, with what each was paid of it; a payment alone has one. */
  readonly weights: readonly Amount[];
  readonly index: number;
  readonly invoices: readonly string[];
}

/** The part of a movement's name: none where all of it is one charge's. */
export function partName(ref: string, { weights, chargeRef }: Part): string | null {
  return weights.length === 1 ? null : `${ref}/${chargeRef}`;
}

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
