import type { RefusedAssertion } from "../facts/claims.ts";
import type { ChargeFact } from "../facts/facts.ts";
import type { Charge } from "./charge.ts";
import { linkedFindings } from "./checks-linked.ts";
import { compare, type Finding, named, refusedFindings } from "./finding.ts";

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
