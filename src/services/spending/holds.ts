import type { Books } from "../../domain/books.ts";
import { Changes } from "../../domain/changes.ts";
import { type HoldId, settlementId, type WalletId, type WalletIds, walletOfHold } from "../../domain/ids.ts";
import { type Amount, fitsInto64Bits, maximum } from "../../domain/money.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import { type Cost, costOfAmount, roundedUp } from "../../domain/spending/decimal.ts";
import {
  type Hold,
  type HoldTerms,
  lapse,
  openHold,
  spentByHold,
  withHold,
} from "../../domain/spending/hold.ts";
import { type Tightest, tightest } from "../../domain/spending/limit.ts";
import {
  type Payer,
  payingWallets,
  priced,
  priceListOf,
  type RatingRefusal,
  rate,
  sameQuantity,
} from "../../domain/spending/rate.ts";
import { settleHold as settle } from "../../domain/spending/settle-hold.ts";
import type { Metered, Usage } from "../../domain/spending/usage.ts";
import { fromSeconds, type Instant } from "../../domain/time.ts";
import { availableOf, emptyWallet, type Wallet } from "../../domain/wallet/wallet.ts";
import type { Work } from "../../store/batch/unit-of-work.ts";
import type { Page, PageRequest } from "../../store/engine/read/page.ts";
import { type HoldFilter, listHolds } from "../../store/wallets/read/holds.ts";
import { walletById } from "../../store/wallets/read/wallets.ts";
import type { Services } from "../services.ts";
import { workOnWallet } from "./wallet-work.ts";

/** What is reserved: the cost of a quantity at the price in force, rounded up, or an amount. */
export type ToReserve =
  | { readonly meter: string; readonly quantity: string | number }
  | { readonly amount: Amount };

export interface HoldRequest {
  readonly payer: Payer;
  readonly reserved: ToReserve;
  /** Needed where an amount is reserved of an owner. */
  readonly currency: string | null;
  /** Who of those that spend for the owner. */
  readonly member?: string | null;
  readonly expiresInSeconds: number;
}

export type HoldPlaced =
  | { readonly kind: "placed"; readonly hold: Hold }
  | { readonly kind: "insufficient_balance"; readonly available: Amount; readonly shortfall: Amount }
  | ({
      readonly kind: "limit_reached";
      readonly available: Amount;
      /** What of the amount the limit keeps. */
      readonly limited: Amount;
    } & Tightest)
  | { readonly kind: "refused"; readonly reason: HoldRefusal };

type HoldRefusal = RatingRefusal | "amount_invalid" | "expires_in_invalid";

const longestSeconds = 86_400;

export const isHoldDuration = (seconds: number): boolean =>
  Number.isInteger(seconds) && seconds >= 1 && seconds <= longestSeconds;

/** Reserves value for usage in flight: nobody else can spend it until it is settled, released, or expires. */
export async function placeHold(services: Services, request: HoldRequest): Promise<HoldPlaced> {
  if (!isHoldDuration(request.expiresInSeconds)) return { kind: "refused", reason: "expires_in_invalid" };
  return services.store.write(placingHold(request, services.policies.current, services.store.walletIds));
}

function placingHold(request: HoldRequest, policy: Policy, walletIds: WalletIds): Work<HoldPlaced> {
  const wallets = walletsOf(request, { policy, walletIds });
  const { member = null, expiresInSeconds } = request;
  return {
    needs: { wallets },
    walletNeeds: () => wallets.map((wallet) => ({ wallet, lots: true, charge: null })),
    decide(books, now) {
      const wanted = wantedOf(books, request, { policy, now });
      if (wanted.kind === "refused") return wanted;
      const { wallet, ...terms } = wanted;
      const changes = new Changes(wallet, now);
      const available = availableOf(changes.wallet);
      if (available < terms.amount)
        return { kind: "insufficient_balance", available, shortfall: terms.amount - available };
      const bound = tightest(
        changes.wallet.limits,
        spentByHold({ meter: terms.meter, member, createdAt: now }),
      );
      if (bound !== null && bound.left < terms.amount)
        return { kind: "limit_reached", available, limited: terms.amount - bound.left, ...bound };
      const expiresAt = now + fromSeconds(expiresInSeconds);
      const opened = openHold(changes.wallet, { ...terms, member, now, expiresAt });
      changes.wallet = opened.wallet;
      changes.record(books, policy);
      books.putHold(opened.hold);
      return { kind: "placed", hold: opened.hold };
    },
  };
}

function walletsOf(
  { payer, reserved, currency }: HoldRequest,
  { policy, walletIds }: { readonly policy: Policy; readonly walletIds: WalletIds },
): WalletId[] {
  if ("meter" in reserved)
    return payingWallets(
      { payer, currency, meter: reserved.meter },
      { prices: priceListOf(policy), walletIds },
    );
  if ("walletId" in payer) return [payer.walletId];
  return currency === null ? [] : [walletIds.of(payer.owner, currency)];
}

interface Wanted extends Pick<HoldTerms, "amount" | "meter" | "quantity"> {
  readonly kind: "wanted";
  readonly wallet: Wallet;
}

type Refused = { readonly kind: "refused"; readonly reason: HoldRefusal };

/** Of which wallet how much is wanted. */
function wantedOf(
  books: Books,
  { payer, reserved, currency }: HoldRequest,
  terms: { readonly policy: Policy; readonly now: Instant },
): Wanted | Refused {
  if ("meter" in reserved) {
    const rated = rate(books, { payer, currency, ...reserved }, terms);
    if (rated.kind === "refused") return rated;
    const { meter, quantity } = rated.metered;
    return { kind: "wanted", wallet: rated.wallet, amount: roundedUp(rated.cost), meter, quantity };
  }
  const wallet = walletOf(books, payer, currency);
  if (typeof wallet === "string") return { kind: "refused", reason: wallet };
  const { amount } = reserved;
  if (amount <= 0n || !fitsInto64Bits(amount)) return { kind: "refused", reason: "amount_invalid" };
  return { kind: "wanted", wallet, amount, meter: null, quantity: null };
}

function walletOf(books: Books, payer: Payer, currency: string | null): Wallet | HoldRefusal {
  if ("owner" in payer) {
    if (currency === null) return "currency_required";
    const id = books.walletIds.of(payer.owner, currency);
    return books.wallet(id) ?? emptyWallet(id, payer.owner, currency);
  }
  const wallet = books.wallet(payer.walletId);
  if (wallet === undefined) return "unknown_wallet";
  return currency === null || currency === wallet.currency ? wallet : "currency_mismatch";
}

export type HoldUnknown = { readonly kind: "hold_unknown" };
/** It was settled with another value, or is closed. */
export type HoldClosed = { readonly kind: "hold_closed"; readonly hold: Hold };

/** What was really used. */
export type UsedOfHold = { readonly quantity: string | number } | { readonly amount: Amount };

type HoldSettled =
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

type HoldReleased = { readonly kind: "closed"; readonly hold: Hold } | HoldUnknown | HoldClosed;

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

type HoldExtended =
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
    workOnWallet<Result | HoldUnknown>(walletId, { unknown, holds: [id] }, (wallet, books, now) => {
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

/** `undefined` if there is no such wallet. */
export async function readHolds(
  services: Services,
  wallet: WalletId,
  filter: HoldFilter,
  page: PageRequest,
): Promise<Page<Hold> | undefined> {
  if ((await walletById(services.store.read, wallet)) === undefined) return undefined;
  return listHolds(services.store.read, wallet, filter, page);
}
