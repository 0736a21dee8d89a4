import type { Instant } from "../../domain/time.ts";
import { addMonths, days, seconds } from "../calendar.ts";
import type { CurrencyCode } from "../catalogue.ts";
import type { Random } from "../random.ts";
import type { TrueWallet } from "../true-books.ts";
import { minorUnit, quantityText, thousandthsFor } from "./exact.ts";
import { type Meter, meters } from "./meters.ts";
import type { UsageCall } from "./usage-call.ts";

/** Whoever may use something: a customer of a provider, with one currency. */
export interface User {
  readonly owner: string;
  readonly currency: CurrencyCode;
  readonly since: Instant;
}

/** What some use who bought nothing, or got all of it back, in minor units. */
const triedOut = 300n;
/** In 1/1000. */
const whole = 1000n;
const callsInAMonth = 4;

/**
 * What customers use of what they bought, month by month: most of them a part of it, some more than their wallets hold. By
 * time, so that a wallet's calls are in the order they are told in.
 */
export function usageOf(
  random: Random,
  users: readonly User[],
  { wallets, endsAt }: { readonly wallets: readonly TrueWallet[]; readonly endsAt: Instant },
): UsageCall[] {
  const balances = new Map(wallets.map((wallet) => [`${wallet.owner} ${wallet.currency}`, wallet.balance]));
  const calls = users.flatMap((user) => {
    const balance = balances.get(`${user.owner} ${user.currency}`) ?? 0n;
    return new Use(random.fork(user.owner), user, balance).until(endsAt);
  });
  return calls.sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
}

class Use {
  readonly #random: Random;
  readonly #user: User;
  readonly #favourites: readonly Meter[];
  /** What all months together cost, in minor units. */
  readonly #budget: bigint;

  constructor(random: Random, user: User, balance: bigint) {
    this.#random = random;
    this.#user = user;
    this.#favourites = [random.pick(meters), random.pick(meters)];
    this.#budget = balance > 0n ? (balance * this.#appetite()) / whole : this.#triedOut();
  }

  until(end: Instant): UsageCall[] {
    const months: Instant[] = [];
    for (let month = 0; addMonths(this.#user.since, month) < end; month += 1)
      months.push(addMonths(this.#user.since, month));
    return months.flatMap((month) => this.#month(month, this.#budget / BigInt(months.length), end));
  }

  /** How much of what is in the wallet is used: mostly a part, by some more than there is. */
  #appetite(): bigint {
    const [least, most] = this.#random.weighted([
      [[100, 500], 5],
      [[500, 950], 4],
      [[1050, 1600], 2],
      [[0, 0], 1],
    ] as const);
    return BigInt(this.#random.integer(least, most));
  }

  #triedOut(): bigint {
    return this.#random.chance(0.15) ? triedOut : 0n;
  }

  #month(month: Instant, budget: bigint, end: Instant): UsageCall[] {
    if (budget === 0n) return [];
    const calls = Array.from({ length: this.#random.integer(1, callsInAMonth) }, () => {
      const at = month + days(this.#random.fraction() * 28) + seconds(this.#random.integer(0, 3000));
      return { at, meter: this.#random.pick(this.#favourites), weight: this.#random.integer(50, 150) };
    });
    return calls
      .filter(({ at }) => at < end)
      .map(({ at, meter, weight }) => {
        const cost = (budget * minorUnit * BigInt(weight)) / BigInt(100 * calls.length);
        return this.#call(at, meter, cost);
      });
  }

  #call(at: Instant, { key: meter, prices, whole: inUnits }: Meter, cost: bigint): UsageCall {
    const { owner, currency } = this.#user;
    const thousandths = thousandthsFor(cost, prices[currency]);
    const quantity = quantityText(inUnits ? (thousandths / 1000n) * 1000n : thousandths);
    const id = `use_${this.#random.text("0123456789abcdef", 20)}`;
    return { id, owner, meter, quantity, currency, at };
  }
}
