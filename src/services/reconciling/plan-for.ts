import { type Level, levels } from "../../domain/reconciling/level.ts";
import { completeness } from "./levels/completeness.ts";
import { customerCredit } from "./levels/customer-credit.ts";
import { payout } from "./levels/payout.ts";
import { posting } from "./levels/posting.ts";
import { rollforward } from "./levels/rollforward.ts";
import { settlement } from "./levels/settlement.ts";
import { wallets } from "./levels/wallets.ts";
import type { Comparing, Plan } from "./plan.ts";
import { findSources, rowsByPayout, type Sources, type WantedSide } from "./sources.ts";

type Compared = Exclude<Level, "posting" | "wallets">;

/** What each level needs of a provider. Of one that is not named we can read neither lists nor reports. */
const needed: Readonly<Record<string, Readonly<Record<Compared, WantedSide>>>> = {
  paddle: {
    completeness: { lists: ["transactions", "adjustments"], reports: [["transactions"], ["adjustments"]] },
    settlement: { lists: [], reports: [["payout_reconciliation"]] },
    payout: { lists: [], reports: [["payout_reconciliation"]] },
    // Paddle states no balance: there is nothing to compare ours with.
    rollforward: { lists: [], reports: [] },
    customer_credit: { lists: ["customer_balances"], reports: [] },
  },
  stripe: {
    completeness: { lists: ["invoices", "charges", "refunds", "disputes", "credit_notes"], reports: [] },
    settlement: { lists: ["balance_transactions"], reports: [["payout_reconciliation"]] },
    payout: { lists: ["payouts", rowsByPayout], reports: [["payout_reconciliation"]] },
    rollforward: { lists: ["balance_transactions"], reports: [["balance_summary"]], fromTheBeginning: true },
    customer_credit: { lists: ["customer_balances"], reports: [] },
  },
};
const nothing: WantedSide = { lists: [], reports: [] };

const plans: Readonly<Record<Compared, (sources: Sources) => Plan>> = {
  completeness,
  settlement,
  payout,
  rollforward,
  customer_credit: customerCredit,
};

/** How the level of a run is compared, with the provider's side found or asked for. */
export async function planFor(comparing: Comparing): Promise<Plan> {
  const { provider, level } = comparing.run;
  if (level === "posting") return posting;
  if (level === "wallets") return wallets;
  return plans[level](await findSources(comparing, needed[provider]?.[level] ?? nothing));
}

/** The levels for which a provider states anything at all, asked or in a report. */
export function comparableLevels(provider: string): Level[] {
  const states = ({ lists, reports }: WantedSide) => lists.length + reports.length > 0;
  return levels.filter(
    (level) => level === "posting" || level === "wallets" || states(needed[provider]?.[level] ?? nothing),
  );
}

/** The levels that can be compared with what a provider answers, without a report that somebody has to download. */
export function askableLevels(provider: string): Level[] {
  const own = Object.entries(needed[provider] ?? {}) as [Compared, WantedSide][];
  return ["posting", ...own.filter(([, { lists }]) => lists.length > 0).map(([level]) => level)];
}
