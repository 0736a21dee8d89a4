import type { Charge, Withheld } from "../charge/charge.ts";
import { nothingWithheld, ourPartOf } from "../charge/withheld.ts";
import type { BalanceRow } from "../facts/linked-facts.ts";
import type { Amount } from "../money.ts";
import { accounts } from "./accounts.ts";
import { exchange } from "./book-exchange.ts";
import type { Balances } from "./journal.ts";

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
