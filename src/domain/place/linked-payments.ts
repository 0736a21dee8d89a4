import { type ChargeFact, compareStamps } from "../facts/facts.ts";
import type {
  BalanceFact,
  BalanceRow,
  CheckoutFact,
  PaymentFact,
  PaymentRefs,
} from "../facts/linked-facts.ts";
import { isPaymentOf, paymentNames } from "../facts/linked-facts.ts";
import { sum } from "../money.ts";
import { type Attempt, attemptsOf } from "./linked-attempts.ts";
import { isUndoing, rowsAbout, sumOf } from "./linked-rows.ts";
import type { Payment } from "./placement.ts";

/** A payment by all the names it goes by, with everything that objects of those names say of it. */
export interface FoundPayment {
  readonly payment: Payment;
  readonly facts: readonly PaymentFact[];
  readonly checkouts: readonly CheckoutFact[];
  readonly attempts: readonly Attempt[];
}

/** All payments that facts speak of, in the order of their refs, and what those that stand say of them. */
export function paymentsOf(facts: readonly ChargeFact[], standing: readonly ChargeFact[]): FoundPayment[] {
  return paymentNameSets(facts, standing)
    .map((names) => foldPayment(names, standing, facts))
    .sort((a, b) => byRef(a.payment, b.payment));
}

/** Names that occur together are one payment's. */
export function paymentNameSets(facts: readonly ChargeFact[], standing: readonly ChargeFact[]): string[][] {
  const named = facts.flatMap((fact) => paymentRefsOf(fact)).map(paymentNames);
  return joined([...named, ...unknownSources(facts, standing)]);
}

const byRef = (a: Payment, b: Payment) => (a.ref < b.ref ? -1 : 1);

/** The payment that a fact names. */
export function paymentRefsOf(fact: ChargeFact): PaymentRefs[] {
  switch (fact.kind) {
    case "payment":
      return [fact.refs];
    case "refund":
    case "dispute":
      return [fact.payment];
    case "checkout":
      return fact.payment === null ? [] : [fact.payment];
    case "invoice_payment":
      return fact.payment === "outside" ? [] : [fact.payment];
    case "document": {
      const payment = fact.invoice?.payment ?? null;
      return payment === null || payment === "none" ? [] : [payment];
    }
    case "movement":
    case "warning_row":
    case "credit_note":
    case "balance_row":
      return [];
    default:
      return fact satisfies never;
  }
}

/** What lets go of a payment or undoes one is the payment's, whatever object of its own it has. */
function settledBy({ sourceRef, chargeRef, row }: BalanceFact): string {
  return chargeRef !== null && (row.category === "release" || isUndoing(row)) ? chargeRef : sourceRef;
}

/** A balance row may come before what it settles: until that is seen, it is taken for a payment. */
function unknownSources(facts: readonly ChargeFact[], standing: readonly ChargeFact[]): string[][] {
  const known = new Set(
    standing.map((fact) => (fact.kind === "refund" || fact.kind === "dispute" ? fact.ref : "")),
  );
  return facts.flatMap((fact) =>
    fact.kind === "balance_row" && !known.has(fact.sourceRef) ? [[settledBy(fact)]] : [],
  );
}

/** Lists that share a name become one, until none do. */
function joined(lists: readonly (readonly string[])[]): string[][] {
  const sets: Set<string>[] = [];
  for (const names of lists) {
    if (names.length === 0) continue;
    const touching = sets.filter((set) => names.some((name) => set.has(name)));
    const union = new Set([...touching.flatMap((set) => [...set]), ...names]);
    for (const set of touching) sets.splice(sets.indexOf(set), 1);
    sets.push(union);
  }
  return sets.map((set) => [...set].sort());
}

/** Of an intent one attempt succeeds, whatever became of the others. */
const ranks: Record<PaymentFact["status"], number> = { pending: 0, canceled: 1, failed: 1, succeeded: 2 };

function foldPayment(
  names: readonly string[],
  facts: readonly ChargeFact[],
  naming: readonly ChargeFact[],
): FoundPayment {
  const own = facts.filter(
    (fact): fact is PaymentFact => fact.kind === "payment" && names.includes(fact.ref),
  );
  const ordered = own.toSorted(
    (a, b) => ranks[a.status] - ranks[b.status] || compareStamps(a.stamp, b.stamp),
  );
  const checkouts = facts.filter(
    (fact): fact is CheckoutFact =>
      fact.kind === "checkout" && fact.payment !== null && isPaymentOf(fact.payment, names),
  );
  const latest = ordered.at(-1);
  const known = <Field extends keyof PaymentFact>(field: Field) =>
    ordered.findLast((fact) => fact[field] !== null)?.[field] ?? null;
  const attempts = attemptsOf(refOf(names, ordered), names, ordered, facts);
  const payment: Payment = {
    ref: refOf(names, ordered),
    names,
    status: latest?.status ?? "pending",
    currency: latest?.currency ?? currencyNamed(names, naming),
    amount: latest === undefined ? null : sum(attempts.map(({ captured }) => captured)),
    standsAlone: false,
    capturedAt: known("capturedAt"),
    method: known("method"),
    customerRef:
      known("customerRef") ?? checkouts.find(({ customerRef }) => customerRef !== null)?.customerRef ?? null,
    livemode: known("livemode"),
    row: sumOf(rowsOfPayment(names, attempts, facts)),
  };
  return { payment, facts: ordered, checkouts, attempts };
}

/** The attempt that was captured; an intent without one; else the first attempt. */
function refOf(names: readonly string[], facts: readonly PaymentFact[]): string {
  const captured = facts
    .filter((fact) => fact.status === "succeeded" && fact.refs.chargeRef !== null)
    .map((fact) => fact.refs.chargeRef as string);
  const intents = facts.flatMap(({ refs }) => refs.intentRef ?? []);
  return captured.sort()[0] ?? intents.sort()[0] ?? (names[0] as string);
}

/** A payment of which no object was seen has the currency of what names it. */
function currencyNamed(names: readonly string[], facts: readonly ChargeFact[]): string {
  const naming = facts.filter((fact) => paymentRefsOf(fact).some((refs) => isPaymentOf(refs, names)));
  for (const fact of naming) if ("currency" in fact && fact.currency !== null) return fact.currency;
  const [row] = rowsAbout(facts, (fact) => names.includes(settledBy(fact)));
  if (row !== undefined) return row.currency;
  throw new Error(`Nothing that names payment ${names[0]} has a currency.`);
}

/** What settled it, what let go of it included: together they are what was captured. What undid it is a movement's. */
function rowsOfPayment(
  names: readonly string[],
  attempts: readonly Attempt[],
  facts: readonly ChargeFact[],
): BalanceRow[] {
  const released = attempts.flatMap(({ release }) => release ?? []);
  const own = rowsAbout(
    facts,
    ({ sourceRef, chargeRef, row }) =>
      names.includes(sourceRef) ||
      released.includes(sourceRef) ||
      (row.category === "release" && chargeRef !== null && names.includes(chargeRef)),
  );
  return own.filter((row) => !isUndoing(row));
}
