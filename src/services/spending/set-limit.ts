import type { Deed } from "../../domain/action.ts";
import type { Books } from "../../domain/books.ts";
import type { LimitId, WalletId } from "../../domain/ids.ts";
import { beginOfPeriod } from "../../domain/local-calendar.ts";
import { maximum } from "../../domain/money.ts";
import { type Limit, type LimitTerms, leftOf, periodOf } from "../../domain/spending/limit.ts";
import type { Instant } from "../../domain/time.ts";
import { emptyWallet, type Wallet } from "../../domain/wallet/wallet.ts";
import type { Work } from "../../store/batch/unit-of-work.ts";
import { type LimitStanding, limitStanding } from "../../store/wallets/read/limits.ts";
import { recorded } from "../people/acting.ts";
import type { Services } from "../services.ts";
import { workOnWallet } from "./wallet-work.ts";

export interface LimitRequest extends LimitTerms {
  readonly id: LimitId;
  readonly owner: string;
  readonly currency: string;
  /** What happens before is neither counted nor limited; `null`: the beginning of the period, or of `total` now. */
  readonly from: Instant | null;
}

export type LimitSet =
  | { readonly kind: "set"; readonly limit: LimitStanding }
  /** There is one of this id, and it is another wallet's. */
  | { readonly kind: "limit_elsewhere" }
  /** Each is looked at whenever the wallet spends. */
  | { readonly kind: "too_many_limits" };

export const mostLimits = 1_000;

/**
 * Sets what an owner may spend in a period. The same terms with another amount go on counting; other terms under the same id are a new
 * limit, which counts what was covered since its period began.
 */
export async function setLimit(services: Services, request: LimitRequest): Promise<LimitSet> {
  for (;;) {
    const work = settingLimit(
      request,
      services.store.walletIds.of(request.owner, request.currency),
      services.clock.now(),
    );
    const result = await services.store.write(recorded(services, work, deedOf(request)));
    if (result.kind !== "period_over") return withoutBefore(result);
  }
}

interface Set {
  readonly kind: "set";
  readonly limit: LimitStanding;
  /** As it stood before; the same, if nothing was changed. */
  readonly before: LimitStanding | null;
}

type Setting =
  | Set
  | Exclude<LimitSet, { kind: "set" }>
  /** What was counted is of a period that ended meanwhile. */
  | { readonly kind: "period_over" };

/** @param asked - when: what is counted begins with the period of then */
function settingLimit(request: LimitRequest, walletId: WalletId, asked: Instant): Work<Setting> {
  const { id, owner, currency, amount, meter, member } = request;
  const startsAt = startOf(request, asked);
  return {
    needs: { wallets: [walletId], limits: [id] },
    alone: true,
    walletNeeds() {
      const recounts = { since: startsAt, meter, member };
      return [{ wallet: walletId, lots: true, charge: null, recounts }];
    },
    decide(books, now) {
      const holder = books.limitWallet(id);
      if (holder !== undefined && holder !== walletId) return { kind: "limit_elsewhere" };
      const wallet = books.wallet(walletId) ?? emptyWallet(walletId, owner, currency);
      const known = wallet.limits.find((limit) => limit.endedAt === null && limit.id === id);
      const before = known === undefined ? null : standingOf(wallet, known, now);
      if (known !== undefined && before !== null && goesOn(known, request, startsAt)) {
        if (known.amount === amount) return { kind: "set", limit: before, before };
        const other = { ...known, amount, settings: known.settings + 1, setAt: now };
        return putLimit(books, { wallet, known, limit: other, before }, now);
      }
      if (startOf(request, now) !== startsAt && request.period !== "total") return { kind: "period_over" };
      if (wallet.limits.length >= mostLimits && known === undefined) return { kind: "too_many_limits" };
      const limit = newLimit(wallet, request, { startsAt, counted: books.recounted(walletId), now });
      return putLimit(books, { wallet, known, limit, before }, now);
    },
  };
}

/** Whether only the amount of a limit is another. */
function goesOn(
  known: Limit,
  { meter, member, period, zone, from }: LimitRequest,
  startsAt: Instant,
): boolean {
  return (
    known.meter === meter &&
    known.member === member &&
    known.period === period &&
    known.zone === zone &&
    (from === null || known.startsAt === startsAt)
  );
}

function newLimit(
  { id: walletId, limitCount }: Wallet,
  { id, meter, member, period, zone, amount }: LimitRequest,
  { startsAt, counted, now }: { readonly startsAt: Instant; readonly counted: bigint; readonly now: Instant },
): Limit {
  const terms = { id, meter, member, period, zone, amount, startsAt };
  const begins = periodOf(terms, maximum(startsAt, now));
  return {
    ...terms,
    walletId,
    ordinal: limitCount + 1,
    settings: 1,
    setAt: now,
    endedAt: null,
    counts: new Map(counted === 0n ? [] : [[begins, counted]]),
  };
}

function putLimit(
  books: Books,
  {
    wallet,
    known,
    limit,
    before,
  }: { wallet: Wallet; known: Limit | undefined; limit: Limit; before: LimitStanding | null },
  now: Instant,
): Set {
  const others = wallet.limits.filter((other) => other !== known);
  const ended = known === undefined || known.ordinal === limit.ordinal ? [] : [{ ...known, endedAt: now }];
  const limitCount = Math.max(wallet.limitCount, limit.ordinal);
  const after = { ...wallet, limitCount, limits: [...others, ...ended, limit] };
  books.putWallet(after);
  books.putLimitWallet(limit.id, wallet.id);
  return { kind: "set", limit: standingOf(after, limit, now), before };
}

/** A day or a month is counted from its beginning. */
function startOf({ period, zone, from }: LimitRequest, now: Instant): Instant {
  if (period === "total") return from ?? now;
  const begin = beginOfPeriod(period, now, zone);
  return from === null ? begin : maximum(from, begin);
}

function standingOf({ owner, currency }: Wallet, limit: Limit, now: Instant): LimitStanding {
  const periodAt = periodOf(limit, maximum(limit.startsAt, now));
  const counted = limit.counts.get(periodAt) ?? 0n;
  const { id, meter, member, period, zone, amount, startsAt } = limit;
  const terms = { id, owner, meter, member, period, zone, amount, currency, startsAt };
  return { ...terms, periodAt, counted, left: leftOf(amount, counted) };
}

export type LimitRemoved =
  | { readonly kind: "removed"; readonly limit: LimitStanding }
  | { readonly kind: "limit_unknown" };

/** Lets a limit go; what it kept from being covered stays uncovered. */
export async function removeLimit(services: Services, id: LimitId): Promise<LimitRemoved> {
  const found = await limitStanding(services.store.read, id, services.clock.now());
  const unknown: LimitRemoved = { kind: "limit_unknown" };
  if (found === undefined) return unknown;
  const wallet = services.store.walletIds.of(found.owner, found.currency);
  const work = workOnWallet<LimitRemoved>(wallet, { unknown }, (wallet, books, now) => {
    const known = wallet.limits.find((limit) => limit.endedAt === null && limit.id === id);
    if (known === undefined) return unknown;
    const limits = wallet.limits.map((limit) => (limit === known ? { ...limit, endedAt: now } : limit));
    books.putWallet({ ...wallet, limits });
    return { kind: "removed", limit: standingOf(wallet, known, now) };
  });
  return services.store.write(
    recorded(services, work, (result) => {
      if (result.kind !== "removed") return null;
      return { action: "limit.remove", subject: id, reason: null, before: sideOf(result.limit), after: null };
    }),
  );
}

function deedOf({ id }: LimitRequest) {
  return (result: Setting): Deed | null => {
    if (result.kind !== "set" || result.limit === result.before) return null;
    const before = result.before === null ? null : sideOf(result.before);
    return { action: "limit.set", subject: id, reason: null, before, after: sideOf(result.limit) };
  };
}

function withoutBefore(result: Exclude<Setting, { kind: "period_over" }>): LimitSet {
  return result.kind === "set" ? { kind: "set", limit: result.limit } : result;
}

/** As the trail tells it. */
function sideOf({ owner, meter, member, period, zone, amount, currency }: LimitStanding) {
  return {
    owner,
    amount: String(amount),
    currency,
    period,
    zone,
    ...(meter === null ? {} : { meter }),
    ...(member === null ? {} : { member }),
  };
}
