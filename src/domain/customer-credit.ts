import { type Books, customerKey } from "./books.ts";
import type { Charge } from "./charge.ts";
import type { Circumstances } from "./circumstances.ts";
import { openFinding, resolveFinding } from "./discrepancies.ts";
import type { ChargeFact } from "./facts.ts";
import type { Source } from "./ids.ts";
import { type Amount, checked, sum } from "./money.ts";
import { direction } from "./movement.ts";

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
}

/** The key of a customer's credit in one currency. */
export function customerCreditId(source: Source, customerRef: string, currency: string): string {
  return `${customerKey(source, customerRef)}:${currency}`;
}

/** Which credit a charge takes part in; `null` if it neither gave nor spent any, or its customer is unknown. */
export function creditTouchedBy(charge: Charge | null): string | null {
  if (charge === null || charge.customerRef === null) return null;
  const { issued, applied } = creditOf(charge);
  return issued === 0n && applied === 0n
    ? null
    : customerCreditId(charge.key, charge.customerRef, charge.currency);
}

/** The credit that a fact speaks of; `null` if it gives and spends none. */
export function creditNamedBy(source: Source, fact: ChargeFact): string | null {
  if (fact.customerRef === null) return null;
  const amounts = fact.kind === "document" ? [fact.creditApplied, fact.creditIssued] : [fact.amount];
  const speaks = amounts.some((amount) => amount !== null && amount !== 0n);
  return speaks ? customerCreditId(source, fact.customerRef, fact.currency) : null;
}

/** Brings the customer's credit from what this charge counted for before to what it counts for now. */
export function countCredit(
  books: Books,
  before: Charge | null,
  after: Charge,
  circumstances: Circumstances,
): void {
  const was = creditTouchedBy(before);
  const is = creditTouchedBy(after);
  const counted = before === null || was === null ? none : creditOf(before);
  const now = creditOf(after);
  if (before !== null && was !== null && was !== is)
    change(books, before, was, difference(none, counted), circumstances);
  if (is !== null) change(books, after, is, was === is ? difference(now, counted) : now, circumstances);
}

type Credit = Pick<CustomerCredit, "issued" | "applied">;
const none: Credit = { issued: 0n, applied: 0n };
const difference = (a: Credit, b: Credit): Credit => ({
  issued: a.issued - b.issued,
  applied: a.applied - b.applied,
});

function change(books: Books, charge: Charge, id: string, by: Credit, circumstances: Circumstances): void {
  if (by.issued === 0n && by.applied === 0n) return;
  const { provider, account } = charge.key;
  const customerRef = charge.customerRef ?? "";
  const known = books.customerCredit(id);
  const before = known ?? { id, provider, account, customerRef, currency: charge.currency, ...none };
  const after: CustomerCredit = {
    ...before,
    issued: checked(before.issued + by.issued),
    applied: checked(before.applied + by.applied),
  };
  books.putCustomerCredit(after);
  report(books, charge, { before, after }, circumstances);
}

/** Spending what nothing gave is open for as long as it is so. */
function report(
  books: Books,
  charge: Charge,
  { before, after }: { readonly before: CustomerCredit; readonly after: CustomerCredit },
  circumstances: Circumstances,
): void {
  const about = { source: after, subject: after.id, chargeId: charge.id };
  const { applied, issued, currency } = after;
  const detail = { provider_says: applied.toString(), we_say: issued.toString(), currency };
  const finding = { kind: "credit_source_unknown", detail };
  const wasOpen = before.applied > before.issued;
  if (applied > issued) openFinding(books, about, finding, { isNew: !wasOpen, ...circumstances });
  else if (wasOpen) resolveFinding(books, about, finding, circumstances);
}

/** What a charge gave and spent of its customer's credit: a function of the charge alone. */
function creditOf(charge: Charge): Credit {
  const credits = charge.movements.filter(
    ({ kind, effective, toCustomerBalance }) =>
      effective && toCustomerBalance !== false && (kind === "credit" || kind === "credit_reversal"),
  );
  const counts = charge.status !== "draft" && charge.status !== "void";
  return {
    issued:
      sum(credits.map((movement) => direction(movement.kind) * movement.amount)) +
      (counts ? (charge.creditIssued ?? 0n) : 0n),
    applied: counts ? (charge.creditApplied ?? 0n) : 0n,
  };
}
