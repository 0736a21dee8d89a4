import { secondsOf } from "../calendar.ts";
import { majorUnits } from "../catalogue.ts";
import type { StatedRow } from "../restatement.ts";
import { statedBalance } from "../stripe/stated-balance.ts";
import type { World } from "../world.ts";
import { csv } from "./csv.ts";
import { isWithin, type ReportWindow } from "./report.ts";

const columns = ["category", "description", "net_amount", "currency"] as const;

/** Stripe's balance summary: what it owed before the window, what came and went in it, and what it owed then. */
export function stripeBalanceSummary({ stripe, restatements }: World, window: ReportWindow): string {
  const rows = statedBalance(stripe, restatements).map(({ body }) => body);
  const currencies = [...new Set(rows.map(({ currency }) => String(currency)))].sort();
  return csv(
    columns,
    currencies.flatMap((currency) => {
      const own = rows.filter((row) => row.currency === currency);
      return summary(own, window).map(([category, description, amount]) => {
        return { category, description, net_amount: majorUnits(amount, currency.toUpperCase()), currency };
      });
    }),
  );
}

function summary(rows: readonly StatedRow[], window: ReportWindow): [string, string, bigint][] {
  const before = rows.filter((row) => timeOf(row) < window.from);
  const within = rows.filter((row) => isWithin(timeOf(row), window));
  const opening = net(before);
  return [
    ["starting_balance", "Starting balance", opening],
    ["activity", "Balance change from activity", net(within.filter((row) => !isPayout(row)))],
    ["payouts", "Total payouts", net(within.filter(isPayout))],
    ["ending_balance", "Ending balance", opening + net(within)],
  ];
}

const timeOf = ({ created }: StatedRow): bigint => secondsOf(Number(created));
const isPayout = ({ type }: StatedRow): boolean => String(type).startsWith("payout");
const net = (rows: readonly StatedRow[]): bigint =>
  rows.reduce((sum, row) => sum + BigInt(Number(row.net)), 0n);
