/** Made by `npm run answers` from the API's description: to change it, change what the API tells. */
import type { Answer } from "./answer.ts";

/** The verdict of the audit. */
export interface Audit extends Answer {
  /** Whether nothing differs from what it was derived from. */
  readonly ok: boolean;
  /** Whether everything could be decided. */
  readonly complete: boolean;
  /** How many rows of each kind were derived anew. */
  readonly checked: Readonly<Record<string, number>>;
  /** What is wrong; empty if nothing is. */
  readonly problems: readonly AuditProblem[];
}

/** What differs from what it was derived from. */
export interface AuditProblem extends Answer {
  /** A stable code. */
  readonly kind: string;
  /** The id of what it is about. */
  readonly subject: string;
  /** What it is, for people. */
  readonly detail: string;
}

/** What providers were asked for, and what of it was new. */
export interface Backfill extends Answer {
  /** Whether every list was read to its end. */
  readonly complete: boolean;
  /** Each list that was read. */
  readonly lists: readonly ReadList[];
}

/** Why a list was not read to its end. */
export interface BackfillProblem extends Answer {
  /** A stable code. */
  readonly code: string;
  /** What it is, for people. */
  readonly detail: string;
}

/** One line of a wallet's statement: never changed. */
export interface BookedLine extends Answer {
  /** wal_…; null where there is none. */
  readonly walletId: string;
  /** Counted from 1 within the wallet. */
  readonly seq: number;
  /** What it is. */
  readonly kind: "top_up" | "take_back" | "restore" | "replanned" | "debit" | "debit_reversal" | "usage" | "usage_reversal" | "grant" | "grant_reversal" | "write_off" | "expiry" | "link_out" | "link_in" | "correction";
  /** Of a correction: what it corrects. */
  readonly corrects?: "top_up" | "take_back" | "restore" | null;
  /** Change of the balance. */
  readonly amount: bigint;
  /** What the wallet holds after it, in minor units. */
  readonly balanceAfter: bigint;
  /** What was asked for: what is covered and what is not, in minor units. */
  readonly requested: bigint;
  /** What of it the wallet paid, in minor units. */
  readonly covered: bigint;
  /** What no value was there for, in minor units. */
  readonly uncovered: bigint;
  /** The charge that it is about: chg_…; null where there is none. */
  readonly chargeId: string | null;
  /** The usage that it is about, if it is one alone. */
  readonly usageId: string | null;
  /** All usage that it is about, in the order of the request: the first 100. */
  readonly usageIds: readonly string[];
  /** The hold that it settled. */
  readonly holdId: string | null;
  /** The journal entry. */
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
  /** As it was, in minor units. */
  readonly before: bigint;
  /** As it would be, in minor units. */
  readonly after: bigint;
}

/** The canonical record of one provider document that asks a customer for money. Unknown is null, never 0. */
export interface Charge extends Answer {
  /** As the API names it. */
  readonly id: string;
  /** paddle, stripe, or one that the app brings. */
  readonly provider: string;
  /** The account at the provider; default where there is one. */
  readonly account: string;
  /** As the provider names it: txn_…, in_…. */
  readonly ref: string;
  /** A transaction of Paddle's, an invoice or a payment of Stripe's, or one that is only named yet. */
  readonly kind: "transaction" | "invoice" | "charge" | "unseen";
  /** Where it stands. */
  readonly status: "draft" | "open" | "past_due" | "paid" | "uncollectible" | "void" | "unseen";
  /** The first that holds. */
  readonly reversal: "charged_back" | "disputed" | "refunded" | "partially_refunded" | "none";
  /** In capitals: USD. Amounts beside it are in its minor units. */
  readonly currency: string;
  /** Before discount and tax, in minor units; null while unknown. */
  readonly subtotal: bigint | null;
  /** Taken off before tax, in minor units; null while unknown. */
  readonly discount: bigint | null;
  /** In minor units; null while unknown. */
  readonly tax: bigint | null;
  /** After discount and with tax, in minor units; null while unknown. */
  readonly total: bigint | null;
  /** Of the customer's credit at the provider, what was spent on it. */
  readonly creditApplied: bigint | null;
  /** What credit notes took off before it was paid; null while unknown. */
  readonly creditNotesApplied: bigint | null;
  /** The tax in that. */
  readonly creditNotesTax: bigint;
  /** Credit that the customer got at the provider because it asks for less than nothing; null while unknown. */
  readonly creditIssued: bigint | null;
  /** What the customer owed before and pays with it; null while unknown. */
  readonly debtBroughtForward: bigint | null;
  /** What the customer is asked to pay, after discount, tax and credit. */
  readonly grandTotal: bigint | null;
  /** Cash captured to date. */
  readonly collected: bigint | null;
  /** How we know what was collected: payments that were seen, the document's word, or not at all. */
  readonly collectedEvidence: "payments" | "stated" | "none";
  /** Paid, but not through the provider. */
  readonly paidOutside: bigint | null;
  /** What credit notes took off after it was issued and before it settled; null while unknown. */
  readonly reducedBeforeSettlement: bigint | null;
  /** What of what was asked is still to be paid, in minor units; null while unknown. */
  readonly outstanding: bigint | null;
  /** What was paid beyond that, in minor units; null while unknown. */
  readonly overpaid: bigint | null;
  /** Effective refunds in cash, tax included. */
  readonly refunded: bigint;
  /** Withdrawn less reinstated, now. */
  readonly disputed: bigint;
  /** What the provider keeps, in the document's currency; null until it is known. */
  readonly fee: bigint | null;
  /** Whether the fee is known, will be, or is none. */
  readonly feeState: "known" | "pending" | "none";
  /** What is ours of it, in its currency: the total less tax and fee; null until the fee is known. */
  readonly earnings: bigint | null;
  /** What the provider settles, in its currency; null until it is stated. */
  readonly settlement: Settlement | null | null;
  /** The app's own key for the customer. */
  readonly owner: string | null;
  /** The customer as the provider names it: ctm_…, cus_…; null while unknown. */
  readonly customerRef: string | null;
  /** The subscription as the provider names it; null where there is none. */
  readonly subscriptionRef: string | null;
  /** As the customer reads it; null where there is none. */
  readonly invoiceNumber: string | null;
  /** Why there is a document, in the provider's word; null where it does not say. */
  readonly origin: string | null;
  /** Whether the provider charges by itself, or sends an invoice; null where nobody says. */
  readonly collectionMode: "automatic" | "manual" | null;
  /** What the document is for; null where it is for none. */
  readonly billingPeriod: Period | null | null;
  /** Whether it is real money; null where the provider does not say. */
  readonly livemode: boolean | null;
  /** Who sells to the customer and owes the tax: the provider itself (Paddle, Stripe's Managed Payments), or the company. */
  readonly merchantOfRecord: "provider" | "company" | null;
  /** When it was made; null where nobody says. */
  readonly createdAt: Date | null;
  /** When the document was issued; null if it was not, or nobody says. */
  readonly billedAt: Date | null;
  /** When the provider says that it was paid; null if it was not, or nobody says. */
  readonly paidAt: Date | null;
  /** Paid for good: from here it moves a wallet. */
  readonly settledAt: Date | null;
  /** When it settled, else when it last changed its status. */
  readonly occurredAt: Date;
  /** How it was paid; null where nobody says. */
  readonly paymentMethod: PaymentMethod | null | null;
  /** The app's own; what is no text is the JSON it is. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The policy that it is booked under; null until it settles. */
  readonly policyVersion: number | null;
  /** What of the document counts: cash paid, that without tax, or all that it says; null until it settles. */
  readonly basis: "grand_total" | "net_of_tax" | "total" | null;
  /** wal_…; null where there is none. */
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
  /** In capitals: USD. Amounts beside it are in its minor units. */
  readonly currency: string;
  /** What the provider says. */
  readonly left: bigint;
  /** What we say. */
  readonly right: bigint;
  /** What the provider says less what we say, in minor units. */
  readonly difference: bigint;
  /** What of the difference has a reason, in minor units. */
  readonly explained: bigint;
  /** What of the difference has none, in minor units. */
  readonly unexplained: bigint;
}

/** An immutable journal entry: its postings sum to zero per currency. */
export interface Entry extends Answer {
  /** As the API names it. */
  readonly id: string;
  /** What it is. */
  readonly kind: "provider" | "correction" | "top_up" | "take_back" | "restore" | "top_up_correction" | "top_up_regained" | "take_back_correction" | "restore_correction" | "replanned" | "debit" | "debit_reversal" | "usage" | "usage_reversal" | "grant" | "grant_reversal" | "write_off" | "expiry" | "link_out" | "link_in";
  /** The charge that it is about: chg_…; null where there is none. */
  readonly chargeId: string | null;
  /** wal_…; null where there is none. */
  readonly walletId: string | null;
  /** The payout that it is about; null where there is none. */
  readonly payoutId: string | null;
  /** The provider's event that made it; null where none did. */
  readonly eventId: string | null;
  /** On the provider's clock. */
  readonly effectiveAt: Date;
  /** On ours. */
  readonly postedAt: Date;
  /** Why, where a person booked it. */
  readonly reason: string | null;
  /** They sum to zero in each currency. */
  readonly postings: readonly Posting[];
}

/** A provider's statement that something happened, stored once as it came. */
export interface Event extends Answer {
  /** As the API names it. */
  readonly id: string;
  /** paddle, stripe, or one that the app brings. */
  readonly provider: string;
  /** The account at the provider; default where there is one. */
  readonly account: string;
  /** As the provider names it. */
  readonly eventId: string;
  /** As the provider names it. */
  readonly type: string;
  /** Of the provider's API, as the event says it; null where it does not. */
  readonly apiVersion: string | null;
  /** How it came to us. */
  readonly origin: "webhook" | "backfill" | "import";
  /** What became of it. */
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
  /** When a person said so; null if nobody did. */
  readonly dismissedAt: Date | null;
  /** Why; null if nobody did. */
  readonly dismissedReason: string | null;
}

/** A lot as it was then, and where it came from. */
export interface ExplainedLot extends Answer {
  /** As the API names it. */
  readonly id: string;
  /** Paid for, or given. */
  readonly kind: "paid" | "promo";
  /** The charge that it came from. */
  readonly chargeId: string | null;
  /** In minor units. */
  readonly amount: bigint;
  /** What of it can still be spent, in minor units. */
  readonly remaining: bigint;
  /** What of it expired unspent, in minor units. */
  readonly expired: bigint;
  /** The lowest is spent first. */
  readonly priority: number;
  /** From this moment on it can no longer be spent. */
  readonly expiresAt: Date | null;
  /** The line that opened it. */
  readonly openedBy: LotOpening;
  /** By kind; their amounts sum to what is left of it. */
  readonly changes: readonly KindOfChange[];
  /** The charge that it came from, as it is now; null where there is none. */
  readonly charge: Charge | null | null;
  /** What was posted for it, in the order of posting. */
  readonly entries: readonly Entry[];
  /** The provider's events behind it. */
  readonly events: readonly Event[];
}

/** A balance at a time on our clock, and what made it. */
export interface Explanation extends Answer {
  /** wal_…; null where there is none. */
  readonly walletId: string;
  /** The app's own name for the customer, or provider:customer of one that nobody linked. */
  readonly owner: string;
  /** In capitals: USD. Amounts beside it are in its minor units. */
  readonly currency: string;
  /** On our clock. */
  readonly at: Date;
  /** The last line of the statement then; 0 if there was none. */
  readonly seq: number;
  /** What the wallet holds, in minor units. */
  readonly balance: bigint;
  /** What open holds reserve, in minor units. */
  readonly held: bigint;
  /** What can be spent: the balance less what is held, never below 0, in minor units. */
  readonly available: bigint;
  /** Their amounts sum to the balance. */
  readonly changes: readonly KindOfChange[];
}

/** Value reserved for usage in flight. */
export interface Hold extends Answer {
  /** As the API names it. */
  readonly id: string;
  /** wal_…; null where there is none. */
  readonly walletId: string;
  /** In minor units. */
  readonly amount: bigint;
  /** What is counted, if it was held for a quantity. */
  readonly meter: string | null;
  /** In units of the meter, a decimal; null where an amount was asked for. */
  readonly quantity: string | null;
  /** Who of those that spend for the owner. */
  readonly member: string | null;
  /** Where it stands. */
  readonly status: "open" | "settled" | "released" | "expired";
  /** What of the amount paid when it was settled. */
  readonly settled: bigint;
  /** What of the amount became free again. */
  readonly released: bigint;
  /** Whether it was settled after it had expired. */
  readonly late: boolean;
  /** When it was made; null where nobody says. */
  readonly createdAt: Date;
  /** From this moment on it reserves nothing. */
  readonly expiresAt: Date;
  /** When it was settled, released or expired; null while it is open. */
  readonly closedAt: Date | null;
}

/** What all lines of one kind did together. */
export interface KindOfChange extends Answer {
  /** What it is. */
  readonly kind: "top_up" | "take_back" | "restore" | "top_up_correction" | "top_up_regained" | "take_back_correction" | "restore_correction" | "replanned" | "debit" | "debit_reversal" | "usage" | "usage_reversal" | "grant" | "grant_reversal" | "write_off" | "expiry" | "link_out" | "link_in";
  /** How many. */
  readonly lines: number;
  /** In minor units. */
  readonly amount: bigint;
}

/** What an owner may spend in a period at most. */
export interface Limit extends Answer {
  /** As the app calls it. */
  readonly id: string;
  /** The app's own name for the customer, or provider:customer of one that nobody linked. */
  readonly owner: string;
  /** Null: of whatever is spent. */
  readonly meter: string | null;
  /** Who of those that spend for the owner; null: all of them. */
  readonly member: string | null;
  /** How often it begins anew. */
  readonly period: "day" | "month" | "total";
  /** Where days and months begin. */
  readonly zone: string;
  /** In minor units. */
  readonly amount: bigint;
  /** In capitals: USD. Amounts beside it are in its minor units. */
  readonly currency: string;
  /** What happened before is neither counted nor limited. */
  readonly from: Date;
  /** When the period that is now began. */
  readonly periodAt: Date;
  /** Of this period: what was covered, and what open holds reserve. */
  readonly counted: bigint;
  /** What may still be spent in this period, in minor units. */
  readonly left: bigint;
}

/** Whose a customer is, and what moved. */
export interface Link extends Answer {
  /** paddle, stripe, or one that the app brings. */
  readonly provider: string;
  /** The account at the provider; default where there is one. */
  readonly account: string;
  /** The customer as the provider names it: ctm_…, cus_…; null while unknown. */
  readonly customerRef: string;
  /** The app's own name for the customer, or provider:customer of one that nobody linked. */
  readonly owner: string;
  /** What moved with the customer, by currency. */
  readonly moved: readonly MovedValue[];
}

/** One top-up or grant inside a wallet, with what is left of it. */
export interface Lot extends Answer {
  /** As the API names it. */
  readonly id: string;
  /** Paid for, or given. */
  readonly kind: "paid" | "promo";
  /** The charge that it came from. */
  readonly chargeId: string | null;
  /** In minor units. */
  readonly amount: bigint;
  /** What of it can still be spent, in minor units. */
  readonly remaining: bigint;
  /** What of it expired unspent, in minor units. */
  readonly expired: bigint;
  /** The lowest is spent first. */
  readonly priority: number;
  /** From this moment on it can no longer be spent. */
  readonly expiresAt: Date | null;
}

/** The line that opened a lot. */
export interface LotOpening extends Answer {
  /** Counted from 1 within the wallet. */
  readonly seq: number;
  /** What it is. */
  readonly kind: string;
  /** The journal entry. */
  readonly entryId: string;
  /** Why, in the words of who decided it; null where nobody did. */
  readonly reason: string | null;
}

/** Why a run could not decide. */
export interface Missing extends Answer {
  /** A stable code. */
  readonly code: string;
  /** What it is, for people. */
  readonly detail: string;
}

/** Value that moved to another wallet. */
export interface MovedValue extends Answer {
  /** In capitals: USD. Amounts beside it are in its minor units. */
  readonly currency: string;
  /** In minor units. */
  readonly amount: bigint;
  /** Where it was. */
  readonly fromWalletId: string;
  /** Where it is now. */
  readonly toWalletId: string;
}

/** What an owner's page asks with. */
export interface OwnerToken extends Answer {
  /** Sent as Authorization: Bearer tok_…, and never in a URL. */
  readonly token: string;
  /** The app's own name for the customer, or provider:customer of one that nobody linked. */
  readonly owner: string;
  /** From then on it is no more. */
  readonly expiresAt: Date;
}

/** How it was paid. */
export interface PaymentMethod extends Answer {
  /** card, paypal …, as the provider names it. */
  readonly type: string;
  /** Of a card: visa, mastercard …; null where it is none. */
  readonly brand: string | null;
  /** Of a card; null where it is none. */
  readonly last4: string | null;
}

/** From its beginning up to its end, which is not in it. */
export interface Period extends Answer {
  /** From then on. */
  readonly startsAt: Date;
  /** Up to then, which is not in it. */
  readonly endsAt: Date;
}

/** One signed line of an entry on one account. */
export interface Posting extends Answer {
  /** By its path: liabilities:wallets:paid, assets:unsettled:paddle …. */
  readonly account: string;
  /** In capitals: USD. Amounts beside it are in its minor units. */
  readonly currency: string;
  /** Debit is positive, credit negative. */
  readonly amount: bigint;
}

/** What a wallet would pay now. */
export interface Quote extends Answer {
  /** wal_…; null where there is none. */
  readonly walletId: string;
  /** What is covered and what is uncovered, together. */
  readonly requested: bigint;
  /** What of it the wallet paid, in minor units. */
  readonly covered: bigint;
  /** What no value would pay for. */
  readonly uncovered: bigint;
  /** What of the uncovered value would cover, but for a limit. */
  readonly limited: bigint;
  /** The limit that leaves the least; null if none keeps anything. */
  readonly limitId: string | null;
  /** What the wallet holds after it, in minor units. */
  readonly balanceAfter: bigint;
  /** In the order in which they would be drawn on. */
  readonly lots: readonly QuotedLot[];
}

/** What one lot would pay. */
export interface QuotedLot extends Answer {
  /** The lot that pays. */
  readonly lotId: string;
  /** In minor units. */
  readonly amount: bigint;
}

/** A list of a provider's, and what was new in it. */
export interface ReadList extends Answer {
  /** paddle, stripe, or one that the app brings. */
  readonly provider: string;
  /** The account at the provider; default where there is one. */
  readonly account: string;
  /** As the provider names it. */
  readonly list: string;
  /** Null: from its beginning. */
  readonly coveredFrom: Date | null;
  /** Up to when it was read; null if nothing was. */
  readonly coveredTo: Date | null;
  /** What was never delivered, and is applied now. */
  readonly new: number;
  /** What we had before. */
  readonly known: number;
  /** What moves no money. */
  readonly meaningless: number;
  /** What is parked: it cannot be understood. */
  readonly unreadable: number;
  /** Why it was not read to its end; null if it was. */
  readonly problem: BackfillProblem | null | null;
}

/** What booking anew under another version of the policy changes. */
export interface Rebooked extends Answer {
  /** The policy that it was booked anew under. */
  readonly policyVersion: number;
  /** Whether it was posted; if not, it is only shown. */
  readonly applied: boolean;
  /** Why, in the words of who decided it; null where nobody did. */
  readonly reason: string | null;
  /** Those that are booked otherwise. */
  readonly charges: readonly RebookedCharge[];
  /** Payouts and the like that are booked otherwise. */
  readonly transfers: readonly RebookedTransfer[];
}

/** A charge that is booked otherwise. */
export interface RebookedCharge extends Answer {
  /** The charge that it is about: chg_…; null where there is none. */
  readonly chargeId: string;
  /** The provider's own id of it. */
  readonly ref: string;
  /** wal_…; null where there is none. */
  readonly walletId: string | null;
  /** In capitals: USD. Amounts beside it are in its minor units. */
  readonly currency: string;
  /** Null of one that has not settled. */
  readonly fromVersion: number | null;
  /** What it tops up its wallet by, before and after. */
  readonly toppedUp: Change;
  /** What of it is taken back, before and after. */
  readonly takenBack: Change;
  /** What it lowers its wallet by, before and after. */
  readonly debited: Change;
}

/** What is posted on an account. */
export interface RebookedPosting extends Answer {
  /** By its path: liabilities:wallets:paid, assets:unsettled:paddle …. */
  readonly account: string;
  /** In capitals: USD. Amounts beside it are in its minor units. */
  readonly currency: string;
  /** In minor units. */
  readonly amount: bigint;
}

/** Money without a charge that is booked otherwise. */
export interface RebookedTransfer extends Answer {
  /** What it is. */
  readonly kind: string;
  /** As the provider names it: txn_…, in_…. */
  readonly ref: string;
  /** What would be posted for it. */
  readonly postings: readonly RebookedPosting[];
}

/** A comparison that was asked for, and what came of it. */
export interface Reconciliation extends Answer {
  /** As the API names it. */
  readonly id: string;
  /** paddle, stripe, or one that the app brings. */
  readonly provider: string;
  /** The account at the provider; default where there is one. */
  readonly account: string;
  /** What is compared with what: completeness, posting, settlement, payout, rollforward, customer_credit or wallets. */
  readonly level: "completeness" | "posting" | "settlement" | "payout" | "rollforward" | "customer_credit" | "wallets";
  /** From then on. */
  readonly from: Date;
  /** Up to then, which is not in it. */
  readonly to: Date;
  /** Where days and months begin. */
  readonly zone: string;
  /** Only rows of this currency; null: all. */
  readonly currency: string | null;
  /** One payout alone, as the provider names it; null: whatever is in the window. */
  readonly payoutRef: string | null;
  /** The imported reports that it is compared with. */
  readonly statementIds: readonly string[];
  /** Where it stands. */
  readonly status: "running" | "matched" | "discrepancies" | "incomplete";
  /** What was missing to decide. */
  readonly missing: readonly Missing[];
  /** Rows by class. */
  readonly counts: Readonly<Record<string, number>>;
  /** By currency. */
  readonly totals: readonly CurrencyTotal[];
  /** Who asked for it. */
  readonly requestedBy: string;
  /** When it began; null if it has not. */
  readonly startedAt: Date;
  /** When it was over; null while it runs. */
  readonly finishedAt: Date | null;
}

/** What the provider settles, in its currency, as it changes our balance: what leaves is negative. net = gross − tax − fee − dispute_fee. */
export interface Settlement extends Answer {
  /** In capitals: USD. Amounts beside it are in its minor units. */
  readonly currency: string;
  /** Before fee and tax, in minor units of the settlement's currency. */
  readonly gross: bigint;
  /** What the provider withholds; null where we are the seller. */
  readonly tax: bigint | null;
  /** All fees but that of a dispute. */
  readonly fee: bigint | null;
  /** Of the fee, what an exchange costs; null where it is not stated. */
  readonly fxFee: bigint | null;
  /** Of the fee, what the provider keeps; null where it is not stated. */
  readonly retainedFee: bigint | null;
  /** What a dispute cost, beside the fee; null where none is stated. */
  readonly disputeFee: bigint | null;
  /** What the provider owes us for it: gross less tax and fees, in minor units of the settlement's currency. */
  readonly net: bigint | null;
  /** From the document's currency to the settlement's, as the provider states it; null where it does not. */
  readonly exchangeRate: string | null;
  /** The payout that pays it out, as far as a report or a list says so. */
  readonly payoutRef: string | null;
}

/** An amount and its currency. */
export interface Stated extends Answer {
  /** In capitals: USD. Amounts beside it are in its minor units. */
  readonly currency: string;
  /** In minor units. */
  readonly amount: bigint;
}

/** One line of a wallet's statement: never changed. */
export interface StatementLine extends Answer {
  /** Counted from 1 within the wallet. */
  readonly seq: number;
  /** What it is. */
  readonly kind: "top_up" | "take_back" | "restore" | "replanned" | "debit" | "debit_reversal" | "usage" | "usage_reversal" | "grant" | "grant_reversal" | "write_off" | "expiry" | "link_out" | "link_in" | "correction";
  /** Of a correction: what it corrects. */
  readonly corrects?: "top_up" | "take_back" | "restore" | null;
  /** Change of the balance. */
  readonly amount: bigint;
  /** What the wallet holds after it, in minor units. */
  readonly balanceAfter: bigint;
  /** What was asked for: what is covered and what is not, in minor units. */
  readonly requested: bigint;
  /** What of it the wallet paid, in minor units. */
  readonly covered: bigint;
  /** What no value was there for, in minor units. */
  readonly uncovered: bigint;
  /** The charge that it is about: chg_…; null where there is none. */
  readonly chargeId: string | null;
  /** The usage that it is about, if it is one alone. */
  readonly usageId: string | null;
  /** All usage that it is about, in the order of the request: the first 100. */
  readonly usageIds: readonly string[];
  /** The hold that it settled. */
  readonly holdId: string | null;
  /** The journal entry. */
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
  /** wal_…; null where there is none. */
  readonly walletId: string;
  /** In capitals: USD. Amounts beside it are in its minor units. */
  readonly currency: string;
  /** One of the policy's. */
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
  /** What of it the wallet paid, in minor units. */
  readonly covered: bigint;
  /** What no value was there for, in minor units. */
  readonly uncovered: bigint;
  /** What of the uncovered value would have covered, but for a limit. */
  readonly limited: bigint;
  /** The limit that left the least; null if none kept anything. */
  readonly limitId: string | null;
  /** What the wallet held after it, in minor units. */
  readonly balance: bigint;
  /** The statement line it is part of; null if nothing was requested. */
  readonly seq: number | null;
  /** The app's clock, if it was told. */
  readonly occurredAt: Date | null;
  /** Ours. */
  readonly appliedAt: Date;
  /** When it was undone and why; null if it was not. */
  readonly reversal: UsageReversal | null | null;
}

/** How usage was undone. */
export interface UsageReversal extends Answer {
  /** On our clock. */
  readonly at: Date;
  /** Why, in the words of who decided it; null where nobody did. */
  readonly reason: string;
  /** Its statement line; null if it gave nothing back. */
  readonly seq: number | null;
}

/** What was used, without what was reversed. */
export interface UsageSum extends Answer {
  /** A day or month of the zone; null: all of the window. */
  readonly period: string | null;
  /** The app's own name for the customer, or provider:customer of one that nobody linked. */
  readonly owner: string;
  /** wal_…; null where there is none. */
  readonly walletId: string;
  /** In capitals: USD. Amounts beside it are in its minor units. */
  readonly currency: string;
  /** Null: amounts that were settled without one. */
  readonly meter: string | null;
  /** Who of those that spend for the owner. */
  readonly member: string | null;
  /** A decimal; amounts that were settled have none. */
  readonly quantity: string;
  /** What was asked for: what is covered and what is not, in minor units. */
  readonly requested: bigint;
  /** What of it the wallet paid, in minor units. */
  readonly covered: bigint;
  /** What no value was there for, in minor units. */
  readonly uncovered: bigint;
  /** What of the uncovered a limit kept. */
  readonly limited: bigint;
}

/** One owner's prepaid value in one currency. */
export interface Wallet extends Answer {
  /** As the API names it. */
  readonly id: string;
  /** The app's own key for its customer. */
  readonly owner: string;
  /** In capitals: USD. Amounts beside it are in its minor units. */
  readonly currency: string;
  /** What the wallet holds, in minor units. */
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
  /** wal_…; null where there is none. */
  readonly walletId: string;
  /** The app's own name for the customer, or provider:customer of one that nobody linked. */
  readonly owner: string;
  /** In capitals: USD. Amounts beside it are in its minor units. */
  readonly currency: string;
  /** Rises by one with each line of the wallet's statement. */
  readonly seq: number;
  /** The first line that it covers, where it is more than one. */
  readonly fromSeq?: number;
  /** What it is. */
  readonly kind: "top_up" | "take_back" | "restore" | "replanned" | "debit" | "debit_reversal" | "usage" | "usage_reversal" | "grant" | "grant_reversal" | "write_off" | "expiry" | "link_out" | "link_in" | "correction";
  /** Of a correction, what it corrects; null of everything else. */
  readonly corrects?: "top_up" | "take_back" | "restore";
  /** What it changed by. */
  readonly amount: bigint;
  /** What the wallet holds, in minor units. */
  readonly balance: bigint;
  /** The charge that it is about: chg_…; null where there is none. */
  readonly chargeId: string | null;
  /** When it happened, by the provider's clock. */
  readonly effectiveAt: Date;
}

/** A wallet's balance fell below what the policy calls low. */
export interface WalletLowBalance extends Answer {
  /** wal_…; null where there is none. */
  readonly walletId: string;
  /** The app's own name for the customer, or provider:customer of one that nobody linked. */
  readonly owner: string;
  /** In capitals: USD. Amounts beside it are in its minor units. */
  readonly currency: string;
  /** Rises by one with each line of the wallet's statement. */
  readonly seq: number;
  /** What the wallet holds, in minor units. */
  readonly balance: bigint;
  /** What the policy says of this currency, in minor units. */
  readonly lowBalance: bigint;
  /** When it happened, by the provider's clock. */
  readonly effectiveAt: Date;
}

/** Usage or a debit was not wholly covered. */
export interface WalletDebitUncovered extends Answer {
  /** wal_…; null where there is none. */
  readonly walletId: string;
  /** The app's own name for the customer, or provider:customer of one that nobody linked. */
  readonly owner: string;
  /** In capitals: USD. Amounts beside it are in its minor units. */
  readonly currency: string;
  /** Rises by one with each line of the wallet's statement. */
  readonly seq: number;
  /** What it is. */
  readonly kind: "usage" | "debit";
  /** What was asked for: what is covered and what is not, in minor units. */
  readonly requested: bigint;
  /** What of it the wallet paid, in minor units. */
  readonly covered: bigint;
  /** What no value was there for, in minor units. */
  readonly uncovered: bigint;
  /** The charge that it is about: chg_…; null where there is none. */
  readonly chargeId: string | null;
  /** When it happened, by the provider's clock. */
  readonly effectiveAt: Date;
}

/** A charge was paid for good. */
export interface ChargeSettled extends Answer {
  /** The charge that it is about: chg_…; null where there is none. */
  readonly chargeId: string;
  /** paddle, stripe, or one that the app brings. */
  readonly provider: string;
  /** The account at the provider; default where there is one. */
  readonly account: string;
  /** As the provider names it: txn_…, in_…. */
  readonly ref: string;
  /** The app's own name for the customer, or provider:customer of one that nobody linked. */
  readonly owner: string | null;
  /** wal_…; null where there is none. */
  readonly walletId: string | null;
  /** In capitals: USD. Amounts beside it are in its minor units. */
  readonly currency: string | null;
  /** What the customer is asked to pay, in minor units; null while unknown. */
  readonly grandTotal: bigint | null;
  /** What was taken back of it: the first of these that holds. */
  readonly reversal: "charged_back" | "disputed" | "refunded" | "partially_refunded" | "none" | null;
  /** What it tops up its wallet by, in minor units. */
  readonly toppedUp: bigint;
  /** What of the top-up was taken back, in minor units. */
  readonly takenBack: bigint;
}

/** What was given back of a charge, or is in dispute, changed. */
export interface ChargeReversed extends Answer {
  /** The charge that it is about: chg_…; null where there is none. */
  readonly chargeId: string;
  /** paddle, stripe, or one that the app brings. */
  readonly provider: string;
  /** The account at the provider; default where there is one. */
  readonly account: string;
  /** As the provider names it: txn_…, in_…. */
  readonly ref: string;
  /** The app's own name for the customer, or provider:customer of one that nobody linked. */
  readonly owner: string | null;
  /** wal_…; null where there is none. */
  readonly walletId: string | null;
  /** In capitals: USD. Amounts beside it are in its minor units. */
  readonly currency: string | null;
  /** What the customer is asked to pay, in minor units; null while unknown. */
  readonly grandTotal: bigint | null;
  /** What was taken back of it: the first of these that holds. */
  readonly reversal: "charged_back" | "disputed" | "refunded" | "partially_refunded" | "none" | null;
  /** What it tops up its wallet by, in minor units. */
  readonly toppedUp: bigint;
  /** What of the top-up was taken back, in minor units. */
  readonly takenBack: bigint;
}

/** A provider's figures disagree with each other or with ours. */
export interface DiscrepancyOpened extends Answer {
  /** Of one that a comparison found. */
  readonly id?: string;
  /** What it is. */
  readonly kind: string;
  /** paddle, stripe, or one that the app brings. */
  readonly provider?: string;
  /** The account at the provider; default where there is one. */
  readonly account?: string;
  /** What is compared with what: completeness, posting, settlement, payout, rollforward, customer_credit or wallets. */
  readonly level?: "completeness" | "posting" | "settlement" | "payout" | "rollforward" | "customer_credit" | "wallets" | null;
  /** The comparison that found it; null where none did. */
  readonly reconciliationId?: string;
  /** The charge that it is about: chg_…; null where there is none. */
  readonly chargeId: string | null;
  /** The provider's event that made it; null where none did. */
  readonly eventId: string | null;
  /** By currency, in minor units. */
  readonly differences?: readonly Stated[];
  /** What differs: by field, what is known of it. */
  readonly detail: Readonly<Record<string, string>>;
  /** Where a person looks into it; there where PUBLIC_URL is set. */
  readonly url?: string;
}

/** Whether an account agrees with the books has turned. */
export interface VerdictTurned extends Answer {
  /** paddle, stripe, or one that the app brings. */
  readonly provider: string;
  /** The account at the provider; default where there is one. */
  readonly account: string;
  /** As it was, in minor units. */
  readonly before: "not_reconciled" | "incomplete" | "not_compared" | "settled_since" | "agrees";
  /** The verdict now. */
  readonly state: "not_reconciled" | "incomplete" | "not_compared" | "settled_since" | "agrees";
  /** Discrepancies that are open. */
  readonly open: number;
  /** Up to when what the provider states is what we hold; null if nothing was compared yet. */
  readonly agreesUntil: Date | null;
  /** Where a person looks into it; there where PUBLIC_URL is set. */
  readonly url?: string;
}

/** A provider has not delivered for longer than it should, or delivers again. */
export interface ProviderSilent extends Answer {
  /** paddle, stripe, or one that the app brings. */
  readonly provider: string;
  /** The account at the provider; default where there is one. */
  readonly account: string;
  /** Whether it sends nothing at present. */
  readonly silent: boolean;
  /** When it last sent anything. */
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
