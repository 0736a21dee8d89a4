import { type Amount, absolute, maximum, minimum, sum } from "../money.ts";
import type { DatedTargets } from "../policy/dated-targets.ts";
import { compareInstants, type Instant, quarterOf } from "../time.ts";
import type { WalletLine } from "./wallet.ts";

/**
 * What takes value off a wallet for a charge, and what brings it back: what the provider did, or what corrects a line of
 * the same quarter by what has become known of it since.
 */
export const outKinds = ["take_back", "top_up_correction", "restore_correction"] as const;
export const backKinds = ["restore", "take_back_correction", "top_up_regained"] as const;
export type OutKind = (typeof outKinds)[number];
export type BackKind = (typeof backKinds)[number];
export const returnKinds: readonly WalletLine["kind"][] = [...outKinds, ...backKinds];

/** An amount by which a charge changes its wallet, by the provider's clock. */
export interface Step<Kind> {
  readonly at: Instant;
  readonly kind: Kind;
  readonly amount: Amount;
}

/** Value that went out and came back before either was booked: two dated steps that are nothing together. */
export interface Undone<Out, Back> {
  readonly out: Step<Out>;
  readonly back: Step<Back>;
}

/** Of `outs` and `backs` one is empty. */
interface Unwound<Out, Back> {
  readonly outs: readonly Step<Out>[];
  readonly backs: readonly Step<Back>[];
  readonly undone: readonly Undone<Out, Back>[];
}

/** What brings a wallet from the lines that a charge has on its statement to what it should have done by each quarter. */
export interface WalletSteps {
  readonly topUps: readonly Step<"top_up">[];
  readonly returns: Unwound<OutKind, BackKind>;
  readonly debits: Unwound<"debit", "debit_reversal">;
}

/** What happened in one quarter of an hour. */
interface Quarter {
  at: Instant;
  toppedUp: Amount;
  takenBack: Amount;
  restored: Amount;
  debited: Amount;
}

/**
 * Compared is quarter by quarter what a charge topped up, took back, restored and debited. What it topped up as a whole is
 * topped up once: where S fell and grew again, value comes back to where it was taken from, what was spent included; a
 * new lot instead would give what was spent a second time.
 */
export function walletSteps(targets: readonly DatedTargets[], lines: readonly WalletLine[]): WalletSteps {
  const should = targetsByQuarter(targets);
  const is = linesByQuarter(lines);
  const soldOnce = sum(lines.filter(({ kind }) => kind === "top_up").map(({ requested }) => requested));
  let open = maximum(sum([...should.values()].map(({ toppedUp }) => toppedUp)) - soldOnce, 0n);
  const topUps: Step<"top_up">[] = [];
  const returns: (Step<OutKind> | Step<BackKind>)[] = [];
  const debits: (Step<"debit"> | Step<"debit_reversal">)[] = [];
  for (const quarter of [...new Set([...should.keys(), ...is.keys()])].sort(compareInstants)) {
    const [target, posted] = [should.get(quarter), is.get(quarter)];
    const at = (target?.at ?? posted?.at) as Instant;
    const by = (of: Exclude<keyof Quarter, "at">) => (target?.[of] ?? 0n) - (posted?.[of] ?? 0n);
    const topUp = minimum(open, maximum(by("toppedUp"), 0n));
    open -= topUp;
    topUps.push({ at, kind: "top_up", amount: topUp });
    const sold = by("toppedUp") - topUp;
    returns.push(
      { at, kind: sold < 0n ? "top_up_correction" : "top_up_regained", amount: absolute(sold) },
      {
        at,
        kind: by("takenBack") > 0n ? "take_back" : "take_back_correction",
        amount: absolute(by("takenBack")),
      },
      { at, kind: by("restored") < 0n ? "restore_correction" : "restore", amount: absolute(by("restored")) },
    );
    debits.push({
      at,
      kind: by("debited") > 0n ? "debit" : "debit_reversal",
      amount: absolute(by("debited")),
    });
  }
  return {
    topUps: topUps.filter(isAny),
    returns: unwind<OutKind, BackKind>(returns.filter(isAny), isOut),
    debits: unwind<"debit", "debit_reversal">(debits.filter(isAny), isDebit),
  };
}

const isAny = ({ amount }: { readonly amount: Amount }) => amount > 0n;
const isOut = (step: Step<OutKind> | Step<BackKind>): step is Step<OutKind> =>
  (outKinds as readonly string[]).includes(step.kind);
const isDebit = (step: Step<"debit"> | Step<"debit_reversal">): step is Step<"debit"> =>
  step.kind === "debit";

function targetsByQuarter(targets: readonly DatedTargets[]): Map<Instant, Quarter> {
  const quarters = new Map<Instant, Quarter>();
  let [toppedUp, takenBack, debited] = [0n, 0n, 0n];
  for (const { at, targets: then } of targets) {
    const taken = then.takenBack - takenBack;
    quarters.set(quarterOf(at), {
      at,
      toppedUp: then.toppedUp - toppedUp,
      takenBack: maximum(taken, 0n),
      restored: maximum(-taken, 0n),
      debited: then.debited - debited,
    });
    [toppedUp, takenBack, debited] = [then.toppedUp, then.takenBack, then.debited];
  }
  return quarters;
}

function linesByQuarter(lines: readonly WalletLine[]): Map<Instant, Quarter> {
  const quarters = new Map<Instant, Quarter>();
  for (const { kind, requested, effectiveAt } of lines) {
    const counts = counted[kind];
    if (counts === undefined) continue;
    const quarter = quarterOf(effectiveAt);
    const sums = quarters.get(quarter) ?? { ...nothing, at: effectiveAt };
    quarters.set(quarter, sums);
    sums.at = maximum(sums.at, effectiveAt);
    sums[counts.as] += counts.sign * requested;
  }
  return quarters;
}

const nothing = { toppedUp: 0n, takenBack: 0n, restored: 0n, debited: 0n };

/** What a line of each kind counts as. */
const counted: {
  readonly [Kind in WalletLine["kind"]]?: { readonly as: keyof typeof nothing; readonly sign: 1n | -1n };
} = {
  top_up: { as: "toppedUp", sign: 1n },
  top_up_correction: { as: "toppedUp", sign: -1n },
  top_up_regained: { as: "toppedUp", sign: 1n },
  take_back: { as: "takenBack", sign: 1n },
  take_back_correction: { as: "takenBack", sign: -1n },
  restore: { as: "restored", sign: 1n },
  restore_correction: { as: "restored", sign: -1n },
  debit: { as: "debited", sign: 1n },
  debit_reversal: { as: "debited", sign: -1n },
};

/** Pairs what went out with what came back, where it can with what came back later: what is left goes one way. */
function unwind<Out, Back>(
  steps: readonly (Step<Out> | Step<Back>)[],
  isOut: (step: Step<Out> | Step<Back>) => step is Step<Out>,
): Unwound<Out, Back> {
  const undone: Undone<Out, Back>[] = [];
  const outs: Step<Out>[] = [];
  const pair = (back: Step<Back>): Step<Back>[] => {
    let rest = back.amount;
    while (rest > 0n) {
      const last = outs.pop();
      if (last === undefined) return [{ ...back, amount: rest }];
      const amount = minimum(last.amount, rest);
      undone.push({ out: { ...last, amount }, back: { ...back, amount } });
      if (last.amount > amount) outs.push({ ...last, amount: last.amount - amount });
      rest -= amount;
    }
    return [];
  };
  const early: Step<Back>[] = [];
  for (const step of steps) {
    if (isOut(step)) outs.push(step);
    else early.push(...pair(step));
  }
  // What is said to have come back before it went out: its time has changed.
  const backs = early.flatMap(pair);
  return { outs, backs, undone };
}

/** All that lines and targets differ by: the audit holds every quarter against what follows from the facts. */
export function allSteps({ topUps, returns, debits }: WalletSteps): readonly Step<WalletLine["kind"]>[] {
  const outs = [...returns.undone, ...debits.undone].map(({ out }) => out);
  return [...topUps, ...returns.outs, ...returns.backs, ...debits.outs, ...debits.backs, ...outs];
}
