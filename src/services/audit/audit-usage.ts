import type { AuditProblem } from "../../domain/audit.ts";
import { isReservedId, type WalletId } from "../../domain/ids.ts";
import type { Amount } from "../../domain/money.ts";
import { type Cost, formatCost, parseCost, parseFactor, wholeUnits } from "../../domain/spending/decimal.ts";
import { holdsRoundingUnit, outstanding, type Usage } from "../../domain/spending/usage.ts";
import { type AuditedUsage, usageAfter, usageOfWallet } from "../../store/audit/read/spending.ts";
import type { Moment, Moments } from "./moments.ts";

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
