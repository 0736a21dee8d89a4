import type { Charge } from "../charge/charge.ts";
import { direction, type Movement } from "../charge/movement.ts";
import type { Amount } from "../money.ts";
import { accounts } from "./accounts.ts";
import { exchange, salesOf, type Template } from "./book-template.ts";
import type { InBooks } from "./books-start.ts";
import type { Balances } from "./journal.ts";
import { type Settled, unstated } from "./settled.ts";

/** The provider sells to the customer, and owes us our part. */
export const merchantOfRecord: Template = {
  document: bookTransaction,
  collected: bookCaptured,
  movement: bookMovement,
  undone: () => {},
  settled: settledOf,
  movementSettled,
  taxBack: ({ tax }) => tax,
};

/** What was captured of a document that settles later, or may never: nothing is ours before it does. */
function bookCaptured(charge: Charge, target: Balances, inBooks: InBooks): void {
  for (const { amount, capturedAt } of charge.captures ?? []) {
    if (!inBooks(capturedAt)) continue;
    target.add(accounts.unsettled(charge.key), charge.currency, amount);
    target.add(accounts.unapplied(charge.id), charge.currency, -amount);
  }
}

/**
 * Paddle is the seller to the customer: tax is never ours, and what we are owed is subtotal − discount − fee whatever
 * credit paid (measured on recorded bodies). Credit applied has no posting: what issued it is booked.
 */
function bookTransaction(charge: Charge, target: Balances): void {
  const { sales, credits } = salesOf(charge);
  const discount = charge.discount ?? 0n;
  target.add(accounts.sales, charge.currency, -sales);
  target.add(accounts.prorationCredits, charge.currency, credits);
  target.add(accounts.discounts, charge.currency, discount);
  const owed = sales - credits - discount;
  const { fee, earnings, settlement } = charge;
  if (fee === null || earnings === null) {
    target.add(accounts.unsettled(charge.key), charge.currency, owed);
  } else if (settlement === null || settlement.currency === charge.currency) {
    settle(charge, target, { currency: charge.currency, owed, fee, earnings });
  } else if (settlement.fee === null || settlement.net === null) {
    target.add(accounts.unsettled(charge.key), charge.currency, owed);
  } else {
    const converted = {
      currency: settlement.currency,
      owed: settlement.beforeFee,
      fee: settlement.fee,
      earnings: settlement.net,
    };
    exchange(
      target,
      { currency: charge.currency, amount: owed },
      { currency: converted.currency, amount: converted.owed },
    );
    settle(charge, target, converted);
  }
}

interface Owed {
  readonly currency: string;
  /** What fee and earnings come out of. */
  readonly owed: Amount;
  readonly fee: Amount;
  readonly earnings: Amount;
}

/** `owed` becomes fee and earnings; what the provider's own figures leave over is shown, not hidden. */
function settle(charge: Charge, target: Balances, { currency, owed, fee, earnings }: Owed): void {
  target.add(accounts.balance(charge.key), currency, earnings);
  target.add(accounts.fees(charge.key), currency, fee);
  target.add(accounts.differences, currency, owed - fee - earnings);
}

function settledOf({ currency, total, tax, fee, earnings, settlement }: Charge): Settled | null {
  const rest = { ...unstated, disputeFee: 0n, exchangeRate: settlement?.exchangeRate ?? null };
  if (settlement !== null && settlement.currency !== currency)
    return { ...settlement, ...rest, tax: settlement.tax };
  if (settlement === null && earnings === null) return null;
  return {
    ...rest,
    currency,
    gross: settlement?.gross ?? total ?? 0n,
    tax: settlement?.tax ?? tax,
    fee,
    net: earnings,
  };
}

/**
 * What goes back lowers its own revenue account; what leaves our balance is that less the fee given back. Reversals mirror.
 * An alert costs its fee only, until a report says whether cash moved.
 */
function bookMovement(charge: Charge, movement: Movement, target: Balances): void {
  const sign = direction(movement.kind);
  bookDisputeFee(charge, movement, target, sign);
  if (movement.warning) return;
  const amount = sign * movement.subtotal;
  target.add(revenueOf(movement), movement.currency, amount);
  const { payout } = movement;
  const converted = payout !== null && payout.currency !== movement.currency ? payout : null;
  const settled = converted ?? movement;
  if (settled.earnings === null) {
    target.add(accounts.unsettled(charge.key), movement.currency, -amount);
    return;
  }
  if (converted !== null) {
    exchange(
      target,
      { currency: movement.currency, amount: -amount },
      { currency: converted.currency, amount: -sign * converted.subtotal },
    );
  }
  target.add(accounts.fees(charge.key), settled.currency, -sign * (settled.subtotal - settled.earnings));
  target.add(accounts.balance(charge.key), settled.currency, -sign * settled.earnings);
}

function bookDisputeFee(charge: Charge, movement: Movement, target: Balances, sign: bigint): void {
  const fee = movement.payout?.disputeFee ?? 0n;
  if (fee === 0n || movement.payout === null) return;
  target.add(accounts.disputeFees(charge.key), movement.payout.currency, sign * fee);
  target.add(accounts.balance(charge.key), movement.payout.currency, -sign * fee);
}

/** An alert is about no more than its fee. */
function movementSettled(_: Charge, movement: Movement): Settled | null {
  const { payout, warning } = movement;
  const sign = direction(movement.kind);
  const isDispute = movement.kind === "dispute" || movement.kind === "dispute_reversal";
  const cost = sign * (payout?.disputeFee ?? 0n);
  const disputeFee = isDispute && payout?.disputeFee == null ? null : cost;
  if (warning) {
    if (payout === null) return null;
    const { currency } = payout;
    return { ...unstated, currency, gross: 0n, tax: 0n, fee: 0n, disputeFee, net: -cost };
  }
  if (payout === null && movement.earnings === null) return null;
  const isConverted = payout !== null && payout.currency !== movement.currency;
  const settled = isConverted ? payout : { ...movement, total: movement.amount };
  const { currency, total, tax, subtotal, earnings } = settled;
  const retained = payout?.retainedFee ?? null;
  return {
    ...unstated,
    currency,
    gross: -sign * total,
    tax: -sign * tax,
    fee: earnings === null ? null : -sign * (subtotal - earnings),
    retainedFee: retained === null ? null : sign * retained,
    disputeFee,
    net: earnings === null ? null : -sign * earnings - cost,
  };
}

function revenueOf(movement: Movement): string {
  switch (movement.kind) {
    case "refund":
    case "refund_reversal":
      return accounts.refunds;
    case "credit":
    case "credit_reversal":
      return accounts.prorationCredits;
    case "dispute":
    case "dispute_reversal":
      return accounts.chargebacks;
    default:
      return movement.kind satisfies never;
  }
}
