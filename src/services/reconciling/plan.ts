import type { Source } from "../../domain/ids.ts";
import type { HeldRow } from "../../domain/reconciling/held-objects.ts";
import type { ReconciledRow, Rules, StatedRow } from "../../domain/reconciling/reconciled-row.ts";
import type { Missing, Run } from "../../domain/reconciling/run.ts";
import type { Matching } from "../../store/reconciling/matches.ts";
import type { LeftSide } from "../../store/reconciling/read/stated-rows.ts";
import type { Services } from "../services.ts";

export interface Comparing {
  readonly services: Services;
  readonly run: Run;
  readonly no: bigint;
  readonly stopping: AbortSignal;
}

/** Whose rows are looked for. */
export interface RowsAsked {
  readonly services: Services;
  readonly run: Source;
}

/** How one level of one provider is compared. */
export interface Plan {
  /** What was missing on the provider's side before anything was compared. */
  readonly missing: readonly Missing[];
  /** Whether what is open and no row speaks of has disappeared. */
  readonly mayClose: boolean;
  /** `false`: rows count whatever their time; the level looks at one instant. */
  readonly hasWindow: boolean;
  /** The rows of a run but those that `match` claims, page by page; each key once. It needs no more memory for more rows. */
  rows(comparing: Comparing, match: Match): AsyncIterable<readonly ReconciledRow[]>;
  /** What turned out to be missing while it compared. */
  found(): readonly Missing[];
}

/** Has the database claim what of these lines agrees, and gives whether that is all of them. */
export type Match = (matching: Pick<Matching, "left" | "lines" | "grace">) => Promise<boolean>;

/** The plan of a level that holds the provider's rows against ours, one by one. */
export interface RowPlan {
  readonly rules: Rules;
  readonly left: LeftSide;
  /** Whether all that the provider has for the window is on the left: if not, what is only ours cannot be judged. */
  readonly isWhole: boolean;
  readonly hasWindow: boolean;
  /** Ours in the window, in any order, but for what was matched before; a key that comes again is said once. */
  held(): AsyncIterable<readonly HeldRow[]>;
  /** Ours for rows that nothing in the window claimed, wherever they are, by key. */
  heldFor(rows: readonly StatedRow[]): Promise<ReadonlyMap<string, HeldRow>>;
}

export const pageSize = 500;

export const nothingElse = (): readonly Missing[] => [];
