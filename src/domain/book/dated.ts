import { compareInstants, type Instant, quarterOf } from "../time.ts";
import { Balances } from "./journal.ts";

/** What is to be posted, or was, in one quarter of an hour, and when in it. */
export interface DatedStep {
  readonly at: Instant;
  readonly balances: Balances;
}

/**
 * Sums per account and quarter of an hour: what the ledger should say of something by the provider's clock, or has posted.
 * Within one quarter only the sum counts, so that what is told in one breath is one step.
 */
export class DatedBalances {
  readonly #steps = new Map<Instant, DatedStep>();

  static at(at: Instant, balances: Balances): DatedBalances {
    return new DatedBalances().add(at, balances);
  }

  add(at: Instant, balances: Balances): this {
    for (const { account, currency, amount } of balances.postings()) this.post(at, account, currency, amount);
    return this;
  }

  post(at: Instant, account: string, currency: string, amount: bigint): this {
    const quarter = quarterOf(at);
    const known = this.#steps.get(quarter);
    const step = known === undefined ? { at, balances: new Balances() } : known;
    step.balances.add(account, currency, amount);
    this.#steps.set(quarter, at > step.at ? { ...step, at } : step);
    return this;
  }

  /** In the order of time, without those that come to nothing. */
  steps(): DatedStep[] {
    const steps = [...this.#steps.values()].filter(({ balances }) => !balances.isEmpty);
    return steps.length < 2 ? steps : steps.sort((a, b) => compareInstants(a.at, b.at));
  }

  /** Whenever it was. */
  total(): Balances {
    const total = new Balances();
    for (const { balances } of this.#steps.values()) total.addAll(balances);
    return total;
  }

  equals(other: DatedBalances): boolean {
    return this.minus(other).steps().length === 0;
  }

  /** What must be posted on top of `posted` to arrive here. */
  minus(posted: DatedBalances): DatedBalances {
    // Of most charges nothing was posted before: nothing needs to be copied.
    if (posted.#steps.size === 0) return this;
    const difference = new DatedBalances();
    for (const { at, balances } of this.#steps.values()) difference.add(at, balances);
    for (const [quarter, { at, balances }] of posted.#steps)
      difference.add(this.#steps.get(quarter)?.at ?? at, balances.negated());
    return difference;
  }
}
