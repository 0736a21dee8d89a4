import { type ChargeFact, compareStamps, type Stamp, saidAt } from "../facts/facts.ts";
import {
  type BalanceFact,
  type BalanceRow,
  type CheckoutFact,
  isPaymentOf,
  type PaymentFact,
  type PaymentRefs,
  paymentNames,
  type RefundFact,
} from "../facts/linked-facts.ts";
import { type Amount, maximum, minimum, sum } from "../money.ts";
import { fromUnixSeconds, type Instant } from "../time.ts";
import type { Payment } from "./placement.ts";

/** The rows that facts tell on their own, each as it was last told, in the order of their refs. */
export function rowsAbout(facts: readonly ChargeFact[], isOwn: (fact: BalanceFact) => boolean): BalanceRow[] {
  const latest = new Map<string, BalanceFact>();
  const own = facts.filter((fact): fact is BalanceFact => fact.kind === "balance_row" && isOwn(fact));
  for (const fact of own.toSorted((a, b) => compareStamps(a.stamp, b.stamp))) latest.set(fact.ref, fact);
  return [...latest.values()].map(({ row }) => row).sort((a, b) => (a.ref < b.ref ? -1 : 1));
}

/** Rows as one, of when the first of them was made; those of another currency than the first have no sum with it. */
export function sumOf(rows: readonly BalanceRow[]): BalanceRow | null {
  const [first] = rows;
  if (first === undefined) return null;
  const alike = rows.filter((row) => row.currency === first.currency);
  const times = alike.flatMap(({ createdAt }) => createdAt ?? []);
  return {
    ...first,
    ref: alike.map((row) => row.ref).join("+"),
    gross: sum(alike.map((row) => row.gross)),
    fee: sum(alike.map((row) => row.fee)),
    net: sum(alike.map((row) => row.net)),
    ...(alike.some((row) => row.withheldTax !== undefined) && {
      withheldTax: sum(alike.map((row) => row.withheldTax ?? 0n)),
    }),
    createdAt: times.length === 0 ? null : times.reduce(minimum),
  };
}

/** Whether a row takes back what a payment brought. */
const isUndoing = ({ category, gross }: BalanceRow): boolean => category === "failure" && gross < 0n;

/** Whether a row of a refund brings back what that took: one that does not say what it is says it by its sign. */
export const isReturning = ({ gross }: BalanceRow): boolean => gross > 0n;

/** What one attempt took of a payment, and what went back of it without a refund that was heard of. */
export interface Attempt {
  /** Of the attempt; of the payment where only its intent was seen. */
  readonly ref: string;
  /** The most that was ever said to be captured: captures only add up, and what fails afterwards was captured. */
  readonly captured: Amount;
  /** The refund that let go of what was not captured: nothing came back by it. */
  readonly release: string | null;
  readonly returns: readonly AttemptReturn[];
}

interface AttemptReturn {
  readonly fact: RefundFact;
  readonly row: BalanceRow | null;
}

/**
 * An intent has one attempt that succeeds; if ever there are two, both took money. Where no attempt was seen to take any,
 * the intent says what was taken.
 */
function attemptsOf(
  ref: string,
  names: readonly string[],
  told: readonly PaymentFact[],
  facts: readonly ChargeFact[],
): Attempt[] {
  const isRefund = (fact: ChargeFact): fact is RefundFact =>
    fact.kind === "refund" && isPaymentOf(fact.payment, names);
  const refunds = refundsOf(facts.filter(isRefund), facts);
  const taken = told.filter(({ status }) => status === "succeeded");
  const attempts = [...new Set(taken.filter(isAttempt).map((fact) => fact.ref))];
  const refs = attempts.length > 0 ? attempts : [ref];
  return refs.map((own, index) => {
    // What names the payment by another name is the first one's.
    const isOwn = (name: string | null) =>
      name === own || (index === 0 && (name === null || (names.includes(name) && !attempts.includes(name))));
    const statements = attempts.length > 0 ? told.filter((fact) => fact.ref === own) : told;
    const rows = facts.filter(
      (fact): fact is BalanceFact =>
        fact.kind === "balance_row" &&
        isUndoing(fact.row) &&
        [fact.sourceRef, ...(fact.chargeRef === null ? [] : [fact.chargeRef])].some(isOwn),
    );
    return attemptOf(own, statements, {
      refunds: refunds.filter(({ payment }) => isOwn(payment.chargeRef)),
      undoing: rows,
    });
  });
}

const isAttempt = (fact: PaymentFact) => fact.ref === fact.refs.chargeRef;

/** A refund object, by all that was said of it. */
interface Refund {
  readonly ref: string;
  readonly payment: RefundFact["payment"];
  readonly amount: Amount;
  readonly createdAt: Instant;
  readonly heardAt: Instant;
  /** Whether its row says that it lets go of an authorisation. */
  readonly isRelease: boolean;
}

/** The oldest first. */
function refundsOf(told: readonly RefundFact[], facts: readonly ChargeFact[]): Refund[] {
  const refunds = [...Map.groupBy(told, ({ ref }) => ref)].map(([ref, own]) => {
    const { payment, amount } = own.toSorted((a, b) => compareStamps(a.stamp, b.stamp)).at(-1) as RefundFact;
    const rows = rowsAbout(facts, ({ sourceRef }) => sourceRef === ref);
    return {
      ref,
      payment,
      amount,
      createdAt: own.map(({ createdAt, stamp }) => createdAt ?? stamp.occurredAt).reduce(minimum),
      heardAt: own.map(({ stamp }) => saidAt(stamp)).reduce(minimum),
      isRelease: rows.some(({ category }) => category === "release"),
    };
  });
  return refunds.sort((a, b) =>
    a.createdAt === b.createdAt ? (a.ref < b.ref ? -1 : 1) : a.createdAt < b.createdAt ? -1 : 1,
  );
}

/** What went back of one attempt, as objects and rows tell it. */
interface Returned {
  readonly refunds: readonly Refund[];
  /** Rows that undo the payment itself. */
  readonly undoing: readonly BalanceFact[];
}

function attemptOf(ref: string, told: readonly PaymentFact[], { refunds, undoing }: Returned): Attempt {
  const taken = told.filter(({ status }) => status === "succeeded");
  const captured = taken.reduce((most, { amount }) => maximum(most, amount), 0n);
  const authorised = told.reduce((most, fact) => maximum(most, fact.authorised ?? 0n), 0n);
  const letGo = maximum(authorised - captured, 0n);
  const counts = countsOf(taken, { captured, letGo });
  const release = releaseOf(
    refunds,
    letGo,
    taken.filter(({ amount }) => amount === captured),
  );
  const returned = refunds.filter((refund) => refund !== release);
  const untold = untoldRefund(ref, counts, returned);
  const known = sum([...returned.map(({ amount }) => amount), untold?.amount ?? 0n]);
  const left = maximum(captured - known, 0n);
  const failure = taken[0] === undefined ? null : failureOf(ref, { told, taken, left }, undoing);
  return {
    ref,
    captured,
    release: release?.ref ?? null,
    returns: [
      ...(untold === null ? [] : [{ fact: untold, row: null }]),
      ...(failure === null ? [] : [failure]),
    ],
  };
}

/** A minute: what one act is told by may be dated a little apart. */
const grace = fromUnixSeconds(60);

/**
 * The refund that let go of what was not captured: its row says so, or it is of that very amount and was made by the time
 * that the capture was told. Another of the same amount that comes later gives money back.
 */
function releaseOf(
  refunds: readonly Refund[],
  letGo: Amount,
  telling: readonly PaymentFact[],
): Refund | undefined {
  const said = refunds.find(({ isRelease }) => isRelease);
  if (said !== undefined || letGo === 0n) return said;
  const capturedBy = telling.length === 0 ? null : telling.map(({ stamp }) => saidAt(stamp)).reduce(minimum);
  return refunds.find(
    ({ amount, createdAt }) => amount === letGo && (capturedBy === null || createdAt <= capturedBy + grace),
  );
}

/** What a statement counts as given back until then. */
interface Count {
  readonly stamp: Stamp;
  readonly at: Instant;
  readonly returned: Amount;
  readonly currency: string;
}

/** What was let go counts as given back where every statement of the whole capture counts it. */
function countsOf(
  taken: readonly PaymentFact[],
  { captured, letGo }: { readonly captured: Amount; readonly letGo: Amount },
): Count[] {
  const counting = taken.filter(({ amountRefunded }) => amountRefunded !== null);
  const whole = counting.filter(({ amount }) => amount === captured);
  const isCounted = whole.every(({ amountRefunded }) => (amountRefunded ?? 0n) >= letGo);
  const counts = counting.map((fact) => ({
    stamp: fact.stamp,
    at: saidAt(fact.stamp),
    returned: (fact.amountRefunded ?? 0n) - (isCounted && fact.amount === captured ? letGo : 0n),
    currency: fact.currency,
  }));
  return counts.sort((a, b) => (a.at === b.at ? Number(a.returned - b.returned) : a.at < b.at ? -1 : 1));
}

/** Made so much later, refunds explain a count only if they make it exactly. */
const longest = fromUnixSeconds(600);
/** The events of one refund are made within seconds. */
const together = fromUnixSeconds(5);

/**
 * What the latest count exceeds the refunds by that were made until then, whatever became of them: it was given back, and
 * nobody told by what. It counts from the first statement that says so. Refunds that are heard later explain it: then it
 * stays, as nothing.
 */
function untoldRefund(ref: string, counts: readonly Count[], refunds: readonly Refund[]): RefundFact | null {
  const figures = new Set(counts.map(({ returned }) => returned));
  const beyond = (count: Count, known: readonly Refund[]) =>
    maximum(count.returned - explainedOf(count, known, figures), 0n);
  const latest = counts.at(-1);
  if (latest === undefined) return null;
  const amount = beyond(latest, refunds);
  const telling =
    amount > 0n
      ? counts.find((count) => beyond(count, refunds) >= amount)
      : counts.find(
          (count) =>
            beyond(
              count,
              refunds.filter(({ heardAt }) => heardAt <= count.at + together),
            ) > 0n,
        );
  if (telling === undefined) return null;
  return {
    kind: "refund",
    stamp: { eventId: telling.stamp.eventId, occurredAt: telling.at },
    ref: `${ref}:amount_refunded`,
    payment: { intentRef: null, chargeRef: ref },
    status: amount > 0n ? "succeeded" : "canceled",
    currency: telling.currency,
    amount,
    reason: null,
    createdAt: telling.at,
  };
}

function explainedOf({ at }: Count, refunds: readonly Refund[], figures: ReadonlySet<Amount>): Amount {
  let running = 0n;
  let explained = 0n;
  for (const { amount, createdAt } of refunds) {
    running += amount;
    const makesIt = createdAt <= at + longest && figures.has(running);
    if (createdAt <= at + grace || makesIt) explained = running;
  }
  return explained;
}

interface Succeeded {
  readonly told: readonly PaymentFact[];
  readonly taken: readonly PaymentFact[];
  /** What did not go back otherwise. */
  readonly left: Amount;
}

/** A payment that had succeeded and failed after all (a bank debit that came back): what was left of it is undone. */
function failureOf(
  ref: string,
  { told, taken, left }: Succeeded,
  undoing: readonly BalanceFact[],
): AttemptReturn | null {
  const tookBy = new Set(taken.flatMap((fact) => [fact.ref, fact.refs.chargeRef]));
  const failed = told.filter((fact) => fact.status === "failed" && tookBy.has(fact.ref));
  const [first] = (failed.length > 0 ? failed : undoing).map(({ stamp }) => stamp).sort(compareStamps);
  if (first === undefined) return null;
  const row = sumOf(rowsAbout(undoing, () => true));
  const { currency } = taken[0] as PaymentFact;
  const at = row?.createdAt ?? saidAt(first);
  const fact: RefundFact = {
    kind: "refund",
    stamp: { eventId: first.eventId, occurredAt: at },
    ref: `${ref}:payment_failed`,
    payment: { intentRef: null, chargeRef: ref },
    status: "succeeded",
    currency,
    amount: row?.currency === currency ? -row.gross : left,
    reason: "payment_failed",
    createdAt: at,
  };
  return { fact, row };
}

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
