import type { Charge, Withheld } from "../charge/charge.ts";
import type { Movement } from "../charge/movement.ts";
import { nothingWithheld, ourPartOf } from "../charge/withheld.ts";
import type { BalanceRow } from "../facts/linked-facts.ts";
import { type Amount, maximum, sum } from "../money.ts";
import { accounts } from "./accounts.ts";
import type { InBooks } from "./books-start.ts";
import type { Balances } from "./journal.ts";
import type { Settled } from "./settled.ts";

/** How one way of selling is booked. Each part adds to the target what balances by itself. */
export interface Template {
  /** A document that has settled. */
  document(charge: Charge, target: Balances, inBooks: InBooks): void;
  /** What was collected for a document that has not settled. */
  collected(charge: Charge, target: Balances, inBooks: InBooks): void;
  movement(charge: Charge, movement: Movement, target: Balances, isSettled: boolean): void;
  /** What a movement that was undone has left behind. */
  undone(charge: Charge, movement: Movement, target: Balances): void;
  /** What the provider settles with us for the document, and for a movement; `null` until it is stated. */
  settled(charge: Charge): Settled | null;
  movementSettled(charge: Charge, movement: Movement): Settled | null;
  /** What of the tax in a movement goes back. */
  taxBack(movement: Movement): Amount;
}

interface Sum {
  readonly currency: string;
  readonly amount: Amount;
}

/** From one currency into another, with the provider's own two amounts. */
export function exchange(target: Balances, from: Sum, into: Sum): void {
  target.add(accounts.fx, from.currency, from.amount);
  target.add(accounts.fx, into.currency, -into.amount);
}

/** Sales and what part-period credits took off them, both gross; lines that are missing count by the document's subtotal. */
export function salesOf(charge: Charge): { sales: Amount; credits: Amount } {
  const subtotals = charge.lines.map((line) => line.subtotal);
  subtotals.push((charge.subtotal ?? 0n) - sum(subtotals));
  return {
    sales: sum(subtotals.map((subtotal) => maximum(subtotal, 0n))),
    credits: sum(subtotals.map((subtotal) => maximum(-subtotal, 0n))),
  };
}

/** Where the tax in a sale is: owed to the tax office, or kept by the provider from what it has not settled with us yet. */
export function taxAccount({ key, linked }: Charge): string {
  return linked?.providerSells ? accounts.unsettled(key) : accounts.tax(key);
}

/** Money that came in, or negative that went out, with what settles it. */
interface Unsettled {
  readonly currency: string;
  readonly amount: Amount;
  readonly row: BalanceRow | null;
  /** Of what the provider sells itself. */
  readonly withheld?: Withheld;
}

/** Once its balance row is known, what was unsettled becomes balance and fee, by the provider's own amounts. */
export function settleRow(charge: Charge, target: Balances, settling: Unsettled): void {
  if (settling.row === null) return;
  const { currency, withheld = nothingWithheld } = settling;
  const amount = settling.amount - withheld.amount;
  const row = ourPartOf(settling.row, withheld);
  target.add(accounts.unsettled(charge.key), currency, -amount);
  const isConverted = row.currency !== currency;
  if (isConverted) exchange(target, { currency, amount }, { currency: row.currency, amount: row.gross });
  target.add(accounts.balance(charge.key), row.currency, row.net);
  target.add(accounts.fees(charge.key), row.currency, row.fee);
  const settled = isConverted ? row.gross : amount;
  target.add(accounts.suspense(charge.id), row.currency, settled - row.net - row.fee);
}
