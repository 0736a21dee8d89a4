import type { Charge, Receipt, Settlement } from "../charge/charge.ts";
import { direction, type Movement } from "../charge/movement.ts";
import { nothingWithheld, ourPartOf, withheldIn } from "../charge/withheld.ts";
import type { BalanceRow } from "../facts/linked-facts.ts";
import { type Amount, sum } from "../money.ts";
import { accounts } from "./accounts.ts";
import { salesOf, settleRow, type Template, taxAccount } from "./book-template.ts";
import type { InBooks } from "./books-start.ts";
import { Balances } from "./journal.ts";
import { type Settled, unstated } from "./settled.ts";

/** What goes back lowers revenue and the tax we owe; money leaves us, or credit is given. Reversals mirror. */
function bookOwnMovement(charge: Charge, movement: Movement, target: Balances, isSettled: boolean): void {
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
function bookUndone(charge: Charge, { currency, linked }: Movement, target: Balances): void {
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
function ownMovementSettled(movement: Movement): Settled | null {
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
const ownTaxBack = (movement: Movement): Amount => (isDispute(movement) ? 0n : movement.tax);

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
