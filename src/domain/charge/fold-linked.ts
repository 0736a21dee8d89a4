import type { PaymentAttempt } from "../facts/facts.ts";
import type { BalanceRow } from "../facts/linked-facts.ts";
import { type Amount, maximum, sum } from "../money.ts";
import type { InvoicePayment, LinkedParts, Payment, Placement } from "../place/placement.ts";
import { compareInstants } from "../time.ts";
import type {
  Capture,
  Charge,
  CollectedEvidence,
  FeeState,
  LinkedCharge,
  Receipt,
  Settlement,
} from "./charge.ts";
import type { MergedDocument } from "./fold-document.ts";
import { withTaxOf } from "./withheld.ts";

/** What was taken for a document whose payments are objects of their own, and how that is known. */
interface Taken {
  readonly receipts: readonly Receipt[];
  readonly collected: Amount | null;
  readonly collectedEvidence: CollectedEvidence;
  readonly paidOutside: Amount;
}

/**
 * The first that is known: its paid invoice payments and the payments it was seen to have; that it was paid outside, or by
 * nothing, as the older shape says; that nothing was due; what it says was paid. Of an unseen document, its payments.
 */
function takenFor(document: MergedDocument | null, linked: LinkedParts, currency: string): Taken {
  const payments = linked.payments.filter((payment) => payment.currency === currency);
  const paid = (linked.invoicePayments ?? []).filter((one) => one.paid);
  const receipts = [...paidReceipts(paid, payments), ...seenReceipts(paid, payments)];
  const seen = receipts.length > 0 || paid.length > 0;
  if (!seen && document !== null) return takenByWord(document, payments);
  const collected = sum(receipts.map((receipt) => receipt.amount));
  const recorded = sum(paid.filter((one) => one.paymentRef === null).map((one) => one.amount));
  return {
    receipts,
    collected: seen ? collected : null,
    collectedEvidence: seen ? "payments" : "none",
    paidOutside: recorded > 0n || document === null ? recorded : saidOutside(document, collected),
  };
}

/** By its invoice payments; what one of them settled is the payment's to know. */
function paidReceipts(paid: readonly InvoicePayment[], payments: readonly Payment[]): Receipt[] {
  const own = paid.filter((one) => one.paymentRef !== null);
  const byPayment = Map.groupBy(own, (one) => one.paymentRef as string);
  return [...byPayment].map(([ref, parts]) => {
    const payment = payments.find((one) => goesBy(one, ref));
    const amount = sum(parts.map((one) => one.amount));
    const times = parts.flatMap((one) => one.paidAt ?? []);
    return {
      ...receiptOf(payment, amount),
      paymentRef: ref,
      takenAt: times.length > 0 ? times.reduce(maximum) : (payment?.capturedAt ?? null),
    };
  });
}

/** Payments that took something and that no invoice payment lists: older shapes have none. */
function seenReceipts(paid: readonly InvoicePayment[], payments: readonly Payment[]): Receipt[] {
  const listed = (payment: Payment) =>
    paid.some((one) => one.paymentRef !== null && goesBy(payment, one.paymentRef));
  return payments
    .filter((payment) => (payment.amount ?? 0n) > 0n && !listed(payment))
    .map((payment) => receiptOf(payment, payment.amount as Amount));
}

const goesBy = (payment: Payment, ref: string) => payment.ref === ref || payment.names.includes(ref);

function receiptOf(payment: Payment | undefined, amount: Amount): Receipt {
  return {
    paymentRef: payment?.ref ?? null,
    amount,
    takenAt: payment?.capturedAt ?? null,
    method: payment?.method ?? null,
    row: payment?.row ?? null,
    standsAlone: payment?.standsAlone ?? false,
  };
}

/** Of a document of which no payment was seen. */
function takenByWord(document: MergedDocument, payments: readonly Payment[]): Taken {
  const amountPaid = statedPaid(document);
  const isOutside = document.termNow("saysOutside") === true || document.termNow("payment") === "none";
  if (isOutside) {
    const paidOutside = maximum(saidOutside(document, 0n), amountPaid ?? 0n);
    return { receipts: [], collected: 0n, collectedEvidence: "stated", paidOutside };
  }
  const collected = document.value("grandTotal") === 0n ? 0n : amountPaid;
  const unseen = payments.length === 1 ? payments[0] : undefined;
  return {
    receipts: collected === null || collected === 0n ? [] : [receiptOf(unseen, collected)],
    collected,
    collectedEvidence: collected === null ? "none" : "stated",
    paidOutside: 0n,
  };
}

/** What it counts as paid; what it says was overpaid came on top of all that was asked. */
function statedPaid(document: MergedDocument): Amount | null {
  const overpaid = document.term("overpaid") ?? 0n;
  const amountPaid = document.term("amountPaid");
  if (amountPaid === null || overpaid === 0n) return amountPaid;
  return maximum(amountPaid, (document.value("grandTotal") ?? 0n) + overpaid);
}

/** Of a document that says it was paid outside: all that was asked and not collected. */
function saidOutside(document: MergedDocument, collected: Amount): Amount {
  if (document.termNow("saysOutside") !== true || document.latest.stage !== "paid") return 0n;
  return maximum((document.value("grandTotal") ?? 0n) - collected, 0n);
}

/** What a document whose payments are objects of their own has from them. */
export interface LinkedFigures {
  readonly linked: LinkedCharge;
  readonly paid: PaidPart;
  readonly settled: Pick<Charge, "fee" | "earnings" | "feeState" | "settlement">;
}

export function linkedFigures(
  document: MergedDocument | null,
  parts: LinkedParts,
  { currency, notesTax }: { readonly currency: string; readonly notesTax: Amount },
): LinkedFigures {
  const told = takenFor(document, parts, currency);
  const sold = { currency, tax: (document?.value("tax") ?? 0n) - notesTax };
  const taken = parts.providerSells ? { ...told, receipts: withTaxOf(told.receipts, sold) } : told;
  return {
    linked: {
      payments: parts.payments,
      receipts: taken.receipts,
      disputes: parts.disputes,
      paidOutside: taken.paidOutside,
      overpaidToBalance: document?.term("overpaid") ?? 0n,
      startingBalance: document?.term("startingBalance") ?? null,
      endingBalance: document?.term("endingBalance") ?? null,
      unstatedCredit: document?.term("unstatedCredit") ?? 0n,
      notesTax,
      linesComplete: document?.term("linesComplete") ?? true,
      ...(parts.providerSells && { providerSells: true }),
    },
    paid: paidBy(document, parts, taken),
    settled: settledBy(taken, currency, parts.providerSells === true),
  };
}

/** Who paid, as far as only the payments and notes know. */
export function customerOf({ linked }: Placement): string | null {
  const known = [...(linked?.payments ?? []), ...(linked?.notes ?? [])];
  return known.find(({ customerRef }) => customerRef !== null)?.customerRef ?? null;
}

/** Whether the payments are real money, as far as no document says it. */
export function livemodeOf({ linked }: Placement): boolean | null {
  return linked?.payments.find(({ livemode }) => livemode !== null)?.livemode ?? null;
}

function paidBy(document: MergedDocument | null, parts: LinkedParts, taken: Taken): PaidPart {
  const last = taken.receipts.toSorted(byTime).at(-1);
  const outside = (parts.invoicePayments ?? []).filter((one) => one.paid && one.paymentRef === null);
  const times = [...taken.receipts.map(({ takenAt }) => takenAt), ...outside.map(({ paidAt }) => paidAt)];
  const known = times.filter((at) => at !== null);
  const isPaid = (taken.collected ?? 0n) + taken.paidOutside > 0n;
  return {
    collected: taken.collected,
    collectedEvidence: taken.collectedEvidence,
    paidAt: known.length > 0 ? known.reduce(maximum) : isPaid ? (document?.firstAt("paid") ?? null) : null,
    paymentMethod: last?.method ?? null,
    captures: null,
  };
}

function byTime(a: Receipt, b: Receipt): number {
  const [left, right] = [a.takenAt ?? 0n, b.takenAt ?? 0n];
  return left === right ? 0 : left < right ? -1 : 1;
}

/** Fee and net are known once everything that was taken has its balance row; rows of two currencies have no sum. */
function settledBy(
  { receipts, collected }: Taken,
  currency: string,
  providerSells: boolean,
): LinkedFigures["settled"] {
  const rows = receipts.flatMap(({ row }) => row ?? []);
  const withheld = sum(receipts.map((receipt) => receipt.withheld?.fromFee ?? 0n));
  const isKnown = receipts.length > 0 && rows.length === receipts.length;
  const settlement = isKnown ? settlementOf(rows, providerSells ? withheld : null) : null;
  const isSame = settlement?.currency === currency;
  return {
    fee: isSame ? settlement.fee : null,
    earnings: isSame ? settlement.net : null,
    feeState: feeStateOf(collected, isKnown),
    settlement,
  };
}

function feeStateOf(collected: Amount | null, isKnown: boolean): FeeState {
  if (isKnown) return "known";
  return collected === 0n ? "none" : "pending";
}

/** `withheld`: the tax that the provider keeps; `null` where it keeps none, and tells none apart. */
function settlementOf(rows: readonly BalanceRow[], withheld: Amount | null): Settlement | null {
  const [first] = rows;
  if (first === undefined || rows.some((row) => row.currency !== first.currency)) return null;
  const gross = sum(rows.map((row) => row.gross));
  const isOneRate = rows.every((row) => row.exchangeRate === first.exchangeRate);
  return {
    currency: first.currency,
    gross,
    fee: sum(rows.map((row) => row.fee)) - (withheld ?? 0n),
    tax: withheld,
    net: sum(rows.map((row) => row.net)),
    beforeFee: gross - (withheld ?? 0n),
    exchangeRate: isOneRate ? first.exchangeRate : null,
    payoutRef: null,
  };
}

/** How a document was paid: what the fold of its attempts, or of the payments that are about it, has to say. */
type PaidPart = Pick<Charge, "collected" | "collectedEvidence" | "paidAt" | "paymentMethod" | "captures">;

/** Of a document that lists its payments itself: distinct captured attempts, else its own word for what is left to pay. */
export function paidByAttempts(document: MergedDocument | null): PaidPart {
  const last = lastCaptured(document?.payments ?? []);
  return {
    ...collectedOf(document),
    paidAt: last?.capturedAt ?? null,
    paymentMethod: last?.method ?? null,
    captures: document?.payments == null ? null : capturesOf(document.payments),
  };
}

function collectedOf(document: MergedDocument | null): Pick<PaidPart, "collected" | "collectedEvidence"> {
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

/** An attempt without a time of its own counts with its document. */
function capturesOf(payments: readonly PaymentAttempt[]): Capture[] {
  const dated = captured(payments).flatMap(({ amount, capturedAt }) =>
    capturedAt === null ? [] : [{ amount, capturedAt }],
  );
  return dated.sort((a, b) => compareInstants(a.capturedAt, b.capturedAt));
}

function lastCaptured(payments: readonly PaymentAttempt[]): PaymentAttempt | undefined {
  const order = (payment: PaymentAttempt) => payment.capturedAt ?? 0n;
  return captured(payments).reduce<PaymentAttempt | undefined>(
    (last, payment) => (last === undefined || order(payment) > order(last) ? payment : last),
    undefined,
  );
}
