import { accounts } from "./accounts.ts";
import type { Charge } from "./charge.ts";
import type { ProviderName } from "./ids.ts";
import { Balances } from "./journal.ts";
import { type Amount, maximum, sum } from "./money.ts";
import { direction, type Movement } from "./movement.ts";
import type { Instant } from "./time.ts";

/** What decides which parts of a charge are booked at all. */
export interface BookOptions {
  readonly settledAt: Instant | null;
  /** What happened before this is in the opening entry. */
  readonly booksStartAt: Instant | null;
}

/** What the ledger should say of the provider's side of this charge: a sum per account, balanced per currency. */
export function book(charge: Charge, options: BookOptions): Balances {
  const target = new Balances();
  const inBooks = (instant: Instant) => options.booksStartAt === null || instant >= options.booksStartAt;
  if (options.settledAt !== null && inBooks(options.settledAt))
    bookDocument[charge.key.provider](charge, target);
  for (const movement of charge.movements) {
    // A credit that lowers an unpaid document belongs to that document, and is booked with it.
    const counts = movement.toCustomerBalance === false ? options.settledAt : movement.occurredAt;
    if (movement.effective && counts !== null && inBooks(counts)) bookMovement(charge, movement, target);
  }
  return target;
}

const bookDocument: Record<ProviderName, (charge: Charge, target: Balances) => void> = {
  paddle: bookPaddleTransaction,
  stripe: () => {
    throw new Error("Stripe documents are not booked yet.");
  },
};

/**
 * Paddle is the seller to the customer: tax is never ours, and what we are owed is subtotal − discount − fee whatever
 * credit paid (measured on recorded bodies). Credit applied has no posting: what issued it is booked.
 */
function bookPaddleTransaction(charge: Charge, target: Balances): void {
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

/** Sales and what part-period credits took off them, both gross; lines that are missing count by the document's subtotal. */
function salesOf(charge: Charge): { sales: Amount; credits: Amount } {
  const subtotals = charge.lines.map((line) => line.subtotal);
  subtotals.push((charge.subtotal ?? 0n) - sum(subtotals));
  return {
    sales: sum(subtotals.map((subtotal) => maximum(subtotal, 0n))),
    credits: sum(subtotals.map((subtotal) => maximum(-subtotal, 0n))),
  };
}

interface Settled {
  readonly currency: string;
  /** What fee and earnings come out of. */
  readonly owed: Amount;
  readonly fee: Amount;
  readonly earnings: Amount;
}

/** `owed` becomes fee and earnings; what the provider's own figures leave over is shown, not hidden. */
function settle(charge: Charge, target: Balances, { currency, owed, fee, earnings }: Settled): void {
  target.add(accounts.balance(charge.key), currency, earnings);
  target.add(accounts.fees(charge.key), currency, fee);
  target.add(accounts.differences, currency, owed - fee - earnings);
}

interface Sum {
  readonly currency: string;
  readonly amount: Amount;
}

/** From one currency into another, with the provider's own two amounts. */
function exchange(target: Balances, from: Sum, into: Sum): void {
  target.add(accounts.fx, from.currency, from.amount);
  target.add(accounts.fx, into.currency, -into.amount);
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
