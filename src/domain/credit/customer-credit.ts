import type { Charge } from "../charge/charge.ts";
import { direction } from "../charge/movement.ts";
import type { ChargeFact, DocumentFact } from "../facts/facts.ts";
import { type ChargeId, customerKey, type PayoutId, type Source } from "../ids.ts";
import { type Amount, maximum, sum } from "../money.ts";
import type { Instant } from "../time.ts";
import { type BalanceStep, balanceSteps } from "./customer-balance.ts";

/**
 * Credit that the provider holds for one customer in one currency, as far as we have seen it given and spent. It is the
 * provider's to keep: no wallet and, at Paddle, no account of ours holds it. More spent than given means that we have not
 * heard of what gave it.
 */
export interface CustomerCredit extends Source {
  readonly id: string;
  readonly customerRef: string;
  readonly currency: string;
  readonly issued: Amount;
  readonly applied: Amount;
  /** Where the provider's documents state the balance: how it came about, in the order of time. */
  readonly steps: readonly BalanceStep[];
  /** The transfer by which books that begin at an instant have what was there then; `null` while there was never any. */
  readonly opening: PayoutId | null;
}

/**
 * By how much one charge changed a customer's credit, as it became known: by our clock what was known of a month when it
 * ended stays as it was, and what is heard of it later counts when it is heard.
 */
export interface CreditMemo extends Credit {
  /** Of the credit. */
  readonly creditId: string;
  readonly chargeId: ChargeId;
  readonly postedAt: Instant;
}

/** What was given and what was spent. */
export type Credit = Pick<CustomerCredit, "issued" | "applied">;

/** The key of a customer's credit in one currency. */
export function customerCreditId(source: Source, customerRef: string, currency: string): string {
  return `${customerKey(source, customerRef)}:${currency}`;
}

/**
 * Which credit a charge takes part in; `null` if it neither gave nor spent any and says nothing of the balance, or its
 * customer is unknown.
 */
export function creditTouchedBy(charge: Charge | null): string | null {
  if (charge === null || charge.customerRef === null) return null;
  const { issued, applied } = creditOf(charge);
  return issued === 0n && applied === 0n && balanceSteps(charge).length === 0
    ? null
    : customerCreditId(charge.key, charge.customerRef, charge.currency);
}

/** The credit that a fact may change; `null` if it gives and spends none. */
export function creditNamedBy(source: Source, fact: ChargeFact): string | null {
  switch (fact.kind) {
    case "document":
      return fact.invoice !== null && fact.customerRef !== null
        ? customerCreditId(source, fact.customerRef, fact.currency)
        : named(source, fact, [fact.creditApplied, fact.creditIssued]);
    case "movement":
      return named(source, fact, [fact.amount]);
    case "credit_note":
      return named(source, fact, [fact.credited ?? fact.total]);
    // Whose an invoice is may become known by its payment: then that customer's credit is at hand, too.
    case "payment":
    case "checkout":
      return fact.customerRef === null || fact.currency === null
        ? null
        : customerCreditId(source, fact.customerRef, fact.currency);
    case "invoice_payment":
    case "refund":
    case "dispute":
    case "balance_row":
    case "warning_row":
      return null;
    default:
      return fact satisfies never;
  }
}

function named(
  source: Source,
  { customerRef, currency }: Pick<DocumentFact, "customerRef" | "currency">,
  amounts: readonly (Amount | null)[],
): string | null {
  const speaks = amounts.some((amount) => amount !== null && amount !== 0n);
  return speaks && customerRef !== null ? customerCreditId(source, customerRef, currency) : null;
}

/** What a charge gave and spent of its customer's credit: a function of the charge alone. */
export function creditOf(charge: Charge): Credit {
  const credits = charge.movements.filter(
    ({ kind, effective, toCustomerBalance }) =>
      effective && toCustomerBalance !== false && (kind === "credit" || kind === "credit_reversal"),
  );
  const counts = charge.status !== "draft" && charge.status !== "void";
  const own = counts ? creditOfDocument(charge) : { issued: 0n, applied: 0n };
  return {
    issued: sum(credits.map((movement) => direction(movement.kind) * movement.amount)) + own.issued,
    applied: own.applied,
  };
}

/** Where a balance may also be debt, credit is only what lies below zero: debt put on it was not given by anything. */
function creditOfDocument({ creditIssued, creditApplied, linked }: Charge): Credit {
  const { startingBalance = null, endingBalance = null } = linked ?? {};
  if (linked === null || startingBalance === null || endingBalance === null)
    return { issued: creditIssued ?? 0n, applied: creditApplied ?? 0n };
  const owned = (balance: Amount) => maximum(-balance, 0n);
  const change = owned(endingBalance) - owned(startingBalance) - linked.unstatedCredit;
  return { issued: maximum(change, 0n) + linked.overpaidToBalance, applied: maximum(-change, 0n) };
}
