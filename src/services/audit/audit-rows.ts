import { type AuditProblem, auditCharge, auditTransfer, differingFields } from "../../domain/audit.ts";
import type { ChargeRecord, PayoutRecord } from "../../domain/books.ts";
import { canonical } from "../../domain/canonical.ts";
import { lacksItsObject } from "../../domain/event.ts";
import type { Fact } from "../../domain/facts/facts.ts";
import type { WalletIds } from "../../domain/ids.ts";
import type { PolicyBook } from "../../domain/policy/policy.ts";
import type { Normalised } from "../../providers/provider.ts";
import type { AuditedEvent } from "../../store/audit/read/audit.ts";
import type { unbalancedEntries } from "../../store/audit/read/journal.ts";
import type { WalletSums } from "../../store/audit/read/wallets.ts";
import type { ReadPolicies } from "../charges/policies.ts";
import type { Audited } from "./moments.ts";

export const undecided = "could_not_decide";

/** What cannot even be read is neither right nor wrong. */
export function undecidable(subject: string, error: unknown): AuditProblem {
  const detail = error instanceof Error ? error.message : String(error);
  return { kind: undecided, subject, detail };
}

/** Reads an event's bytes anew, and compares with what was stored of it. */
export function auditEvent({ providers }: Pick<Audited, "providers">, audited: AuditedEvent): AuditProblem[] {
  const { event } = audited;
  const provider = providers.get(event.provider)?.provider;
  if (provider === undefined) throw new Error(`No provider ${event.provider} is known.`);
  const envelope = provider.readEnvelope(event.body);
  const normalise = (body: Uint8Array): Normalised => {
    const read = provider.readEnvelope(body);
    return read.kind === "refused"
      ? { kind: "parked", reason: read.code, detail: "" }
      : provider.normalise(read, event.id);
  };
  const problem = (kind: string, detail: string): AuditProblem => ({ kind, subject: event.id, detail });
  if (envelope.kind === "refused") return [problem("body_differs", envelope.code)];
  const stated = ["providerEventId", "type", "apiVersion", "occurredAt"] as const;
  return [
    ...differingFields(pick(envelope, stated), pick(event, stated)).map((field) =>
      problem("event_differs", `${field} is not what its bytes say`),
    ),
    ...factProblems(audited, normalise(event.body), audited.renderings.map(normalise)).map(([kind, detail]) =>
      problem(kind, detail),
    ),
  ];
}

function factProblems(
  { event, facts }: AuditedEvent,
  normalised: Normalised,
  others: readonly Normalised[],
): [kind: string, detail: string][] {
  if (event.outcome !== "applied" && event.outcome !== "waiting") {
    if (facts.length > 0) return [["facts_unexpected", `it is ${event.outcome}, and has facts`]];
    // What is parked or failed may be readable by now: it waits to be tried again, and nothing is hidden.
    const isMissing = event.outcome === "ignored" && normalised.kind === "facts";
    return isMissing ? [["facts_missing", "it is ignored, but its bytes speak of money"]] : [];
  }
  const readings = [normalised, ...others];
  if (lacksItsObject(event) && normalised.kind === "named" && facts.length === 0) return [];
  if (!readings.some(({ kind }) => kind === "facts"))
    return [["facts_differ", `its bytes now read as ${normalised.kind}`]];
  const said = readings.flatMap((reading) => (reading.kind === "facts" ? reading.facts : []));
  if (said.length !== facts.length)
    return [["facts_differ", `it has ${facts.length}, its bytes say ${said.length}`]];
  const differences = differingFields(byRef(said), byRef(facts));
  return differences.map((ref) => ["facts_differ", `of ${ref}, its bytes say something else`]);
}

function pick<From extends object, Key extends keyof From>(
  from: From,
  keys: readonly Key[],
): Pick<From, Key> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<From, Key>;
}

/** An event may say several things of one object, and of its versions each says them again. */
function byRef(facts: readonly Fact[]): Record<string, unknown> {
  const groups = Map.groupBy(facts, (fact) => `${fact.kind} ${fact.ref}`);
  return Object.fromEntries([...groups].map(([ref, own]) => [ref, own.map(canonical).sort()]));
}

/**
 * A charge that has not settled was last booked under the policy of that day: a file that changed since does nothing to it
 * until its next event. Which version that was is not kept, so it is right if it is under any.
 */
export function auditUnderItsPolicy(
  record: ChargeRecord,
  policies: ReadPolicies,
  walletIds: WalletIds,
): readonly AuditProblem[] {
  if (record.pin !== null) return auditCharge(record, policies, walletIds);
  return underAny(policies, (book) => auditCharge(record, book, walletIds));
}

/** The same for money that moved without a charge, which is never pinned. */
export function auditTransferUnderItsPolicy(
  record: PayoutRecord,
  policies: ReadPolicies,
): readonly AuditProblem[] {
  return underAny(policies, (book) => auditTransfer(record, book));
}

function underAny(
  policies: ReadPolicies,
  auditUnder: (policies: PolicyBook) => readonly AuditProblem[],
): readonly AuditProblem[] {
  const problems = auditUnder(policies);
  const { version } = policies;
  const isRightUnder = (number: number) => auditUnder({ current: version(number), version }).length === 0;
  return problems.length === 0 || policies.versions().some(isRightUnder) ? [] : problems;
}

export function problemOfEntry({
  id,
  currency,
  rest,
}: Awaited<ReturnType<typeof unbalancedEntries>>[number]): AuditProblem {
  const detail = rest === null ? "it has no postings" : `${rest} ${currency} are left over`;
  return { kind: "entry_unbalanced", subject: id, detail };
}

/** A wallet's row against its lots, its statement and the ledger. */
export function auditWallet(sums: WalletSums, walletIds: WalletIds): AuditProblem[] {
  const compared: [string, bigint | null, bigint | null][] = [
    ["paid, by its lots", sums.paid, sums.lots_paid],
    ["promo, by its lots", sums.promo, sums.lots_promo],
    ["paid, by the ledger", sums.paid, sums.posted_paid],
    ["promo, by the ledger", sums.promo, sums.posted_promo],
    ["recovery, by the ledger", sums.recovery, sums.posted_recovery],
    ["recovery, by its statement", sums.recovery, sums.recovery_moves],
    ["balance, by its statement", sums.paid + sums.promo, sums.lines_amount],
    ["seq", sums.seq, sums.last_seq],
    ["statement lines", sums.seq, sums.lines],
    ["lots", sums.lot_count, sums.lots],
    ["held, by its open holds", sums.held, sums.open_holds],
    ["holds", sums.hold_count, sums.holds],
    ["when something expires next", sums.next_expiry_at, sums.soonest_expiry],
  ];
  const named = walletIds.of(sums.owner, sums.currency);
  const naming =
    sums.id === named
      ? []
      : [{ kind: "wallet_differs", subject: sums.id, detail: `its owner's is ${named}` }];
  const differing = compared.filter(([, is, should]) => is !== should);
  return [
    ...naming,
    ...differing.map(([what, is, should]) => ({
      kind: "wallet_differs",
      subject: sums.id,
      detail: `${what}: ${is} is stored, ${should} follows`,
    })),
  ];
}
