import type { auditNoun } from "./audit/nouns/audit.ts";
import type { chargeNoun } from "./charges/nouns/charge.ts";
import type { chargeRecordNoun } from "./charges/nouns/charge-record.ts";
import type { movementNoun } from "./charges/nouns/movement.ts";
import type { transferNoun } from "./charges/nouns/payout.ts";
import type { RowOf } from "./described/noun.ts";
import type { eventNoun } from "./inbox/nouns/event.ts";
import type { entryNoun } from "./ledger/nouns/entry.ts";
import type { messageNoun } from "./outbox/nouns/message.ts";
import type { actionNoun } from "./people/nouns/action.ts";
import type { discrepancyNoun } from "./reconciling/nouns/discrepancy.ts";
import type { reportNoun, reportRowNoun } from "./reconciling/nouns/report.ts";
import type { runNoun, runRowNoun } from "./reconciling/nouns/run.ts";
import type { holdNoun, limitNoun, tallyNoun, usageNoun } from "./wallets/nouns/spending.ts";
import type { lotNoun, walletLineNoun, walletNoun } from "./wallets/nouns/wallet.ts";

/**
 * The tables, as both engines hold them. Every integer is a `bigint` in JavaScript, every truth value 0 or 1, every time
 * nanoseconds since 1970, every amount minor units. A column ending in `_no` is an internal number: it joins tables, and
 * never appears in the API or in a dump. JSON is kept as text, as `exact-json.ts` writes it.
 */
export interface Database {
  events: EventRow;
  renderings: RenderingRow;
  dossier_names: DossierNameRow;
  claims: ClaimRow;
  facts: FactRow;
  charges: ChargeRow;
  sellers: SellerRow;
  movements: MovementRow;
  payouts: PayoutRow;
  accounts: AccountRow;
  entries: EntryRow;
  postings: PostingRow;
  account_days: AccountDayRow;
  rolled_up_days: RolledUpDayRow;
  account_days_mark: AccountDaysMarkRow;
  wallets: WalletRow;
  wallet_lines: WalletLineRow;
  lots: LotRow;
  lot_moves: LotMoveRow;
  holds: HoldRow;
  limits: LimitRow;
  limit_counts: LimitCountRow;
  limit_amounts: LimitAmountRow;
  tallies: TallyRow;
  usage: UsageRow;
  uncovered_moves: UncoveredMoveRow;
  customers: CustomerRow;
  customer_credits: CustomerCreditRow;
  credit_memos: CreditMemoRow;
  policies: PolicyRow;
  discrepancies: DiscrepancyRow;
  discrepancy_changes: DiscrepancyChangeRow;
  reconciliations: ReconciliationRow;
  reconciliation_rows: ReconciledRowRow;
  reconciliation_matches: MatchRow;
  outbox: OutboxRow;
  idempotency_keys: IdempotencyKeyRow;
  watermarks: WatermarkRow;
  refused_deliveries: RefusedDeliveriesRow;
  leases: LeaseRow;
  told_states: ToldStateRow;
  statements: StatementTableRow;
  statement_rows: StatementLineRow;
  audits: AuditRow;
  installation: InstallationRow;
  actions: ActionRow;
  sessions: SessionRow;
  sign_in_attempts: SignInAttemptRow;
  migrations: MigrationRow;
}

/** A provider's statement. `id` holds provider, account and the provider's event id, so it alone makes them unique. */
export type EventRow = RowOf<typeof eventNoun>;

/** The bytes of an event at another API version than it first came in. */
export interface RenderingRow {
  event_no: bigint;
  api_version: string;
  body: Uint8Array;
  received_at: bigint;
}

/** A name of an object, and where facts about it are filed: see the domain's `Dossier`. `name` is its `nameKey`. */
export interface DossierNameRow {
  name: string;
  dossier_no: bigint;
}

/** What was heard first of an object, and stands: what it is, and whose. Never changed. `name` is its `nameKey`. */
export interface ClaimRow {
  name: string;
  ref: string;
  noun: string;
  of_ref: string | null;
  /** Of the fact that said it. */
  heard: bigint;
}

/** What one event says of one charge, dossier or payout. The key refuses that an event is applied twice. */
export interface FactRow {
  subject_no: bigint;
  event_no: bigint;
  /** Counts an event's facts of one subject from 1. */
  position: bigint;
  /** Whether nothing depends on it any more, whatever is heard: it is kept, and not read when an event is applied. */
  superseded: bigint;
  kind: string;
  body: string;
  /** JSON: the claims that stand against it; null if none does. */
  contested: string | null;
  /** Rises from fact to fact in the order in which they were applied, whenever their events came. */
  heard: bigint;
}

/** A subscription or link through which the provider sells itself, by its name. */
export interface SellerRow {
  name: string;
  provider: string;
  account: string;
  ref: string;
  told_at: bigint;
  /** How often what was sold through it was looked for since: twice, the second time when nothing older can be under way. */
  rounds: bigint;
}

/** What was told last of something that turns. */
export interface ToldStateRow {
  name: string;
  state: string;
  at: bigint;
}

/** The fold of a charge's facts, and what the ledger has posted of it. */
export type ChargeRow = RowOf<typeof chargeRecordNoun> & RowOf<typeof chargeNoun>;

/** Money or credit going the other way on a charge. */
export type MovementRow = RowOf<typeof movementNoun>;

/** Money that moved without a charge: what the provider sends to our bank, customers' cash, rows of its balance. */
export type PayoutRow = RowOf<typeof transferNoun>;

/** An account of the ledger in one currency. Never changed. */
export interface AccountRow {
  no: bigint;
  path: string;
  currency: string;
  /** Its line in a trial balance that is rolled up: see `rolledUpPath`. */
  rolled_up: string;
}

/** What was posted to an account on one day of UTC, by one clock. */
export interface AccountDayRow {
  account_no: bigint;
  clock: string;
  /** When it begins. */
  day: bigint;
  amount: bigint;
  /** How many postings that is: their sum may be 0. */
  postings: bigint;
}

/** The same of all accounts of one line in a trial balance that is rolled up. */
export interface RolledUpDayRow {
  clock: string;
  path: string;
  currency: string;
  day: bigint;
  amount: bigint;
  postings: bigint;
}

/** One row. Of entries up to this number, the days have all that there are or ever will be. */
export interface AccountDaysMarkRow {
  one: bigint;
  up_to: bigint;
}

/** An immutable journal entry; its `id` is made of its subject and ordinal, so none is posted twice. */
export type EntryRow = RowOf<typeof entryNoun>;

export interface PostingRow {
  entry_no: bigint;
  account_no: bigint;
  amount: bigint;
}

/** One owner's prepaid value in one currency: `balance = paid + promo`, none of them below zero. */
export type WalletRow = RowOf<typeof walletNoun>;

/** One line of a wallet's statement. Never changed. */
export type WalletLineRow = RowOf<typeof walletLineNoun>;

/** One top-up or grant inside a wallet. */
export type LotRow = RowOf<typeof lotNoun>;

/** How a statement line changed one lot. */
export interface LotMoveRow {
  wallet_no: bigint;
  seq: bigint;
  /** In the order the line took them, from 1: giving back goes the other way. */
  position: bigint;
  lot_ordinal: bigint;
  remaining: bigint;
  expired: bigint;
  /** When the lot was to expire as the line found it. */
  expires_at: bigint | null;
}

/** Value reserved for usage in flight. */
export type HoldRow = RowOf<typeof holdNoun>;

/** What a wallet may be spent on at most. Of one id at most one is in force. */
export type LimitRow = RowOf<typeof limitNoun>;

/** What a limit counted in a period. */
export interface LimitCountRow {
  wallet_no: bigint;
  ordinal: bigint;
  period_at: bigint;
  counted: bigint;
}

/** What the amount of a limit was set to, and when: for deriving what it decided. */
export interface LimitAmountRow {
  wallet_no: bigint;
  ordinal: bigint;
  position: bigint;
  amount: bigint;
  set_at: bigint;
}

/** What usage shares that one wallet bore together at one price, a decimal. */
export type TallyRow = RowOf<typeof tallyNoun>;

/** A cost that a wallet bore. `quantity` and `cost` are decimals. */
export interface UsageRow extends RowOf<typeof usageNoun> {
  no: bigint;
  tally_no: bigint;
}

/** How a statement line changed what no value covers of a charge's take-backs. */
export interface UncoveredMoveRow {
  wallet_no: bigint;
  seq: bigint;
  position: bigint;
  charge_no: bigint;
  account: string;
  amount: bigint;
}

/** A customer that was linked to an owner by hand; `id` is the domain's `customerKey`. */
export interface CustomerRow {
  id: string;
  provider: string;
  account: string;
  customer_ref: string;
  owner: string;
  linked_at: bigint;
}

/** What a provider holds for a customer in one currency, as far as we saw it given and spent. */
export interface CustomerCreditRow {
  id: string;
  provider: string;
  account: string;
  customer_ref: string;
  currency: string;
  issued: bigint;
  applied: bigint;
  /** JSON: how the balance came about, where the provider states it. */
  steps: string;
  /** The id of the transfer that opens it in the books. */
  opening: string | null;
}

/** By how much a charge changed a customer's credit, when that became known. */
export interface CreditMemoRow {
  no: bigint;
  credit_id: string;
  charge_no: bigint;
  issued: bigint;
  applied: bigint;
  posted_at: bigint;
}

export interface PolicyRow {
  version: bigint;
  hash: string;
  body: string;
  /** The greatest is of the one that was put in force last. */
  in_force_no: bigint;
  created_at: bigint;
}

export type DiscrepancyRow = RowOf<typeof discrepancyNoun>;

/** Who or what did what to a discrepancy. Never changed. */
export interface DiscrepancyChangeRow {
  discrepancy_no: bigint;
  ordinal: bigint;
  action: string;
  at: bigint;
  /** The name of a person's key; null if it was an event or a run. */
  actor: string | null;
  event_no: bigint | null;
  run_no: bigint | null;
  resolution: string | null;
  reason: string | null;
  entry_no: bigint | null;
  detail: string;
  hash: string;
}

/** A comparison of the books with what a provider states. */
export type ReconciliationRow = RowOf<typeof runNoun>;

/** What one run said of one row. */
export type ReconciledRowRow = RowOf<typeof runRowNoun>;

/** A row of which both sides agree: the statement row, and the subject that holds it. */
export interface MatchRow {
  run_no: bigint;
  key: string;
  statement_no: bigint;
  line: bigint;
  subject_no: bigint;
  due_at: bigint;
}

/** A message for the app. */
export type OutboxRow = RowOf<typeof messageNoun>;

/** What was decided for a request that carried an idempotency key; `id` is the domain's `idempotencyId`. */
export interface IdempotencyKeyRow {
  id: string;
  request: string;
  result: string;
  created_at: bigint;
}

/** How much of one of a provider's lists was read. */
export interface WatermarkRow {
  provider: string;
  account: string;
  kind: string;
  /** Null: from the beginning. */
  covered_from: bigint | null;
  /** Null until a listing came to its end. */
  covered_to: bigint | null;
  listing_from: bigint | null;
  /** Null while no listing was broken off. */
  listing_to: bigint | null;
  listing_after: string | null;
  /** Why it could not be read to its end when it was last asked for; null: it could. */
  problem: string | null;
}

/** How many deliveries were refused for one reason, under the secrets that were configured then. */
export interface RefusedDeliveriesRow {
  provider: string;
  code: string;
  /** A keyed hash of them. */
  secrets: string;
  count: bigint;
  first_at: bigint;
  last_at: bigint;
}

/** Who may do what only one process does at a time. */
export interface LeaseRow {
  name: string;
  /** Rises with each holder: what an earlier one still writes is refused. */
  token: bigint;
  expires_at: bigint;
}

/** A report that was imported, or a list that was read for comparing. */
export type StatementTableRow = RowOf<typeof reportNoun>;

/** A line of a statement in canonical words; of one in error, whatever could be read. Never changed. */
export type StatementLineRow = RowOf<typeof reportRowNoun>;

/** What an audit said. */
export type AuditRow = RowOf<typeof auditNoun>;

/** What makes keyed hashes of this installation. */
export interface InstallationRow {
  name: string;
  secret: Uint8Array;
}

/** What somebody decided. */
export type ActionRow = RowOf<typeof actionNoun>;

/** Somebody who is signed in to the console. */
export interface SessionRow {
  id_hash: string;
  name: string;
  role: string;
  /** A keyed hash of what is configured of the person: once that is another, the session is over. */
  line_digest: string;
  made_at: bigint;
  seen_at: bigint;
  ends_at: bigint;
}

/** An attempt to sign in that was not right, or is not judged yet; name and address as keyed hashes. */
export interface SignInAttemptRow {
  id: string;
  name: string;
  address: string;
  at: bigint;
}

export interface MigrationRow {
  name: string;
  applied_at: bigint;
}
