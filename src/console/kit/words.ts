import type { WalletLineKind } from "../../domain/book/journal.ts";
import type { Resolution } from "../../domain/books.ts";
import type { ChargeKind, ChargeStatus, CollectedEvidence, Reversal } from "../../domain/charge/charge.ts";
import type { Outcome } from "../../domain/event.ts";
import type { MovementKind, MovementStatus } from "../../domain/facts/facts.ts";
import type { Delivery } from "../../domain/outbox/delivery.ts";
import type { Effect } from "../../domain/policy/policy.ts";
import type { AccountVerdict } from "../../domain/reconciling/account-verdict.ts";
import type { Level, RowClass } from "../../domain/reconciling/level.ts";
import type { Run } from "../../domain/reconciling/run.ts";
import type { ReportRow, StatementOrigin, StatementStatus } from "../../domain/reconciling/statement.ts";
import type { Tone } from "./parts.tsx";

/** What people read where the API says a code, and how it is marked. */
export type Word = readonly [word: string, tone: Tone];

export const chargeKindWords: Readonly<Record<ChargeKind, string>> = {
  transaction: "Transaction",
  invoice: "Invoice",
  charge: "Payment",
  unseen: "Document not seen yet",
};

export const chargeStatusWords: Readonly<Record<ChargeStatus, Word>> = {
  draft: ["draft", "plain"],
  open: ["open", "open"],
  past_due: ["past due", "open"],
  paid: ["paid", "good"],
  uncollectible: ["given up as uncollectible", "bad"],
  void: ["called off", "plain"],
  unseen: ["not seen yet", "open"],
};

export const reversalWords: Readonly<Record<Reversal, Word>> = {
  charged_back: ["charged back", "bad"],
  disputed: ["disputed", "open"],
  refunded: ["refunded", "plain"],
  partially_refunded: ["refunded in part", "plain"],
  none: ["nothing given back", "plain"],
};

export const evidenceWords: Readonly<Record<CollectedEvidence, string>> = {
  payments: "by its payments",
  stated: "by the document's word alone",
  none: "nothing is known of its payments",
};

export const movementKindWords: Readonly<Record<MovementKind, string>> = {
  refund: "Refund",
  dispute: "Dispute",
  credit: "Credit",
  refund_reversal: "Refund undone",
  dispute_reversal: "Dispute undone",
  credit_reversal: "Credit undone",
};

export const movementStatusWords: Readonly<Record<MovementStatus, Word>> = {
  pending: ["pending", "open"],
  approved: ["approved", "good"],
  rejected: ["rejected", "plain"],
  reversed: ["reversed", "plain"],
  succeeded: ["succeeded", "good"],
  failed: ["failed", "bad"],
  canceled: ["canceled", "plain"],
};

/** A dispute that "succeeded" is money that was taken from us. */
export function movementWord({
  kind,
  status,
  warning,
}: {
  readonly kind: MovementKind;
  readonly status: MovementStatus;
  readonly warning: boolean;
}): Word {
  const isDone = status === "succeeded" || status === "approved";
  if (isDone && warning) return ["early warning", "open"];
  if (isDone && kind === "dispute") return ["money withdrawn", "bad"];
  if (isDone && kind === "dispute_reversal") return ["money given back to us", "good"];
  return movementStatusWords[status];
}

export const lineKindWords: Readonly<Record<WalletLineKind, string>> = {
  top_up: "top-up",
  take_back: "taken back",
  restore: "given back again",
  top_up_correction: "correction of a top-up",
  top_up_regained: "top-up again",
  take_back_correction: "correction of what was taken back",
  restore_correction: "correction of what was given back again",
  replanned: "planned anew",
  debit: "debit",
  debit_reversal: "debit undone",
  usage: "used",
  usage_reversal: "use undone",
  grant: "granted",
  grant_reversal: "grant undone",
  write_off: "debt forgiven",
  expiry: "expired",
  link_out: "moved to another owner",
  link_in: "came from another owner",
};

export const effectWords: Readonly<Record<Effect, string>> = {
  top_up: "tops up the wallet",
  debit: "lowers the wallet",
  none: "does not touch the wallet",
};

export const outcomeWords: Readonly<Record<Outcome, Word>> = {
  applied: ["applied", "good"],
  duplicate: ["seen before", "plain"],
  ignored: ["no money in it", "plain"],
  waiting: ["waiting", "open"],
  parked: ["parked", "bad"],
  failed: ["failed", "bad"],
};

/** As what a discrepancy was settled. */
export const resolutionWords: Readonly<Record<Resolution, string>> = {
  disappeared: "both sides agree now",
  provider_fixed: "the provider was wrong",
  accepted: "right as it is",
  written_off: "written off",
  posted: "posted to an account",
};

/** Settled how; without a word it went away by itself. */
export const settledAs = (resolution: Resolution | null): string =>
  resolutionWords[resolution ?? "disappeared"];

export const deliveryWords: Readonly<Record<Delivery["status"], Word>> = {
  pending: ["pending", "open"],
  delivered: ["delivered", "good"],
  dead: ["given up", "bad"],
};

export const verdictWords: Readonly<Record<AccountVerdict["state"], Word>> = {
  not_reconciled: ["not reconciled", "bad"],
  incomplete: ["incomplete", "open"],
  not_compared: ["not compared yet", "open"],
  settled_since: ["settled, compare again", "open"],
  agrees: ["agrees", "good"],
};

export const levelWords: Readonly<Record<Level, string>> = {
  completeness: "completeness",
  posting: "posting",
  settlement: "settlement",
  payout: "payout",
  rollforward: "roll-forward",
  customer_credit: "customer credit",
  wallets: "wallets",
};

export const runStatusWords: Readonly<Record<Run["status"], Word>> = {
  running: ["goes on", "open"],
  matched: ["agrees, or is explained", "good"],
  discrepancies: ["rows differ", "bad"],
  incomplete: ["could not be decided", "open"],
};

export const reportStatusWords: Readonly<Record<StatementStatus, Word>> = {
  running: ["being read", "open"],
  complete: ["read to its end", "good"],
  incomplete: ["could be read only so far", "bad"],
  refused: ["could not be read", "bad"],
};

export const reportOriginWords: Readonly<Record<StatementOrigin, string>> = {
  import: "a report that somebody imported",
  list: "a list that was asked for",
};

/** What came of one line of a report. */
export const lineStatusWords: Readonly<Record<ReportRow["status"], string>> = {
  included: "included",
  excluded: "left out",
  error: "in error",
};

/** Of what a provider holds for a customer: who owes whom. */
export const creditWord = (amount: bigint): string =>
  amount > 0n ? "credit, owed to the customer" : amount < 0n ? "debt, owed by the customer" : "neither owes";

/** Of a difference in that, their figure less ours. */
export const creditDifferenceWord = (amount: bigint): string =>
  amount > 0n
    ? "they say that more is owed to the customer"
    : "they say that less is owed to the customer, or more by them";

/** What came of one row of a comparison. */
export const rowClassWords: Readonly<Record<RowClass, string>> = {
  matched: "the same",
  not_due: "not to be stated yet",
  pending: "not decided by the provider yet",
  in_transit: "on its way",
  credit_not_drawn: "credit that nothing has drawn",
  resolved: "settled by a person",
  reported: "told by another row",
  undecided: "not decided: their list did not come to its end",
  missing_here: "stated, not here",
  missing_there: "here, not stated",
  differs: "differs",
  duplicate: "stated twice",
};

export const auditWord = ({ ok, complete }: { readonly ok: boolean; readonly complete: boolean }): Word =>
  ok
    ? ["everything agrees", "good"]
    : complete
      ? ["the books do not agree", "bad"]
      : ["it could not be decided", "open"];

/** Known providers by their names; another as it calls itself. */
export const providerName = (provider: string): string =>
  provider.charAt(0).toUpperCase() + provider.slice(1);

/** A code as words, where it has no better ones. */
export const spaced = (code: string): string => code.replaceAll("_", " ");

/** Each name with what people read for it. */
export const wordsBy = <Name extends string>(
  names: readonly Name[],
  wordOf: (name: Name) => string,
): Readonly<Record<string, string>> => Object.fromEntries(names.map((name) => [name, wordOf(name)]));

/** What stands on the two sides of a level: of a payout the provider states two sums, what it paid and the rows of it. */
export const headsOfSides = (level?: Level, provider?: string): readonly [left: string, right: string] =>
  level === "payout"
    ? ["Its rows come to", "They paid"]
    : [provider === undefined ? "They state" : `${provider} states`, "We hold"];
