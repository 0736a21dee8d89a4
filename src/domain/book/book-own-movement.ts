import type { Charge } from "../charge/charge.ts";
import { direction, type Movement } from "../charge/movement.ts";
import { nothingWithheld, ourPartOf, withheldIn } from "../charge/withheld.ts";
import type { BalanceRow } from "../facts/linked-facts.ts";
import type { Amount } from "../money.ts";
import { accounts } from "./accounts.ts";
import { taxAccount } from "./book-sales.ts";
import { settleRow } from "./book-settling.ts";
import type { Balances } from "./journal.ts";
import { type Settled, unstated } from "./settled.ts";

/** What goes back lowers revenue and the tax we owe; money leaves us, or credit is given. Reversals mirror. */
export function bookOwnMovement(
  charge: Charge,
  movement: Movement,
  target: Balances,
  isSettled: boolean,
): void {
  if (movement.warning) return;
  switch (movement.kind) {
    case "refund":
    case "refund_reversal":
      bookReturned(charge, movement, target, isSettled);
      bookMoney(charge, movement, target);
      return;
    case "credit":
    case "credit_reversal":
      bookReturned(charge, movement, target, true);
      target.add(creditAccount(charge, movement), movement.currency, -signed(movement));
      return;
    case "dispute":
    case "dispute_reversal":
      bookDispute(charge, movement, target);
      return;
    default:
      movement.kind satisfies never;
  }
}

const signed = (movement: Movement) => direction(movement.kind) * movement.amount;

/** Before its document settles nothing was sold: what goes back is what was collected for it. */
function bookReturned(charge: Charge, movement: Movement, target: Balances, isSettled: boolean): void {
  if (!isSettled && charge.kind !== "unseen") {
    target.add(accounts.unapplied(charge.id), movement.currency, signed(movement));
    return;
  }
  const sign = direction(movement.kind);
  const tax = ownTaxBack(movement);
  target.add(accounts.refunds, movement.currency, sign * (movement.amount - tax));
  target.add(taxAccount(charge), movement.currency, sign * tax);
}

function bookMoney(charge: Charge, movement: Movement, target: Balances): void {
  const amount = -signed(movement);
  const { currency } = movement;
  if (movement.linked?.outside === true) {
    target.add(accounts.bank, currency, amount);
    return;
  }
  target.add(accounts.unsettled(charge.key), currency, amount);
  const row = rowOf(movement);
  const withheld = row === null ? nothingWithheld : withheldIn(movement, -direction(movement.kind), row);
  settleRow(charge, target, { currency, amount, row, withheld });
}

/**
 * A refund that failed is as if it had never been, but for what its two rows leave: came back at another rate, or at a price,
 * our balance is what the provider says it is.
 */
export function bookUndone(charge: Charge, { currency, linked }: Movement, target: Balances): void {
  const { row = null, undoneRow = null } = linked ?? {};
  if (row === null || undoneRow === null) return;
  for (const one of [row, undoneRow]) settleRow(charge, target, { currency, amount: 0n, row: one });
}

/** What the provider settled for it, as a row of its balance or by the fee it states. */
function rowOf(movement: Movement): BalanceRow | null {
  if (movement.linked !== null) return movement.linked.row;
  if (movement.fee === null) return null;
  const sign = -direction(movement.kind);
  const { ref, currency, amount, fee } = movement;
  const [gross, given] = [sign * amount, sign * fee];
  return {
    ref,
    currency,
    gross,
    fee: given,
    net: gross - given,
    exchangeRate: null,
    createdAt: null,
    category: null,
  };
}

/**
 * Its row of the balance, and of what was undone both; what is given outside the provider, or as credit, moves nothing there.
 */
export function ownMovementSettled(movement: Movement): Settled | null {
  const isCredit = movement.kind === "credit" || movement.kind === "credit_reversal";
  if (movement.warning || isCredit || movement.linked?.outside === true) return null;
  const row = movement.effective ? rowOf(movement) : leftOf(movement);
  if (row === null) return null;
  const { currency, net, exchangeRate } = row;
  const settled = { ...unstated, currency, net, exchangeRate };
  const { fromFee } = withheldIn(movement, -direction(movement.kind), row);
  const tax = movement.linked?.providerSells ? fromFee : null;
  if (!isDispute(movement))
    return { ...settled, gross: row.gross, tax, fee: row.fee - fromFee, disputeFee: 0n };
  const isFee = row.category === "fee";
  return {
    ...settled,
    gross: isFee ? 0n : row.gross,
    tax,
    fee: 0n,
    disputeFee: isFee ? row.fee - row.gross : row.fee - fromFee,
  };
}

/** What the two rows of what was undone leave together. */
function leftOf({ linked }: Movement): BalanceRow | null {
  const { row = null, undoneRow = null } = linked ?? {};
  if (row === null || undoneRow === null || row.currency !== undoneRow.currency) return null;
  const both = (figure: "gross" | "fee" | "net") => row[figure] + undoneRow[figure];
  return { ...row, gross: both("gross"), fee: both("fee"), net: both("net"), exchangeRate: null };
}

/** A dispute moves no tax, whatever is in it: what it withdraws is an asset, then a loss. */
export const ownTaxBack = (movement: Movement): Amount => (isDispute(movement) ? 0n : movement.tax);

const isDispute = ({ kind }: Movement): boolean => kind === "dispute" || kind === "dispute_reversal";

/** Credit of nobody is no credit: it is shown until the customer is known. */
function creditAccount(charge: Charge, movement: Movement): string {
  const customerRef = movement.customerRef ?? charge.customerRef;
  return customerRef === null
    ? accounts.suspense(charge.id)
    : accounts.customerCredit(charge.key, customerRef);
}

/**
 * What a dispute withdrew stays its own asset while it is open; lost, it is a loss. Won, what came back at another rate than
 * it went leaves something over, which the exchange made. Its fee is not given back with it.
 */
function bookDispute(charge: Charge, movement: Movement, target: Balances): void {
  const disputeRef = movement.linked?.disputeRef ?? movement.ref;
  const state = charge.linked?.disputes.find(({ ref }) => ref === disputeRef)?.state ?? null;
  const account = state === "lost" ? accounts.disputeLosses : accounts.dispute(charge.key, disputeRef);
  const whole = movement.linked?.row ?? null;
  if (whole === null) {
    target.add(account, movement.currency, signed(movement));
    target.add(accounts.unsettled(charge.key), movement.currency, -signed(movement));
    return;
  }
  const row = ourPartOf(whole, withheldIn(movement, -direction(movement.kind), whole));
  target.add(row.category === "fee" ? accounts.disputeFees(charge.key) : account, row.currency, -row.gross);
  target.add(accounts.disputeFees(charge.key), row.currency, row.fee);
  target.add(accounts.balance(charge.key), row.currency, row.net);
  target.add(accounts.suspense(charge.id), row.currency, row.gross - row.fee - row.net);
  if (state !== "won" || movement.linked?.endsExchange !== true) return;
  for (const [currency, left] of leftBy(charge, movement)) {
    target.add(account, currency, -left);
    target.add(accounts.fx, currency, left);
  }
}

/** What is left of what a dispute withdrew once this movement gave back, since the exchange was last settled. */
function leftBy(charge: Charge, until: Movement): ReadonlyMap<string, Amount> {
  const own = charge.movements
    .filter(({ effective, linked }) => effective && linked?.disputeRef === until.linked?.disputeRef)
    .sort(byTime);
  const upTo = own.slice(0, own.findIndex(({ id }) => id === until.id) + 1);
  const settled = upTo.slice(0, -1).findLastIndex(({ linked }) => linked?.endsExchange === true);
  const left = new Map<string, Amount>();
  for (const { linked } of upTo.slice(settled + 1)) {
    const row = linked?.row ?? null;
    if (row !== null && row.category !== "fee")
      left.set(row.currency, (left.get(row.currency) ?? 0n) - row.gross);
  }
  return left;
}

/** As a dispute's rows are: what gives back comes after what it gives back. */
function byTime(a: Movement, b: Movement): number {
  if (a.occurredAt !== b.occurredAt) return a.occurredAt < b.occurredAt ? -1 : 1;
  if (a.kind !== b.kind) return a.kind === "dispute" ? -1 : 1;
  return a.ref < b.ref ? -1 : 1;
}
