import type { Stage } from "../facts/facts.ts";
import type { CreditNoteFact } from "../facts/linked-facts.ts";
import { chargeId, type ObjectKey } from "../ids.ts";
import { type Amount, clamp, floorDivide, maximum, minimum, sum } from "../money.ts";
import type { Dispute, Placement } from "../place/placement.ts";
import { shareOut } from "../policy/shares.ts";
import type { Charge, ChargeStatus, Reversal, Settlement } from "./charge.ts";
import { type MergedDocument, mergeDocuments } from "./fold-document.ts";
import { customerOf, type LinkedFigures, linkedFigures, livemodeOf, paidByAttempts } from "./fold-linked.ts";
import { foldMovements, type UntaxedMovement } from "./fold-movements.ts";
import { direction, type Movement } from "./movement.ts";

/** Movements with the tax in them, and the tax in the notes that lowered the document before it was paid. */
interface Taxed {
  readonly movements: readonly Movement[];
  readonly notesTax: Amount;
}

/**
 * A movement that does not state its tax has its part of the document's. What went back is cut from the running total
 * of it, rounded down: at every moment tax × returned ÷ total is back, and all of it once the whole total is. What is
 * stated comes first, the rest in the order of its time. A dispute is not a return of the sale, so those run by themselves.
 *
 * A part holds no more tax than money. What makes the whole drains it, whatever its amount: more tax than its amount where
 * untaxed credit left the total below its tax (its subtotal is then negative), less than none where notes stated too much.
 */
function withTax(
  movements: readonly UntaxedMovement[],
  document: MergedDocument | null,
  notes: readonly CreditNoteFact[],
): Taxed {
  const whole = { total: document?.value("total") ?? 0n, tax: document?.value("tax") ?? 0n };
  const isOwn = ({ currency, effective }: UntaxedMovement) =>
    effective && currency === document?.latest.currency;
  const returns = movements.filter((one) => isOwn(one) && !isDispute(one));
  const sale = new RunningTax(whole);
  const notesTax = takeNotes(sale, notes, document?.value("creditNotesApplied") ?? 0n, returns);
  const taxes = new Map([
    ...taxesInOrder(sale, returns),
    ...taxesInOrder(
      new RunningTax(whole),
      movements.filter((one) => isOwn(one) && isDispute(one)),
    ),
  ]);
  const taxOf = (one: UntaxedMovement) => taxes.get(one.ref) ?? new RunningTax(whole).add(one.amount);
  return {
    movements: movements.map((one) => {
      const tax = one.tax ?? (one.currency === document?.latest.currency ? taxOf(one) : 0n);
      return { ...one, tax, subtotal: one.subtotal ?? one.amount - tax };
    }),
    notesTax,
  };
}

const isDispute = ({ kind }: UntaxedMovement) => kind === "dispute" || kind === "dispute_reversal";

/** What is stated counts before anything that is cut from the running total. */
function takeNotes(
  sale: RunningTax,
  notes: readonly CreditNoteFact[],
  applied: Amount,
  returns: readonly UntaxedMovement[],
): Amount {
  for (const { kind, amount, tax } of returns) if (tax !== null) sale.state(direction(kind), amount, tax);
  const stated = notes.filter(({ tax, beforePayment }) => tax !== null && (beforePayment ?? 0n) > 0n);
  const statedTax = sum(stated.map(beforePaymentTax));
  const statedAmount = sum(stated.map(({ beforePayment }) => beforePayment ?? 0n));
  sale.state(1n, statedAmount, statedTax);
  return statedTax + sale.add(maximum(applied - statedAmount, 0n));
}

function beforePaymentTax({ tax, total, beforePayment }: CreditNoteFact): Amount {
  const before = beforePayment ?? 0n;
  if (before >= total) return tax ?? 0n;
  return shareOut(tax ?? 0n, [before, total - before], total)[0] as Amount;
}

function taxesInOrder(running: RunningTax, movements: readonly UntaxedMovement[]): [string, Amount][] {
  const unstated = movements.filter(({ tax }) => tax === null);
  return unstated.toSorted(byTime).map((one) => {
    const sign = direction(one.kind);
    return [one.ref, sign * running.add(sign * one.amount)];
  });
}

function byTime(a: UntaxedMovement, b: UntaxedMovement): number {
  if (a.occurredAt !== b.occurredAt) return a.occurredAt < b.occurredAt ? -1 : 1;
  return a.ref < b.ref ? -1 : 1;
}

/** How much of a document's total went back so far, and how much of its tax with it. */
class RunningTax {
  readonly #total: Amount;
  readonly #tax: Amount;
  #returned = 0n;
  #taxBack = 0n;

  constructor({ total, tax }: { readonly total: Amount; readonly tax: Amount }) {
    this.#total = total;
    this.#tax = tax;
  }

  /** Counts what states its own tax. */
  state(sign: bigint, amount: Amount, tax: Amount): void {
    this.#returned += sign * amount;
    this.#taxBack += sign * tax;
  }

  /** Counts an amount, negative where it came back, and gives the tax in it. */
  add(amount: Amount): Amount {
    if (amount === 0n || this.#total <= 0n) return 0n;
    this.#returned += amount;
    const tax = this.#nextTax(amount);
    this.#taxBack += tax;
    return tax;
  }

  #nextTax(amount: Amount): Amount {
    if (this.#returned <= 0n) return -this.#taxBack;
    if (this.#returned >= this.#total) return this.#tax - this.#taxBack;
    const due = floorDivide(this.#tax * this.#returned, this.#total);
    return clamp(due - this.#taxBack, minimum(amount, 0n), maximum(amount, 0n));
  }
}

/**
 * A charge is a function of the set of its facts: any order and any repetition of the same events gives the same charge.
 * Without a document among them the charge is `unseen`.
 */
export function fold(key: ObjectKey, placed: Placement): Charge {
  const id = chargeId(key);
  const document = mergeDocuments(placed.documents);
  const currency = document?.latest.currency ?? placed.currency;
  const untaxed = foldMovements(key, id, placed.movements);
  const { movements: taxed, notesTax } = withTax(untaxed, document, placed.linked?.notes ?? []);
  const movements = placed.linked?.providerSells ? taxed.map(soldByProvider) : taxed;
  const figures =
    placed.linked === null
      ? directFigures(document)
      : linkedFigures(document, placed.linked, { currency, notesTax });
  // Amounts of two currencies have no sum; that there are two is a finding.
  const own = movements.filter((movement) => movement.currency === currency);
  const returned = returnedBy(own);
  const { collected } = figures.paid;
  return {
    id,
    key,
    kind: document?.latest.document ?? "unseen",
    stage: document?.latest.stage ?? null,
    status: document === null ? "unseen" : statusOf(document.latest.stage),
    reversal: reversalOf({ ...returned, collected }, placed.linked?.disputes ?? null),
    currency,
    ...statedBy(document),
    ...figures.paid,
    ...dueBy(document, figures, own),
    ...returned,
    ...figures.settled,
    customerRef: document?.value("customerRef") ?? customerNamedBy(movements) ?? customerOf(placed),
    ...wordsOf(document),
    livemode: document?.value("livemode") ?? livemodeOf(placed),
    ...timesOf(document, placed),
    metadata: document?.value("metadata") ?? {},
    lines: document?.value("lines") ?? [],
    movements,
    linked: figures.linked,
  };
}

const soldByProvider = (movement: Movement): Movement =>
  movement.linked === null ? movement : { ...movement, linked: { ...movement.linked, providerSells: true } };

type Figures = Omit<LinkedFigures, "linked"> & Pick<Charge, "linked">;

/** Of a document that states its payments, its fee and what it settles itself. */
function directFigures(document: MergedDocument | null): Figures {
  return {
    linked: null,
    paid: paidByAttempts(document),
    settled: {
      fee: document?.value("fee") ?? null,
      earnings: document?.value("earnings") ?? null,
      feeState: feeStateOf(document),
      settlement: document === null ? null : settlementOf(document),
    },
  };
}

function statedBy(document: MergedDocument | null) {
  const stated = (
    name:
      | "subtotal"
      | "discount"
      | "tax"
      | "total"
      | "creditApplied"
      | "creditNotesApplied"
      | "creditIssued"
      | "debtBroughtForward"
      | "grandTotal",
  ) => document?.value(name) ?? null;
  return {
    subtotal: stated("subtotal"),
    discount: stated("discount"),
    tax: stated("tax"),
    total: stated("total"),
    creditApplied: stated("creditApplied"),
    creditNotesApplied: stated("creditNotesApplied"),
    creditIssued: stated("creditIssued"),
    debtBroughtForward: stated("debtBroughtForward"),
    grandTotal: stated("grandTotal"),
    statedBalance: document?.value("balance") ?? null,
  };
}

/** What is still to be paid, and what was paid beyond that; a document that was called off asks for nothing. */
function dueBy(document: MergedDocument | null, { paid, linked }: Figures, movements: readonly Movement[]) {
  const grandTotal = document?.value("grandTotal") ?? null;
  if (grandTotal === null || paid.collected === null) return { outstanding: null, overpaid: null };
  const asked = grandTotal - reducedBy(document?.latest.stage ?? null, grandTotal, movements);
  const all = paid.collected + (linked?.paidOutside ?? 0n);
  return { outstanding: maximum(asked - all, 0n), overpaid: maximum(all - asked, 0n) };
}

function returnedBy(movements: readonly Movement[]) {
  return {
    refunded: netOf(movements, ["refund", "refund_reversal"]),
    disputed: netOf(movements, ["dispute", "dispute_reversal"]),
  };
}

function wordsOf(document: MergedDocument | null) {
  return {
    subscriptionRef: document?.value("subscriptionRef") ?? null,
    invoiceNumber: document?.value("invoiceNumber") ?? null,
    origin: document?.value("origin") ?? null,
    collectionMode: document?.value("collectionMode") ?? null,
    billingPeriod: document?.value("billingPeriod") ?? null,
  };
}

function timesOf(document: MergedDocument | null, { lastSaidAt }: Placement) {
  return {
    createdAt: document?.value("createdAt") ?? null,
    billedAt: document?.value("billedAt") ?? null,
    saidPaidAt: document?.firstAt("paid", "completed") ?? null,
    saidCompletedAt: document?.firstAt("completed") ?? null,
    statusChangedAt: document?.statusChangedAt ?? lastSaidAt,
  };
}

function customerNamedBy(movements: readonly Movement[]): string | null {
  return movements.find((movement) => movement.customerRef !== null)?.customerRef ?? null;
}

/** What a document asks for less than its grand total: notes lowered it before it was paid, or it was called off. */
export function reducedBeforeSettlement({ stage, grandTotal, currency, movements }: Charge): Amount | null {
  const own = movements.filter((movement) => movement.currency === currency);
  return grandTotal === null ? null : reducedBy(stage, grandTotal, own);
}

function reducedBy(stage: Stage | null, grandTotal: Amount, movements: readonly Movement[]): Amount {
  return stage === "void" ? grandTotal : loweredBy(movements);
}

/** Credits that lower what is still due on this very document, instead of going to the customer's credit balance. */
function loweredBy(movements: readonly Movement[]): Amount {
  const lowering = movements.filter((movement) => movement.toCustomerBalance === false);
  return netOf(lowering, ["credit", "credit_reversal"]);
}

/** What went one way less what came back, of effective movements; a reversal that came first counts as nothing yet. */
function netOf(movements: readonly Movement[], kinds: readonly Movement["kind"][]): Amount {
  const counted = movements.filter(
    (movement) => movement.effective && !movement.warning && kinds.includes(movement.kind),
  );
  return maximum(sum(counted.map((movement) => direction(movement.kind) * movement.amount)), 0n);
}

/** Where no disputes are told apart from their money there are no open cases: what was taken is gone until it comes back. */
function reversalOf(
  { disputed, refunded, collected }: Pick<Charge, "disputed" | "refunded" | "collected">,
  disputes: readonly Dispute[] | null,
): Reversal {
  const isLost = disputes === null ? disputed > 0n : disputes.some(({ state }) => state === "lost");
  if (isLost) return "charged_back";
  if (disputed > 0n || disputes?.some(({ state }) => state === "open")) return "disputed";
  if (refunded === 0n) return "none";
  return collected !== null && collected > 0n && refunded >= collected ? "refunded" : "partially_refunded";
}

function feeStateOf(document: MergedDocument | null): Charge["feeState"] {
  if (document === null || document.latest.stage === "void") return "none";
  return document.value("fee") === null ? "pending" : "known";
}

function settlementOf(document: MergedDocument): Settlement | null {
  const payout = document.value("payout");
  if (payout === null) return null;
  return {
    currency: payout.currency,
    gross: payout.total,
    fee: payout.fee,
    tax: payout.tax,
    net: payout.earnings,
    beforeFee: payout.subtotal - payout.discount,
    exchangeRate: payout.exchangeRate,
    payoutRef: null,
  };
}

function statusOf(stage: Stage): ChargeStatus {
  switch (stage) {
    case "draft":
    case "ready":
      return "draft";
    case "paid":
    case "completed":
      return "paid";
    case "open":
    case "past_due":
    case "uncollectible":
    case "void":
      return stage;
    default:
      return stage satisfies never;
  }
}
