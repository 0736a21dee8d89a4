import { canonical } from "../canonical.ts";
import { type ChargeFact, compareStamps, type DocumentFact } from "../facts/facts.ts";
import { isPaymentOf } from "../facts/linked-facts.ts";
import { maximum } from "../money.ts";
import { type Home, homesOf, invoicesNamedBy } from "./linked-homes.ts";
import { foldInvoicePayments, type LinkedInvoicePayment } from "./linked-invoice-payments.ts";
import { placeMovements, placeNotes } from "./linked-movements.ts";
import { paymentRefsOf, paymentsOf } from "./linked-payments.ts";
import type { InvoicePayment, Payment, Placed } from "./placement.ts";
import { standaloneDocuments } from "./standalone.ts";

/**
 * Finds out, from all facts of objects that name each other, which charges there are and what belongs to each. An
 * invoice is a charge; its payments are its own, or its part of them if they pay several invoices. A payment without
 * invoice is a charge only on evidence that it has none; until then it waits, as a charge of kind `unseen`. A payment
 * that was a charge of its own stays one until its invoice is paid: so its value never leaves the wallet between.
 */
export function placeLinked(told: readonly ChargeFact[]): Placed[] {
  // Where facts contradict each other, who was told first must not decide.
  const facts = told.toSorted(
    (a, b) => compareStamps(a.stamp, b.stamp) || compareKinds(a, b) || compareWords(a, b),
  );
  const payments = paymentsOf(facts);
  const invoicePayments = foldInvoicePayments(facts, payments);
  const invoices = invoicesOf(facts);
  const found = payments.map((payment) => homesOf(payment, facts, invoicePayments));
  const placed: Placed[] = [
    ...invoices.map((ref) => placeInvoice(ref, facts, found, invoicePayments)),
    ...found.flatMap((home) => placeAlone(home, facts)),
  ];
  return placed.sort((a, b) => (a.ref < b.ref ? -1 : 1));
}

/** One event may say several things. */
function compareKinds(a: ChargeFact, b: ChargeFact): number {
  const [left, right] = [a, b].map(({ kind, ref }) => `${kind} ${ref}`) as [string, string];
  return left < right ? -1 : Number(left > right);
}

/** And say one thing twice, at two API versions. */
function compareWords(a: ChargeFact, b: ChargeFact): number {
  const [left, right] = [canonical(a), canonical(b)];
  return left < right ? -1 : Number(left > right);
}

/** Every invoice that a fact is about, or names. */
function invoicesOf(facts: readonly ChargeFact[]): string[] {
  return [...new Set(facts.flatMap(invoicesNamedBy))].sort();
}

function placeInvoice(
  ref: string,
  facts: readonly ChargeFact[],
  homes: readonly Home[],
  invoicePayments: readonly LinkedInvoicePayment[],
): Placed {
  const own = homes.filter(({ shares }) => shares.has(ref));
  const payments = own.map(({ shares }) => shares.get(ref) as Payment);
  const listed = invoicePayments.filter(({ invoiceRef }) => invoiceRef === ref);
  const absorbed = own.filter(({ alone, shares }) => alone === null && largestShare(shares) === ref);
  const notes = placeNotes(ref, facts);
  const movements = placeMovements(
    ref,
    own.filter(({ alone }) => alone !== "charge"),
    facts,
  );
  return {
    ref,
    ...aboutOf(facts.filter((fact) => invoicesNamedBy(fact).includes(ref))),
    documents: facts.filter((fact) => fact.kind === "document" && fact.ref === ref) as DocumentFact[],
    movements: [...movements.facts, ...notes.facts],
    linked: {
      payments,
      invoicePayments: listed.length === 0 ? null : listed.map(withoutInvoice),
      disputes: movements.disputes,
      notes: notes.inForce,
    },
    names: [ref, ...absorbed.flatMap(({ payment }) => namesOfPayment(payment, facts))],
  };
}

/** Where a payment's own record goes if it pays several invoices. */
function largestShare(shares: ReadonlyMap<string, Payment>): string | undefined {
  const sorted = [...shares].sort(
    ([a, left], [b, right]) => Number((right.amount ?? 0n) - (left.amount ?? 0n)) || (a < b ? -1 : 1),
  );
  return sorted[0]?.[0];
}

function withoutInvoice({ ref, paymentRef, paid, amount, paidAt }: LinkedInvoicePayment): InvoicePayment {
  return { ref, paymentRef, paid, amount, paidAt };
}

/** A payment that is a charge of its own, or waits until it is known what it pays. */
function placeAlone(home: Home, facts: readonly ChargeFact[]): Placed[] {
  const { payment, alone } = home;
  if (alone === null) return [];
  const movements = placeMovements(null, [home], facts);
  return [
    {
      ref: payment.ref,
      ...aboutOf(facts.filter((fact) => isAbout(fact, payment))),
      currency: payment.currency,
      documents: alone === "charge" ? standaloneDocuments(home) : [],
      movements: movements.facts,
      linked: { payments: [payment], invoicePayments: null, disputes: movements.disputes, notes: [] },
      names: namesOfPayment(payment, facts),
    },
  ];
}

/** What can be said of a charge whose document is not known: by anything that names it. */
function aboutOf(facts: readonly ChargeFact[]): Pick<Placed, "currency" | "lastSaidAt"> {
  const first = facts.find((fact) => "currency" in fact && fact.currency !== null);
  return {
    currency: first !== undefined && "currency" in first ? (first.currency ?? "") : "",
    lastSaidAt: facts.reduce((last, { stamp }) => maximum(last, stamp.occurredAt), 0n),
  };
}

function isAbout(fact: ChargeFact, payment: Payment): boolean {
  if (fact.kind === "balance_row") return payment.names.includes(fact.sourceRef);
  return paymentRefsOf(fact).some((refs) => isPaymentOf(refs, payment.names));
}

/** Its own names, and those of what goes back on it: each may have come first, and been a charge of its own until now. */
function namesOfPayment(payment: Payment, facts: readonly ChargeFact[]): string[] {
  const returned = facts.flatMap((fact) => {
    if (fact.kind !== "refund" && fact.kind !== "dispute") return [];
    return isPaymentOf(fact.payment, payment.names) ? [fact.ref] : [];
  });
  return [payment.ref, ...payment.names, ...new Set(returned)];
}
