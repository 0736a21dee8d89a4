import type { AuditProblem } from "../../domain/audit.ts";
import { isReservedId, type WalletId } from "../../domain/ids.ts";
import { type Amount, maximum, sum } from "../../domain/money.ts";
import { type Cost, formatCost, parseCost, parseFactor, wholeUnits } from "../../domain/spending/decimal.ts";
import { spentByHold } from "../../domain/spending/hold.ts";
import { isOf, periodOf, type Spent } from "../../domain/spending/limit.ts";
import { holdsRoundingUnit, outstanding, spentBy, type Usage } from "../../domain/spending/usage.ts";
import type { Instant } from "../../domain/time.ts";
import {
  type AuditedLimit,
  type AuditedUsage,
  differingHolds,
  differingReversals,
  differingUsageLines,
  limitedWallets,
  miscountedLimits,
  misfiledUsage,
  type SpentOfWallet,
  usageAfter,
  usageOfWallet,
} from "../../store/audit/read/spending.ts";
import type { NumberRange } from "../../store/engine/read/page.ts";
import type { Moment, Moments } from "./moments.ts";

/** Every limit of some wallets: what it counted, and what it decided. */
export async function auditLimits(
  { read }: Moment,
  wallets: Parameters<typeof limitedWallets>[1],
): Promise<AuditProblem[]> {
  const miscounted = await miscountedLimits(read, wallets);
  return [
    ...miscounted.wallets.map(({ id }) => ({
      kind: "wallet_differs",
      subject: id,
      detail: "it counts other limits than there are",
    })),
    ...miscounted.usage.map(({ id }) => ({
      kind: "usage_differs",
      subject: id,
      detail: "it names a limit that its wallet never had",
    })),
    ...(await limitedWallets(read, wallets)).flatMap((wallet) => {
      const changes = changesOf(wallet);
      return [
        ...keptProblems(wallet),
        ...wallet.limits.flatMap((limit) => limitProblems(wallet.id, limit, changes)),
      ];
    }),
  ];
}

/** More or less that limits count, at a moment. */
interface Change {
  readonly at: Instant;
  readonly spent: Spent;
  readonly amount: Amount;
  /** The usage, where a limit kept something of it. */
  readonly kept: Usage | null;
}

/**
 * What was covered of usage and held counted once it was decided, and no longer once it was given back. Where usage lent a unit to
 * the reversal of another, it is not known when: that unit is taken to have never counted.
 */
function changesOf({ usage, holds }: SpentOfWallet): Change[] {
  const changes: Change[] = [];
  for (const { usage: used, hold } of usage) {
    const spent = spentBy(used, hold);
    if (spent === null) continue;
    const { reversal, coveredBack, limited, appliedAt: at } = used;
    const kept = limited > 0n ? used : null;
    const freed = hold === undefined || hold.late ? 0n : hold.amount;
    const lent = reversal === null ? coveredBack : 0n;
    changes.push({ at, spent, amount: used.covered - lent - freed, kept });
    if (reversal !== null) changes.push({ at: reversal.at, spent, amount: -coveredBack, kept: null });
  }
  for (const hold of holds) {
    const spent = spentByHold(hold);
    changes.push({ at: hold.createdAt, spent, amount: hold.amount, kept: null });
    // One that was settled in time was freed by what settled it.
    if (hold.closedAt !== null && (hold.status !== "settled" || hold.late))
      changes.push({ at: hold.closedAt, spent, amount: -hold.amount, kept: null });
  }
  return changes.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/**
 * What a limit kept, the balance had: no more than what was left of it beside what was held, and all of that, if the balance fell short
 * too. What was held and decided in the same moment came in either order.
 */
function keptProblems({ usage, holds }: SpentOfWallet): AuditProblem[] {
  return usage.flatMap(({ usage: { id, appliedAt, uncovered, limited, balanceAfter } }) => {
    const around = holds.filter(
      ({ createdAt, closedAt }) => createdAt <= appliedAt && (closedAt === null || closedAt >= appliedAt),
    );
    const surely = around.filter(
      ({ createdAt, closedAt }) => createdAt < appliedAt && (closedAt === null || closedAt > appliedAt),
    );
    const [most, least] = [surely, around].map((held) =>
      maximum(balanceAfter - sum(held.map(({ amount }) => amount)), 0n),
    ) as [Amount, Amount];
    const isPossible = limited <= most && (uncovered === limited || limited >= least);
    return isPossible
      ? []
      : [{ kind: "usage_differs", subject: id, detail: "not so much of it can a limit have kept" }];
  });
}

function limitProblems(wallet: WalletId, audited: AuditedLimit, changes: readonly Change[]): AuditProblem[] {
  const { limit, amounts, counts } = audited;
  const own = changes.filter(({ spent }) => isOf(limit, spent));
  const counted = new Map<Instant, Amount>();
  const problems: AuditProblem[] = [];
  const differs = (detail: string) =>
    problems.push({ kind: "limit_differs", subject: limit.id, detail: `of ${wallet}: ${detail}` });
  const isEnded = limit.endedAt !== null;
  for (const [at, together] of Map.groupBy(own, (change) => change.at)) {
    if (limit.endedAt !== null && at > limit.endedAt) break;
    const inForce = at === limit.endedAt ? null : amountsAt(amounts, at);
    for (const [period, changed] of Map.groupBy(together, ({ spent }) => periodOf(limit, spent.at))) {
      const before = counted.get(period) ?? 0n;
      const after = before + changed.reduce((total, { amount }) => total + amount, 0n);
      counted.set(period, after);
      if (inForce === null) continue;
      if (after > maximum(inForce.most, before)) differs(`${after} is covered, ${inForce.most} was allowed`);
      const givenBack = changed.reduce((total, { amount }) => (amount < 0n ? total - amount : total), 0n);
      if (changed.some(({ kept }) => kept?.limitId === limit.id) && after + givenBack < inForce.least)
        differs(`it kept something though ${inForce.least - after} was left`);
    }
  }
  if (isEnded) return problems;
  if (amounts.at(-1)?.amount !== limit.amount) differs("its amount is not what it was set to last");
  for (const period of new Set([...counts.keys(), ...counted.keys()])) {
    const [stored, follows] = [counts.get(period) ?? 0n, counted.get(period) ?? 0n];
    if (stored !== follows) differs(`${stored} is counted, ${follows} follows`);
  }
  return problems;
}

/**
 * What a limit allowed at a moment, at least and at most: what was decided and set in the same moment came in either order. `null`
 * while it was not in force, and in the moment it was first set.
 */
function amountsAt(
  amounts: AuditedLimit["amounts"],
  at: Instant,
): { readonly least: Amount; readonly most: Amount } | null {
  const before = amounts.filter(({ setAt }) => setAt < at).at(-1);
  if (before === undefined) return null;
  const possible = [before, ...amounts.filter(({ setAt }) => setAt === at)].map(({ amount }) => amount);
  return {
    least: possible.reduce((a, b) => (b < a ? b : a)),
    most: possible.reduce((a, b) => (b > a ? b : a)),
  };
}

/** Usage, reversals and holds of some wallets against their statements. */
export async function auditSpending({ read }: Moment, wallets: NumberRange): Promise<AuditProblem[]> {
  return [
    ...(await differingUsageLines(read, wallets)).map(({ id, seq }) => ({
      kind: "line_differs",
      subject: id,
      detail: `line ${seq} is not the sum of its usage`,
    })),
    ...(await misfiledUsage(read, wallets)).map(({ id }) => ({
      kind: "usage_differs",
      subject: id,
      detail: "it does not say what its statement line says",
    })),
    ...(await differingReversals(read, wallets)).map(({ id }) => ({
      kind: "wallet_differs",
      subject: id,
      detail: "what reversals gave back is not what came back of its usage",
    })),
    ...(await differingHolds(read, wallets)).map(({ id }) => ({
      kind: "hold_differs",
      subject: id,
      detail: "its parts do not follow from how it was closed",
    })),
  ];
}

const pageSize = 1024;

/** What usage cost one wallet, and what is requested of it. */
interface Costs {
  readonly cost: Cost;
  readonly requested: Amount;
}

const none: Costs = { cost: 0n, requested: 0n };

/** Every usage against its own quantity and price, and what is pending in each wallet against all its usage. */
export class UsageAudit {
  readonly #costs = new Map<WalletId, Costs>();

  async usage(moments: Moments, report: (problems: readonly AuditProblem[]) => void): Promise<number> {
    let count = 0;
    for (let after = -1n; ; ) {
      const { read } = await moments.current();
      const page = await usageAfter(read, after, pageSize);
      for (const { usage } of page)
        this.#costs.set(usage.walletId, added(this.#costOf(usage.walletId), usage));
      report(page.filter((audited) => !isSound(audited)).map(problemOf));
      const last = page.at(-1);
      if (last === undefined) return count;
      count += page.length;
      after = last.no;
    }
  }

  /**
   * After the usage: wallets whose fraction does not follow. Who changed meanwhile is looked at again, at one moment, and by
   * the statement: where a linked customer took a fraction along, its unit comes back without usage it was requested for.
   */
  async wallets(
    { read }: Moment,
    sums: readonly { readonly id: WalletId; readonly pending: string }[],
  ): Promise<AuditProblem[]> {
    const problems: AuditProblem[] = [];
    for (const { id } of sums.filter(
      ({ id, pending }) => pendingProblem(this.#costOf(id), pending) !== null,
    )) {
      const { pending, requested, usage } = await usageOfWallet(read, id);
      const detail = pendingProblem({ cost: usage.reduce(added, none).cost, requested }, pending);
      if (detail !== null) problems.push({ kind: "wallet_differs", subject: id, detail });
    }
    return problems;
  }

  #costOf(id: WalletId): Costs {
    return this.#costs.get(id) ?? none;
  }
}

function added({ cost, requested }: Costs, usage: Usage): Costs {
  const live = usage.reversal === null ? parseCost(usage.cost) : 0n;
  return { cost: cost + live, requested: requested + outstanding(usage) };
}

/** Below zero: a linked customer took along what usage left pending that was reversed here. */
function pendingProblem({ cost, requested }: Costs, pending: string): string | null {
  const { units, rest } = wholeUnits(cost);
  if (formatCost(rest) !== pending) return `pending: ${pending} is stored, ${formatCost(rest)} follows`;
  return requested === units ? null : `requested for usage: ${requested} is stored, ${units} follows`;
}

function isSound({ usage, roundingUnit }: AuditedUsage): boolean {
  const { metered } = usage;
  if (roundingUnit !== holdsRoundingUnit(usage)) return false;
  // What was settled as an amount, or brought along by a linked customer, has the name that the wallet gave it.
  if (metered === null) return isReservedId(usage.id);
  const [quantity, price] = [parseFactor(metered.quantity), parseFactor(metered.price)];
  return quantity !== undefined && price !== undefined && formatCost(quantity * price) === usage.cost;
}

function problemOf({ usage }: AuditedUsage): AuditProblem {
  return {
    kind: "usage_differs",
    subject: usage.id,
    detail: "its cost is not that of its quantity and price",
  };
}
