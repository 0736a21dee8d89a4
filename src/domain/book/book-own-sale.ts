import type { Charge, Receipt, Settlement } from "../charge/charge.ts";
import type { BalanceRow } from "../facts/linked-facts.ts";
import { sum } from "../money.ts";
import { accounts } from "./accounts.ts";
import { bookOwnMovement, bookUndone, ownMovementSettled, ownTaxBack } from "./book-own-movement.ts";
import { salesOf, taxAccount } from "./book-sales.ts";
import { settleRow } from "./book-settling.ts";
import type { Template } from "./book-template.ts";
import type { InBooks } from "./books-start.ts";
import { Balances } from "./journal.ts";
import { type Settled, unstated } from "./settled.ts";

/** We sell to the customer, and the provider collects for us: tax is a liability, its fee an expense. */
export const ownSale: Template = {
  document: bookDocument,
  collected: bookCollected,
  movement: bookOwnMovement,
  undone: bookUndone,
  settled: settledOf,
  movementSettled: (_, movement) => ownMovementSettled(movement),
  taxBack: ownTaxBack,
};

/**
 * The provider sells to the customer, and tells it as it tells our own sales: the tax in what it took is not ours, but its own until its
 * rows say that it was kept. Everything else is as in a sale of ours: what its customer's balance holds, what its rows come to.
 */
export const providersSale: Template = { ...ownSale, taxBack: ({ tax }) => tax };

/**
 * Sales, discounts and tax, less what credit and notes paid, against the money that was taken. By the identities of the
 * document (S1, S3) that is zero; what is said to be paid and was not seen, or does not add up, is shown in suspense.
 */
function bookDocument(charge: Charge, target: Balances, inBooks: InBooks): void {
  const sale = new Balances();
  const add = (account: string, amount: bigint) => sale.add(account, charge.currency, amount);
  const { sales, credits } = salesOf(charge);
  add(accounts.sales, -sales);
  add(accounts.prorationCredits, credits);
  add(accounts.discounts, charge.discount ?? 0n);
  add(taxAccount(charge), -(charge.tax ?? 0n));
  bookCustomerBalance(charge, sale);
  const notesTax = charge.linked?.notesTax ?? 0n;
  add(accounts.refunds, (charge.creditNotesApplied ?? 0n) - notesTax);
  add(taxAccount(charge), notesTax);
  const all = receiptsOf(charge);
  const receipts = all.filter((receipt) => isInBooks(receipt, charge, inBooks));
  // What was collected before the books began is in the balance that they opened with.
  const earlier = all.filter((receipt) => !receipts.includes(receipt));
  add(accounts.providerOpening(charge.key), sum(earlier.map(({ amount }) => amount)));
  add(accounts.unsettled(charge.key), sum(receipts.map(({ amount }) => amount)));
  add(accounts.bank, charge.linked?.paidOutside ?? 0n);
  const rest = sum(sale.postings().map(({ amount }) => amount));
  add(accounts.suspense(charge.id), -rest);
  for (const posting of sale.postings()) target.add(posting.account, posting.currency, posting.amount);
  for (const receipt of receipts) settleRow(charge, target, { ...receipt, currency: charge.currency });
}

/** What the document did to the customer's balance at the provider: credit spent and given, debt collected. */
function bookCustomerBalance(charge: Charge, sale: Balances): void {
  if (charge.customerRef === null) return;
  const { creditApplied, creditIssued, debtBroughtForward, linked } = charge;
  const given = (creditIssued ?? 0n) + (debtBroughtForward ?? 0n) + (linked?.overpaidToBalance ?? 0n);
  const account = accounts.customerCredit(charge.key, charge.customerRef);
  sale.add(account, charge.currency, (creditApplied ?? 0n) - given);
}

/** Money taken for a document that was seen and has not settled: it is owed to the customer until it does. */
function bookCollected(charge: Charge, target: Balances, inBooks: InBooks): void {
  if (charge.kind === "unseen") return;
  const take = (account: string, amount: bigint) => {
    target.add(account, charge.currency, amount);
    target.add(accounts.unapplied(charge.id), charge.currency, -amount);
  };
  for (const receipt of receiptsOf(charge)) {
    if (receipt.standsAlone || !isInBooks(receipt, charge, inBooks)) continue;
    take(accounts.unsettled(charge.key), receipt.amount);
    settleRow(charge, target, { ...receipt, currency: charge.currency });
  }
  if (inBooks(charge.paidAt ?? charge.statusChangedAt)) take(accounts.bank, charge.linked?.paidOutside ?? 0n);
}

/** A payment moved the balance when its row says so. */
function isInBooks(
  { row, takenAt }: Pick<Receipt, "row" | "takenAt">,
  charge: Charge,
  inBooks: InBooks,
): boolean {
  return inBooks(row?.createdAt ?? takenAt ?? charge.statusChangedAt);
}

/** Payment by payment, or all of it at once where the document tells them itself. */
function receiptsOf(
  charge: Charge,
): readonly Pick<Receipt, "amount" | "row" | "takenAt" | "standsAlone" | "withheld">[] {
  if (charge.linked !== null) return charge.linked.receipts;
  const amount = charge.collected ?? 0n;
  return [{ amount, row: rowStatedBy(charge, amount), takenAt: charge.paidAt, standsAlone: false }];
}

function rowStatedBy({ fee, currency, settlement, key }: Charge, gross: bigint): BalanceRow | null {
  const row = { ref: key.ref, exchangeRate: null, createdAt: null, category: null };
  if (settlement?.fee != null && settlement.net !== null && settlement.currency !== currency) {
    const { fee, net } = settlement;
    return { ...row, currency: settlement.currency, gross: fee + net, fee, net };
  }
  return fee === null ? null : { ...row, currency, gross, fee, net: gross - fee };
}

/** Payment by payment its rows, or what the document states of itself. */
function settledOf(charge: Charge): Settled | null {
  const stated =
    charge.linked === null && charge.collected !== null ? rowStatedBy(charge, charge.collected) : null;
  const settled = stated ?? charge.settlement;
  if (settled === null) return null;
  const { currency, gross, fee, net } = settled;
  const { tax, exchangeRate } = stated === null ? (charge.settlement as Settlement) : unstated;
  return { ...unstated, currency, gross, tax, fee, disputeFee: 0n, net, exchangeRate };
}
