import type { Amount } from "../money.ts";
import { accounts } from "./accounts.ts";
import type { Balances } from "./journal.ts";

export interface Sum {
  readonly currency: string;
  readonly amount: Amount;
}

/** From one currency into another, with the provider's own two amounts. */
export function exchange(target: Balances, from: Sum, into: Sum): void {
  target.add(accounts.fx, from.currency, from.amount);
  target.add(accounts.fx, into.currency, -into.amount);
}
