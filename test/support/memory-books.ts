import { Books } from "../../src/domain/books.ts";
import type { Charge } from "../../src/domain/charge/charge.ts";
import { notDismissed } from "../../src/domain/event.ts";
import { chargeId, eventId, type ProviderName, type WalletId } from "../../src/domain/ids.ts";
import { defaultPolicy, type Policy, type PolicyBook } from "../../src/domain/policy/policy.ts";
import { type Instant, nanosecondsPerDay } from "../../src/domain/time.ts";
import { paddle } from "../../src/providers/paddle/paddle.ts";
import { stripe } from "../../src/providers/stripe/stripe.ts";
import { type Applied, applyingEvent } from "../../src/services/inbox/apply-event.ts";
import type { PaddleEvent } from "./paddle-history.ts";
import type { StripeEvent } from "./stripe-history.ts";
import { walletIds } from "./wallet-ids.ts";

/** An event of either provider, as it is posted. */
export type ProviderEvent = PaddleEvent | StripeEvent;

/** Books that are never stored: one endless batch. For properties of the domain, thousands of runs a second. */
export class MemoryBooks {
  readonly books = new Books(walletIds);
  readonly #policies: PolicyBook;
  #now: Instant = 1_767_225_600_000_000_000n;

  constructor(policy: Policy = defaultPolicy) {
    this.#policies = { current: policy, version: () => policy };
  }

  apply(event: ProviderEvent): Applied {
    const provider = "event_id" in event ? paddle : stripe;
    const body = Buffer.from(JSON.stringify(event));
    const envelope = provider.readEnvelope(body);
    if (envelope.kind === "refused") throw new Error(envelope.detail);
    const id = eventId({ provider: provider.name, account: "default" }, envelope.providerEventId);
    const normalised = provider.normalise(envelope, id);
    const stored = {
      id,
      provider: provider.name,
      account: "default",
      providerEventId: envelope.providerEventId,
      type: envelope.type,
      apiVersion: envelope.apiVersion,
      otherVersions: [],
      origin: "webhook" as const,
      body,
      occurredAt: envelope.occurredAt,
      receivedAt: this.#now,
      appliedAt: null,
      outcome: "failed" as const,
      reason: null,
      attempts: 0,
      retryAt: null,
      ...notDismissed,
    };
    this.#now += 1_000_000_000n;
    const read = { provider, event: stored, normalised, unlessKnown: false };
    return applyingEvent(read, this.#policies).decide(this.books, this.#now);
  }

  applyAll(events: readonly ProviderEvent[]): this {
    for (const event of events) this.apply(event);
    return this;
  }

  /** Links a customer to an owner, before any of its charges settled. */
  link(provider: ProviderName, customerRef: string, owner: string): this {
    this.books.putLink({ provider, account: "default", customerRef, owner, at: this.#now });
    return this;
  }

  record(ref: string, provider: ProviderName = "paddle") {
    const key = { provider, account: "default", ref };
    return this.books.charge(chargeId(key), key);
  }

  charge(ref: string): Charge {
    const { charge } = this.record(ref);
    if (charge === null) throw new Error(`No charge ${ref}.`);
    return charge;
  }

  wallet(id: WalletId | null | undefined) {
    return id === null || id === undefined ? undefined : this.books.wallet(id);
  }

  /** Lets so many days go by. */
  wait(days: number): this {
    this.#now += BigInt(days) * nanosecondsPerDay;
    return this;
  }

  get now(): Instant {
    return this.#now;
  }

  /** Charges, wallets and records as they stand. */
  all() {
    const { charges, wallets } = this.books.changes();
    return { records: charges.added, wallets: wallets.added };
  }
}
