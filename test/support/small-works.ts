import type { Books } from "../../src/domain/books.ts";
import { notDismissed, type StoredEvent } from "../../src/domain/event.ts";
import { type EventId, eventId, lotId, type WalletId } from "../../src/domain/ids.ts";
import { emptyWallet, type Lot, type Wallet } from "../../src/domain/wallet/wallet.ts";
import type { Work } from "../../src/store/batch/unit-of-work.ts";
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
export function storingEvent(providerEventId: string): Work<"stored" | "duplicate"> {
  const event = ignoredEvent(providerEventId);
  return {
    needs: { events: [event.id] },
    decide(books) {
      if (books.event(event.id) !== undefined) return "duplicate";
      books.putEvent(event);
      return "stored";
    },
  };
}

/** A work that meets an error of the database. */
export const meeting = (code: string): Work<never> => ({
  needs: {},
  decide() {
    throw Object.assign(new Error(`The database says ${code}.`), { code });
  },
});

/** A work that cannot be decided. */
export const undecidable: Work<never> = {
  needs: {},
  decide(books) {
    books.putEvent(ignoredEvent("half-done"));
    throw new Error("It cannot be decided.");
  },
};

/** Adds to a wallet's paid value without asking what is there, and without lots: only for tests of the store. */
export function changingWallet(owner: string, amount: bigint): Work<Wallet> {
  const id = walletId(owner, "USD");
  return {
    needs: { events: [`change ${owner}` as EventId] },
    walletNeeds: () => [{ wallet: id, lots: false, charge: null }],
    decide(books) {
      const before = books.wallet(id) ?? emptyWallet(id, owner, "USD");
      const after = { ...before, paid: before.paid + amount };
      books.putWallet(after);
      return after;
    },
  };
}

/** Stores an event and adds one to a wallet: whoever finds one without the other has found half a batch. */
export function countingEvent(name: string, owner: string): Work<string> {
  const event = storingEvent(name);
  const change = changingWallet(owner, 1n);
  return {
    ...change,
    needs: { events: [event, change].flatMap(({ needs }) => needs.events ?? []) },
    decide(books, now) {
      if (event.decide(books, now) === "stored") change.decide(books, now);
      return name;
    },
  };
}

/** Stores a wallet with one lot. */
export function openingLot(owner: string): Work<WalletId> {
  return {
    needs: {},
    decide(books) {
      const id = walletId(owner, "USD");
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
      books.putWallet({ ...emptyWallet(id, owner, "USD"), paid: 5n, lotCount: 1, lots: [lot] });
      return id;
    },
  };
}

/** Counts the lots of a wallet it needs only if an event has happened, as a refund needs the wallet of its charge. */
export function countingLotsAfter(providerEventId: string, wallet: WalletId): Work<number | undefined> {
  const event = eventId(source, providerEventId);
  return {
    needs: { events: [event] },
    walletNeeds: (books) => (books.event(event) === undefined ? [] : [{ wallet, lots: true, charge: null }]),
    decide: (books) => books.wallet(wallet)?.lots.length,
  };
}

/** Says which books it was decided on: works of one batch share theirs. */
export const heavyWork = (weight: number): Work<Books> => ({
  needs: {},
  weight,
  decide: (books) => books,
});
