import { Balances } from "../book/journal.ts";
import { type Amount, minimum, sum } from "../money.ts";
import type { LotPlan } from "../policy/lot-plans.ts";
import type { Instant } from "../time.ts";
import { inSpendOrder, type NewLot, noMove, paidLot } from "./lots.ts";
import type { Lot, LotMove, Wallet } from "./wallet.ts";
import { type ChargeCause, changeWallet, type LotTerms, type WalletChange } from "./wallet-change.ts";

/**
 * What a charge sold turns out to be planned otherwise: what is left of its lots gets the priority and expiry that it would
 * have had from the start. Nothing is gained or lost by that, and what was spent stays spent: of several plans the first in
 * the order of spending. `null` if all is as it should be.
 */
export function replan(
  wallet: Wallet,
  cause: ChargeCause,
  plans: readonly LotPlan[],
  settledAt: Instant,
): WalletChange | null {
  const own = wallet.lots.filter(({ kind, chargeId }) => kind === "paid" && chargeId === cause.chargeId);
  const planned = leftOf(plans, sum(own.map(({ remaining }) => remaining)), (plan) =>
    paidLot(cause.chargeId, plan.amount, plan, settledAt),
  );
  const [first] = planned;
  if (first === undefined) return null;
  const moves: LotMove[] = [];
  const newTerms = new Map<number, LotTerms>();
  const isAsPlanned = (lot: Lot) => planned.some((plan) => haveSameTerms(lot, plan));
  for (const lot of [...own.filter(isAsPlanned), ...own.filter((lot) => !isAsPlanned(lot))]) {
    const plan =
      planned.find((one) => haveSameTerms(lot, one)) ?? planned.find(({ left }) => left > 0n) ?? first;
    const kept = minimum(lot.remaining, plan.left);
    plan.left -= kept;
    if (!haveSameTerms(lot, plan))
      newTerms.set(lot.ordinal, { priority: plan.priority, expiresAt: plan.expiresAt });
    if (newTerms.has(lot.ordinal) || kept < lot.remaining)
      moves.push({ ...noMove(lot), remaining: kept - lot.remaining });
  }
  if (moves.length === 0) return null;
  const newLots = planned.flatMap(({ left, ...lot }) =>
    left === 0n ? [] : [{ ...lot, amount: left, remaining: left }],
  );
  return changeWallet(wallet, cause, {
    kind: "replanned",
    requested: 0n,
    uncovered: 0n,
    lotMoves: moves,
    uncoveredMoves: [],
    newLots,
    newTerms,
    against: new Balances(),
  });
}

type Planned = NewLot & { left: Amount };

/** What of each plan is left where `remaining` is left of all: what is spent last is. In the order of spending. */
function leftOf(plans: readonly LotPlan[], remaining: Amount, lotOf: (plan: LotPlan) => NewLot): Planned[] {
  const lots = plans.map((plan, index) => ({ ...lotOf(plan), ordinal: index }) as NewLot & Lot);
  let rest = remaining;
  return inSpendOrder(lots)
    .reverse()
    .map(({ ordinal: _, ...lot }) => {
      const left = minimum(rest, lot.amount);
      rest -= left;
      return { ...lot, left };
    })
    .reverse();
}

function haveSameTerms(a: LotTerms, b: LotTerms): boolean {
  return a.priority === b.priority && a.expiresAt === b.expiresAt;
}
