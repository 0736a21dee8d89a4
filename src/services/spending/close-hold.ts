import type { Books } from "../../domain/books.ts";
import { Changes } from "../../domain/changes.ts";
import type { HoldId } from "../../domain/ids.ts";
import { settlementId, walletOfHold } from "../../domain/ids.ts";
import { type Amount, fitsInto64Bits, maximum } from "../../domain/money.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import { type Cost, costOfAmount } from "../../domain/spending/decimal.ts";
import { type Hold, lapse, withHold } from "../../domain/spending/hold.ts";
import { priced, type RatingRefusal, sameQuantity } from "../../domain/spending/rate.ts";
import { settleHold as settle } from "../../domain/spending/settle-hold.ts";
import type { Metered, Usage } from "../../domain/spending/usage.ts";
import { fromSeconds, type Instant } from "../../domain/time.ts";
import type { Wallet } from "../../domain/wallet/wallet.ts";
import type { Services } from "../services.ts";
import { isHoldDuration } from "./place-hold.ts";
import { WalletWork } from "./wallet-work.ts";

export type HoldUnknown = { readonly kind: "hold_unknown" };
/** It was settled with another value, or is closed. */
export type HoldClosed = { readonly kind: "hold_closed"; readonly hold: Hold };

/** What was really used. */
export type UsedOfHold = { readonly quantity: string | number } | { readonly amount: Amount };

export type HoldSettled =
  | { readonly kind: "settled"; readonly hold: Hold; readonly usage: Usage }
  | HoldUnknown
  | HoldClosed
  | { readonly kind: "refused"; readonly reason: RatingRefusal | "amount_invalid" | "meter_required" };

/**
 * Settles a hold with what was really used. After it has expired that is accepted as late: losing the usage would be worse.
 * The same value again gives the same answer.
 */
export function settleHold(services: Services, id: HoldId, used: UsedOfHold): Promise<HoldSettled> {
  const policy = services.policies.current;
  return ofHold(services, id, ({ wallet, hold, books, now }): HoldSettled => {
    const known = books.usage(settlementId(id));
    if (known !== undefined)
      return isSettledWith(known, used)
        ? { kind: "settled", hold, usage: known }
        : { kind: "hold_closed", hold };
    if (hold.status === "released") return { kind: "hold_closed", hold };
    const cost = costOf(wallet, hold, used, { policy, now });
    if (cost.kind === "refused") return cost;
    const settled = settle(wallet, hold, cost, now);
    if (settled === null) return { kind: "refused", reason: "cost_out_of_range" };
    settled.changes.record(books, policy);
    books.putUsage(settled.usage);
    books.putHold(settled.hold);
    return { kind: "settled", hold: settled.hold, usage: settled.usage };
  });
}

export type HoldReleased = { readonly kind: "closed"; readonly hold: Hold } | HoldUnknown | HoldClosed;

/** Frees what is held: nothing was used. One that is released or expired stays as it is. */
export function releaseHold(services: Services, id: HoldId): Promise<HoldReleased> {
  return ofHold(services, id, ({ wallet, hold, books, now }): HoldReleased => {
    const lapsed = lapse(hold, now);
    if (lapsed.status === "settled") return { kind: "hold_closed", hold };
    const released: Hold =
      lapsed.status === "open"
        ? { ...lapsed, status: "released", released: hold.amount, closedAt: now }
        : lapsed;
    if (hold.status === "open") {
      const changes = new Changes(withHold(wallet, hold, released), now);
      changes.record(books, services.policies.current);
      books.putHold(released);
    }
    return { kind: "closed", hold: released };
  });
}

export type HoldExtended =
  | { readonly kind: "extended"; readonly hold: Hold }
  | HoldUnknown
  | HoldClosed
  | { readonly kind: "refused"; readonly reason: "expires_in_invalid" };

/** Gives an open hold more time, counted from now; never less than it has. */
export async function extendHold(
  services: Services,
  id: HoldId,
  expiresInSeconds: number,
): Promise<HoldExtended> {
  if (!isHoldDuration(expiresInSeconds)) return { kind: "refused", reason: "expires_in_invalid" };
  return ofHold(services, id, ({ hold, books, now }): HoldExtended => {
    const lapsed = lapse(hold, now);
    if (lapsed.status !== "open") return { kind: "hold_closed", hold: lapsed };
    const expiresAt = maximum(hold.expiresAt, now + fromSeconds(expiresInSeconds));
    const extended = { ...hold, expiresAt };
    books.putHold(extended);
    return { kind: "extended", hold: extended };
  });
}

interface HoldAtHand {
  readonly wallet: Wallet;
  readonly hold: Hold;
  readonly books: Books;
  readonly now: Instant;
}

/** Decides about one hold under its wallet's lock: a sweep and a settle never both win. */
async function ofHold<Result>(
  { store }: Services,
  id: HoldId,
  decide: (at: HoldAtHand) => Result,
): Promise<Result | HoldUnknown> {
  const unknown: HoldUnknown = { kind: "hold_unknown" };
  const walletId = walletOfHold(id);
  if (walletId === undefined) return unknown;
  return store.write(
    new WalletWork<Result | HoldUnknown>(walletId, { unknown, holds: [id] }, (wallet, books, now) => {
      const hold = books.hold(id);
      return hold === undefined ? unknown : decide({ wallet, hold, books, now });
    }),
  );
}

function isSettledWith({ metered, requested }: Usage, used: UsedOfHold): boolean {
  if ("amount" in used) return metered === null && used.amount === requested;
  return metered !== null && sameQuantity(used.quantity, metered.quantity);
}

type SettlingCost =
  | { readonly kind: "cost"; readonly metered: Metered | null; readonly cost: Cost }
  | Extract<HoldSettled, { kind: "refused" }>;

function costOf(
  wallet: Wallet,
  { meter }: Hold,
  used: UsedOfHold,
  terms: { readonly policy: Policy; readonly now: Instant },
): SettlingCost {
  if ("amount" in used) {
    if (used.amount < 0n || !fitsInto64Bits(used.amount))
      return { kind: "refused", reason: "amount_invalid" };
    return { kind: "cost", metered: null, cost: costOfAmount(used.amount) };
  }
  if (meter === null) return { kind: "refused", reason: "meter_required" };
  const rated = priced(wallet, { meter, quantity: used.quantity }, terms);
  return rated.kind === "refused" ? rated : { kind: "cost", metered: rated.metered, cost: rated.cost };
}
