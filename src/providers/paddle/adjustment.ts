import { z } from "zod";
import type {
  MovementFact,
  MovementKind,
  MovementLine,
  MovementPayoutTotals,
  MovementStatus,
  Stamp,
} from "../../domain/facts/facts.ts";
import { sum } from "../../domain/money.ts";
import {
  freeText,
  isRecord,
  type Parked,
  parked,
  parkedBy,
  reference,
  unlessMalformed,
} from "../kit/fields.ts";
import { amount, currency, time, unsignedAmount } from "./fields.ts";

/** Paddle's word for a movement; it may never reach the rest of the code. */
const actions: ReadonlyMap<unknown, { readonly movement: MovementKind; readonly warning: boolean }> = new Map(
  [
    ["refund", { movement: "refund", warning: false }],
    ["credit", { movement: "credit", warning: false }],
    ["credit_reverse", { movement: "credit_reversal", warning: false }],
    ["chargeback", { movement: "dispute", warning: false }],
    ["chargeback_reverse", { movement: "dispute_reversal", warning: false }],
    ["chargeback_warning", { movement: "dispute", warning: true }],
    ["chargeback_warning_reverse", { movement: "dispute_reversal", warning: true }],
  ],
);

const statuses: ReadonlyMap<unknown, MovementStatus> = new Map([
  ["pending_approval", "pending"],
  ["approved", "approved"],
  ["rejected", "rejected"],
  ["reversed", "reversed"],
]);

/** All positive, in the direction of the movement; only earnings can be negative, when tax alone goes back. */
const totals = z.object({
  subtotal: unsignedAmount,
  tax: unsignedAmount,
  total: unsignedAmount,
  fee: amount.nullish(),
  /** The part of the fee that Paddle keeps. Source: Paddle's changelog, 2025-09-22. */
  retained_fee: amount.nullish(),
  earnings: amount.nullish(),
  currency_code: currency,
});

const payoutTotals = totals.extend({
  chargeback_fee: z
    .object({
      amount: unsignedAmount,
      original: z.object({ amount: unsignedAmount, currency_code: currency }).nullish(),
    })
    .nullish(),
});

const item = z.object({
  item_id: reference,
  amount: unsignedAmount.nullish(),
  totals: z.object({ tax: unsignedAmount, total: unsignedAmount }),
});

const adjustment = z.object({
  id: reference,
  transaction_id: reference,
  customer_id: reference.nullish(),
  reason: unlessMalformed(freeText),
  credit_applied_to_balance: z.boolean().nullish(),
  currency_code: currency,
  items: z.array(item),
  totals,
  payout_totals: payoutTotals.nullish(),
  created_at: time.nullish(),
});
type Adjustment = z.output<typeof adjustment>;
type Action = NonNullable<ReturnType<typeof actions.get>>;

/** What one event says about money or credit that goes the other way on a transaction. */
export function readAdjustment(data: unknown, stamp: Stamp): MovementFact | Parked {
  const action = actions.get(isRecord(data) ? data.action : undefined);
  if (action === undefined) return parked("unknown_action", "data.action");
  const status = statuses.get(isRecord(data) ? data.status : undefined);
  if (status === undefined) return parked("unknown_status", "data.status");
  const parsed = adjustment.safeParse(data);
  if (!parsed.success) return parkedBy(parsed.error);
  return brokenIdentity(parsed.data, action) ?? movementFact(parsed.data, action, status, stamp);
}

function movementFact(
  sent: Adjustment,
  { movement, warning }: Action,
  status: MovementStatus,
  stamp: Stamp,
): MovementFact {
  const isCredit = movement === "credit" || movement === "credit_reversal";
  return {
    kind: "movement",
    stamp,
    ref: sent.id,
    chargeRef: sent.transaction_id,
    movement,
    status,
    warning,
    toCustomerBalance: isCredit ? (sent.credit_applied_to_balance ?? null) : null,
    currency: sent.currency_code,
    amount: sent.totals.total,
    subtotal: sent.totals.subtotal,
    tax: sent.totals.tax,
    fee: sent.totals.fee ?? null,
    earnings: sent.totals.earnings ?? null,
    payout: payoutOf(sent.payout_totals),
    lines: sent.items.map(movementLine),
    customerRef: sent.customer_id ?? null,
    reason: sent.reason ?? null,
    createdAt: sent.created_at ?? null,
    linked: null,
  };
}

function movementLine(sent: z.output<typeof item>): MovementLine {
  return { lineRef: sent.item_id, amount: sent.amount ?? sent.totals.total, tax: sent.totals.tax };
}

function payoutOf(sent: Adjustment["payout_totals"]): MovementPayoutTotals | null {
  if (sent == null) return null;
  const { subtotal, tax, total, chargeback_fee: disputeFee } = sent;
  const original = disputeFee?.original;
  return {
    currency: sent.currency_code,
    subtotal,
    tax,
    total,
    fee: sent.fee ?? null,
    earnings: sent.earnings ?? null,
    retainedFee: sent.retained_fee ?? null,
    disputeFee: disputeFee?.amount ?? null,
    disputeFeeOriginal:
      original == null ? null : { amount: original.amount, currency: original.currency_code },
  };
}

/**
 * What every adjustment must agree with itself about. Measured on 10 recorded or official bodies: subtotal + tax = total
 * and the items' sum held on all. What an alert's totals mean is not known, so their fee is not looked at.
 */
function brokenIdentity(sent: Adjustment, { warning }: Action): Parked | null {
  if (sent.totals.currency_code !== sent.currency_code) {
    return parked(
      "currency_mismatch",
      "data.totals.currency_code: is another currency than data.currency_code.",
    );
  }
  const { subtotal, tax, total } = sent.totals;
  if (subtotal + tax !== total)
    return parked("adjustment_total", "data.totals: subtotal + tax is not total.");
  if (sent.items.length > 0 && sum(sent.items.map((line) => movementLine(line).amount)) !== total) {
    return parked("adjustment_items", "data.items: their amounts do not sum to data.totals.total.");
  }
  return warning ? null : brokenFee(sent);
}

/** The fee that comes back is `subtotal − earnings`: all of `fee`, or what of it Paddle does not keep. */
function brokenFee({
  totals: { subtotal, fee, earnings, retained_fee: retained },
}: Adjustment): Parked | null {
  if (fee == null || earnings == null) return null;
  const givenBack = subtotal - earnings;
  if (givenBack === fee || givenBack === fee - (retained ?? 0n)) return null;
  return parked("fee_identity", "data.totals: subtotal − earnings is neither fee nor fee − retained_fee.");
}
