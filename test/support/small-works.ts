import type { Books } from "../../src/domain/books.ts";
import { notDismissed, type StoredEvent } from "../../src/domain/event.ts";
import { type EventId, eventId, lotId, type WalletId } from "../../src/domain/ids.ts";
import { emptyWallet, type Lot, type Wallet } from "../../src/domain/wallet/wallet.ts";
import type { Needs, WalletNeed, Work } from "../../src/store/batch/unit-of-work.ts";
import { walletId } from "./wallet-ids.ts";

const source = { provider: "stripe", account: "default" } as const;

/** An event that has no effect but to be stored. */
export function ignoredEvent(providerEventId: string): StoredEvent {
  return {
    ...source,
    id: eventId(source, providerEventId),
    providerEventId,
    type: "ping",
    apiVersion: null,
    otherVersions: [],
    origin: "webhook",
    body: Buffer.from("{}"),
    occurredAt: 1n,
    receivedAt: 2n,
    appliedAt: null,
    outcome: "ignored",
    reason: "no_money",
    attempts: 1,
    retryAt: null,
    ...notDismissed,
  };
}

/** Stores an event once. */
export class StoreEvent implements Work<"stored" | "duplicate"> {
  readonly needs: Needs;
  readonly #event: StoredEvent;

  constructor(providerEventId: string) {
    this.#event = ignoredEvent(providerEventId);
    this.needs = { events: [this.#event.id] };
  }

  walletNeeds(): readonly WalletNeed[] {
    return [];
  }

  decide(books: Books): "stored" | "duplicate" {
    if (books.event(this.#event.id) !== undefined) return "duplicate";
    books.putEvent(this.#event);
    return "stored";
  }
}

/** A work that meets an error of the database. */
export class Meets implements Work<never> {
  readonly needs: Needs = {};
  readonly #code: string;

  constructor(code: string) {
    this.#code = code;
  }

  walletNeeds(): readonly WalletNeed[] {
    return [];
  }

  decide(): never {
    throw Object.assign(new Error(`The database says ${this.#code}.`), { code: this.#code });
  }
}

/** A work that cannot be decided. */
export class Undecidable implements Work<never> {
  readonly needs: Needs = {};

  walletNeeds(): readonly WalletNeed[] {
    return [];
  }

  decide(books: Books): never {
    books.putEvent(ignoredEvent("half-done"));
    throw new Error("It cannot be decided.");
  }
}

/** Adds to a wallet's paid value without asking what is there, and without lots: only for tests of the store. */
export class ChangeWallet implements Work<Wallet> {
  readonly needs: Needs;
  readonly #owner: string;
  readonly #amount: bigint;

  constructor(owner: string, amount: bigint) {
    this.#owner = owner;
    this.#amount = amount;
    this.needs = { events: [`change ${owner}` as EventId] };
  }

  walletNeeds(): readonly WalletNeed[] {
    return [{ wallet: walletId(this.#owner, "USD"), lots: false, charge: null }];
  }

  decide(books: Books): Wallet {
    const id = walletId(this.#owner, "USD");
    const before = books.wallet(id) ?? emptyWallet(id, this.#owner, "USD");
    const after = { ...before, paid: before.paid + this.#amount };
    books.putWallet(after);
    return after;
  }
}

/** Stores an event and adds one to a wallet: whoever finds one without the other has found half a batch. */
export class CountedEvent implements Work<string> {
  readonly needs: Needs;
  readonly #event: StoreEvent;
  readonly #change: ChangeWallet;
  readonly #name: string;

  constructor(name: string, owner: string) {
    this.#name = name;
    this.#event = new StoreEvent(name);
    this.#change = new ChangeWallet(owner, 1n);
    this.needs = { events: [...(this.#event.needs.events ?? []), ...(this.#change.needs.events ?? [])] };
  }

  walletNeeds(): readonly WalletNeed[] {
    return this.#change.walletNeeds();
  }

  decide(books: Books): string {
    if (this.#event.decide(books) === "stored") this.#change.decide(books);
    return this.#name;
  }
}

/** Stores a wallet with one lot. */
export class OpenLot implements Work<WalletId> {
  readonly needs: Needs = {};
  readonly #owner: string;

  constructor(owner: string) {
    this.#owner = owner;
  }

  walletNeeds(): readonly WalletNeed[] {
    return [];
  }

  decide(books: Books): WalletId {
    const id = walletId(this.#owner, "USD");
    const lot: Lot = {
      id: lotId(id, 1),
      ordinal: 1,
      walletId: id,
      openedBy: 0,
      kind: "paid",
      chargeId: null,
      amount: 5n,
      remaining: 5n,
      expired: 0n,
      priority: 0,
      expiresAt: null,
    };
    books.putWallet({ ...emptyWallet(id, this.#owner, "USD"), paid: 5n, lotCount: 1, lots: [lot] });
    return id;
  }
}

/** Counts the lots of a wallet it needs only if an event has happened, as a refund needs the wallet of its charge. */
export class CountLotsAfter implements Work<number | undefined> {
  readonly needs: Needs;
  readonly #event: EventId;
  readonly #wallet: WalletId;

  constructor(providerEventId: string, wallet: WalletId) {
    this.#event = eventId(source, providerEventId);
    this.#wallet = wallet;
    this.needs = { events: [this.#event] };
  }

  walletNeeds(books: Books): readonly WalletNeed[] {
    return books.event(this.#event) === undefined ? [] : [{ wallet: this.#wallet, lots: true, charge: null }];
  }

  decide(books: Books): number | undefined {
    return books.wallet(this.#wallet)?.lots.length;
  }
}

/** Says which books it was decided on: works of one batch share theirs. */
export class HeavyWork implements Work<Books> {
  readonly needs: Needs = {};
  readonly weight: number;

  constructor(weight: number) {
    this.weight = weight;
  }

  walletNeeds(): readonly WalletNeed[] {
    return [];
  }

  decide(books: Books): Books {
    return books;
  }
}
