import { book } from "./book/book.ts";
import { DatedBalances } from "./book/dated.ts";
import type { ChargeRecord, PayoutRecord } from "./books.ts";
import { canonical } from "./canonical.ts";
import { findingsOf } from "./charge/checks.ts";
import type { Finding } from "./charge/finding.ts";
import { fold } from "./charge/fold.ts";
import type { WalletIds } from "./ids.ts";
import type { Amount } from "./money.ts";
import { placementOf } from "./place/place.ts";
import { datedTargets } from "./policy/dated-targets.ts";
import { policyFindings } from "./policy/owner.ts";
import { pinnedTerms, settledAt } from "./policy/pin.ts";
import type { PolicyBook } from "./policy/policy.ts";
import { formatInstant, type Instant } from "./time.ts";
import { bookTransfer, transferOf } from "./transfer/transfer.ts";
import { allSteps, walletSteps } from "./wallet/wallet-steps.ts";

/** Something in the books that does not follow from what they were made of. */
export interface AuditProblem {
  /** A stable code. */
  readonly kind: string;
  /** The id of what it is about. */
  readonly subject: string;
  readonly detail: string;
}

/** What an audit says. `complete` is false where something could not be decided; then `ok` is false too. */
export interface AuditVerdict {
  readonly ok: boolean;
  readonly complete: boolean;
  /** How many rows of each kind were derived anew. */
  readonly checked: Readonly<Record<string, number>>;
  readonly problems: readonly AuditProblem[];
}

/** Derives a charge, its postings, S and T anew from its facts, under its pin, and compares. */
export function auditCharge(
  record: ChargeRecord,
  policies: PolicyBook,
  walletIds: WalletIds,
): AuditProblem[] {
  const problem = (kind: string, detail: string): AuditProblem => ({ kind, subject: record.id, detail });
  if (record.mergedInto !== null) return auditMerged(record);
  if (record.facts.length === 0) return [problem("facts_missing", "there is nothing it could be made of")];
  const { charge, refused, policy, settled, target } = derived(record, policies);
  const folded = differingFields(charge, record.charge ?? {}).map((field) =>
    problem("charge_differs", `${field} is not what the facts say`),
  );
  const settling =
    settled === record.settledAt ? [] : [problem("settled_at_differs", "it settled at another time")];
  const { pin } = record;
  const pinned = pin?.owner == null ? null : walletIds.of(pin.owner, charge.currency);
  const pins =
    pin === null || pin.walletId === pinned ? [] : [problem("pin_differs", "it is not its owner's wallet")];
  const isAnothers = record.assigned !== null && pin !== null && pin.owner !== record.assigned;
  const assigned = isAnothers ? [problem("pin_differs", "it is not whom a person gave it to")] : [];
  // Whose a charge would be now depends on links, which are no part of it.
  const { owner_differs: _, owner_unreadable: __, ...kept } = record.discrepancies;
  const findings = [...findingsOf(charge, record.facts, refused), ...policyFindings(charge, policy)];
  return [
    ...folded,
    ...postingProblems(record, target),
    ...settling,
    ...pins,
    ...assigned,
    ...findingProblems(findings, kept, problem),
    ...auditWalletSide({ ...record, charge }, policies),
  ];
}

function derived(record: ChargeRecord, policies: PolicyBook) {
  const { key, pin } = record;
  const placed = placementOf(key.ref, record);
  const charge = fold(key, placed);
  const { refused } = placed;
  const policy = pin === null ? policies.current : policies.version(pin.policyVersion);
  const settled = settledAt(charge, policy);
  const target = book(charge, { settledAt: settled, booksStartAt: policy.booksStartAt });
  return { charge, refused, policy, settled, target };
}

/** What the ledger should say of a charge or a transfer; nothing of a charge that turned out to be another one. */
export function targetOf(record: ChargeRecord | PayoutRecord, policies: PolicyBook): DatedBalances {
  if ("payout" in record && record.payout?.kind === "credit_opening")
    return bookTransfer(record.payout, policies.current.booksStartAt);
  if (record.facts.length === 0) return new DatedBalances();
  if ("payout" in record) return transferOf(record.key, record, policies.current.booksStartAt).target;
  return record.mergedInto === null ? derived(record, policies).target : new DatedBalances();
}

/** What is missing on each account, by when it should have been there. */
function postingProblems({ id, posted }: ChargeRecord | PayoutRecord, target: DatedBalances): AuditProblem[] {
  return target
    .minus(posted)
    .steps()
    .flatMap(({ at, balances }) =>
      balances.postings().map(({ account, currency, amount }) => ({
        kind: "posting_differs",
        subject: id,
        detail: `${amount} ${currency} are missing on ${account} at ${formatInstant(at)}`,
      })),
    );
}

function findingProblems(
  findings: readonly Finding[],
  kept: Readonly<Record<string, string>>,
  problem: (kind: string, detail: string) => AuditProblem,
): AuditProblem[] {
  const found = Object.fromEntries(findings.map(({ kind, detail }) => [kind, JSON.stringify(detail)]));
  return differingFields(found, kept).map((kind) => problem("discrepancy_differs", kind));
}

/** A charge that turned out to be another one has nothing of its own left. */
function auditMerged({ id, posted, toppedUp, takenBack, debited }: ChargeRecord): AuditProblem[] {
  const isEmpty = posted.steps().length === 0 && toppedUp === 0n && takenBack === 0n && debited === 0n;
  return isEmpty
    ? []
    : [{ kind: "merged_charge_differs", subject: id, detail: "it still has effects of its own" }];
}

/** S, T and the debits against the facts, and against the statement lines they were posted by. */
function auditWalletSide(record: ChargeRecord, policies: PolicyBook): AuditProblem[] {
  const { charge, pin } = record;
  const pinned = charge !== null && pin !== null && pin.walletId !== null && record.settledAt !== null;
  const dated = pinned
    ? datedTargets(
        charge,
        pinnedTerms(pin, policies.version(pin.policyVersion), charge),
        record.settledAt as Instant,
      )
    : [];
  const targets = dated.at(-1)?.targets ?? { toppedUp: 0n, takenBack: 0n, debited: 0n };
  const compared: [string, Amount, Amount][] = [
    ["topped_up", record.toppedUp, targets.toppedUp],
    ["taken_back", record.takenBack, targets.takenBack],
    ["debited", record.debited, targets.debited],
  ];
  const problem = (detail: string): AuditProblem => ({
    kind: "wallet_side_differs",
    subject: record.id,
    detail,
  });
  const own = record.walletLines.filter(({ chargeId }) => chargeId === record.id);
  return [
    ...compared
      .filter(([, is, should]) => is !== should)
      .map(([what, is, should]) => problem(`${what}: ${is} is stored, ${should} follows`)),
    ...allSteps(walletSteps(dated, own)).map(({ at, kind, amount }) =>
      problem(`the statement lacks a ${kind} of ${amount} at ${formatInstant(at)}`),
    ),
  ];
}

/** The same for money that moved without a charge: it has no pin and no wallet side. */
export function auditTransfer(record: PayoutRecord, { current }: PolicyBook): AuditProblem[] {
  const problem = (kind: string, detail: string): AuditProblem => ({ kind, subject: record.id, detail });
  // What a customer's credit was opened with has no facts of its own: it is derived with the credit.
  if (record.payout?.kind === "credit_opening")
    return postingProblems(record, bookTransfer(record.payout, current.booksStartAt));
  if (record.facts.length === 0) return [problem("facts_missing", "there is nothing it could be made of")];
  const { transfer, target, findings } = transferOf(record.key, record, current.booksStartAt);
  return [
    ...differingFields(transfer, record.payout ?? {}).map((field) => problem("payout_differs", field)),
    ...postingProblems(record, target),
    ...findingProblems(findings, record.discrepancies, problem),
  ];
}

/** Names of the fields in which two records differ, whatever the order of their keys. */
export function differingFields(a: object, b: object): string[] {
  const fields = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...fields].filter((field) => canonical(a[field as never]) !== canonical(b[field as never])).sort();
}
