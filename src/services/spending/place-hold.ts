import type { Books } from "../../domain/books.ts";
import { Changes } from "../../domain/changes.ts";
import type { WalletId, WalletIds } from "../../domain/ids.ts";
import { type Amount, fitsInto64Bits } from "../../domain/money.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import { roundedUp } from "../../domain/spending/decimal.ts";
import { type Hold, type HoldTerms, openHold, spentByHold } from "../../domain/spending/hold.ts";
import { type Tightest, tightest } from "../../domain/spending/limit.ts";
import { priceListOf } from "../../domain/spending/meter.ts";
import { type Payer, payingWallets } from "../../domain/spending/payer.ts";
import { type RatingRefusal, rate } from "../../domain/spending/rate.ts";
import { fromSeconds, type Instant } from "../../domain/time.ts";
import { availableOf, emptyWallet, type Wallet } from "../../domain/wallet/wallet.ts";
import type { Needs, WalletNeed, Work } from "../../store/batch/unit-of-work.ts";
import type { Services } from "../services.ts";

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

export type HoldRefusal = RatingRefusal | "amount_invalid" | "expires_in_invalid";

const longestSeconds = 86_400;

export const isHoldDuration = (seconds: number): boolean =>
  Number.isInteger(seconds) && seconds >= 1 && seconds <= longestSeconds;

/** Reserves value for usage in flight: nobody else can spend it until it is settled, released, or expires. */
export async function placeHold(services: Services, request: HoldRequest): Promise<HoldPlaced> {
  if (!isHoldDuration(request.expiresInSeconds)) return { kind: "refused", reason: "expires_in_invalid" };
  return services.store.write(new PlaceHold(request, services.policies.current, services.store.walletIds));
}

class PlaceHold implements Work<HoldPlaced> {
  readonly needs: Needs;
  readonly #request: HoldRequest;
  readonly #policy: Policy;

  constructor(request: HoldRequest, policy: Policy, walletIds: WalletIds) {
    this.#request = request;
    this.#policy = policy;
    this.needs = { wallets: walletsOf(request, { policy, walletIds }) };
  }

  walletNeeds(): readonly WalletNeed[] {
    return (this.needs.wallets ?? []).map((wallet) => ({ wallet, lots: true, charge: null }));
  }

  decide(books: Books, now: Instant): HoldPlaced {
    const wanted = wantedOf(books, this.#request, { policy: this.#policy, now });
    if (wanted.kind === "refused") return wanted;
    const { member = null } = this.#request;
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
    const expiresAt = now + fromSeconds(this.#request.expiresInSeconds);
    const opened = openHold(changes.wallet, { ...terms, member, now, expiresAt });
    changes.wallet = opened.wallet;
    changes.record(books, this.#policy);
    books.putHold(opened.hold);
    return { kind: "placed", hold: opened.hold };
  }
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
