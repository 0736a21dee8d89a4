import type { Charge } from "./charge.ts";
import type { CustomerCredit } from "./customer-credit.ts";
import type { Delivery } from "./delivery.ts";
import type { StoredEvent } from "./event.ts";
import type { ChargeFact, Fact, PayoutFact } from "./facts.ts";
import type { Hold } from "./hold.ts";
import type { KeptDecision } from "./idempotency.ts";
import {
  type ChargeId,
  customerKey,
  type DiscrepancyId,
  type EntryId,
  type EventId,
  type HoldId,
  type MessageId,
  type ObjectKey,
  type PayoutId,
  type Source,
  type UsageId,
  type WalletId,
} from "./ids.ts";
import { Balances, type Entry, type Posting } from "./journal.ts";
import type { Amount } from "./money.ts";
import type { Payout } from "./payout.ts";
import type { Pin } from "./policy.ts";
import { Rows } from "./rows.ts";
import type { Instant } from "./time.ts";
import type { Usage } from "./usage.ts";
import type { Wallet, WalletLine } from "./wallet.ts";

/** A charge as the store keeps it: its facts, their fold, and what was posted of it so far. */
export interface ChargeRecord {
  readonly id: ChargeId;
  readonly key: ObjectKey;
  readonly facts: readonly ChargeFact[];
  /** `null` only while it has no facts. */
  readonly charge: Charge | null;
  /** The provider side as posted, and how many entries that took. */
  readonly posted: Balances;
  readonly entryCount: number;
  readonly pin: Pin | null;
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

export interface PayoutRecord {
  readonly id: PayoutId;
  readonly key: ObjectKey;
  readonly facts: readonly PayoutFact[];
  readonly payout: Payout | null;
  readonly posted: Balances;
  readonly entryCount: number;
}

/** One disagreement between what we hold and what the provider states. Raised again, it is the same one. */
export interface Discrepancy extends Source {
  readonly id: DiscrepancyId;
  readonly kind: string;
  readonly status: "open" | "resolved";
  readonly chargeId: ChargeId | null;
  readonly eventId: EventId | null;
  /** Both sides, in strings: what the provider says, what we say, and why it matters. */
  readonly detail: Readonly<Record<string, string>>;
  /** Changes when either side does. */
  readonly hash: string;
  readonly at: Instant;
}

/** A message for the app, kept until it is delivered. */
export interface Message {
  readonly id: MessageId;
  readonly type:
    | "wallet.balance_changed"
    | "wallet.low_balance"
    | "wallet.debit_uncovered"
    | "charge.settled"
    | "charge.reversed"
    | "discrepancy.opened";
  readonly walletId: WalletId | null;
  readonly seq: number | null;
  /** Strings, numbers and nulls in the API's form. */
  readonly data: Readonly<Record<string, unknown>>;
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
  readonly subject: ChargeId | PayoutId;
  readonly fact: Fact;
}

/**
 * The part of the books that a batch has loaded, and what deciding has added to it: load, decide, store. Reading gives
 * what was stored or decided before in the same batch; what is put here is stored when the batch is, or not at all.
 */
export class Books {
  readonly #events = new Rows<EventId, StoredEvent>();
  readonly #charges = new Rows<ChargeId, ChargeRecord>();
  readonly #payouts = new Rows<PayoutId, PayoutRecord>();
  readonly #wallets = new Rows<WalletId, Wallet>();
  readonly #usage = new Rows<UsageId, Usage>();
  readonly #holds = new Rows<HoldId, Hold>();
  readonly #pastLines = new Map<EntryId, PastLine>();
  readonly #credits = new Rows<string, CustomerCredit>();
  readonly #links = new Map<string, string>();
  readonly #deliveries = new Rows<MessageId, Delivery>();
  readonly #decisions = new Rows<string, KeptDecision>();

  readonly newLinks: CustomerLink[] = [];
  readonly facts: AddedFact[] = [];
  readonly entries: Entry[] = [];
  readonly walletLines: WalletLine[] = [];
  readonly messages: Message[] = [];
  readonly discrepancies = new Map<DiscrepancyId, Discrepancy>();
  /** Charges whose document arrived in this batch: events that waited for them are applied now. */
  readonly arrived = new Set<ChargeId>();

  /** Puts what the store holds; the store alone calls this. */
  load(what: {
    events?: Iterable<StoredEvent>;
    charges?: Iterable<ChargeRecord>;
    payouts?: Iterable<PayoutRecord>;
    wallets?: Iterable<Wallet>;
    usage?: Iterable<Usage>;
    holds?: Iterable<Hold>;
    pastLines?: Iterable<PastLine>;
    credits?: Iterable<CustomerCredit>;
    links?: Iterable<readonly [string, string]>;
    deliveries?: Iterable<Delivery>;
    decisions?: Iterable<KeptDecision>;
  }): void {
    this.#events.load(what.events ?? []);
    this.#charges.load(what.charges ?? []);
    this.#payouts.load(what.payouts ?? []);
    this.#wallets.load(what.wallets ?? []);
    this.#usage.load(what.usage ?? []);
    this.#holds.load(what.holds ?? []);
    for (const past of what.pastLines ?? []) this.#pastLines.set(past.line.entryId, past);
    this.#credits.load(what.credits ?? []);
    this.#deliveries.load(what.deliveries ?? []);
    this.#decisions.load(what.decisions ?? []);
    for (const [customer, owner] of what.links ?? []) this.#links.set(customer, owner);
  }

  event = (id: EventId): StoredEvent | undefined => this.#events.get(id);
  wallet = (id: WalletId): Wallet | undefined => this.#wallets.get(id);
  usage = (id: UsageId): Usage | undefined => this.#usage.get(id);
  hold = (id: HoldId): Hold | undefined => this.#holds.get(id);
  /** The usage of a wallet that was loaded or decided. */
  usageOf = (wallet: WalletId): Usage[] => this.#usage.values().filter(({ walletId }) => walletId === wallet);
  pastLine = (id: EntryId): PastLine | undefined => this.#pastLines.get(id);
  customerCredit = (id: string): CustomerCredit | undefined => this.#credits.get(id);
  /** Of a message that was stored before. */
  delivery = (id: MessageId): Delivery | undefined => this.#deliveries.get(id);
  /** What was decided before under an idempotency key. */
  decision = (id: string): KeptDecision | undefined => this.#decisions.get(id);
  /** The owner that a customer was linked to by hand. */
  linkedOwner = (customer: string): string | undefined => this.#links.get(customer);

  charge(id: ChargeId, key: ObjectKey): ChargeRecord {
    return this.#charges.get(id) ?? newChargeRecord(id, key);
  }

  payout(id: PayoutId, key: ObjectKey): PayoutRecord {
    return (
      this.#payouts.get(id) ?? { id, key, facts: [], payout: null, posted: new Balances(), entryCount: 0 }
    );
  }

  /** A charge or payout that the store holds, by its id alone. */
  knownCharge = (id: ChargeId): ChargeRecord | undefined => this.#charges.get(id);
  knownPayout = (id: PayoutId): PayoutRecord | undefined => this.#payouts.get(id);

  putEvent(event: StoredEvent): void {
    this.#events.put(event);
  }
  putCharge(record: ChargeRecord): void {
    this.#charges.put(record);
  }
  putPayout(record: PayoutRecord): void {
    this.#payouts.put(record);
  }
  putLink(link: CustomerLink): void {
    this.#links.set(customerKey(link, link.customerRef), link.owner);
    this.newLinks.push(link);
  }
  putCustomerCredit(credit: CustomerCredit): void {
    this.#credits.put(credit);
  }
  putDelivery(delivery: Delivery): void {
    this.#deliveries.put(delivery);
  }
  putUsage(usage: Usage): void {
    this.#usage.put(usage);
  }
  putHold(hold: Hold): void {
    this.#holds.put(hold);
  }
  putDecision(decision: KeptDecision): void {
    this.#decisions.put(decision);
  }
  putWallet(wallet: Wallet): void {
    this.#wallets.put(wallet);
  }

  /** Books that begin as these are and are never stored: for asking what would be. */
  copy(): Books {
    const copy = new Books();
    copy.load({
      events: this.#events.values(),
      charges: this.#charges.values(),
      payouts: this.#payouts.values(),
      wallets: this.#wallets.values(),
      usage: this.#usage.values(),
      holds: this.#holds.values(),
      pastLines: this.#pastLines.values(),
      credits: this.#credits.values(),
      links: this.#links,
      deliveries: this.#deliveries.values(),
      decisions: this.#decisions.values(),
    });
    return copy;
  }

  /** What is to be stored, apart by whether the store has it already. */
  changes() {
    return {
      events: this.#events.split(),
      charges: this.#charges.split(),
      payouts: this.#payouts.split(),
      wallets: this.#wallets.split(),
      usage: this.#usage.split(),
      holds: this.#holds.split(),
      credits: this.#credits.split(),
      deliveries: this.#deliveries.split(),
      decisions: this.#decisions.split(),
    };
  }
}

const noFacts: readonly ChargeFact[] = [];

export function newChargeRecord(id: ChargeId, key: ObjectKey): ChargeRecord {
  return {
    id,
    key,
    facts: noFacts,
    charge: null,
    posted: new Balances(),
    entryCount: 0,
    pin: null,
    settledAt: null,
    toppedUp: 0n,
    takenBack: 0n,
    debited: 0n,
    walletLines: [],
    discrepancies: {},
  };
}
