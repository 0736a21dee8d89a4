import { Random } from "../random.ts";
import type { World } from "../world.ts";
import { changedCustomerBalances } from "./customer-balances.ts";
import { alteredAmounts, changedFees, duplicatedRows, shiftedDays, swappedCurrencies } from "./misstated.ts";
import { type BreakKind, breakKinds, type Plan, type PlantedBreak } from "./planted-break.ts";
import { droppedDocuments, missingRefunds, unattributedRows } from "./untold.ts";

export interface BrokenWorld {
  /** What was told, and what the providers state now: everything that is wrong is in it. */
  readonly world: World;
  /** What was told, and what could be asked for before: what is missing was in no list, and nothing was misstated. */
  readonly before: World;
  /** The true one: what was not told is listed, rows are corrected, customers' balances set back. */
  readonly healed: World;
  readonly planted: readonly PlantedBreak[];
}

export interface Planting {
  readonly seed: string;
  /** As many are planted, or as the world has room for. */
  readonly count: number;
  readonly kinds?: readonly BreakKind[];
}

const planning: Readonly<Record<BreakKind, (world: World, random: Random) => Plan[]>> = {
  dropped_event: droppedDocuments,
  missing_refund: missingRefunds,
  altered_amount: alteredAmounts,
  changed_fee: changedFees,
  duplicated_row: duplicatedRows,
  shifted_day: shiftedDays,
  swapped_currency: swappedCurrencies,
  unattributed_payout_row: unattributedRows,
  changed_customer_balance: changedCustomerBalances,
};

/** Makes things wrong in a world whose truth is known: reconciling must find exactly these. No two touch the same thing. */
export function plantBreaks(world: World, { seed, count, kinds = breakKinds }: Planting): BrokenWorld {
  const random = new Random(`${seed}/breaks`);
  const possible = new Map(kinds.map((kind) => [kind, planning[kind](world, random.fork(kind))]));
  const plans: Plan[] = [];
  while (plans.length < count && possible.size > 0) {
    const kind = random.pick([...possible.keys()]);
    const taken = new Set(plans.flatMap(({ touches }) => touches));
    const free = (possible.get(kind) ?? []).filter(({ touches }) => touches.every((one) => !taken.has(one)));
    if (free.length === 0) possible.delete(kind);
    else plans.push(random.pick(free));
  }
  return brokenWorld(world, plans);
}

function brokenWorld(world: World, plans: readonly Plan[]): BrokenWorld {
  const emissions = world.emissions.filter((emission) => !plans.some((plan) => plan.isSilent(emission)));
  return {
    world: { ...world, emissions, restatements: plans.flatMap(({ stated }) => stated) },
    before: { ...world, emissions, restatements: plans.flatMap(({ before }) => before) },
    healed: world,
    planted: plans.map(({ planted }) => planted),
  };
}
