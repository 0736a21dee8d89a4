import type { BalanceRow } from "../facts/linked-facts.ts";
import { type Amount, sum } from "../money.ts";
import type { Charge, LinkedCharge, Withheld } from "./charge.ts";
import { compare, type Finding, named } from "./finding.ts";
import type { Movement } from "./movement.ts";
import { nothingWithheld, withheldIn, withheldSums } from "./withheld.ts";

/** Of a document whose payments, refunds and disputes are objects of their own: whether they agree with it and each other. */
export function linkedFindings(charge: Charge, linked: LinkedCharge): Finding[] {
  return [
    ...totalFindings(charge),
    ...creditFindings(charge, linked),
    ...collectedFindings(charge, linked),
    ...remainingFindings(charge),
    ...captureFindings(charge, linked),
    ...rowFindings(charge, linked),
    ...withheldFindings(charge),
    ...customerFindings(charge, linked),
    ...named(
      "payment_currency_differs",
      linked.payments.filter((payment) => payment.currency !== charge.currency),
    ),
    ...named(
      "refund_shared",
      charge.movements.filter(
        ({ effective, kind, linked }) => effective && kind === "refund" && linked?.estimated === true,
      ),
    ),
  ];
}

/** S1 on the folded charge: one event keeps it, several together may not. */
function totalFindings(charge: Charge): Finding[] {
  const { total, grandTotal } = charge;
  if (total === null || grandTotal === null || charge.status === "draft") return [];
  const paidByCredit = (charge.creditApplied ?? 0n) + (charge.creditNotesApplied ?? 0n);
  const asked = total - paidByCredit + (charge.creditIssued ?? 0n) + (charge.debtBroughtForward ?? 0n);
  return asked === grandTotal
    ? []
    : [compare("grand_total_differs", { provider_says: grandTotal, we_say: asked })];
}

/** Credit of which nothing but the amount asked tells: the document's own balances say another figure. */
function creditFindings({ creditApplied, status }: Charge, { unstatedCredit }: LinkedCharge): Finding[] {
  if (unstatedCredit === 0n || creditApplied === null || status === "draft" || status === "void") return [];
  const [stated, derived] = [creditApplied - unstatedCredit, creditApplied];
  return [compare("credit_not_stated", { provider_says: stated, we_say: derived })];
}

/** What is said to be paid was taken or was paid outside; the rest is in suspense. */
function collectedFindings(charge: Charge, { paidOutside, overpaidToBalance }: LinkedCharge): Finding[] {
  if (charge.status !== "paid" || charge.grandTotal === null) return [];
  const said = charge.grandTotal + overpaidToBalance;
  const seen = (charge.collected ?? 0n) + paidOutside;
  return said === seen ? [] : [compare("collected_differs", { provider_says: said, we_say: seen })];
}

/**
 * S2: what remains is what was asked less what was paid. A payment may be told before the document counts it: then only
 * less than we think is a disagreement. A document that was called off keeps the figure it had.
 */
function remainingFindings(charge: Charge): Finding[] {
  const { status, statedBalance, outstanding, collectedEvidence } = charge;
  if (status === "void" || status === "draft" || status === "paid") return [];
  if (statedBalance === null || outstanding === null) return [];
  const agrees =
    collectedEvidence === "payments" ? statedBalance >= outstanding : statedBalance === outstanding;
  return agrees ? [] : [compare("balance_differs", { provider_says: statedBalance, we_say: outstanding })];
}

/** What a payment captured is what the document was paid by it. */
function captureFindings(charge: Charge, { payments, receipts }: LinkedCharge): Finding[] {
  const own = payments.filter(({ amount, currency }) => amount !== null && currency === charge.currency);
  const paidBy = (ref: string) =>
    sum(receipts.filter((one) => one.paymentRef === ref).map((one) => one.amount));
  const captured = sum(own.map(({ amount }) => amount as Amount));
  const paid = sum(own.map(({ ref }) => paidBy(ref)));
  return captured === paid ? [] : [compare("captured_differs", { provider_says: captured, we_say: paid })];
}

/** A balance row in the charge's own currency is of the amount it settles. */
function rowFindings(charge: Charge, { receipts }: LinkedCharge): Finding[] {
  const refunds = charge.movements.filter(({ kind }) => kind === "refund");
  const settled = [
    ...receipts.map(({ amount, row, withheld }) => ({ amount: amount - keptBefore(withheld), row })),
    ...refunds.flatMap(settledRows),
  ].filter(({ row }) => row?.currency === charge.currency);
  const stated = sum(settled.map(({ row }) => (row as BalanceRow).gross));
  const expected = sum(settled.map(({ amount }) => amount));
  return stated === expected ? [] : [compare("row_differs", { provider_says: stated, we_say: expected })];
}

/** A sale of the provider's own of which its rows do not keep the tax: then it may be ours after all, or they are told otherwise. */
function withheldFindings(charge: Charge): Finding[] {
  const { stated, expected } = withheldSums(charge);
  return stated === expected
    ? []
    : [compare("withheld_tax_differs", { provider_says: stated, we_say: expected })];
}

/** What is undone leaves nothing, once both of its rows are known. */
function settledRows(movement: Movement): { amount: Amount; row: BalanceRow | null }[] {
  const { effective, amount, linked } = movement;
  const { row = null, undoneRow = null } = linked ?? {};
  if (effective) {
    const kept = row === null ? nothingWithheld : withheldIn(movement, -1n, row);
    return [{ amount: -amount - keptBefore(kept), row }];
  }
  return row === null || undoneRow === null ? [] : [row, undoneRow].map((one) => ({ amount: 0n, row: one }));
}

/** Tax that the row never had. */
const keptBefore = ({ amount, fromFee }: Withheld = nothingWithheld): Amount => amount - fromFee;

/** Credit is somebody's: without a customer it is in suspense. */
function customerFindings(charge: Charge, { overpaidToBalance }: LinkedCharge): Finding[] {
  const { creditApplied, creditIssued, debtBroughtForward, status } = charge;
  if (charge.customerRef !== null) return [];
  const moved = [creditApplied, creditIssued, debtBroughtForward, overpaidToBalance];
  const byDocument = status !== "draft" && status !== "void" && moved.some((amount) => (amount ?? 0n) !== 0n);
  const byNote = charge.movements.some(({ kind, effective }) => kind === "credit" && effective);
  return byDocument || byNote ? [{ kind: "credit_customer_unknown", detail: { ref: charge.key.ref } }] : [];
}
