import type { Books } from "../../domain/books.ts";
import type { WalletIds } from "../../domain/ids.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import { applyUsage, type UsageEvent, type UsageResult } from "../../domain/spending/apply-usage.ts";
import { priceListOf } from "../../domain/spending/meter.ts";
import { payingWallets } from "../../domain/spending/payer.ts";
import type { Instant } from "../../domain/time.ts";
import type { Needs, WalletNeed, Work } from "../../store/batch/unit-of-work.ts";
import type { Services } from "../services.ts";

export type { UsageEvent, UsageResult } from "../../domain/spending/apply-usage.ts";
export type { Payer } from "../../domain/spending/payer.ts";

/** How many usage events are taken at once. */
export const largestUsageBatch = 1_000;

/**
 * Debits what was used: a result for each event, in order, all in one transaction. An id is used once in the whole
 * database, so what is sent again after a lost answer gives the first result.
 * @throws RangeError if there are more than {@link largestUsageBatch}
 */
export function recordUsage(services: Services, events: readonly UsageEvent[]): Promise<UsageResult[]> {
  if (events.length > largestUsageBatch)
    throw new RangeError(`At most ${largestUsageBatch} usage events are taken at once.`);
  return services.store.write(new RecordUsage(events, services.policies.current, services.store.walletIds));
}

/** About what one keeps in memory, with its id and what it needs. */
const bytesOfEvent = 500;

class RecordUsage implements Work<UsageResult[]> {
  readonly needs: Needs;
  readonly weight: number;
  readonly bytes: number;
  readonly #events: readonly UsageEvent[];
  readonly #policy: Policy;
  readonly #since: { readonly since?: Instant };

  constructor(events: readonly UsageEvent[], policy: Policy, walletIds: WalletIds) {
    this.#events = events;
    this.#policy = policy;
    this.weight = events.length;
    this.bytes = events.length * bytesOfEvent;
    this.#since = earliestOf(events);
    const prices = priceListOf(policy);
    const wallets = new Set(events.flatMap((event) => payingWallets(event, { prices, walletIds })));
    this.needs = { usage: events.map(({ id }) => id), wallets: [...wallets] };
  }

  /** Also those of known usage: what made it known may have been decided in this very batch. */
  walletNeeds(): readonly WalletNeed[] {
    return (this.needs.wallets ?? []).map((wallet) => ({
      wallet,
      lots: true,
      charge: null,
      ...this.#since,
    }));
  }

  decide(books: Books, now: Instant): UsageResult[] {
    return applyUsage(books, this.#events, { policy: this.#policy, now });
  }
}

/** When the first of it happened, as far as the app says. */
function earliestOf(events: readonly UsageEvent[]): { readonly since?: Instant } {
  let since: Instant | undefined;
  for (const { occurredAt } of events)
    if (occurredAt !== null && (since === undefined || occurredAt < since)) since = occurredAt;
  return since === undefined ? {} : { since };
}
