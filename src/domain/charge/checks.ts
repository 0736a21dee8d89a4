import type { RefusedAssertion } from "../facts/claims.ts";
import type { ChargeFact } from "../facts/facts.ts";
import type { BalanceRow } from "../facts/linked-facts.ts";
import { type Amount, sum } from "../money.ts";
import type { Charge, LinkedCharge, Withheld } from "./charge.ts";
import { compare, type Finding, named, refusedFindings } from "./finding.ts";
import type { Movement } from "./movement.ts";
import { nothingWithheld, withheldIn, withheldSums } from "./withheld.ts";

/** Of a document whose payments, refunds and disputes are objects of their own: whether they agree with it and each other. */
function linkedFindings(charge: Charge, linked: LinkedCharge): Finding[] {
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

/**
 * Identities that hold on recorded bodies but that a legitimate document can miss: they are shown, and stop nothing.
 * Those that must hold (I1, I2, I5) park the event before it gets here.
 */
export function findingsOf(
  charge: Charge,
  facts: readonly ChargeFact[],
  refused: readonly RefusedAssertion[] = [],
): Finding[] {
  return [
    ...refusedFindings(refused),
    ...voidFindings(charge, facts),
    ...currencyFindings(charge),
    ...refundFindings(charge),
    ...(charge.linked === null ? directFindings(charge, facts) : linkedFindings(charge, charge.linked)),
  ];
}

/** Of a document that states its payments and its fee itself. */
function directFindings(charge: Charge, facts: readonly ChargeFact[]): Finding[] {
  return [
    ...balanceFindings(charge),
    ...(charge.kind === "transaction" ? earningsFindings(charge) : []),
    ...warningFindings(charge, facts),
  ];
}

/** A document that was called off is not paid. */
function voidFindings(charge: Charge, facts: readonly ChargeFact[]): Finding[] {
  const wasVoid = facts.some((fact) => fact.kind === "document" && fact.stage === "void");
  return wasVoid && charge.status === "paid"
    ? [{ kind: "paid_after_void", detail: { ref: charge.key.ref } }]
    : [];
}

/** Money goes back in the currency it came in; a movement in another counts for nothing until a person has looked. */
function currencyFindings({ currency, movements }: Charge): Finding[] {
  const others = movements.filter((movement) => movement.effective && movement.currency !== currency);
  return named("movement_currency_differs", others);
}

/** I3: what is left to pay is the grand total less what was captured; at `paid` nothing is left (I4). */
function balanceFindings(charge: Charge): Finding[] {
  const { grandTotal, collected, statedBalance, outstanding } = charge;
  if (grandTotal === null || collected === null || outstanding === null) return [];
  if (charge.status === "void") return [];
  const paid = charge.status === "paid";
  if (paid && outstanding + (charge.overpaid ?? 0n) !== 0n) {
    return [compare("collected_differs", { provider_says: grandTotal, we_say: collected })];
  }
  if (
    !paid &&
    statedBalance !== null &&
    statedBalance !== grandTotal - collected &&
    statedBalance !== outstanding
  ) {
    return [compare("balance_differs", { provider_says: statedBalance, we_say: outstanding })];
  }
  return [];
}

/** I6 and I9: earnings = subtotal − discount − fee, in the currency of the sale and in that of the payout. */
function earningsFindings(charge: Charge): Finding[] {
  const { subtotal, discount, fee, earnings, settlement } = charge;
  const findings: Finding[] = [];
  if (
    subtotal !== null &&
    fee !== null &&
    earnings !== null &&
    earnings !== subtotal - (discount ?? 0n) - fee
  ) {
    findings.push(
      compare("earnings_differ", { provider_says: earnings, we_say: subtotal - (discount ?? 0n) - fee }),
    );
  }
  if (settlement !== null && settlement.fee !== null && settlement.net !== null) {
    const expected = settlement.beforeFee - settlement.fee;
    if (settlement.net !== expected)
      findings.push(compare("payout_earnings_differ", { provider_says: settlement.net, we_say: expected }));
  }
  return findings;
}

/** More went back than was ever collected; while a document is unpaid, only its payment has not been told yet. */
function refundFindings(charge: Charge): Finding[] {
  const { status, collected, refunded, disputed, linked } = charge;
  if (status !== "paid" && status !== "void") return [];
  if (collected === null) return [];
  const paid = collected + (linked?.paidOutside ?? 0n);
  if (refunded + disputed <= paid) return [];
  return [compare("returned_exceeds_collected", { provider_says: refunded + disputed, we_say: paid })];
}

/** Whether an alert moved cash is known only from a report: where none did, or its reversal came, nothing is left to ask. */
function warningFindings({ movements }: Charge, facts: readonly ChargeFact[]): Finding[] {
  const warnings = movements.filter(({ warning, effective }) => warning && effective);
  const told = warnings.filter(({ kind }) => kind === "dispute");
  const undone = warnings.filter(({ kind }) => kind === "dispute_reversal");
  if (told.length <= undone.length) return [];
  const rows = new Map(facts.filter((fact) => fact.kind === "warning_row").map((row) => [row.ref, row]));
  const open = told.filter(({ ref }) => rows.get(ref)?.cash !== 0n);
  if (open.length === 0) return [];
  const cash = open.flatMap(({ ref }) => {
    const row = rows.get(ref);
    return row === undefined ? [] : `${ref} ${row.cash} ${row.currency}`;
  });
  const refs = open.map(({ ref }) => ref).join(" ");
  const detail = cash.length === 0 ? { refs } : { refs, cash_by_report: cash.join(", ") };
  return [{ kind: "chargeback_warning", detail }];
}

/** The charge keeps the owner it was pinned to; that its customer now says otherwise is for a person to settle. */
export function ownerFinding(pinned: string | null, owner: string | null): Finding[] {
  if (pinned === null || owner === null || pinned === owner) return [];
  return [{ kind: "owner_differs", detail: { provider_says: owner, we_say: pinned } }];
}
