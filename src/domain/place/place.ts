import { canonical } from "../canonical.ts";
import { type Contested, type RefusedAssertion, refusedOf } from "../facts/claims.ts";
import { type ChargeFact, compareStamps, type DocumentFact } from "../facts/facts.ts";
import { isPaymentOf, namesOf, paymentNames } from "../facts/linked-facts.ts";
import { saysProviderSells } from "../facts/seller.ts";
import { maximum } from "../money.ts";
import {
  foldInvoicePayments,
  type Home,
  homesOf,
  invoicesNamedBy,
  type LinkedInvoicePayment,
} from "./linked-homes.ts";
import { placeMovements, placeNotes } from "./linked-movements.ts";
import { paymentNameSets, paymentRefsOf, paymentsOf } from "./linked-payments.ts";
import {
  type DirectFact,
  type InvoicePayment,
  type Known,
  type Payment,
  type Placed,
  placeDirectly,
} from "./placement.ts";
import { standaloneDocuments } from "./standalone.ts";

/**
 * Finds out, from all facts of objects that name each other, which charges there are and what belongs to each. An
 * invoice is a charge; its payments are its own, or its part of them if they pay several invoices. A payment without
 * invoice is a charge only on evidence that it has none; until then it waits, as a charge of kind `unseen`. A payment
 * that was a charge of its own stays one until its invoice is paid: so its value never leaves the wallet between.
 */
function placeLinked({ facts: told, contested, unlessInvoiced, providerSells }: Known): Placed[] {
  // Where facts contradict each other, who was told first must not decide: but for whose an object is.
  const ordered = told.toSorted(
    (a, b) => compareStamps(a.stamp, b.stamp) || compareKinds(a, b) || compareWords(a, b),
  );
  const { facts, standing, refused } = judged(ordered, contested);
  const payments = paymentsOf(facts, standing);
  const invoicePayments = foldInvoicePayments(standing, payments);
  const invoices = invoicesOf(facts);
  const found = payments.map((payment) => homesOf(payment, standing, invoicePayments, unlessInvoiced));
  const placed = [
    ...invoices.map((ref) => placeInvoice(ref, { facts, standing }, found, invoicePayments)),
    ...found.flatMap((home) => placeAlone(home, { facts, standing })),
  ].sort((a, b) => (a.ref < b.ref ? -1 : 1));
  const seller = providerSells || standing.some(saysProviderSells) ? ({ providerSells: true } as const) : {};
  return placed.map((each, index) => {
    const isAbout = ({ names }: RefusedFact) => names.some((name) => each.names.includes(name));
    const isLost = (fact: RefusedFact) =>
      !placed.some(({ names }) => fact.names.some((name) => names.includes(name)));
    const own = refused.filter((fact) => isAbout(fact) || (index === 0 && isLost(fact)));
    const linked = each.linked === null ? null : { ...each.linked, ...seller };
    return { ...each, linked, refused: own.flatMap((fact) => fact.refused) };
  });
}

/** Facts that name what they are about, and those of them that move something. */
interface Judged {
  readonly facts: readonly ChargeFact[];
  readonly standing: readonly ChargeFact[];
}

interface RefusedFact {
  readonly names: readonly string[];
  readonly refused: readonly RefusedAssertion[];
}

/**
 * What takes a name for another kind of object than it is, is not heard at all. What says of an object that it is another's
 * names both, and moves nothing; of a dispute only such rows do not count.
 */
function judged(
  told: readonly ChargeFact[],
  contested: Contested,
): Judged & { readonly refused: readonly RefusedFact[] } {
  const misplaced = rowsOfInvoices(told);
  if (Object.keys(contested).length + misplaced.length === 0)
    return { facts: told, standing: told, refused: [] };
  const facts = told.filter(
    (fact) =>
      !misplaced.some((row) => row.fact === fact) &&
      refusedOf(fact, contested).every(({ says, stands }) => says.noun === stands.noun),
  );
  const sets = paymentNameSets(facts, facts).map((names) => new Set(names));
  const isSame = (a: string, b: string) => a === b || sets.some((names) => names.has(a) && names.has(b));
  const standing = facts.flatMap((fact) => {
    const refs = new Set(refusedOf(fact, contested, isSame).map(({ says }) => says.ref));
    if (refs.has(fact.ref)) return [];
    return fact.kind === "dispute" ? { ...fact, rows: fact.rows.filter(({ ref }) => !refs.has(ref)) } : fact;
  });
  const refused = told.map((fact) => ({
    names: namesIn(fact),
    refused: refusedOf(fact, contested, isSame),
  }));
  return { facts, standing, refused: [...misplaced, ...refused.filter((fact) => fact.refused.length > 0)] };
}

/** A row of the balance settles what was paid, never the document that asked for it: such a one has no place. */
function rowsOfInvoices(told: readonly ChargeFact[]): (RefusedFact & { readonly fact: ChargeFact })[] {
  const rows = told.filter((fact) => fact.kind === "balance_row");
  const invoices = new Set(rows.length === 0 ? [] : invoicesOf(told));
  return rows
    .filter(({ sourceRef }) => invoices.has(sourceRef))
    .map((fact) => {
      const { ref, sourceRef } = fact;
      const says = { ref, noun: "row", of: sourceRef } as const;
      const stands = { ref: sourceRef, noun: "invoice", of: null } as const;
      return { fact, names: [sourceRef], refused: [{ says, stands }] };
    });
}

/** By which charges are found; of a row of the balance, what it is of. */
function namesIn(fact: ChargeFact): string[] {
  const named = paymentRefsOf(fact).flatMap(paymentNames);
  const source = fact.kind === "balance_row" ? [fact.sourceRef] : [];
  return [...named, ...invoicesNamedBy(fact), ...source, fact.ref];
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
  { facts, standing }: Judged,
  homes: readonly Home[],
  invoicePayments: readonly LinkedInvoicePayment[],
): Omit<Placed, "refused"> {
  const own = homes.filter(({ shares }) => shares.has(ref));
  const payments = own.map(({ shares }) => shares.get(ref) as Payment);
  const listed = invoicePayments.filter(({ invoiceRef }) => invoiceRef === ref);
  const absorbed = own.filter(({ alone, shares }) => alone === null && largestShare(shares) === ref);
  const notes = placeNotes(ref, standing);
  const movements = placeMovements(
    ref,
    own.filter(({ alone }) => alone !== "charge"),
    standing,
  );
  return {
    ref,
    ...aboutOf(facts.filter((fact) => invoicesNamedBy(fact).includes(ref))),
    documents: standing.filter((fact) => fact.kind === "document" && fact.ref === ref) as DocumentFact[],
    movements: [...movements.facts, ...notes.facts],
    linked: {
      payments,
      invoicePayments: listed.length === 0 ? null : listed.map(withoutInvoice),
      disputes: movements.disputes,
      notes: notes.inForce,
    },
    names: [ref, ...absorbed.flatMap(({ payment }) => namesOfPayment(payment, standing))],
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
function placeAlone(home: Home, { facts, standing }: Judged): Omit<Placed, "refused">[] {
  const { payment, alone } = home;
  if (alone === null) return [];
  const movements = placeMovements(null, [home], standing);
  return [
    {
      ref: payment.ref,
      ...aboutOf(facts.filter((fact) => isAbout(fact, payment))),
      currency: payment.currency,
      documents: alone === "charge" ? standaloneDocuments(home) : [],
      movements: movements.facts,
      linked: { payments: [payment], invoicePayments: null, disputes: movements.disputes, notes: [] },
      names: namesOfPayment(payment, standing),
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

/** Which charges there are, by all that is known of objects that name each other, and what belongs to each. */
export function place(known: Known): Placed[] {
  const { facts, contested } = known;
  return facts.every(isDirect) ? placeDirectly(facts, contested) : placeLinked(known);
}

/** The names that connect a fact with others about the same money; none if it names its document, and nothing else could. */
export function linkingNames(fact: ChargeFact): string[] {
  if (fact.kind === "movement" || fact.kind === "warning_row") return [];
  if (fact.kind !== "document") return namesOf(fact);
  if (fact.invoice === null) return [];
  const { payment } = fact.invoice;
  return [fact.ref, ...(payment === null || payment === "none" ? [] : paymentNames(payment))];
}

/** A document whose payments are no objects of their own, and what names its document. */
export function isDirect(fact: ChargeFact): fact is DirectFact {
  if (fact.kind === "document") return fact.invoice === null;
  return fact.kind === "movement" || fact.kind === "warning_row";
}

const placed = new WeakMap<readonly ChargeFact[], Map<string, readonly Placed[]>>();

/**
 * One of the charges that follow from what is known. Many may share a dossier, so that each is asked for in turn: all of
 * them are placed once.
 * @throws if none of the facts is about it
 */
export function placementOf(ref: string, known: Known): Placed {
  const { facts, unlessInvoiced, providerSells } = known;
  const reading = `${unlessInvoiced} ${providerSells}`;
  const before = placed.get(facts) ?? new Map<string, readonly Placed[]>();
  const all = before.get(reading) ?? place(known);
  placed.set(facts, before.set(reading, all));
  const found = all.find((placement) => placement.ref === ref);
  if (found === undefined) throw new Error(`Nothing is known of ${ref}.`);
  return found;
}
