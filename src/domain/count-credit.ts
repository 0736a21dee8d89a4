import type { Books } from "./books.ts";
import type { Charge } from "./charge.ts";
import type { Circumstances } from "./circumstances.ts";
import { type Credit, type CustomerCredit, creditOf, creditTouchedBy } from "./customer-credit.ts";
import { openFinding, resolveFinding } from "./discrepancies.ts";
import { checked } from "./money.ts";

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
