import type { BalanceRow } from "../facts/linked-facts.ts";
import { type Amount, maximum, sum } from "../money.ts";
import type { LinkedParts, Placement } from "../place/placement.ts";
import type { Charge, FeeState, LinkedCharge, Receipt, Settlement } from "./charge.ts";
import type { PaidPart } from "./fold-attempts.ts";
import type { MergedDocument } from "./fold-document.ts";
import { type Taken, takenFor } from "./fold-receipts.ts";
import { withTaxOf } from "./withheld.ts";

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
