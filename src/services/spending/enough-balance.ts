import type { LimitId, WalletId } from "../../domain/ids.ts";
import { type Amount, fitsInto64Bits, maximum, minimum } from "../../domain/money.ts";
import { type Factor, roundedUp } from "../../domain/spending/decimal.ts";
import { leftOf, type Tightest, tightestOf } from "../../domain/spending/limit.ts";
import { type Payer, type PayerRefusal, priceListOf, quantityOf } from "../../domain/spending/rate.ts";
import type { Instant } from "../../domain/time.ts";
import { leftByLimits } from "../../store/wallets/read/limits.ts";
import { type WalletStanding, walletStanding } from "../../store/wallets/read/wallet-standing.ts";
import type { Services } from "../services.ts";

/** What is asked for: the cost of a quantity at the price in force (of 1, if none is named), or an amount. */
export type Wanted =
  | { readonly meter: string; readonly quantity?: string | number | undefined }
  | { readonly amount: Amount };

export interface BalanceQuestion {
  readonly payer: Payer;
  readonly wanted: Wanted;
  /** Needed where an amount is asked for of an owner. */
  readonly currency: string | null;
  /** Who of those that spend for the owner. */
  readonly member?: string | null;
}

export interface BalanceAnswer {
  readonly kind: "answer";
  readonly enough: boolean;
  readonly available: Amount;
  /** Rounded up: however much is pending, no more will be requested. */
  readonly cost: Amount;
  /** What the balance lacks. */
  readonly shortfall: Amount;
  /** What of the cost the balance has, and a limit keeps. */
  readonly limited: Amount;
  /** The limit that leaves the least, and what it leaves; `null` if none is of what is asked for. */
  readonly limitId: LimitId | null;
  readonly limitLeft: Amount | null;
  /** `null` if the owner has no wallet; then nothing is available. */
  readonly walletId: WalletId | null;
  /** Number of the wallet's last statement line: the answer is as fresh as that. */
  readonly seq: number;
}

export type EnoughBalance = BalanceAnswer | { readonly kind: "refused"; readonly reason: BalanceRefusal };

export type BalanceRefusal = PayerRefusal | "quantity_invalid" | "cost_out_of_range" | "amount_invalid";

/**
 * Whether a wallet could pay for something now: one point read, and another if it has limits, on a connection that never waits for a writer. It promises
 * nothing for later; where that matters, place a hold.
 */
export async function enoughBalance(services: Services, question: BalanceQuestion): Promise<EnoughBalance> {
  const now = services.clock.now();
  const standing = await standingOf(services, question, now);
  if (typeof standing === "string") return { kind: "refused", reason: standing };
  const cost = costFor(services, question, { currency: standing.currency, now });
  if (typeof cost === "string") return { kind: "refused", reason: cost };
  const available = maximum(standing.balance - standing.held, 0n);
  const bound = standing.hasLimits ? await boundOf(services, question, { wallet: standing.id, now }) : null;
  const limited = bound === null ? 0n : leftOf(minimum(cost, available), bound.left);
  return {
    kind: "answer",
    enough: available >= cost && limited === 0n,
    available,
    cost,
    shortfall: maximum(cost - available, 0n),
    limited,
    limitId: bound?.limitId ?? null,
    limitLeft: bound?.left ?? null,
    walletId: standing.id,
    seq: standing.seq,
  };
}

type Standing = Omit<WalletStanding, "id" | "nextExpiryAt"> & { readonly id: WalletId | null };

const nothing = (currency: string): Standing => ({
  id: null,
  currency,
  balance: 0n,
  held: 0n,
  seq: 0,
  hasLimits: false,
});

async function boundOf(
  { store }: Services,
  { wanted, member = null }: BalanceQuestion,
  { wallet, now }: { readonly wallet: WalletId | null; readonly now: Instant },
): Promise<Tightest | null> {
  if (wallet === null) return null;
  const meter = "meter" in wanted ? wanted.meter : null;
  return tightestOf(await leftByLimits(store.read, wallet, { meter, member, at: now }));
}

/** The wallet that would pay, as usage and holds choose it; an owner's that is not there yet has nothing. */
async function standingOf(
  { store, policies }: Services,
  { payer, wanted, currency }: BalanceQuestion,
  now: Instant,
): Promise<Standing | BalanceRefusal> {
  if ("walletId" in payer) {
    const standing = await walletStanding(store, payer.walletId, now);
    if (standing === undefined) return "unknown_wallet";
    return currency === null || currency === standing.currency ? standing : "currency_mismatch";
  }
  const { owner } = payer;
  const standingIn = (one: string) => walletStanding(store, store.walletIds.of(owner, one), now);
  if (currency !== null) return (await standingIn(currency)) ?? nothing(currency);
  if (!("meter" in wanted)) return "currency_required";
  const prices = priceListOf(policies.current);
  if (!prices.knows(wanted.meter)) return "unknown_meter";
  const priced = prices.currenciesInForce(wanted.meter, now);
  if (priced.length === 0) return "no_price";
  const owned = (await Promise.all(priced.map(standingIn))).filter((standing) => standing !== undefined);
  const [only] = owned.length === 0 && priced.length === 1 ? priced.map(nothing) : owned;
  return only !== undefined && owned.length <= 1 ? only : "currency_required";
}

function costFor(
  { policies }: Services,
  { wanted }: BalanceQuestion,
  { currency, now }: { readonly currency: string; readonly now: Instant },
): Amount | BalanceRefusal {
  if (!("meter" in wanted))
    return wanted.amount >= 0n && fitsInto64Bits(wanted.amount) ? wanted.amount : "amount_invalid";
  const prices = priceListOf(policies.current);
  if (!prices.knows(wanted.meter)) return "unknown_meter";
  const price = prices.price(wanted.meter, currency, now);
  const { quantity = 1 } = wanted;
  const count: Factor | undefined = quantityOf(quantity);
  if (price === undefined) return "no_price";
  if (count === undefined) return "quantity_invalid";
  const cost = roundedUp(count * price);
  return fitsInto64Bits(cost) ? cost : "cost_out_of_range";
}
