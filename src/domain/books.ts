import type { Action } from "./action.ts";
import { DatedBalances } from "./book/dated.ts";
import type { Entry, Posting } from "./book/journal.ts";
import type { Charge } from "./charge/charge.ts";
import type { CreditMemo, CustomerCredit } from "./credit/customer-credit.ts";
import { type Rendering, type StoredEvent, stillDismissed } from "./event.ts";
import { type Claim, type Contested, nothingContested } from "./facts/claims.ts";
import type { ChargeFact, Fact } from "./facts/facts.ts";
import type { TransferFact } from "./facts/transfer-facts.ts";
import type { KeptDecision } from "./idempotency.ts";
import {
  type ChargeId,
  customerKey,
  type DiscrepancyId,
  type EntryId,
  type EventId,
  type HoldId,
  type LimitId,
  type MessageId,
  nameKey,
  type ObjectKey,
  type PayoutId,
  type Source,
  type UsageId,
  type WalletId,
  type WalletIds,
} from "./ids.ts";
import type { Amount } from "./money.ts";
import type { Delivery } from "./outbox/delivery.ts";
import type { Pin } from "./policy/policy.ts";
import type { Level } from "./reconciling/level.ts";
import type { Stated } from "./reconciling/reconciled-row.ts";
import type { Run } from "./reconciling/run.ts";
import type { StatementMark } from "./reconciling/statement.ts";
import { ByName, type PutRows, Rows } from "./rows.ts";
import type { Hold } from "./spending/hold.ts";
import type { Usage } from "./spending/usage.ts";
import type { Instant } from "./time.ts";
import type { Transfer } from "./transfer/transfer.ts";
import type { Wallet, WalletLine } from "./wallet/wallet.ts";

/** A charge as the store keeps it: its facts, their fold, and what was posted of it so far. */
export interface ChargeRecord {
  readonly id: ChargeId;
  readonly key: ObjectKey;
  /**
   * Where facts are filed that may be about several charges, by the charge that it began with; `null` where they can be
   * about one only.
   */
  readonly dossier: ChargeId | null;
  /** The charge that this one turned out to be; its value, decisions and lots are that one's. */
  readonly mergedInto: ChargeId | null;
  /**
   * All that is known and still matters, of its dossier if it has one: with what else may be heard it makes the same charge as
   * all that was ever heard, which is `factCount` facts.
   */
  readonly facts: readonly ChargeFact[];
  readonly factCount: number;
  /** What stands against some of them. */
  readonly contested: Contested;
  /** Whether payments in its dossier were read as having no invoice as long as none is known. */
  readonly unlessInvoiced: boolean;
  /** Whether a subscription or a link that its dossier names is known as one through which the provider sells itself. */
  readonly providerSells: boolean;
  /** `null` only while it has no facts. */
  readonly charge: Charge | null;
  /** The provider side as posted, and how many entries that took. */
  readonly posted: DatedBalances;
  readonly entryCount: number;
  readonly pin: Pin | null;
  /** Whom a person gave it to, since no customer was known; `null` where nobody did. It comes before all that is told of owners. */
  readonly assigned: string | null;
  /** Whose it would be if it settled now; `null` once it is pinned. */
  readonly expected: ExpectedOwner | null;
  /** The provider's clock when it settled under its pin; `null` until then. */
  readonly settledAt: Instant | null;
  /** S, T and the net of `debit` lines, as posted. */
  readonly toppedUp: Amount;
  readonly takenBack: Amount;
  readonly debited: Amount;
  /** Its lines on wallet statements, oldest first; loaded only where a take-back or restore may follow. */
  readonly walletLines: readonly WalletLine[];
  /** Open discrepancies of this charge: a hash of both sides by kind. */
  readonly discrepancies: Readonly<Record<string, string>>;
}

export interface ExpectedOwner {
  /** `null` while no customer is known. */
  readonly owner: string | null;
  /** The version of the policy that says so. */
  readonly policyVersion: number;
}

/** Money that moved without a charge: a payout, a customer's cash, a row of the provider's balance, or its opening. */
export interface PayoutRecord {
  readonly id: PayoutId;
  readonly key: ObjectKey;
  readonly facts: readonly TransferFact[];
  readonly contested: Contested;
  /** `null` only while it has no facts. */
  readonly payout: Transfer | null;
  readonly posted: DatedBalances;
  readonly entryCount: number;
  /** Open discrepancies of it: a hash of both sides by kind. */
  readonly discrepancies: Readonly<Record<string, string>>;
}

export const discrepancyStatuses = ["open", "resolved"] as const;
export type DiscrepancyStatus = (typeof discrepancyStatuses)[number];

/** One disagreement between what we hold and what the provider states. Raised again, it is the same one. */
export interface Discrepancy extends Source {
  readonly id: DiscrepancyId;
  readonly kind: string;
  readonly status: DiscrepancyStatus;
  readonly chargeId: ChargeId | null;
  readonly eventId: EventId | null;
  /** Both sides, in strings: what the provider says, what we say, and why it matters. */
  readonly detail: Readonly<Record<string, string>>;
  /** Changes when either side does. */
  readonly hash: string;
  readonly at: Instant;
  /** The row of a reconciliation that shows it; `null` if a charge's own figures do. */
  readonly row: ShowingRow | null;
  /** How it ended; `null` while it is open. */
  readonly resolution: Resolution | null;
  /** Told if this is news: whoever says so does not know whether it was said before. */
  readonly announcement?: Message;
}

export interface ShowingRow {
  readonly level: Level;
  /** Of the row, as every run of its level names it. */
  readonly key: string;
  /** What the provider says less what we say, in each currency that is in it. */
  readonly differences: readonly Stated[];
  /** On the level's clock. */
  readonly at: Instant | null;
  readonly dueAt: Instant | null;
}

/** `disappeared`: both sides agree now; the others are a person's word. */
export type Resolution = "disappeared" | PersonsResolution;
export const personsResolutions = ["provider_fixed", "accepted", "written_off", "posted"] as const;
export type PersonsResolution = (typeof personsResolutions)[number];

/** A discrepancy as it is stored, and what was posted for it. */
export interface KnownDiscrepancy {
  readonly discrepancy: Discrepancy;
  /** How many entries were posted for it so far. */
  readonly corrections: number;
  /** What is posted for it and stands; none if nothing does. */
  readonly standing: readonly Posting[];
}

/** What a person, or a change of the sides behind their back, did to a discrepancy. */
export interface PersonsWord {
  readonly action: "resolved_by_person" | "lapsed" | "noted" | "assigned";
  readonly actor: string | null;
  /** Why; of a note what it says, of one that was assigned to whom, `null` for nobody. */
  readonly reason: string | null;
  /** The entry it posted; `null` if it posted none. */
  readonly entryId: EntryId | null;
}

export const messageTypes = [
  "wallet.balance_changed",
  "wallet.low_balance",
  "wallet.debit_uncovered",
  "charge.settled",
  "charge.reversed",
  "discrepancy.opened",
  "verdict.turned",
  "provider.silent",
] as const;
export type MessageType = (typeof messageTypes)[number];

export type MessageData = Readonly<Record<string, unknown>>;

/** A message for the app, kept until it is delivered. */
export interface Message {
  readonly id: MessageId;
  readonly type: MessageType;
  readonly walletId: WalletId | null;
  /** The statement lines that it tells of: mostly one. */
  readonly fromSeq: number | null;
  readonly seq: number | null;
  /** Of those lines when they were told of: it may turn out to be another's. */
  readonly chargeId: ChargeId | null;
  /**
   * Strings, numbers and nulls in the API's form; `null` of what the lines say for ever, and is written out where it is told
   * (`lineData`): of a wallet's message most of its row, and of the time that making it takes.
   */
  readonly data: MessageData | null;
  readonly createdAt: Instant;
}

/** A statement line that is to be undone. */
export interface PastLine {
  readonly line: WalletLine;
  /** Of its entry. */
  readonly postings: readonly Posting[];
  /** Number of the line that undid it. */
  readonly reversedBy: number | null;
}

/** A customer of one account, linked to an owner by hand. */
export interface CustomerLink extends Source {
  readonly customerRef: string;
  readonly owner: string;
  readonly at: Instant;
}

export interface AddedFact {
  /** The charge itself, its dossier, or the payout. */
  readonly subject: ChargeId | PayoutId;
  readonly fact: Fact;
  /** What stands against it. */
  readonly contested: Contested;
}

/** Heard first, from this fact: what an object is, and whose. */
export interface NewClaim {
  readonly claim: Claim;
  readonly fact: Fact;
}

/** A subscription or a link through which the provider itself sells, and since when that is known. */
export interface Seller extends ObjectKey {
  readonly toldAt: Instant;
}

/** One of two that turned out to be the same, and the one that stays. */
export interface Merged {
  readonly from: ChargeId;
  readonly into: ChargeId;
}

/**
 * Every noun that is loaded, under the name that loading, copying and storing have for it: what may be stored anew in rows, what is
 * only asked for by the name of something else.
 */
const nothingHeld = () => ({
  events: new Rows<EventId, StoredEvent>(),
  charges: new Rows<ChargeId, ChargeRecord>(),
  payouts: new Rows<PayoutId, PayoutRecord>(),
  wallets: new Rows<WalletId, Wallet>(),
  usage: new Rows<UsageId, Usage>(),
  holds: new Rows<HoldId, Hold>(),
  credits: new Rows<string, CustomerCredit>(),
  deliveries: new Rows<MessageId, Delivery>(),
  decisions: new Rows<string, KeptDecision>(),
  pastLines: new ByName<EntryId, PastLine>(),
  limitWallets: new ByName<LimitId, WalletId>(),
  /** What a new limit counts of what is stored of a wallet. */
  recounts: new ByName<WalletId, Amount>(),
  /** Owners by customer. */
  links: new ByName<string, string>(),
  /** Dossiers by the names of what they are about. */
  names: new ByName<string, ChargeId>(),
  claims: new ByName<string, Claim>(),
  sellers: new ByName<string, true>(),
  discrepancies: new ByName<DiscrepancyId, KnownDiscrepancy>(),
});

type Held = ReturnType<typeof nothingHeld>;

/** What the store has read of some nouns. */
type Loadable = { readonly [Noun in keyof Held]?: Parameters<Held[Noun]["load"]>[0] };

/** What of every noun that is kept in rows is to be stored. */
export type BookChanges = {
  readonly [Noun in keyof Held as Held[Noun] extends { changes(): unknown }
    ? Noun
    : never]: Held[Noun] extends {
    changes(): infer Put;
  }
    ? Put
    : never;
};

/**
 * The part of the books that a batch has loaded, and what deciding has added to it: load, decide, store. Reading gives
 * what was stored or decided before in the same batch; what is put here is stored when the batch is, or not at all.
 */
export class Books {
  /** How wallets are named where these books are kept. */
  readonly walletIds: WalletIds;
  readonly #held = nothingHeld();
  /** The charges in a dossier. */
  readonly #dossiers = new Map<ChargeId, Set<ChargeId>>();

  readonly renderings: Rendering[] = [];
  readonly newLinks: CustomerLink[] = [];
  readonly newNames = new Map<string, ChargeId>();
  readonly newClaims = new Map<string, NewClaim>();
  readonly newSellers = new Map<string, Seller>();
  readonly mergedDossiers: Merged[] = [];
  /** Charges whose lots and statement lines are another's from now on. */
  readonly mergedWalletSides: Merged[] = [];
  readonly facts: AddedFact[] = [];
  readonly entries: Entry[] = [];
  readonly walletLines: WalletLine[] = [];
  readonly messages: Message[] = [];
  readonly creditMemos: CreditMemo[] = [];
  readonly discrepancies = new Map<DiscrepancyId, Discrepancy>();
  /** Of those a person decided on: who, why, and what was posted for it. */
  readonly personsWords = new Map<DiscrepancyId, PersonsWord>();
  readonly newRuns: Run[] = [];
  /** Who decided what: stored with what they decided. */
  readonly actions: Action[] = [];
  /** What persons said of reports. */
  readonly statementMarks: StatementMark[] = [];
  /** Events all of whose charges are seen since this batch: those that waited are applied now. */
  readonly heardOut = new Set<EventId>();

  constructor(walletIds: WalletIds) {
    this.walletIds = walletIds;
  }

  /** Puts what the store holds; the store alone calls this. */
  load(what: Loadable): void {
    const held: Readonly<Record<string, { load(some: never): void }>> = this.#held;
    for (const [noun, some] of Object.entries(what)) held[noun]?.load(some as never);
    for (const record of what.charges ?? []) this.#addToDossier(record);
  }

  event = (id: EventId): StoredEvent | undefined => this.#held.events.get(id);
  wallet = (id: WalletId): Wallet | undefined => this.#held.wallets.get(id);
  usage = (id: UsageId): Usage | undefined => this.#held.usage.get(id);
  hold = (id: HoldId): Hold | undefined => this.#held.holds.get(id);
  /** The usage of a wallet that was loaded or decided. */
  usageOf = (wallet: WalletId): Usage[] =>
    this.#held.usage.all().filter(({ walletId }) => walletId === wallet);
  pastLine = (id: EntryId): PastLine | undefined => this.#held.pastLines.get(id);
  /** Whose a limit in force is. */
  limitWallet = (id: LimitId): WalletId | undefined => this.#held.limitWallets.get(id);
  /** What a new limit counts of what is stored of a wallet. */
  recounted = (id: WalletId): Amount => this.#held.recounts.get(id) ?? 0n;
  customerCredit = (id: string): CustomerCredit | undefined => this.#held.credits.get(id);
  /** Of a message that was stored before. */
  delivery = (id: MessageId): Delivery | undefined => this.#held.deliveries.get(id);
  /** One that a person is about to decide on. */
  knownDiscrepancy = (id: DiscrepancyId): KnownDiscrepancy | undefined => this.#held.discrepancies.get(id);
  /** What was decided before under an idempotency key. */
  decision = (id: string): KeptDecision | undefined => this.#held.decisions.get(id);
  /** What was heard first of an object, by its name. */
  claim = (name: string): Claim | undefined => this.#held.claims.get(name);
  /** Whether the provider itself sells through the subscription or link of this name. */
  sells = (name: string): boolean => this.#held.sellers.has(name);
  /** The owner that a customer was linked to by hand. */
  linkedOwner = (customer: string): string | undefined => this.#held.links.get(customer);

  /** Dossiers that are about any of these names, in the order of their ids. */
  dossiersOf(names: readonly string[]): ChargeId[] {
    const found = names.map((name) => this.#held.names.get(name)).filter((id) => id !== undefined);
    return [...new Set(found)].sort();
  }

  chargesIn(dossier: ChargeId): ChargeRecord[] {
    const ids = [...(this.#dossiers.get(dossier) ?? [])].sort();
    return ids.flatMap((id) => this.#held.charges.get(id) ?? []);
  }

  #addToDossier({ id, dossier }: ChargeRecord): void {
    if (dossier === null) return;
    this.#dossiers.set(dossier, (this.#dossiers.get(dossier) ?? new Set()).add(id));
  }

  charge(id: ChargeId, key: ObjectKey): ChargeRecord {
    return this.#held.charges.get(id) ?? newChargeRecord(id, key);
  }

  payout(id: PayoutId, key: ObjectKey): PayoutRecord {
    const posted = new DatedBalances();
    const none = {
      facts: [],
      contested: nothingContested,
      payout: null,
      posted,
      entryCount: 0,
      discrepancies: {},
    };
    return this.#held.payouts.get(id) ?? { id, key, ...none };
  }

  /** A charge or payout that the store holds, by its id alone. */
  knownCharge = (id: ChargeId): ChargeRecord | undefined => this.#held.charges.get(id);
  knownPayout = (id: PayoutId): PayoutRecord | undefined => this.#held.payouts.get(id);

  putEvent(event: StoredEvent): void {
    this.#held.events.put(stillDismissed(event));
  }
  putCharge(record: ChargeRecord): void {
    this.#held.charges.put(record);
    this.#addToDossier(record);
  }
  putName(name: string, dossier: ChargeId): void {
    if (this.#held.names.get(name) === dossier) return;
    if (!this.#held.names.has(name)) this.newNames.set(name, dossier);
    this.#held.names.set(name, dossier);
  }
  putClaim(name: string, claim: Claim, fact: Fact): void {
    this.#held.claims.set(name, claim);
    this.newClaims.set(name, { claim, fact });
  }
  putSeller(seller: Seller): void {
    const name = nameKey(seller, seller.ref);
    if (this.#held.sellers.has(name)) return;
    this.#held.sellers.set(name, true);
    this.newSellers.set(name, seller);
  }
  /** Everything that was filed in one dossier is filed in another from now on. */
  mergeDossiers(merged: Merged): void {
    this.mergedDossiers.push(merged);
    for (const names of [this.#held.names, this.newNames]) {
      for (const [name, dossier] of names) if (dossier === merged.from) names.set(name, merged.into);
    }
    for (const record of this.chargesIn(merged.from)) this.putCharge({ ...record, dossier: merged.into });
    this.#dossiers.delete(merged.from);
  }
  putPayout(record: PayoutRecord): void {
    this.#held.payouts.put(record);
  }
  putLink(link: CustomerLink): void {
    this.#held.links.set(customerKey(link, link.customerRef), link.owner);
    this.newLinks.push(link);
  }
  putCustomerCredit(credit: CustomerCredit): void {
    this.#held.credits.put(credit);
  }
  putDelivery(delivery: Delivery): void {
    this.#held.deliveries.put(delivery);
  }
  putUsage(usage: Usage): void {
    this.#held.usage.put(usage);
  }
  putLimitWallet(id: LimitId, wallet: WalletId): void {
    this.#held.limitWallets.set(id, wallet);
  }
  putHold(hold: Hold): void {
    this.#held.holds.put(hold);
  }
  putDecision(decision: KeptDecision): void {
    this.#held.decisions.put(decision);
  }
  putWallet(wallet: Wallet): void {
    this.#held.wallets.put(wallet);
  }

  /** Books that begin as these are and are never stored: for asking what would be. */
  copy(): Books {
    const copy = new Books(this.walletIds);
    for (const [noun, rows] of Object.entries(this.#held)) copy.load({ [noun]: rows.all() });
    return copy;
  }

  /** What is to be stored, apart by whether the store has it already. */
  changes(): BookChanges {
    const changes: Partial<Record<string, PutRows<unknown>>> = {};
    for (const [noun, held] of Object.entries(this.#held))
      if (held instanceof Rows) changes[noun] = held.changes();
    return changes as BookChanges;
  }
}

const noFacts: readonly ChargeFact[] = [];

export function newChargeRecord(id: ChargeId, key: ObjectKey): ChargeRecord {
  return {
    id,
    key,
    dossier: null,
    mergedInto: null,
    facts: noFacts,
    factCount: 0,
    contested: nothingContested,
    unlessInvoiced: false,
    providerSells: false,
    charge: null,
    posted: new DatedBalances(),
    entryCount: 0,
    pin: null,
    assigned: null,
    expected: null,
    settledAt: null,
    toppedUp: 0n,
    takenBack: 0n,
    debited: 0n,
    walletLines: [],
    discrepancies: {},
  };
}
