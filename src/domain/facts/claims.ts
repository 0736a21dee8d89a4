import type { Fact } from "./facts.ts";
import { type PaymentRefs, paymentNames } from "./linked-facts.ts";

/** What an object is, where ids of one kind could be taken for another's. */
export type Noun =
  | "invoice"
  | "payment"
  | "refund"
  | "dispute"
  | "credit_note"
  | "invoice_payment"
  | "movement"
  | "row"
  | "customer_cash";

/**
 * What a fact states of an object: what it is, and whose. Statements may contradict each other: then the one that was heard
 * first stands, for ever, and what was said later moves nothing. So a refund is of one payment, and a row of the balance of
 * one object, however often they are told.
 */
export interface Claim {
  readonly ref: string;
  readonly noun: Noun;
  /** The object it belongs to, by its name; `null` of what belongs to none. */
  readonly of: string | null;
}

/** A statement, with all names that its owner has in it. */
export interface Assertion extends Claim {
  readonly alsoOf: readonly string[];
}

/** Objects of these kinds are told apart by their ids alone, also from each other. */
const named: ReadonlySet<Noun> = new Set<Noun>(["invoice", "payment", "refund", "dispute"]);

/** Within what an object's id names it. */
export function claimKey({ ref, noun }: Pick<Claim, "ref" | "noun">): string {
  return named.has(noun) ? ref : `${noun} ${ref}`;
}

/** What a fact states, of the object that it is about first. */
export function assertionsOf(fact: Fact): Assertion[] {
  switch (fact.kind) {
    case "document":
      return fact.invoice === null ? [] : [is(fact.ref, "invoice"), ...payments(fact.invoice.payment)];
    case "movement":
    case "warning_row":
      return [belongs(fact.ref, "movement", fact.chargeRef)];
    case "payment":
      return [...payments(fact.refs), ...invoices(fact.invoiceRef === "none" ? null : fact.invoiceRef?.ref)];
    case "invoice_payment":
      return [
        belongs(fact.ref, "invoice_payment", fact.invoiceRef),
        ...invoices(fact.invoiceRef),
        ...payments(fact.payment),
      ];
    case "checkout":
      return [...payments(fact.payment), ...invoices(fact.invoiceRef)];
    case "refund":
      return [ofPayment(fact.ref, "refund", fact.payment), ...payments(fact.payment)];
    case "dispute":
      return [
        ofPayment(fact.ref, "dispute", fact.payment),
        ...payments(fact.payment),
        ...fact.rows.map((row) => belongs(row.ref, "row", fact.ref)),
      ];
    case "credit_note":
      return [belongs(fact.ref, "credit_note", fact.invoiceRef), ...invoices(fact.invoiceRef)];
    case "balance_row":
      return [belongs(fact.ref, "row", fact.sourceRef)];
    case "payout_row":
      return [belongs(fact.ref, "row", fact.payoutRef)];
    case "provider_row":
      return [is(fact.ref, "row")];
    case "customer_cash":
      return [belongs(fact.ref, "customer_cash", fact.customerRef)];
    case "payout":
    case "opening":
      return [];
    default:
      return fact satisfies never;
  }
}

const is = (ref: string, noun: Noun): Assertion => ({ ref, noun, of: null, alsoOf: [] });
const belongs = (ref: string, noun: Noun, of: string): Assertion => ({ ref, noun, of, alsoOf: [of] });

function ofPayment(ref: string, noun: Noun, payment: PaymentRefs): Assertion {
  const alsoOf = paymentNames(payment);
  return { ref, noun, of: alsoOf[0] ?? null, alsoOf };
}

function payments(payment: PaymentRefs | "none" | "outside" | null): Assertion[] {
  if (payment === null || payment === "none" || payment === "outside") return [];
  return paymentNames(payment).map((name) => is(name, "payment"));
}

function invoices(ref: string | null | undefined): Assertion[] {
  return ref == null ? [] : [is(ref, "invoice")];
}

/**
 * Claims that stand against something that was said of the same objects, by their keys: all that is needed, beside the facts
 * themselves, to know which of them move anything.
 */
export type Contested = Readonly<Record<string, Claim>>;

export const nothingContested: Contested = {};

/** Of all that is contested, what stands against this fact. */
export function contestedOf(fact: Fact, contested: Contested): Contested {
  const against = assertionsOf(fact).flatMap((says) => {
    const key = claimKey(says);
    const stands = contested[key];
    return stands === undefined || agrees(says, stands) ? [] : [[key, stands] as const];
  });
  return against.length === 0 ? nothingContested : Object.fromEntries(against);
}

/** A statement that does not stand, and the claim that does. */
export interface RefusedAssertion {
  readonly says: Claim;
  readonly stands: Claim;
}

/** The statements of a fact that do not stand. `isSame` knows when two names are of one object. */
export function refusedOf(
  fact: Fact,
  contested: Contested,
  isSame: (a: string, b: string) => boolean = (a, b) => a === b,
): RefusedAssertion[] {
  return assertionsOf(fact).flatMap((says) => {
    const stands = contested[claimKey(says)];
    return stands === undefined || agrees(says, stands, isSame) ? [] : [{ says, stands }];
  });
}

export function agrees(
  says: Assertion,
  stands: Claim,
  isSame: (a: string, b: string) => boolean = (a, b) => a === b,
): boolean {
  if (says.noun !== stands.noun) return false;
  const { of } = stands;
  return of === null ? says.of === null : says.alsoOf.some((name) => isSame(name, of));
}
