import type { Charge } from "../charge/charge.ts";
import type { Finding } from "../charge/finding.ts";
import { direction } from "../charge/movement.ts";
import type { ChargeFact, DocumentFact } from "../facts/facts.ts";
import { type ChargeId, customerKey, type PayoutId, type Source } from "../ids.ts";
import { type Amount, maximum, sum } from "../money.ts";
import type { Instant } from "../time.ts";

/**
 * How one charge changed what a customer owns at the provider, and what the provider says was there before: an invoice
 * states the balance it began with. Amounts are the customer's: credit is positive, debt negative.
 */
export interface BalanceStep {
  readonly chargeId: ChargeId;
  /** By the provider's clock. */
  readonly at: Instant;
  readonly change: Amount;
  /** `null` where nothing is stated: of credit notes, of what was overpaid, and where what is stated cannot be true. */
  readonly ownedBefore: Amount | null;
  /** When the ledger has it: a document's once that settles. `null` while it does not. */
  readonly bookedAt: Instant | null;
}

/** The steps of a charge; none where documents do not state the customer's balance. */
export function balanceSteps(charge: Charge): BalanceStep[] {
  const { linked, status } = charge;
  if (linked === null || charge.customerRef === null) return [];
  const step = (at: Instant, change: Amount, of: Partial<BalanceStep> = {}): BalanceStep => ({
    chargeId: charge.id,
    at,
    change,
    ownedBefore: null,
    bookedAt: charge.saidPaidAt,
    ...of,
  });
  const { startingBalance: starting, endingBalance: ending, overpaidToBalance: overpaid } = linked;
  const { unstatedCredit: unstated } = linked;
  const counts = status !== "draft" && status !== "void" && starting !== null && ending !== null;
  const notes = charge.movements.filter(({ kind, effective }) => effective && kind === "credit");
  return [
    ...(counts
      ? [
          step(charge.billedAt ?? charge.statusChangedAt, starting - ending - unstated, {
            ownedBefore: unstated === 0n ? -starting : null,
          }),
        ]
      : []),
    ...(overpaid === 0n ? [] : [step(charge.paidAt ?? charge.statusChangedAt, overpaid)]),
    ...notes.map((note) => step(note.occurredAt, note.amount, { bookedAt: note.occurredAt })),
  ];
}

/** In the order of their time, whatever the order they became known in. */
export function inOrder(steps: readonly BalanceStep[]): BalanceStep[] {
  return steps.toSorted(
    (a, b) => compare(a.at, b.at) || compare(a.chargeId, b.chargeId) || compare(a.change, b.change),
  );
}

function compare<Value extends bigint | string>(a: Value, b: Value): number {
  return a < b ? -1 : Number(a > b);
}

/**
 * What the customer owned when the books began. The first document since then says what it found, from which what was given in
 * between is taken; before there is one, all that is known from earlier counts.
 */
function ownedAt(steps: readonly BalanceStep[], start: Instant): Amount {
  const earlier = ownedAfter(steps.filter(({ at }) => at < start));
  const since = steps.filter(({ at }) => at >= start);
  const first = firstStated(since, () => earlier);
  if (first === null) return earlier;
  const before = changes(since.filter(({ at }) => at < first.at));
  return ownedBeforeSecond(first, since, () => earlier + before) - before;
}

/**
 * What was owned before the second of a document that says what it found. What else came in that second may have come before it
 * or after: what is known from earlier decides.
 */
function ownedBeforeSecond(document: Stated, steps: readonly BalanceStep[], earlier: () => Amount): Amount {
  const { at, ownedBefore } = document;
  const meanwhile = changes(steps.filter((step) => step.at === at && step !== document));
  return meanwhile !== 0n && ownedBefore - meanwhile === earlier() ? ownedBefore - meanwhile : ownedBefore;
}

/**
 * The same as the ledger needs it, which has a document's part once that settles: what was finalized before the start and had
 * not settled by then draws there later what it drew from the customer's balance already.
 */
export function broughtForward(steps: readonly BalanceStep[], start: Instant): Amount {
  const isDrawnLater = ({ at, bookedAt }: BalanceStep) =>
    at < start && (bookedAt === null || bookedAt >= start);
  return ownedAt(steps, start) - changes(steps.filter(isDrawnLater));
}

/** What a customer owns now, by all that is known since the books began; `null`: they have everything. */
export function ownedNow(steps: readonly BalanceStep[], booksStartAt: Instant | null): Amount {
  if (booksStartAt === null) return changes(steps);
  return ownedAt(steps, booksStartAt) + changes(steps.filter(({ at }) => at >= booksStartAt));
}

/** What steps leave, as far back as the last document that says what it found. */
function ownedAfter(steps: readonly BalanceStep[]): Amount {
  const latest = steps.findLast(isStated);
  if (latest === undefined) return changes(steps);
  const lately = steps.filter(({ at }) => at >= latest.at);
  const earlier = () => ownedAfter(steps.filter(({ at }) => at < latest.at));
  return ownedBeforeSecond(firstStated(lately, earlier) ?? latest, lately, earlier) + changes(lately);
}

type Stated = BalanceStep & { readonly ownedBefore: Amount };
const isStated = (step: BalanceStep): step is Stated => step.ownedBefore !== null;

/**
 * Of documents of one second, the first is the one whose balance no other left behind. Where they lead in a circle (a debt that one makes
 * and the next collects), it is the one that found what was there earlier.
 */
function firstStated(steps: readonly BalanceStep[], earlier: () => Amount): Stated | null {
  const stated = steps.filter(isStated);
  const together = stated.filter(({ at }) => at === stated[0]?.at);
  const follows = (step: Stated) =>
    together.some(
      (other) =>
        other !== step && other.change !== 0n && other.ownedBefore + other.change === step.ownedBefore,
    );
  const first = together.find((step) => !follows(step));
  if (first !== undefined || together.length === 0) return first ?? null;
  const owned = earlier();
  return together.find(({ ownedBefore }) => ownedBefore === owned) ?? together[0] ?? null;
}

const changes = (steps: readonly BalanceStep[]): Amount => sum(steps.map(({ change }) => change));

/**
 * What the latest invoice says was there must be what all earlier steps left: if not, somebody changed the balance, or we
 * have not heard of what did. The provider's clock has whole seconds: steps of that very second may have come before.
 */
export function balanceFinding(
  steps: readonly BalanceStep[],
  currency: string,
  booksStartAt: Instant | null,
): Finding | null {
  const own = booksStartAt === null ? steps : steps.filter(({ at }) => at >= booksStartAt);
  const latest = own.findLast(isStated);
  if (latest === undefined) return null;
  const opening = booksStartAt === null ? 0n : ownedAt(steps, booksStartAt);
  const before = opening + changes(own.filter(({ at }) => at < latest.at));
  const meanwhile = changes(own.filter((step) => step.at === latest.at && step !== latest));
  if ([before, before + meanwhile].includes(latest.ownedBefore)) return null;
  return {
    kind: "customer_credit_differs",
    detail: { provider_says: latest.ownedBefore.toString(), we_say: before.toString(), currency },
  };
}

/**
 * Credit that the provider holds for one customer in one currency, as far as we have seen it given and spent. It is the
 * provider's to keep: no wallet and, at Paddle, no account of ours holds it. More spent than given means that we have not
 * heard of what gave it.
 */
export interface CustomerCredit extends Source {
  readonly id: string;
  readonly customerRef: string;
  readonly currency: string;
  readonly issued: Amount;
  readonly applied: Amount;
  /** Where the provider's documents state the balance: how it came about, in the order of time. */
  readonly steps: readonly BalanceStep[];
  /** The transfer by which books that begin at an instant have what was there then; `null` while there was never any. */
  readonly opening: PayoutId | null;
}

/**
 * By how much one charge changed a customer's credit, as it became known: by our clock what was known of a month when it
 * ended stays as it was, and what is heard of it later counts when it is heard.
 */
export interface CreditMemo extends Credit {
  /** Of the credit. */
  readonly creditId: string;
  readonly chargeId: ChargeId;
  readonly postedAt: Instant;
}

/** What was given and what was spent. */
export type Credit = Pick<CustomerCredit, "issued" | "applied">;

/** The key of a customer's credit in one currency. */
export function customerCreditId(source: Source, customerRef: string, currency: string): string {
  return `${customerKey(source, customerRef)}:${currency}`;
}

/**
 * Which credit a charge takes part in; `null` if it neither gave nor spent any and says nothing of the balance, or its
 * customer is unknown.
 */
export function creditTouchedBy(charge: Charge | null): string | null {
  if (charge === null || charge.customerRef === null) return null;
  const { issued, applied } = creditOf(charge);
  return issued === 0n && applied === 0n && balanceSteps(charge).length === 0
    ? null
    : customerCreditId(charge.key, charge.customerRef, charge.currency);
}

/** The credit that a fact may change; `null` if it gives and spends none. */
export function creditNamedBy(source: Source, fact: ChargeFact): string | null {
  switch (fact.kind) {
    case "document":
      return fact.invoice !== null && fact.customerRef !== null
        ? customerCreditId(source, fact.customerRef, fact.currency)
        : named(source, fact, [fact.creditApplied, fact.creditIssued]);
    case "movement":
      return named(source, fact, [fact.amount]);
    case "credit_note":
      return named(source, fact, [fact.credited ?? fact.total]);
    // Whose an invoice is may become known by its payment: then that customer's credit is at hand, too.
    case "payment":
    case "checkout":
      return fact.customerRef === null || fact.currency === null
        ? null
        : customerCreditId(source, fact.customerRef, fact.currency);
    case "invoice_payment":
    case "refund":
    case "dispute":
    case "balance_row":
    case "warning_row":
      return null;
    default:
      return fact satisfies never;
  }
}

function named(
  source: Source,
  { customerRef, currency }: Pick<DocumentFact, "customerRef" | "currency">,
  amounts: readonly (Amount | null)[],
): string | null {
  const speaks = amounts.some((amount) => amount !== null && amount !== 0n);
  return speaks && customerRef !== null ? customerCreditId(source, customerRef, currency) : null;
}

/** What a charge gave and spent of its customer's credit: a function of the charge alone. */
export function creditOf(charge: Charge): Credit {
  const credits = charge.movements.filter(
    ({ kind, effective, toCustomerBalance }) =>
      effective && toCustomerBalance !== false && (kind === "credit" || kind === "credit_reversal"),
  );
  const counts = charge.status !== "draft" && charge.status !== "void";
  const own = counts ? creditOfDocument(charge) : { issued: 0n, applied: 0n };
  return {
    issued: sum(credits.map((movement) => direction(movement.kind) * movement.amount)) + own.issued,
    applied: own.applied,
  };
}

/** Where a balance may also be debt, credit is only what lies below zero: debt put on it was not given by anything. */
function creditOfDocument({ creditIssued, creditApplied, linked }: Charge): Credit {
  const { startingBalance = null, endingBalance = null } = linked ?? {};
  if (linked === null || startingBalance === null || endingBalance === null)
    return { issued: creditIssued ?? 0n, applied: creditApplied ?? 0n };
  const owned = (balance: Amount) => maximum(-balance, 0n);
  const change = owned(endingBalance) - owned(startingBalance) - linked.unstatedCredit;
  return { issued: maximum(change, 0n) + linked.overpaidToBalance, applied: maximum(-change, 0n) };
}
