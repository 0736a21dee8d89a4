import { Books, type ChargeRecord, type PayoutRecord } from "../domain/books.ts";
import type { Fact } from "../domain/facts/facts.ts";
import type { ChargeId, LotId, PayoutId, UsageId, WalletId, WalletIds } from "../domain/ids.ts";
import type { Limit } from "../domain/spending/limit.ts";
import type { Instant } from "../domain/time.ts";
import type { Lot, Wallet } from "../domain/wallet/wallet.ts";

/** The ids and internal numbers of rows a batch has read or is about to store. Ids of all nouns differ by their form. */
export class Numbers {
  readonly #byId = new Map<string, bigint>();
  readonly #byNumber = new Map<bigint, string>();

  set(id: string, number: bigint): void {
    this.#byId.set(id, number);
    this.#byNumber.set(number, id);
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  of(id: string): bigint {
    const number = this.#byId.get(id);
    if (number === undefined) throw new Error(`${id} is referred to, but neither stored nor about to be.`);
    return number;
  }

  ofNullable(id: string | null): bigint | null {
    return id === null ? null : this.of(id);
  }

  id<Id extends string>(number: bigint): Id {
    const id = this.#byNumber.get(number);
    if (id === undefined) throw new Error(`A row refers to number ${number}, which was not read.`);
    return id as Id;
  }

  idOfNullable<Id extends string>(number: bigint | null): Id | null {
    return number === null ? null : this.id<Id>(number);
  }
}

/** How much of a wallet was read. */
export interface WalletExtent {
  lots: boolean;
  /** Whose lots and statement lines were read with it. */
  readonly charges: Set<ChargeId>;
}

/** Where a fact that was read is found again. */
export interface StoredFact {
  readonly subject: bigint;
  readonly heard: bigint;
}

/** Where usage that was read is found again. */
export interface StoredUsageKey {
  readonly no: bigint;
  readonly tallyNo: bigint;
}

/** What a batch has read: the books for deciding, and beside them what storing needs to know. */
export class Loaded {
  readonly books: Books;
  readonly numbers = new Numbers();
  readonly charges = new Map<ChargeId, ChargeRecord>();
  readonly payouts = new Map<PayoutId, PayoutRecord>();
  readonly wallets = new Map<WalletId, Wallet>();
  readonly lots = new Map<LotId, Lot>();
  readonly limits = new Map<WalletId, readonly Limit[]>();
  readonly extents = new Map<WalletId, WalletExtent>();
  readonly facts = new WeakMap<Fact, StoredFact>();
  readonly usage = new Map<UsageId, StoredUsageKey>();
  /** The numbers of those of a batch's events that were stored before. */
  readonly knownEvents = new Set<bigint>();
  /** The earliest moment of which limits may be asked: of holds and usage that were read. */
  earliest: Instant | null = null;

  constructor(walletIds: WalletIds) {
    this.books = new Books(walletIds);
  }

  reach(at: Instant): void {
    if (this.earliest === null || at < this.earliest) this.earliest = at;
  }
}
