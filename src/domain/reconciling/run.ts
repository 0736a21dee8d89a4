import type { ReconciliationId, Source } from "../ids.ts";
import type { Instant } from "../time.ts";
import { type Level, type RowClass, verdicts } from "./level.ts";
import type { CurrencyTotal } from "./totals.ts";

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
