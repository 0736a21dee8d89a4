import type { ReconciliationId, Source } from "../ids.ts";
import type { Amount } from "../money.ts";
import type { Instant } from "../time.ts";
import { isUnexplained, type Level, type RowClass, verdicts } from "./level.ts";
import type { ReconciledRow, Stated } from "./reconciled-row.ts";

/** What is to be compared: one level of one provider account over a half-open window on the level's clock. */
export interface RunRequest extends Source {
  readonly level: Level;
  readonly from: Instant;
  readonly to: Instant;
  /** The zone in which the window was named, for people; the window itself is two instants. */
  readonly zone: string;
  /** Only rows of this currency; `null`: all. */
  readonly currency: string | null;
  /** Only this payout, at the level `payout`; `null`: all. */
  readonly payoutRef: string | null;
  /** The provider's side, by the ids of imported reports; empty: what the provider is asked for, or what covers the window. */
  readonly statementIds: readonly string[];
}

export const runStatuses = ["running", ...verdicts] as const;

/** A comparison that was asked for, and what came of it. */
export interface Run extends RunRequest {
  readonly id: ReconciliationId;
  readonly status: (typeof runStatuses)[number];
  /** What was missing to decide; empty unless it is incomplete. */
  readonly missing: readonly Missing[];
  readonly counts: Readonly<Partial<Record<RowClass, number>>>;
  readonly totals: readonly CurrencyTotal[];
  readonly requestedBy: string;
  readonly startedAt: Instant;
  readonly finishedAt: Instant | null;
}

/** Why a run could not decide. */
export interface Missing {
  readonly code: /** Nobody can be asked, and no report covers the window. */
    | "source_missing"
    /** The provider's list could not be read to its end. */
    | "source_incomplete"
    /** A report covers only a part of the window. */
    | "window_not_covered"
    /** Rows of it could not be read. */
    | "rows_in_error"
    /** The process that compared was stopped. */
    | "interrupted"
    /** Our own figures could not be derived. */
    | "could_not_decide";
  readonly detail: string;
}

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
