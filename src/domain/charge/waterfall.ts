import { type Amount, maximum } from "../money.ts";
import type { Charge, LinkedCharge } from "./charge.ts";

/** What stands between what was sold and what was taken for it. */
export const waterfallParts = [
  "subtotal",
  "discount",
  "tax",
  "credit_spent",
  "carried_over",
  "credit_notes_applied",
  "credit_issued",
  "debt_brought_forward",
  "reduced_before_settlement",
  "paid_outside",
  "outstanding",
  "overpaid",
] as const;
export type WaterfallPart = (typeof waterfallParts)[number];

export const waterfallSums = ["total", "grand_total", "collected"] as const;
export type WaterfallSum = (typeof waterfallSums)[number];

export interface WaterfallItem<Name extends string> {
  readonly name: Name;
  /** As it changes the sum: what is taken off is negative. `null`: not stated yet. */
  readonly amount: Amount | null;
}

/** A sum, and what makes it of the sum before. */
export interface WaterfallStage<Name extends string, PartName extends string> {
  readonly name: Name;
  readonly parts: readonly WaterfallItem<PartName>[];
  readonly stated: Amount | null;
  /** What is stated less what the parts come to: 0 where they add up, `null` where that cannot be told. */
  readonly gap: Amount | null;
  /** The parts that are not stated yet. */
  readonly unstated: readonly PartName[];
}

/** What a provider owed a customer, or was owed, before and after a document: debt is above zero. */
type Balances = Pick<LinkedCharge, "startingBalance" | "endingBalance">;

type Figures = Pick<
  Charge,
  | "subtotal"
  | "discount"
  | "tax"
  | "total"
  | "creditApplied"
  | "creditNotesApplied"
  | "creditIssued"
  | "debtBroughtForward"
  | "grandTotal"
  | "collected"
  | "outstanding"
  | "overpaid"
> & {
  readonly linked: Balances | null;
  readonly paidOutside: Amount | null;
  readonly reducedBeforeSettlement: Amount | null;
};

export type ChargeFigures = Figures;

/**
 * How a document comes from what was sold to what was collected. Each sum is held against its parts as they are stated: none is
 * computed so that it fits.
 */
export function waterfallOf(figures: Figures): WaterfallStage<WaterfallSum, WaterfallPart>[] {
  const { total, grandTotal, collected } = figures;
  return [
    stage("total", total, 0n, [
      part("subtotal", figures.subtotal),
      part("discount", figures.discount, -1n),
      part("tax", figures.tax),
    ]),
    stage("grand_total", grandTotal, total, [
      part("credit_spent", creditSpent(figures), -1n),
      part("carried_over", carriedOver(figures), -1n),
      part("credit_notes_applied", figures.creditNotesApplied, -1n),
      part("credit_issued", figures.creditIssued),
      part("debt_brought_forward", figures.debtBroughtForward),
    ]),
    stage("collected", collected, grandTotal, [
      part("reduced_before_settlement", figures.reducedBeforeSettlement, -1n),
      part("paid_outside", figures.paidOutside, -1n),
      part("outstanding", figures.outstanding, -1n),
      part("overpaid", figures.overpaid),
    ]),
  ];
}

/**
 * What was too small to be collected, and is asked for with the next document: the customer owes more after this one than
 * before. In what documents apply from a customer's balance it stands beside credit.
 */
export function carriedOver({ linked }: { readonly linked: Balances | null }): Amount {
  const { startingBalance, endingBalance } = linked ?? {};
  if (startingBalance == null || endingBalance == null) return 0n;
  return maximum(endingBalance - maximum(startingBalance, 0n), 0n);
}

/** What a customer had at the provider, and spent on a document. */
export function creditSpent(
  charge: Pick<Charge, "creditApplied"> & { readonly linked: Balances | null },
): Amount | null {
  return charge.creditApplied === null ? null : charge.creditApplied - carriedOver(charge);
}

export const settledParts = ["gross", "tax", "fee", "dispute_fee"] as const;
export type SettledPart = (typeof settledParts)[number];

/** What the provider settles: what it took less what it keeps. A part that there is none of is `null`, and counts as none. */
export function settledStage(settled: {
  readonly gross: Amount;
  readonly tax: Amount | null;
  readonly fee: Amount | null;
  readonly disputeFee: Amount | null;
  readonly net: Amount | null;
}): WaterfallStage<"net", SettledPart> {
  const kept = [
    part("tax", settled.tax, -1n),
    part("fee", settled.fee, -1n),
    part("dispute_fee", settled.disputeFee, -1n),
  ].filter(({ amount }) => amount !== null);
  return stage("net", settled.net, 0n, [part("gross", settled.gross), ...kept]);
}

function part<Name extends string>(
  name: Name,
  amount: Amount | null,
  sign: 1n | -1n = 1n,
): WaterfallItem<Name> {
  return { name, amount: amount === null ? null : sign * amount };
}

function stage<Name extends string, PartName extends string>(
  name: Name,
  stated: Amount | null,
  before: Amount | null,
  parts: readonly WaterfallItem<PartName>[],
): WaterfallStage<Name, PartName> {
  let made = before;
  for (const { amount } of parts) made = made === null || amount === null ? null : made + amount;
  return {
    name,
    parts,
    stated,
    gap: made === null || stated === null ? null : stated - made,
    unstated: parts.filter(({ amount }) => amount === null).map((one) => one.name),
  };
}

/** Kinds of discrepancies that say why the parts of a sum do not come to it. */
export const gapKinds: Readonly<Record<WaterfallSum | "net", readonly string[]>> = {
  total: [],
  grand_total: ["grand_total_differs", "credit_not_stated"],
  collected: [
    "collected_differs",
    "balance_differs",
    "captured_differs",
    "payment_currency_differs",
    "movement_currency_differs",
    "paid_after_void",
  ],
  net: ["earnings_differ", "payout_earnings_differ", "row_differs", "fee_differs", "net_differs"],
};
