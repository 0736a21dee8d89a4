import { type Amount, minimum, sum } from "../money.ts";
import { type Taking, takingsWithin } from "../wallet/lots.ts";
import { giveUsedBack } from "../wallet/moves.ts";
import type { Wallet, WalletLine } from "../wallet/wallet.ts";
import type { Cause, WalletChange } from "../wallet/wallet-change.ts";
import { formatCost, parseCost, wholeUnits } from "./decimal.ts";
import type { Hold } from "./hold.ts";
import { counting } from "./limit.ts";
import { outstanding, spentBy, type Usage } from "./usage.ts";

export interface ReversedUsage {
  /** The usage that was reversed, and the one that lent it a unit, as they are now. */
  readonly usage: readonly Usage[];
  /** The next line; only the wallet, with what is pending now, if nothing goes back. */
  readonly change: WalletChange | Wallet;
}

/**
 * Undoes the cost of usage exactly: what is requested for all others is again the whole units of their costs. Because
 * fractions of several make a unit full, what goes back is what was requested for this one, or a unit more or less:
 *
 * - a unit less: the unit stays with this usage, since the fractions of the others need it;
 * - a unit more: it is taken from a lender, the latest usage that holds a unit beyond its own whole units. There is one
 *   (docs/decisions/0006), unless the wallet's fractions went to another owner with a linked customer.
 *
 * What was never covered is undone first, then value goes back to the lots it came from, and limits have that much more left in the
 * periods of the usage.
 */
export function reverseUsage(
  wallet: Wallet,
  cause: Cause & { readonly reason: string },
  {
    usage,
    lender,
    lines,
    holdOf,
  }: {
    usage: Usage;
    lender: Usage | null;
    lines: readonly WalletLine[];
    /** The hold that usage settled, if it did. */
    holdOf: (usage: Usage) => Hold | undefined;
  },
): ReversedUsage {
  const { units, rest } = wholeUnits(parseCost(wallet.pending) - parseCost(usage.cost));
  const own = takeBackUnits(usage, -units, lines);
  const lent = lender === null ? null : takeBackUnits(lender, -units - own.units, lines);
  const parts = lent === null ? [own] : [own, lent];
  const limits = parts.reduce(
    (counted, part) => counting(counted, spentBy(part.usage, holdOf(part.usage)), -part.covered),
    wallet.limits,
  );
  const pending = { ...wallet, pending: formatCost(rest), limits };
  const reversal = { at: cause.postedAt, reason: cause.reason, seq: units === 0n ? null : wallet.seq + 1 };
  return {
    usage: [{ ...own.usage, reversal }, ...(lent === null || lent.units === 0n ? [] : [lent.usage])],
    change: units === 0n ? pending : giveUnitsBack(pending, cause, -units, parts),
  };
}

/** Units that the reversal of a usage needs beyond those that were requested for it. */
export function unitsToBorrow(wallet: Pick<Wallet, "pending">, usage: Usage): Amount {
  const { units } = wholeUnits(parseCost(wallet.pending) - parseCost(usage.cost));
  return -units - minimum(outstanding(usage), -units);
}

interface UnitsBack {
  readonly units: Amount;
  readonly usage: Usage;
  readonly covered: Amount;
  readonly uncovered: Amount;
  readonly takings: readonly Taking[];
}

/** Up to so many units of one usage: what was never covered, then the last that was drawn for it. */
function takeBackUnits(usage: Usage, upTo: Amount, lines: readonly WalletLine[]): UnitsBack {
  const uncovered = minimum(usage.uncovered - usage.uncoveredBack, upTo);
  const covered = minimum(usage.covered - usage.coveredBack, upTo - uncovered);
  const line = lines.find(({ seq }) => seq === usage.seq);
  const to = usage.drawnBefore + usage.covered - usage.coveredBack;
  return {
    units: covered + uncovered,
    covered,
    uncovered,
    takings: line === undefined ? [] : takingsWithin(line, { from: to - covered, to }),
    usage: {
      ...usage,
      coveredBack: usage.coveredBack + covered,
      uncoveredBack: usage.uncoveredBack + uncovered,
    },
  };
}

function giveUnitsBack(
  wallet: Wallet,
  cause: Cause,
  units: Amount,
  parts: readonly UnitsBack[],
): WalletChange {
  const uncovered = sum(parts.map((part) => part.uncovered));
  const takings = parts.flatMap((part) => part.takings);
  return giveUsedBack(wallet, cause, { kind: "usage_reversal", requested: units, uncovered, takings });
}
