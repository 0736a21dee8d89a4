import {
  type AccountFacts,
  type AccountVerdict,
  accountVerdict,
  type LevelRun,
} from "../../../src/domain/reconciling/account-verdict.ts";
import type { Level } from "../../../src/domain/reconciling/level.ts";

const levels: readonly Level[] = ["completeness", "posting", "settlement"];
const run = (level: Level, of: Partial<LevelRun> = {}): LevelRun => ({
  level,
  verdict: "matched",
  to: 100n,
  startedAt: 200n,
  missing: [],
  ...of,
});
const agreeing: AccountFacts = {
  levels,
  runs: levels.map((level) => run(level)),
  isRunning: false,
  open: { count: 0, oldestDueAt: null },
  heardUntil: [],
};
const [first, second, third] = agreeing.runs as [LevelRun, LevelRun, LevelRun];
const missing = [{ code: "source_missing", detail: "no report covers the window" }] as const;

type Case = readonly [string, Partial<AccountFacts>, Partial<AccountVerdict>];

test.each<Case>([
  ["every level matched", {}, { state: "agrees", agreesUntil: 100n }],
  ["the earliest window counts", { runs: [first, run("posting", { to: 70n }), third] }, { agreesUntil: 70n }],
  [
    "a window that reaches beyond the moment it was compared at",
    { runs: [first, second, run("settlement", { to: 999n, startedAt: 90n })] },
    { state: "agrees", agreesUntil: 90n },
  ],
  ["nothing was asked for since", { heardUntil: [80n, 95n] }, { state: "agrees", agreesUntil: 80n }],
  [
    "one discrepancy is open",
    {
      runs: [first, second, run("settlement", { verdict: "discrepancies" })],
      open: { count: 1, oldestDueAt: 5n },
    },
    { state: "not_reconciled", agreesUntil: 100n, open: { count: 1, oldestDueAt: 5n } },
  ],
  [
    "one is open that no comparison found",
    { open: { count: 1, oldestDueAt: 5n } },
    { state: "not_reconciled", agreesUntil: 100n },
  ],
  [
    "what a person settled since is not said to agree",
    { runs: [first, second, run("settlement", { verdict: "discrepancies" })] },
    { state: "settled_since", agreesUntil: 100n },
  ],
  [
    "a report is missing",
    { runs: [first, second, run("settlement", { verdict: "incomplete", missing })] },
    { state: "incomplete", agreesUntil: null, incomplete: [{ level: "settlement", missing }] },
  ],
  [
    "a report is missing, and something differs",
    {
      runs: [first, second, run("settlement", { verdict: "incomplete", missing })],
      open: { count: 2, oldestDueAt: null },
    },
    { state: "not_reconciled", agreesUntil: null, incomplete: [{ level: "settlement", missing }] },
  ],
  [
    "one level was never compared",
    { runs: [first, second] },
    { state: "not_compared", agreesUntil: null, neverCompared: ["settlement"] },
  ],
  ["none was", { runs: [] }, { state: "not_compared", agreesUntil: null, neverCompared: levels }],
  [
    "of a provider that states nothing nothing is claimed",
    { levels: [], runs: [] },
    { state: "not_compared", agreesUntil: null },
  ],
  [
    "a level that it does not state stands in no way",
    { levels: ["posting"] },
    { state: "agrees", agreesUntil: 100n },
  ],
  [
    "while one is compared, what was said before stands",
    { isRunning: true },
    { state: "agrees", agreesUntil: 100n, isRunning: true },
  ],
])("%s", (_, changed, expected) => {
  expect(accountVerdict({ ...agreeing, ...changed })).toMatchObject(expected);
});
