import type { Charge } from "../charge/charge.ts";
import { direction, type Movement } from "../charge/movement.ts";
import type { Instant } from "../time.ts";
import type { HeldRow } from "./held-row.ts";

/**
 * What the provider owes us for a document and its movements where it is the seller, one row each, as its payout report
 * states them: money that leaves us is negative. Credit that pays for a document has no row of its own.
 */
export function heldSettlements(charge: Charge, settledAt: Instant | null): HeldRow[] {
  const own = settledAt === null ? [] : [settlementOf(charge, settledAt)];
  const movements = charge.movements.flatMap((movement) => {
    // A credit that lowers an unpaid document counts with that document, as `book` has it.
    const at = movement.toCustomerBalance === false ? settledAt : movement.occurredAt;
    if (isUndone(movement)) return undone(movement);
    return movement.effective && at !== null ? [movementSettlement(movement, at)] : [];
  });
  return [...own, ...movements].map((row) => (movesNothing(row) ? { ...row, expected: "nothing" } : row));
}

/** A refund that was approved and then reversed has no twin: its payout report tells it twice, there and back. */
const isUndone = ({ kind, status }: Movement): boolean => kind === "refund" && status === "reversed";

/** Of no time: the two rows are found by their keys. */
function undone(movement: Movement): HeldRow[] {
  const row = movementSettlement(movement, null);
  const back = (amount: bigint | null) => (amount === null ? null : -amount);
  const { gross, fee, tax, net } = row;
  const returned = { gross: back(gross), fee: back(fee), tax: back(tax), net: back(net) };
  return [row, { ...row, ...returned, key: `${row.key}:undone` }];
}

/** What costs nothing may have a row or none. */
const movesNothing = ({ gross, net }: HeldRow): boolean => gross === 0n && (net ?? 0n) === 0n;

function settlementOf(charge: Charge, settledAt: Instant): HeldRow {
  const { settlement, fee, earnings } = charge;
  const common = { key: charge.key.ref, subject: charge.id, at: settledAt, state: null };
  if (settlement === null || fee === null)
    return {
      ...common,
      currency: charge.currency,
      gross: charge.total,
      fee,
      tax: charge.tax,
      net: earnings,
      expected: isCreditNotDrawn(charge) ? "credit_not_drawn" : "pending",
    };
  const { currency, gross, tax, net } = settlement;
  return { ...common, currency, gross, fee: settlement.fee, tax, net, expected: "in_transit" };
}

/**
 * A document below zero gave the difference to its customer as credit. Paddle states no earnings of it: nothing of it is on
 * its way, neither to us nor from us.
 */
function isCreditNotDrawn({ creditIssued, earnings }: Charge): boolean {
  return (creditIssued ?? 0n) > 0n && earnings === null;
}

function movementSettlement(movement: Movement, at: Instant | null): HeldRow {
  const sign = -direction(movement.kind);
  const { payout } = movement;
  const stated = payout ?? { ...movement, total: movement.amount };
  const signed = (amount: bigint | null) => (amount === null ? null : sign * amount);
  const disputeFee = payout?.disputeFee ?? 0n;
  const earnings = movement.warning ? 0n : stated.earnings;
  return {
    key: movement.ref,
    subject: movement.id,
    at,
    currency: stated.currency,
    gross: signed(movement.warning ? 0n : stated.total),
    fee: null,
    tax: signed(movement.warning ? 0n : stated.tax),
    net: earnings === null ? null : sign * (earnings + disputeFee),
    state: null,
    expected: "in_transit",
  };
}
