import { accounts } from "../book/accounts.ts";
import { balanced, type Posting } from "../book/journal.ts";
import type { Books, Discrepancy, KnownDiscrepancy, PersonsResolution } from "../books.ts";
import { type DiscrepancyId, type EntryId, entryId } from "../ids.ts";
import { type Amount, absolute } from "../money.ts";
import type { Policy } from "../policy/policy.ts";
import type { Instant } from "../time.ts";
import type { Stated } from "./reconciled-row.ts";

/** What a person decides about a discrepancy. */
export interface ResolveRequest {
  readonly id: DiscrepancyId;
  readonly resolution: PersonsResolution;
  readonly reason: string;
  /** What is posted, in minor units; `null`: all of the difference. Only of what is written off or posted. */
  readonly amount: Amount | null;
  /** The other account of what is posted. */
  readonly account: string | null;
  readonly by: string;
}

export type Resolved =
  | { readonly kind: "resolved"; readonly discrepancy: Discrepancy; readonly entryId: EntryId | null }
  | { readonly kind: "unknown" }
  | { readonly kind: "not_open"; readonly resolution: string | null }
  /** It has no difference in one currency that could be posted. */
  | { readonly kind: "nothing_to_post" }
  | { readonly kind: "amount_invalid"; readonly largest: Stated }
  | { readonly kind: "account_invalid"; readonly detail: string };

/**
 * Settles a discrepancy by a person's word. It stays settled for as long as both sides are as they are now. What is written
 * off or posted is an entry of its own: nothing that was posted before is changed, and the provider side of no charge.
 */
export function resolveDiscrepancy(
  books: Books,
  request: ResolveRequest,
  { policy, now }: { readonly policy: Policy; readonly now: Instant },
): Resolved {
  const known = books.knownDiscrepancy(request.id);
  if (known === undefined) return { kind: "unknown" };
  const discrepancy = books.discrepancies.get(request.id) ?? known.discrepancy;
  if (discrepancy.status !== "open") return { kind: "not_open", resolution: discrepancy.resolution };
  const posts = request.resolution === "written_off" || request.resolution === "posted";
  const correction = posts ? correctionOf(discrepancy, request, policy) : [];
  if ("kind" in correction) return correction;
  const reason = `${request.reason} (${request.by})`;
  const id = correction.length === 0 ? null : post(books, known, correction, { reason, now });
  const resolved = { ...discrepancy, status: "resolved", resolution: request.resolution, at: now } as const;
  books.discrepancies.set(discrepancy.id, resolved);
  books.personsWords.set(discrepancy.id, {
    action: "resolved_by_person",
    actor: request.by,
    reason: request.reason,
    entryId: id,
  });
  return { kind: "resolved", discrepancy: resolved, entryId: id };
}

export interface RemarkRequest {
  readonly id: DiscrepancyId;
  readonly by: string;
  /** A note, or whose it is to look into; `null`: nobody's. */
  readonly remark: { readonly note: string } | { readonly assignee: string | null };
}

/** Says something of a discrepancy that settles nothing: a note, or who looks into it. */
export function remarkOn(
  books: Books,
  { id, by: actor, remark }: RemarkRequest,
  now: Instant,
): Discrepancy | undefined {
  const known = books.knownDiscrepancy(id);
  if (known === undefined) return undefined;
  const remarked = { ...known.discrepancy, at: now };
  books.discrepancies.set(id, remarked);
  const said =
    "note" in remark
      ? ({ action: "noted", reason: remark.note } as const)
      : ({ action: "assigned", reason: remark.assignee } as const);
  books.personsWords.set(id, { ...said, actor, entryId: null });
  return remarked;
}

type Correction = readonly Posting[] | Exclude<Resolved, { kind: "resolved" | "unknown" | "not_open" }>;

/** The difference, or a part of it, from the account where it lies to the one that bears it. */
function correctionOf(discrepancy: Discrepancy, request: ResolveRequest, policy: Policy): Correction {
  const [difference, ...others] = discrepancy.row?.differences ?? [];
  const home = homeOf(discrepancy);
  if (difference === undefined || others.length > 0 || home === null) return { kind: "nothing_to_post" };
  const { currency } = difference;
  const limit = request.resolution === "written_off" ? policy.writeOffLimit[currency] : undefined;
  const whole = absolute(difference.amount);
  const largest = limit !== undefined && limit < whole ? limit : whole;
  const amount = request.amount ?? whole;
  if (amount <= 0n || amount > largest)
    return { kind: "amount_invalid", largest: { currency, amount: largest } };
  const other = otherAccount(request, home);
  if (typeof other !== "string") return other;
  const sign = (difference.amount > 0n ? 1n : -1n) * home.direction;
  return balanced([
    { account: home.account, currency, amount: sign * amount },
    { account: other, currency, amount: -sign * amount },
  ]);
}

interface Home {
  readonly account: string;
  /** 1n where what the provider says beyond us raises it; −1n where it is credited: a debt, or what left an asset. */
  readonly direction: 1n | -1n;
}

/** Of a row that is nobody's a payout is made up; every other difference of a payout is about what left the balance. */
const partOfPayout = "row_unattributed";

/** The account whose balance the discrepancy is about; `null` where no posting could mend it. */
function homeOf(discrepancy: Discrepancy): Home | null {
  if (discrepancy.row === null) return null;
  const { level, key } = discrepancy.row;
  const balance = accounts.balance(discrepancy);
  switch (level) {
    case "settlement":
    case "rollforward":
      return { account: balance, direction: 1n };
    case "payout":
      return { account: balance, direction: discrepancy.kind === partOfPayout ? 1n : -1n };
    case "customer_credit": {
      // What Paddle owes its customers is Paddle's: no account of ours holds it.
      if (discrepancy.provider === "paddle") return null;
      const customer = key.slice(0, key.lastIndexOf(":"));
      return { account: accounts.customerCredit(discrepancy, customer), direction: -1n };
    }
    // What was never heard of is fetched, and what does not follow from the facts is a fault: neither is posted away.
    case "completeness":
    case "posting":
    case "wallets":
      return null;
    default:
      return level satisfies never;
  }
}

/** What an account that bears a difference is, or lies below. */
export const bearers = ["expenses", "revenue", "equity", "liabilities:tax", "assets:bank"] as const;

const bearing = new RegExp(`^(?:${bearers.join("|")})(?::[\\w.-]+)*$`);

/** Whether an account may bear a difference, by its name alone. */
export const mayBear = (account: string): boolean => bearing.test(account);

function otherAccount(
  { resolution, account }: ResolveRequest,
  home: Home,
): string | Extract<Resolved, { kind: "account_invalid" }> {
  if (resolution === "written_off")
    return account === null || account === accounts.differences
      ? accounts.differences
      : { kind: "account_invalid", detail: `What is written off goes to ${accounts.differences}.` };
  if (account === null) return { kind: "account_invalid", detail: "Say which account bears it." };
  if (!mayBear(account) || account === home.account)
    return {
      kind: "account_invalid",
      detail: "It must be below expenses, revenue, equity, liabilities:tax, or be assets:bank.",
    };
  return account;
}

/**
 * Takes back what was posted for discrepancies whose sides are no longer what they were when a person posted it; they are
 * open again, or have disappeared.
 */
export function lapsePostings(books: Books, id: DiscrepancyId, now: Instant): boolean {
  const known = books.knownDiscrepancy(id);
  if (known === undefined || known.standing.length === 0) return false;
  const { status, resolution } = known.discrepancy;
  if (status === "resolved" && resolution !== "disappeared") return false;
  const reason = "both sides are no longer what they were";
  const back = known.standing.map((posting) => ({ ...posting, amount: -posting.amount }));
  const entry = post(books, known, back, { reason, now });
  books.discrepancies.set(id, { ...known.discrepancy, at: now });
  books.personsWords.set(id, { action: "lapsed", actor: null, reason, entryId: entry });
  return true;
}

function post(
  books: Books,
  { discrepancy, corrections }: KnownDiscrepancy,
  postings: readonly Posting[],
  { reason, now }: { readonly reason: string; readonly now: Instant },
): EntryId {
  const ordinal = corrections + 1;
  const id = entryId(discrepancy.id, ordinal);
  books.entries.push({
    id,
    kind: "correction",
    ordinal,
    chargeId: null,
    walletId: null,
    payoutId: null,
    eventId: null,
    // It belongs to the time of what it corrects, as the provider's clock has it.
    effectiveAt: discrepancy.row?.at ?? now,
    postedAt: now,
    reason,
    postings: balanced(postings),
  });
  return id;
}
