import { type ChargeFact, compareStamps } from "../facts/facts.ts";
import type {
  BalanceFact,
  BalanceRow,
  CheckoutFact,
  PaymentFact,
  PaymentRefs,
} from "../facts/linked-facts.ts";
import { isPaymentOf, paymentNames } from "../facts/linked-facts.ts";
import { maximum, sum } from "../money.ts";
import type { Payment } from "./placement.ts";

/** A payment by all the names it goes by, with everything that objects of those names say of it. */
export interface FoundPayment {
  readonly payment: Payment;
  readonly facts: readonly PaymentFact[];
  readonly checkouts: readonly CheckoutFact[];
}

/** All payments that facts speak of, in the order of their refs. Names that occur together are one payment's. */
export function paymentsOf(facts: readonly ChargeFact[]): FoundPayment[] {
  const named = facts.flatMap((fact) => paymentRefsOf(fact)).map(paymentNames);
  const sets = joined([...named, ...unknownSources(facts)]);
  return sets.map((names) => foldPayment(names, facts)).sort((a, b) => byRef(a.payment, b.payment));
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

/** A balance row may come before what it settles: until that is seen, it is taken for a payment. */
function unknownSources(facts: readonly ChargeFact[]): string[][] {
  const known = new Set(
    facts.map((fact) => (fact.kind === "refund" || fact.kind === "dispute" ? fact.ref : "")),
  );
  return facts.flatMap((fact) =>
    fact.kind === "balance_row" && !known.has(fact.sourceRef) ? [[fact.sourceRef]] : [],
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

const ranks: Record<PaymentFact["status"], number> = { pending: 0, canceled: 1, failed: 1, succeeded: 2 };

function foldPayment(names: readonly string[], facts: readonly ChargeFact[]): FoundPayment {
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
  const status = latest?.status ?? "pending";
  const payment: Payment = {
    ref: refOf(names, ordered),
    names,
    status,
    currency: latest?.currency ?? currencyNamed(names, facts),
    amount: latest === undefined ? null : status === "succeeded" ? capturedOf(ordered) : 0n,
    standsAlone: false,
    capturedAt: known("capturedAt"),
    method: known("method"),
    customerRef:
      known("customerRef") ?? checkouts.find(({ customerRef }) => customerRef !== null)?.customerRef ?? null,
    livemode: known("livemode"),
    amountRefunded: known("amountRefunded"),
    row: rowOf(names, facts),
  };
  return { payment, facts: ordered, checkouts };
}

/** The attempt that was captured; an intent without one; else the first attempt. */
function refOf(names: readonly string[], facts: readonly PaymentFact[]): string {
  const captured = facts
    .filter((fact) => fact.status === "succeeded" && fact.refs.chargeRef !== null)
    .map((fact) => fact.refs.chargeRef as string);
  const intents = facts.flatMap(({ refs }) => refs.intentRef ?? []);
  return captured.sort()[0] ?? intents.sort()[0] ?? (names[0] as string);
}

/**
 * What was captured: of each attempt the most that was ever said (captures only add up), of an intent the same where no
 * attempt was seen. An intent has one attempt that succeeds; if ever there are two, both took money.
 */
function capturedOf(facts: readonly PaymentFact[]): bigint {
  const succeeded = facts.filter((fact) => fact.status === "succeeded");
  const isAttempt = (fact: PaymentFact) => fact.ref === fact.refs.chargeRef;
  const attempts = succeeded.filter(isAttempt);
  const byObject = Map.groupBy(attempts.length > 0 ? attempts : succeeded, (fact) => fact.ref);
  return sum(
    [...byObject.values()].map((own) => own.reduce((most, { amount }) => maximum(most, amount), 0n)),
  );
}

/** A payment of which no object was seen has the currency of what names it. */
function currencyNamed(names: readonly string[], facts: readonly ChargeFact[]): string {
  const naming = facts.filter((fact) => paymentRefsOf(fact).some((refs) => isPaymentOf(refs, names)));
  for (const fact of naming) if ("currency" in fact && fact.currency !== null) return fact.currency;
  const row = rowOf(names, facts);
  if (row !== null) return row.currency;
  throw new Error(`Nothing that names payment ${names[0]} has a currency.`);
}

/** What the provider settled for an object of these names: the sum of its rows (a capture in parts has several). */
export function rowOf(names: readonly string[], facts: readonly ChargeFact[]): BalanceRow | null {
  const own = facts.filter(
    (fact): fact is BalanceFact => fact.kind === "balance_row" && names.includes(fact.sourceRef),
  );
  const latest = new Map<string, BalanceFact>();
  for (const fact of own.toSorted((a, b) => compareStamps(a.stamp, b.stamp))) latest.set(fact.ref, fact);
  const rows = [...latest.values()].map(({ row }) => row).sort((a, b) => (a.ref < b.ref ? -1 : 1));
  const [first] = rows;
  if (first === undefined) return null;
  const alike = rows.filter((row) => row.currency === first.currency);
  return {
    ...first,
    ref: alike.map((row) => row.ref).join("+"),
    gross: sum(alike.map((row) => row.gross)),
    fee: sum(alike.map((row) => row.fee)),
    net: sum(alike.map((row) => row.net)),
  };
}
