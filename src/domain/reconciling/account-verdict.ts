import { compareInstants, type Instant } from "../time.ts";
import type { Level, Verdict } from "./level.ts";
import type { Missing } from "./run.ts";

/** The latest comparison of one level over all of its rows. */
export interface LevelRun {
  readonly level: Level;
  readonly verdict: Verdict;
  readonly to: Instant;
  /** What is compared is what was known then: a window may reach further. */
  readonly startedAt: Instant;
  readonly missing: readonly Missing[];
}

export interface AccountFacts {
  /** The levels for which the provider states anything. */
  readonly levels: readonly Level[];
  readonly runs: readonly LevelRun[];
  /** Whether one is being compared now. */
  readonly isRunning: boolean;
  readonly open: { readonly count: number; readonly oldestDueAt: Instant | null };
  /** Up to when we have heard of everything: by deliveries, and by asking where the provider can be asked. */
  readonly heardUntil: readonly Instant[];
}

export const accountStates = [
  /** Something differs that a person has to look at. */
  "not_reconciled",
  /** Something was missing to decide. */
  "incomplete",
  /** A level was never compared. */
  "not_compared",
  /** What differed is settled; that all agrees now, only the next comparison says. */
  "settled_since",
  "agrees",
] as const;

/** Whether one account of a provider agrees with our books, and up to when that is known. */
export interface AccountVerdict {
  readonly state: (typeof accountStates)[number];
  /** Everything up to then was compared, and agrees but for what is open; `null`: not all of it was. */
  readonly agreesUntil: Instant | null;
  readonly isRunning: boolean;
  readonly open: AccountFacts["open"];
  readonly neverCompared: readonly Level[];
  readonly incomplete: readonly { readonly level: Level; readonly missing: readonly Missing[] }[];
}

export function accountVerdict({ levels, runs, isRunning, open, heardUntil }: AccountFacts): AccountVerdict {
  const latest = levels.map((level) => ({ level, run: runs.find((run) => run.level === level) }));
  const compared = latest.flatMap(({ run }) => (run === undefined ? [] : [run]));
  const neverCompared = latest.filter(({ run }) => run === undefined).map(({ level }) => level);
  const incomplete = compared.filter(({ verdict }) => verdict === "incomplete");
  const decided = neverCompared.length === 0 && incomplete.length === 0 && levels.length > 0;
  const moments = [...compared.map(({ to, startedAt }) => earlier(to, startedAt)), ...heardUntil];
  return {
    state: stateOf({ open, incomplete, decided, compared }),
    agreesUntil: decided ? moments.reduce(earlier) : null,
    isRunning,
    open,
    neverCompared,
    incomplete: incomplete.map(({ level, missing }) => ({ level, missing })),
  };
}

function stateOf({
  open,
  incomplete,
  decided,
  compared,
}: {
  readonly open: AccountFacts["open"];
  readonly incomplete: readonly LevelRun[];
  readonly decided: boolean;
  readonly compared: readonly LevelRun[];
}): AccountVerdict["state"] {
  if (open.count > 0) return "not_reconciled";
  if (incomplete.length > 0) return "incomplete";
  if (!decided) return "not_compared";
  return compared.some(({ verdict }) => verdict === "discrepancies") ? "settled_since" : "agrees";
}

const earlier = (a: Instant, b: Instant): Instant => (compareInstants(a, b) <= 0 ? a : b);
