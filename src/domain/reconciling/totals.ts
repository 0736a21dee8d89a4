import type { Amount } from "../money.ts";
import { isUnexplained, type RowClass } from "./level.ts";
import type { ReconciledRow, Stated } from "./reconciled-row.ts";

/** One currency of a run: left − right is the sum of what its rows differ by, explained or not. */
export interface CurrencyTotal {
  readonly currency: string;
  readonly left: Amount;
  readonly right: Amount;
  readonly difference: Amount;
  readonly explained: Amount;
  readonly unexplained: Amount;
}

/** Adds up the rows of a run as they come; it grows with currencies and classes, never with rows. */
export class Totals {
  readonly #sums = new Map<string, { left: Amount; right: Amount; explained: Amount; unexplained: Amount }>();
  readonly #counts = new Map<RowClass, number>();

  add({ class: rowClass, left, right }: ReconciledRow): void {
    this.#counts.set(rowClass, (this.#counts.get(rowClass) ?? 0) + 1);
    const part = isUnexplained(rowClass) ? "unexplained" : "explained";
    if (left !== null) {
      const sum = this.#sum(left.currency);
      sum.left += left.amount;
      sum[part] += left.amount;
    }
    if (right !== null) {
      const sum = this.#sum(right.currency);
      sum.right += right.amount;
      sum[part] -= right.amount;
    }
  }

  /** The same of many rows at once of which both sides agree. */
  addMatched({ currency, amount, rows }: Stated & { readonly rows: number }): void {
    this.#counts.set("matched", (this.#counts.get("matched") ?? 0) + rows);
    const sum = this.#sum(currency);
    sum.left += amount;
    sum.right += amount;
  }

  #sum(currency: string) {
    const known = this.#sums.get(currency);
    if (known !== undefined) return known;
    const sum = { left: 0n, right: 0n, explained: 0n, unexplained: 0n };
    this.#sums.set(currency, sum);
    return sum;
  }

  totals(): CurrencyTotal[] {
    const currencies = [...this.#sums.keys()].sort();
    return currencies.map((currency) => {
      const sum = this.#sum(currency);
      return { currency, ...sum, difference: sum.left - sum.right };
    });
  }

  counts(): Readonly<Partial<Record<RowClass, number>>> {
    return Object.fromEntries(this.#counts);
  }

  /** Judged row by row: +5 and −5 are two, not none. */
  get hasUnexplained(): boolean {
    return [...this.#counts].some(([rowClass, count]) => count > 0 && isUnexplained(rowClass));
  }

  get hasReported(): boolean {
    return (this.#counts.get("reported") ?? 0) > 0;
  }
}
