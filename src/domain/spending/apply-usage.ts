import type { Books } from "../books.ts";
import { Changes } from "../changes.ts";
import { isReservedId, type UsageId, type WalletId } from "../ids.ts";
import type { Policy } from "../policy/policy.ts";
import type { Instant } from "../time.ts";
import { withoutCharge } from "../wallet/wallet-change.ts";
import { Bill } from "./bill.ts";
import type { Payer } from "./payer.ts";
import { type Rated, type RatingRefusal, rate } from "./rate.ts";
import { happenedAt, type Usage } from "./usage.ts";
import { isSameUsage } from "./usage-content.ts";

/** Something that was used, as the app tells it. */
export interface UsageEvent {
  readonly id: UsageId;
  readonly payer: Payer;
  readonly meter: string;
  /** A decimal string or a safe integer, ≥ 0, at most 12 decimals. */
  readonly quantity: string | number;
  readonly currency: string | null;
  /** Who of those that spend for the owner. */
  readonly member?: string | null;
  /** The app's clock, if it says. */
  readonly occurredAt: Instant | null;
}

export type UsageResult =
  | ({ readonly outcome: "applied" | "duplicate"; readonly usage: Usage } & Pick<UsageEvent, "id">)
  /** The same id was used for something else: nothing happens. */
  | ({ readonly outcome: "conflict" } & Pick<UsageEvent, "id">)
  /** Nothing is kept of it: sent again after a fix, it is applied. */
  | ({ readonly outcome: "rejected"; readonly reason: UsageRefusal } & Pick<UsageEvent, "id">);

/** `id_reserved`: wallets give such ids to what they do themselves. */
export type UsageRefusal = RatingRefusal | "id_reserved";

interface OpenBill {
  readonly changes: Changes;
  readonly bill: Bill;
}

/**
 * Applies usage in order, each at the price in force now. What one wallet bears is one line of its statement. Known usage
 * gives its first result again; a bad one does nothing, and hurts none of the others.
 */
export function applyUsage(
  books: Books,
  events: readonly UsageEvent[],
  { policy, now }: { readonly policy: Policy; readonly now: Instant },
): UsageResult[] {
  const bills = new Map<WalletId, OpenBill>();
  const results = events.map((event) => applyOne(event));
  for (const { changes, bill } of bills.values()) {
    const closed = bill.close(withoutCharge(now, null));
    if ("line" in closed) changes.add(closed);
    else changes.wallet = closed;
    changes.record(books, policy);
  }
  return results;

  function applyOne(event: UsageEvent): UsageResult {
    const { id, member = null, occurredAt } = event;
    if (isReservedId(id)) return { id, outcome: "rejected", reason: "id_reserved" };
    const known = books.usage(id);
    if (known !== undefined)
      return isSameUsage(event, known, books.walletIds)
        ? { id, outcome: "duplicate", usage: known }
        : { id, outcome: "conflict" };
    const rated = rate(books, event, { policy, now });
    if (rated.kind === "refused") return { id, outcome: "rejected", reason: rated.reason };
    const spent = { meter: event.meter, member, at: happenedAt({ occurredAt, appliedAt: now }) };
    const usage = billOf(rated).bill.add({ ...rated, id, member, occurredAt, spent });
    if (usage === null) return { id, outcome: "rejected", reason: "cost_out_of_range" };
    books.putUsage(usage);
    return { id, outcome: "applied", usage };
  }

  function billOf({ wallet }: Rated): OpenBill {
    const known = bills.get(wallet.id);
    if (known !== undefined) return known;
    const changes = new Changes(wallet, now);
    const open = { changes, bill: new Bill(changes.wallet, now) };
    bills.set(wallet.id, open);
    return open;
  }
}
