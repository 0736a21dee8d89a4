import { DatedBalances } from "../book/dated.ts";
import { postDifference } from "../book/post-difference.ts";
import type { Books } from "../books.ts";
import type { Charge } from "../charge/charge.ts";
import { openFinding, resolveFinding } from "../charge/discrepancies.ts";
import type { Finding } from "../charge/finding.ts";
import type { Circumstances } from "../circumstances.ts";
import { type DiscrepancyId, discrepancyId, type PayoutId, payoutId } from "../ids.ts";
import { type Amount, checked } from "../money.ts";
import type { Instant } from "../time.ts";
import { bookCreditOpening, type CreditOpening, creditOpeningKey } from "../transfer/transfer.ts";
import {
  type BalanceStep,
  balanceFinding,
  balanceSteps,
  broughtForward,
  type Credit,
  type CustomerCredit,
  creditOf,
  creditTouchedBy,
  inOrder,
} from "./customer-credit.ts";

/** With what a customer's credit is in books that begin at this instant; `null`: they have all of it. */
export function openingOf({ steps }: CustomerCredit, booksStartAt: Instant | null): Amount {
  return booksStartAt === null ? 0n : broughtForward(steps, booksStartAt);
}

/**
 * Brings what a customer's credit was opened with to what is known of it now, as an entry at the start of the books. Gives
 * the transfer that holds it; `null` while there was never anything to open.
 */
function openCredit(books: Books, credit: CustomerCredit, circumstances: Circumstances): PayoutId | null {
  const { booksStartAt } = circumstances.policies.current;
  const key = creditOpeningKey(credit);
  const before = books.payout(payoutId(key), key);
  const amount = openingOf(credit, booksStartAt);
  if (amount === 0n && credit.opening === null) return null;
  const { customerRef, currency } = credit;
  const known = before.payout?.kind === "credit_opening" ? before.payout.at : 0n;
  const at = booksStartAt ?? known;
  const payout: CreditOpening = {
    kind: "credit_opening",
    id: before.id,
    key,
    customerRef,
    currency,
    amount,
    at,
  };
  const target = DatedBalances.at(at, bookCreditOpening(payout));
  const subject = { chargeId: null, payoutId: before.id };
  books.putPayout({ ...before, ...postDifference(books, before, target, subject, circumstances), payout });
  return before.id;
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
  const counted = before === null || was === null ? nothing : shareOf(before);
  const now = shareOf(after);
  if (before !== null && was !== null && was !== is)
    change(books, before, was, { from: counted, to: nothing }, circumstances);
  if (is !== null) change(books, after, is, { from: was === is ? counted : nothing, to: now }, circumstances);
}

/** What one charge counts for. */
interface Share extends Credit {
  readonly steps: readonly BalanceStep[];
}

const nothing: Share = { issued: 0n, applied: 0n, steps: [] };
const shareOf = (charge: Charge): Share => ({ ...creditOf(charge), steps: inOrder(balanceSteps(charge)) });

function change(
  books: Books,
  charge: Charge,
  id: string,
  { from, to }: { readonly from: Share; readonly to: Share },
  circumstances: Circumstances,
): void {
  if (isSame(from, to)) return;
  const { provider, account } = charge.key;
  const customerRef = charge.customerRef ?? "";
  const known = books.customerCredit(id);
  const { currency } = charge;
  const before = known ?? { id, provider, account, customerRef, currency, ...nothing, opening: null };
  const counted: CustomerCredit = {
    ...before,
    issued: checked(before.issued + to.issued - from.issued),
    applied: checked(before.applied + to.applied - from.applied),
    steps: inOrder([...before.steps.filter(({ chargeId }) => chargeId !== charge.id), ...to.steps]),
  };
  const after = { ...counted, opening: openCredit(books, counted, circumstances) };
  books.putCustomerCredit(after);
  const changed = { issued: after.issued - before.issued, applied: after.applied - before.applied };
  if (changed.issued !== 0n || changed.applied !== 0n)
    books.creditMemos.push({ creditId: id, chargeId: charge.id, postedAt: circumstances.now, ...changed });
  report(books, charge, { before, after }, circumstances);
}

function isSame(a: Share, b: Share): boolean {
  const steps = ({ steps }: Share) =>
    steps.map(({ at, change, ownedBefore, bookedAt }) => `${at} ${change} ${ownedBefore} ${bookedAt}`);
  return a.issued === b.issued && a.applied === b.applied && steps(a).join() === steps(b).join();
}

/** A disagreement on a customer's credit is open for as long as it is so. */
function report(
  books: Books,
  charge: Charge,
  { before, after }: { readonly before: CustomerCredit; readonly after: CustomerCredit },
  circumstances: Circumstances,
): void {
  const about = { source: after, subject: after.id, chargeId: charge.id };
  const { booksStartAt } = circumstances.policies.current;
  const [was, is] = [creditFinding(before, booksStartAt), creditFinding(after, booksStartAt)];
  if (was !== null && was.kind !== is?.kind) resolveFinding(books, about, was, circumstances);
  if (is === null) return;
  const isNew = was?.kind !== is.kind;
  const isChanged = JSON.stringify(was?.detail) !== JSON.stringify(is.detail);
  if (isNew || isChanged) openFinding(books, about, is, { isNew, ...circumstances });
}

const findingKinds = ["customer_credit_differs", "credit_source_unknown"] as const;

/** Opens a customer's credit anew under the policy in force, and looks at it again: its charges stay as they are. */
export function rebookCredit(books: Books, id: string, circumstances: Circumstances): void {
  const credit = books.customerCredit(id);
  if (credit === undefined) return;
  const opening = openCredit(books, credit, circumstances);
  if (opening !== credit.opening) books.putCustomerCredit({ ...credit, opening });
  const is = creditFinding(credit, circumstances.policies.current.booksStartAt);
  for (const kind of findingKinds) {
    const known = books.knownDiscrepancy(discrepancyId(kind, id))?.discrepancy;
    const isOpen = known?.status === "open";
    const chargeId = known?.chargeId ?? credit.steps.at(-1)?.chargeId ?? null;
    const about = { source: credit, subject: id, chargeId };
    if (is?.kind === kind && !(isOpen && known.hash === JSON.stringify(is.detail)))
      openFinding(books, about, is, { isNew: !isOpen, ...circumstances });
    if (is?.kind !== kind && isOpen) resolveFinding(books, about, known, circumstances);
  }
}

/** The discrepancies that a customer's credit may have. */
export const creditDiscrepancies = (id: string): DiscrepancyId[] =>
  findingKinds.map((kind) => discrepancyId(kind, id));

/**
 * What is wrong with a customer's credit: another balance than the provider states or, where it states none, more spent
 * than anything gave.
 */
export function creditFinding(
  { applied, issued, currency, steps }: CustomerCredit,
  booksStartAt: Instant | null,
): Finding | null {
  if (steps.length > 0) return balanceFinding(steps, currency, booksStartAt);
  // What gave it may lie before the books: nothing of that is known here.
  if (applied <= issued || booksStartAt !== null) return null;
  const detail = { provider_says: applied.toString(), we_say: issued.toString(), currency };
  return { kind: "credit_source_unknown", detail };
}
