import type { Charge, ChargeStatus, CollectedEvidence, Reversal, Settlement } from "./charge.ts";
import type { PaymentAttempt, Stage } from "./facts.ts";
import { type MergedDocument, mergeDocuments } from "./fold-document.ts";
import { foldMovements } from "./fold-movements.ts";
import { chargeId, type ObjectKey, type ProviderName } from "./ids.ts";
import { type Amount, maximum, sum } from "./money.ts";
import { direction, type Movement } from "./movement.ts";
import type { Placement } from "./placement.ts";
import type { Instant } from "./time.ts";

/**
 * A charge is a function of the set of its facts: any order and any repetition of the same events gives the same charge.
 * At least one fact is needed; without a document among them the charge is `unseen`.
 */
export function fold(key: ObjectKey, placed: Placement): Charge {
  const id = chargeId(key);
  const movements = foldMovements(key, id, placed.movements);
  const document = mergeDocuments(placed.documents);
  const currency = document?.latest.currency ?? firstMovement(movements).currency;
  // Amounts of two currencies have no sum; that there are two is a finding.
  const money = moneyOf(
    document,
    movements.filter((movement) => movement.currency === currency),
  );
  return {
    id,
    key,
    kind: document?.latest.document ?? "unseen",
    stage: document?.latest.stage ?? null,
    status: document === null ? "unseen" : statusOf(document.latest.stage),
    reversal: reversalOf(key.provider, money),
    currency,
    ...money,
    feeState: feeStateOf(document),
    settlement: document === null ? null : settlementOf(document),
    customerRef:
      document?.value("customerRef") ??
      movements.find((movement) => movement.customerRef !== null)?.customerRef ??
      null,
    ...wordsOf(document),
    ...timesOf(document, movements),
    paymentMethod: document === null ? null : (lastCaptured(document.payments)?.method ?? null),
    metadata: document?.value("metadata") ?? {},
    lines: document?.value("lines") ?? [],
    movements,
    linked: null,
  };
}

/** The amounts that the document states, and those that its payments and movements add up to. */
function moneyOf(document: MergedDocument | null, movements: readonly Movement[]) {
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
      | "grandTotal"
      | "fee"
      | "earnings",
  ) => document?.value(name) ?? null;
  const grandTotal = stated("grandTotal");
  const { collected, collectedEvidence } = collectedOf(document);
  const isVoid = document?.latest.stage === "void";
  const asked = grandTotal === null ? null : isVoid ? 0n : grandTotal - loweredBy(movements);
  const known = asked !== null && collected !== null;
  return {
    subtotal: stated("subtotal"),
    discount: stated("discount"),
    tax: stated("tax"),
    total: stated("total"),
    creditApplied: stated("creditApplied"),
    creditNotesApplied: stated("creditNotesApplied"),
    creditIssued: stated("creditIssued"),
    debtBroughtForward: stated("debtBroughtForward"),
    grandTotal,
    collected,
    collectedEvidence,
    outstanding: known ? maximum(asked - collected, 0n) : null,
    overpaid: known ? maximum(collected - asked, 0n) : null,
    statedBalance: document?.value("balance") ?? null,
    refunded: netOf(movements, ["refund", "refund_reversal"]),
    disputed: netOf(movements, ["dispute", "dispute_reversal"]),
    fee: stated("fee"),
    earnings: stated("earnings"),
  };
}

function wordsOf(document: MergedDocument | null) {
  return {
    subscriptionRef: document?.value("subscriptionRef") ?? null,
    invoiceNumber: document?.value("invoiceNumber") ?? null,
    origin: document?.value("origin") ?? null,
    collectionMode: document?.value("collectionMode") ?? null,
    billingPeriod: document?.value("billingPeriod") ?? null,
    livemode: document?.value("livemode") ?? null,
  };
}

function timesOf(document: MergedDocument | null, movements: readonly Movement[]) {
  return {
    createdAt: document?.value("createdAt") ?? null,
    billedAt: document?.value("billedAt") ?? null,
    paidAt: document === null ? null : (lastCaptured(document.payments)?.capturedAt ?? null),
    saidPaidAt: document?.firstAt("paid", "completed") ?? null,
    saidCompletedAt: document?.firstAt("completed") ?? null,
    statusChangedAt: document?.statusChangedAt ?? latest(movements.map((movement) => movement.occurredAt)),
  };
}

/** Cash taken: distinct captured attempts where the document lists them, else its own word for what is left to pay. */
function collectedOf(document: MergedDocument | null): {
  collected: Amount | null;
  collectedEvidence: CollectedEvidence;
} {
  if (document === null) return { collected: null, collectedEvidence: "none" };
  if (document.payments !== null) {
    return {
      collected: sum(captured(document.payments).map((payment) => payment.amount)),
      collectedEvidence: "payments",
    };
  }
  const grandTotal = document.value("grandTotal");
  const balance = document.value("balance");
  if (grandTotal === null || balance === null) return { collected: null, collectedEvidence: "none" };
  return { collected: grandTotal - balance, collectedEvidence: "stated" };
}

const captured = (payments: readonly PaymentAttempt[]) => payments.filter((payment) => payment.captured);

function lastCaptured(payments: readonly PaymentAttempt[] | null): PaymentAttempt | undefined {
  const order = (payment: PaymentAttempt) => payment.capturedAt ?? 0n;
  return captured(payments ?? []).reduce<PaymentAttempt | undefined>(
    (last, payment) => (last === undefined || order(payment) > order(last) ? payment : last),
    undefined,
  );
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

function reversalOf(
  provider: ProviderName,
  money: { disputed: Amount; refunded: Amount; collected: Amount | null },
): Reversal {
  // Paddle has no open cases: it takes a chargeback's money at once, and gives it back by a reversal.
  if (money.disputed > 0n) return provider === "paddle" ? "charged_back" : "disputed";
  if (money.refunded === 0n) return "none";
  const { collected } = money;
  return collected !== null && collected > 0n && money.refunded >= collected
    ? "refunded"
    : "partially_refunded";
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

function firstMovement(movements: readonly Movement[]): Movement {
  const [first] = movements;
  if (first === undefined) throw new Error("A charge cannot be folded from no facts.");
  return first;
}

const latest = (instants: readonly Instant[]): Instant =>
  instants.reduce((last, instant) => (instant > last ? instant : last), 0n);
