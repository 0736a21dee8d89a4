/** Made by `npm run answers` from the API's description: to change it, change what the API tells. */
import type { Answer } from "./answer.ts";

/** The verdict of the audit. */
export interface Audit extends Answer {
  readonly ok: boolean;
  /** Whether everything could be decided. */
  readonly complete: boolean;
  /** How many rows of each kind were derived anew. */
  readonly checked: Readonly<Record<string, number>>;
  readonly problems: readonly AuditProblem[];
}

/** What differs from what it was derived from. */
export interface AuditProblem extends Answer {
  /** A stable code. */
  readonly kind: string;
  /** The id of what it is about. */
  readonly subject: string;
  readonly detail: string;
}

/** What providers were asked for, and what of it was new. */
export interface Backfill extends Answer {
  /** Whether every list was read to its end. */
  readonly complete: boolean;
  readonly lists: readonly ReadList[];
}

/** Why a list was not read to its end. */
export interface BackfillProblem extends Answer {
  readonly code: string;
  readonly detail: string;
}

/** One line of a wallet's statement: never changed. */
export interface BookedLine extends Answer {
  readonly walletId: string;
  /** Counted from 1 within the wallet. */
  readonly seq: number;
  readonly kind: "top_up" | "take_back" | "restore" | "replanned" | "debit" | "debit_reversal" | "usage" | "usage_reversal" | "grant" | "grant_reversal" | "write_off" | "expiry" | "link_out" | "link_in" | "correction";
  /** Of a correction: what it corrects. */
  readonly corrects?: "top_up" | "take_back" | "restore" | null;
  /** Change of the balance. */
  readonly amount: bigint;
  readonly balanceAfter: bigint;
  readonly requested: bigint;
  readonly covered: bigint;
  readonly uncovered: bigint;
  readonly chargeId: string | null;
  /** The usage that it is about, if it is one alone. */
  readonly usageId: string | null;
  /** The hold that it settled. */
  readonly holdId: string | null;
  readonly entryId: string;
  /** The provider's events behind it. */
  readonly eventIds: readonly string[];
  /** Why, where a person booked it. */
  readonly reason: string | null;
  /** On the provider's clock. */
  readonly effectiveAt: Date;
  /** On ours. */
  readonly postedAt: Date;
}

/** An amount, and what it becomes. */
export interface Change extends Answer {
  readonly before: bigint;
  readonly after: bigint;
}

/** The canonical record of one provider document that asks a customer for money. Unknown is null, never 0. */
export interface Charge extends Answer {
  readonly id: string;
  readonly provider: string;
  readonly account: string;
  readonly ref: string;
  readonly kind: "transaction" | "invoice" | "charge" | "unseen";
  readonly status: "draft" | "open" | "past_due" | "paid" | "uncollectible" | "void" | "unseen";
  /** The first that holds. */
  readonly reversal: "charged_back" | "disputed" | "refunded" | "partially_refunded" | "none";
  readonly currency: string;
  readonly subtotal: bigint | null;
  readonly discount: bigint | null;
  readonly tax: bigint | null;
  readonly total: bigint | null;
  /** Of the customer's credit at the provider, what was spent on it. */
  readonly creditApplied: bigint | null;
  readonly creditNotesApplied: bigint | null;
  readonly creditNotesTax: bigint;
  readonly creditIssued: bigint | null;
  readonly debtBroughtForward: bigint | null;
  /** What the customer is asked to pay, after discount, tax and credit. */
  readonly grandTotal: bigint | null;
  /** Cash captured to date. */
  readonly collected: bigint | null;
  readonly collectedEvidence: "payments" | "stated" | "none";
  /** Paid, but not through the provider. */
  readonly paidOutside: bigint | null;
  readonly reducedBeforeSettlement: bigint | null;
  readonly outstanding: bigint | null;
  readonly overpaid: bigint | null;
  /** Effective refunds in cash, tax included. */
  readonly refunded: bigint;
  /** Withdrawn less reinstated, now. */
  readonly disputed: bigint;
  readonly fee: bigint | null;
  readonly feeState: "known" | "pending" | "none";
  readonly earnings: bigint | null;
  readonly settlement: Settlement | null | null;
  /** The app's own key for the customer. */
  readonly owner: string | null;
  readonly customerRef: string | null;
  readonly subscriptionRef: string | null;
  readonly invoiceNumber: string | null;
  readonly origin: string | null;
  readonly collectionMode: "automatic" | "manual" | null;
  readonly billingPeriod: Period | null | null;
  readonly livemode: boolean | null;
  /** Who sells to the customer and owes the tax: the provider itself (Paddle, Stripe's Managed Payments), or the company. */
  readonly merchantOfRecord: "provider" | "company" | null;
  readonly createdAt: Date | null;
  readonly billedAt: Date | null;
  readonly paidAt: Date | null;
  /** Paid for good: from here it moves a wallet. */
  readonly settledAt: Date | null;
  /** When it settled, else when it last changed its status. */
  readonly occurredAt: Date;
  readonly paymentMethod: PaymentMethod | null | null;
  /** The app's own; what is no text is the JSON it is. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly policyVersion: number | null;
  readonly basis: "grand_total" | "net_of_tax" | "total" | null;
  readonly walletId: string | null;
  /** What it tops up its wallet by. */
  readonly toppedUp: bigint;
  /** What of that was taken back. */
  readonly takenBack: bigint;
  /** What of what was taken back no value covers now. */
  readonly uncovered: bigint;
  /** What must still arrive before it can move a wallet. */
  readonly waitingFor: readonly ("document" | "customer")[];
}

/** One currency of a run: what the provider says, and we. */
export interface CurrencyTotal extends Answer {
  readonly currency: string;
  /** What the provider says. */
  readonly left: bigint;
  /** What we say. */
  readonly right: bigint;
  readonly difference: bigint;
  readonly explained: bigint;
  readonly unexplained: bigint;
}

/** An immutable journal entry: its postings sum to zero per currency. */
export interface Entry extends Answer {
  readonly id: string;
  readonly kind: "provider" | "correction" | "top_up" | "take_back" | "restore" | "top_up_correction" | "top_up_regained" | "take_back_correction" | "restore_correction" | "replanned" | "debit" | "debit_reversal" | "usage" | "usage_reversal" | "grant" | "grant_reversal" | "write_off" | "expiry" | "link_out" | "link_in";
  readonly chargeId: string | null;
  readonly walletId: string | null;
  readonly payoutId: string | null;
  readonly eventId: string | null;
  /** On the provider's clock. */
  readonly effectiveAt: Date;
  /** On ours. */
  readonly postedAt: Date;
  /** Why, where a person booked it. */
  readonly reason: string | null;
  readonly postings: readonly Posting[];
}

/** A provider's statement that something happened, stored once as it came. */
export interface Event extends Answer {
  readonly id: string;
  readonly provider: string;
  readonly account: string;
  /** As the provider names it. */
  readonly eventId: string;
  readonly type: string;
  readonly apiVersion: string | null;
  /** How it came to us. */
  readonly origin: "webhook" | "backfill" | "import";
  readonly outcome: "applied" | "ignored" | "waiting" | "parked" | "failed";
  /** A stable code with what it is about; null where the outcome needs none. */
  readonly reason: string | null;
  /** The provider's clock; null if it could not be read. */
  readonly occurredAt: Date | null;
  /** Our socket. */
  readonly receivedAt: Date;
  /** Our commit of its effects; null until it has any. */
  readonly appliedAt: Date | null;
  /** How often applying it was tried. */
  readonly attempts: number;
  /** When a failed one is tried next. */
  readonly retryAt: Date | null;
  /** Whether a person said that nothing is to be done about it. */
  readonly dismissed: boolean;
  readonly dismissedAt: Date | null;
  readonly dismissedReason: string | null;
}

/** A lot as it was then, and where it came from. */
export interface ExplainedLot extends Answer {
  readonly id: string;
  readonly kind: "paid" | "promo";
  /** The charge that it came from. */
  readonly chargeId: string | null;
  readonly amount: bigint;
  readonly remaining: bigint;
  readonly expired: bigint;
  /** The lowest is spent first. */
  readonly priority: number;
  /** From this moment on it can no longer be spent. */
  readonly expiresAt: Date | null;
  readonly openedBy: LotOpening;
  readonly changes: readonly KindOfChange[];
  readonly charge: Charge | null | null;
  readonly entries: readonly Entry[];
  readonly events: readonly Event[];
}

/** A balance at a time on our clock, and what made it. */
export interface Explanation extends Answer {
  readonly walletId: string;
  readonly owner: string;
  readonly currency: string;
  readonly at: Date;
  readonly seq: number;
  readonly balance: bigint;
  readonly held: bigint;
  readonly available: bigint;
  /** Their amounts sum to the balance. */
  readonly changes: readonly KindOfChange[];
}

/** Value reserved for usage in flight. */
export interface Hold extends Answer {
  readonly id: string;
  readonly walletId: string;
  readonly amount: bigint;
  /** What is counted, if it was held for a quantity. */
  readonly meter: string | null;
  readonly quantity: string | null;
  /** Who of those that spend for the owner. */
  readonly member: string | null;
  readonly status: "open" | "settled" | "released" | "expired";
  /** What of the amount paid when it was settled. */
  readonly settled: bigint;
  /** What of the amount became free again. */
  readonly released: bigint;
  /** Whether it was settled after it had expired. */
  readonly late: boolean;
  readonly createdAt: Date;
  /** From this moment on it reserves nothing. */
  readonly expiresAt: Date;
  readonly closedAt: Date | null;
}

/** What all lines of one kind did together. */
export interface KindOfChange extends Answer {
  readonly kind: "top_up" | "take_back" | "restore" | "top_up_correction" | "top_up_regained" | "take_back_correction" | "restore_correction" | "replanned" | "debit" | "debit_reversal" | "usage" | "usage_reversal" | "grant" | "grant_reversal" | "write_off" | "expiry" | "link_out" | "link_in";
  readonly lines: number;
  readonly amount: bigint;
}

/** What an owner may spend in a period at most. */
export interface Limit extends Answer {
  /** As the app calls it. */
  readonly id: string;
  readonly owner: string;
  /** Null: of whatever is spent. */
  readonly meter: string | null;
  /** Who of those that spend for the owner; null: all of them. */
  readonly member: string | null;
  readonly period: "day" | "month" | "total";
  /** Where days and months begin. */
  readonly zone: string;
  readonly amount: bigint;
  readonly currency: string;
  /** What happened before is neither counted nor limited. */
  readonly from: Date;
  /** When the period that is now began. */
  readonly periodAt: Date;
  /** Of this period: what was covered, and what open holds reserve. */
  readonly counted: bigint;
  readonly left: bigint;
}

/** Whose a customer is, and what moved. */
export interface Link extends Answer {
  readonly provider: string;
  readonly account: string;
  readonly customerRef: string;
  readonly owner: string;
  readonly moved: readonly MovedValue[];
}

/** One top-up or grant inside a wallet, with what is left of it. */
export interface Lot extends Answer {
  readonly id: string;
  readonly kind: "paid" | "promo";
  /** The charge that it came from. */
  readonly chargeId: string | null;
  readonly amount: bigint;
  readonly remaining: bigint;
  readonly expired: bigint;
  /** The lowest is spent first. */
  readonly priority: number;
  /** From this moment on it can no longer be spent. */
  readonly expiresAt: Date | null;
}

/** The line that opened a lot. */
export interface LotOpening extends Answer {
  readonly seq: number;
  readonly kind: string;
  readonly entryId: string;
  readonly reason: string | null;
}

/** Why a run could not decide. */
export interface Missing extends Answer {
  readonly code: string;
  readonly detail: string;
}

/** Value that moved to another wallet. */
export interface MovedValue extends Answer {
  readonly currency: string;
  readonly amount: bigint;
  readonly fromWalletId: string;
  readonly toWalletId: string;
}

/** What an owner's page asks with. */
export interface OwnerToken extends Answer {
  /** Sent as Authorization: Bearer tok_…, and never in a URL. */
  readonly token: string;
  readonly owner: string;
  readonly expiresAt: Date;
}

/** How it was paid. */
export interface PaymentMethod extends Answer {
  readonly type: string;
  readonly brand: string | null;
  readonly last4: string | null;
}

/** From its beginning up to its end, which is not in it. */
export interface Period extends Answer {
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** One signed line of an entry on one account. */
export interface Posting extends Answer {
  readonly account: string;
  readonly currency: string;
  /** Debit is positive, credit negative. */
  readonly amount: bigint;
}

/** What a wallet would pay now. */
export interface Quote extends Answer {
  readonly walletId: string;
  /** What is covered and what is uncovered, together. */
  readonly requested: bigint;
  readonly covered: bigint;
  /** What no value would pay for. */
  readonly uncovered: bigint;
  /** What of the uncovered value would cover, but for a limit. */
  readonly limited: bigint;
  /** The limit that leaves the least; null if none keeps anything. */
  readonly limitId: string | null;
  readonly balanceAfter: bigint;
  /** In the order in which they would be drawn on. */
  readonly lots: readonly QuotedLot[];
}

/** What one lot would pay. */
export interface QuotedLot extends Answer {
  readonly lotId: string;
  readonly amount: bigint;
}

/** A list of a provider's, and what was new in it. */
export interface ReadList extends Answer {
  readonly provider: string;
  readonly account: string;
  readonly list: string;
  /** Null: from its beginning. */
  readonly coveredFrom: Date | null;
  readonly coveredTo: Date | null;
  /** What was never delivered, and is applied now. */
  readonly new: number;
  readonly known: number;
  /** What moves no money. */
  readonly meaningless: number;
  /** What is parked: it cannot be understood. */
  readonly unreadable: number;
  readonly problem: BackfillProblem | null | null;
}

/** What booking anew under another version of the policy changes. */
export interface Rebooked extends Answer {
  readonly policyVersion: number;
  /** Whether it was posted; if not, it is only shown. */
  readonly applied: boolean;
  readonly reason: string | null;
  readonly charges: readonly RebookedCharge[];
  readonly transfers: readonly RebookedTransfer[];
}

/** A charge that is booked otherwise. */
export interface RebookedCharge extends Answer {
  readonly chargeId: string;
  /** The provider's own id of it. */
  readonly ref: string;
  readonly walletId: string | null;
  readonly currency: string;
  /** Null of one that has not settled. */
  readonly fromVersion: number | null;
  readonly toppedUp: Change;
  readonly takenBack: Change;
  readonly debited: Change;
}

/** What is posted on an account. */
export interface RebookedPosting extends Answer {
  readonly account: string;
  readonly currency: string;
  readonly amount: bigint;
}

/** Money without a charge that is booked otherwise. */
export interface RebookedTransfer extends Answer {
  readonly kind: string;
  readonly ref: string;
  readonly postings: readonly RebookedPosting[];
}

/** A comparison that was asked for, and what came of it. */
export interface Reconciliation extends Answer {
  readonly id: string;
  readonly provider: string;
  readonly account: string;
  readonly level: "completeness" | "posting" | "settlement" | "payout" | "rollforward" | "customer_credit" | "wallets";
  readonly from: Date;
  readonly to: Date;
  readonly zone: string;
  /** Only rows of this currency; null: all. */
  readonly currency: string | null;
  readonly payoutRef: string | null;
  readonly statementIds: readonly string[];
  readonly status: "running" | "matched" | "discrepancies" | "incomplete";
  /** What was missing to decide. */
  readonly missing: readonly Missing[];
  /** Rows by class. */
  readonly counts: Readonly<Record<string, number>>;
  readonly totals: readonly CurrencyTotal[];
  readonly requestedBy: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

/** What the provider settles, in its currency, as it changes our balance: what leaves is negative. net = gross − tax − fee − dispute_fee. */
export interface Settlement extends Answer {
  readonly currency: string;
  readonly gross: bigint;
  /** What the provider withholds; null where we are the seller. */
  readonly tax: bigint | null;
  /** All fees but that of a dispute. */
  readonly fee: bigint | null;
  /** Of the fee, what an exchange costs; null where it is not stated. */
  readonly fxFee: bigint | null;
  /** Of the fee, what the provider keeps; null where it is not stated. */
  readonly retainedFee: bigint | null;
  readonly disputeFee: bigint | null;
  readonly net: bigint | null;
  readonly exchangeRate: string | null;
  /** The payout that pays it out, as far as a report or a list says so. */
  readonly payoutRef: string | null;
}

/** An amount and its currency. */
export interface Stated extends Answer {
  readonly currency: string;
  readonly amount: bigint;
}

/** One line of a wallet's statement: never changed. */
export interface StatementLine extends Answer {
  /** Counted from 1 within the wallet. */
  readonly seq: number;
  readonly kind: "top_up" | "take_back" | "restore" | "replanned" | "debit" | "debit_reversal" | "usage" | "usage_reversal" | "grant" | "grant_reversal" | "write_off" | "expiry" | "link_out" | "link_in" | "correction";
  /** Of a correction: what it corrects. */
  readonly corrects?: "top_up" | "take_back" | "restore" | null;
  /** Change of the balance. */
  readonly amount: bigint;
  readonly balanceAfter: bigint;
  readonly requested: bigint;
  readonly covered: bigint;
  readonly uncovered: bigint;
  readonly chargeId: string | null;
  /** The usage that it is about, if it is one alone. */
  readonly usageId: string | null;
  /** The hold that it settled. */
  readonly holdId: string | null;
  readonly entryId: string;
  /** The provider's events behind it. */
  readonly eventIds: readonly string[];
  /** Why, where a person booked it. */
  readonly reason: string | null;
  /** On the provider's clock. */
  readonly effectiveAt: Date;
  /** On ours. */
  readonly postedAt: Date;
}

/** A cost that a wallet bore, and what its balance decided then. */
export interface Usage extends Answer {
  /** As the app gave it; unique for the whole database. */
  readonly id: string;
  readonly walletId: string;
  readonly currency: string;
  readonly meter: string | null;
  /** A decimal. */
  readonly quantity: string | null;
  /** In minor units per unit of quantity: a decimal. */
  readonly price: string | null;
  /** Who of those that spend for the owner. */
  readonly member: string | null;
  /** Exact, in minor units: a decimal. */
  readonly cost: string;
  /** What is covered and what is uncovered, together. */
  readonly requested: bigint;
  readonly covered: bigint;
  readonly uncovered: bigint;
  /** What of the uncovered value would have covered, but for a limit. */
  readonly limited: bigint;
  /** The limit that left the least; null if none kept anything. */
  readonly limitId: string | null;
  readonly balance: bigint;
  /** The statement line it is part of; null if nothing was requested. */
  readonly seq: number | null;
  /** The app's clock, if it was told. */
  readonly occurredAt: Date | null;
  /** Ours. */
  readonly appliedAt: Date;
  readonly reversal: UsageReversal | null | null;
}

/** How usage was undone. */
export interface UsageReversal extends Answer {
  readonly at: Date;
  readonly reason: string;
  /** Its statement line; null if it gave nothing back. */
  readonly seq: number | null;
}

/** What was used, without what was reversed. */
export interface UsageSum extends Answer {
  /** A day or month of the zone; null: all of the window. */
  readonly period: string | null;
  readonly owner: string;
  readonly walletId: string;
  readonly currency: string;
  /** Null: amounts that were settled without one. */
  readonly meter: string | null;
  /** Who of those that spend for the owner. */
  readonly member: string | null;
  /** A decimal; amounts that were settled have none. */
  readonly quantity: string;
  readonly requested: bigint;
  readonly covered: bigint;
  readonly uncovered: bigint;
  /** What of the uncovered a limit kept. */
  readonly limited: bigint;
}

/** One owner's prepaid value in one currency. */
export interface Wallet extends Answer {
  readonly id: string;
  /** The app's own key for its customer. */
  readonly owner: string;
  readonly currency: string;
  readonly balance: bigint;
  /** Reserved by open holds, and still part of the balance. */
  readonly held: bigint;
  /** What can be spent: the balance without what is held. */
  readonly available: bigint;
  /** Of the balance, what was paid for. */
  readonly paid: bigint;
  /** Of the balance, what was given. */
  readonly promo: bigint;
  /** What take-backs could not cover, and later top-ups repay first. */
  readonly recovery: bigint;
  /** Metered cost below one minor unit: an exact decimal, 0 or more and below 1. */
  readonly pending: string;
  /** Number of the last line of the statement. */
  readonly seq: number;
}

/** A wallet's balance changed. */
export interface WalletBalanceChanged extends Answer {
  readonly walletId: string;
  readonly owner: string;
  readonly currency: string;
  /** Rises by one with each line of the wallet's statement. */
  readonly seq: number;
  /** The first line that it covers, where it is more than one. */
  readonly fromSeq?: number;
  readonly kind: "top_up" | "take_back" | "restore" | "replanned" | "debit" | "debit_reversal" | "usage" | "usage_reversal" | "grant" | "grant_reversal" | "write_off" | "expiry" | "link_out" | "link_in" | "correction";
  readonly corrects?: "top_up" | "take_back" | "restore";
  /** What it changed by. */
  readonly amount: bigint;
  readonly balance: bigint;
  readonly chargeId: string | null;
  readonly effectiveAt: Date;
}

/** A wallet's balance fell below what the policy calls low. */
export interface WalletLowBalance extends Answer {
  readonly walletId: string;
  readonly owner: string;
  readonly currency: string;
  /** Rises by one with each line of the wallet's statement. */
  readonly seq: number;
  readonly balance: bigint;
  readonly lowBalance: bigint;
  readonly effectiveAt: Date;
}

/** Usage or a debit was not wholly covered. */
export interface WalletDebitUncovered extends Answer {
  readonly walletId: string;
  readonly owner: string;
  readonly currency: string;
  /** Rises by one with each line of the wallet's statement. */
  readonly seq: number;
  readonly kind: "usage" | "debit";
  readonly requested: bigint;
  readonly covered: bigint;
  readonly uncovered: bigint;
  readonly chargeId: string | null;
  readonly effectiveAt: Date;
}

/** A charge was paid for good. */
export interface ChargeSettled extends Answer {
  readonly chargeId: string;
  readonly provider: string;
  readonly account: string;
  readonly ref: string;
  readonly owner: string | null;
  readonly walletId: string | null;
  readonly currency: string | null;
  readonly grandTotal: bigint | null;
  readonly reversal: "charged_back" | "disputed" | "refunded" | "partially_refunded" | "none" | null;
  readonly toppedUp: bigint;
  readonly takenBack: bigint;
}

/** What was given back of a charge, or is in dispute, changed. */
export interface ChargeReversed extends Answer {
  readonly chargeId: string;
  readonly provider: string;
  readonly account: string;
  readonly ref: string;
  readonly owner: string | null;
  readonly walletId: string | null;
  readonly currency: string | null;
  readonly grandTotal: bigint | null;
  readonly reversal: "charged_back" | "disputed" | "refunded" | "partially_refunded" | "none" | null;
  readonly toppedUp: bigint;
  readonly takenBack: bigint;
}

/** A provider's figures disagree with each other or with ours. */
export interface DiscrepancyOpened extends Answer {
  /** Of one that a comparison found. */
  readonly id?: string;
  readonly kind: string;
  readonly provider?: string;
  readonly account?: string;
  readonly level?: "completeness" | "posting" | "settlement" | "payout" | "rollforward" | "customer_credit" | "wallets" | null;
  readonly reconciliationId?: string;
  readonly chargeId: string | null;
  readonly eventId: string | null;
  readonly differences?: readonly Stated[];
  /** What differs: by field, what is known of it. */
  readonly detail: Readonly<Record<string, string>>;
  /** Where a person looks into it; there where PUBLIC_URL is set. */
  readonly url?: string;
}

/** Whether an account agrees with the books has turned. */
export interface VerdictTurned extends Answer {
  readonly provider: string;
  readonly account: string;
  readonly before: "not_reconciled" | "incomplete" | "not_compared" | "settled_since" | "agrees";
  readonly state: "not_reconciled" | "incomplete" | "not_compared" | "settled_since" | "agrees";
  /** Discrepancies that are open. */
  readonly open: number;
  readonly agreesUntil: Date | null;
  /** Where a person looks into it; there where PUBLIC_URL is set. */
  readonly url?: string;
}

/** A provider has not delivered for longer than it should, or delivers again. */
export interface ProviderSilent extends Answer {
  readonly provider: string;
  readonly account: string;
  readonly silent: boolean;
  readonly lastReceivedAt: Date;
  /** Where a person looks into it; there where PUBLIC_URL is set. */
  readonly url?: string;
}

/** What the outbox sends of each type. */
export interface OutboxData {
  readonly "wallet.balance_changed": WalletBalanceChanged;
  readonly "wallet.low_balance": WalletLowBalance;
  readonly "wallet.debit_uncovered": WalletDebitUncovered;
  readonly "charge.settled": ChargeSettled;
  readonly "charge.reversed": ChargeReversed;
  readonly "discrepancy.opened": DiscrepancyOpened;
  readonly "verdict.turned": VerdictTurned;
  readonly "provider.silent": ProviderSilent;
}
