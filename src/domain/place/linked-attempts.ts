import { type ChargeFact, compareStamps, type Stamp, saidAt } from "../facts/facts.ts";
import {
  type BalanceFact,
  type BalanceRow,
  isPaymentOf,
  type PaymentFact,
  type RefundFact,
} from "../facts/linked-facts.ts";
import { type Amount, maximum, minimum, sum } from "../money.ts";
import { fromUnixSeconds, type Instant } from "../time.ts";
import { isUndoing, rowsAbout, sumOf } from "./linked-rows.ts";

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

export interface AttemptReturn {
  readonly fact: RefundFact;
  readonly row: BalanceRow | null;
}

/**
 * An intent has one attempt that succeeds; if ever there are two, both took money. Where no attempt was seen to take any,
 * the intent says what was taken.
 */
export function attemptsOf(
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
