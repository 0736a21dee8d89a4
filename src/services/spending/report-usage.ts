import type { WalletId } from "../../domain/ids.ts";
import { dayNameIn } from "../../domain/local-calendar.ts";
import { type Amount, minimum } from "../../domain/money.ts";
import { type Factor, formatFactor, parseFactor } from "../../domain/spending/decimal.ts";
import { outstanding, spentBy } from "../../domain/spending/usage.ts";
import type { Instant } from "../../domain/time.ts";
import { type Page, type PageRequest, UnknownPosition } from "../../store/engine/read/page.ts";
import { usageBetween } from "../../store/wallets/read/usage-report.ts";
import type { Services } from "../services.ts";

export const usagePeriods = ["day", "month", "none"] as const;

export interface UsageAsked {
  readonly owner?: string | undefined;
  readonly walletId?: WalletId | undefined;
  readonly meter?: string | undefined;
  readonly member?: string | undefined;
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
  readonly by: (typeof usagePeriods)[number];
  readonly zone: string;
}

/** What was used of one meter, by one member, from one wallet in a period; what was reversed is not in it. */
export interface UsageSum {
  /** `2026-01-31` or `2026-01`; `null`: all that was asked for. */
  readonly period: string | null;
  readonly owner: string;
  readonly walletId: WalletId;
  readonly currency: string;
  /** `null`: amounts that were settled without one. */
  readonly meter: string | null;
  readonly member: string | null;
  readonly quantity: string;
  readonly requested: Amount;
  readonly covered: Amount;
  readonly uncovered: Amount;
  /** What of the uncovered a limit kept. */
  readonly limited: Amount;
}

/**
 * Usage by period, wallet, meter and member, as limits count it: by when it happened, at the latest when it was told of; a settlement
 * by when its hold was placed.
 */
export async function reportUsage(read: Services["store"]["read"], asked: UsageAsked): Promise<UsageSum[]> {
  const sums = new Map<string, UsageSum & { readonly count: Factor }>();
  for await (const { usage, hold, owner } of usageBetween(read, asked)) {
    const spent = spentBy(usage, hold);
    if (spent === null) continue;
    const period =
      asked.by === "none" ? null : dayNameIn(spent.at, asked.zone).slice(0, asked.by === "day" ? 10 : 7);
    const { walletId, currency } = usage;
    const of = { period, owner, walletId, currency, meter: spent.meter, member: spent.member };
    const known = sums.get(nameOf(of)) ?? { ...of, count: 0n, quantity: "0", ...nothing };
    const uncovered = usage.uncovered - usage.uncoveredBack;
    const counted = usage.reversal === null ? (parseFactor(usage.metered?.quantity ?? "0") ?? 0n) : 0n;
    const count = known.count + counted;
    sums.set(nameOf(of), {
      ...of,
      count,
      quantity: formatFactor(count),
      requested: known.requested + outstanding(usage),
      covered: known.covered + usage.covered - usage.coveredBack,
      uncovered: known.uncovered + uncovered,
      limited: known.limited + minimum(usage.limited, uncovered),
    });
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { count: _, ...sum }]) => sum);
}

/** The same as part of a list. @throws UnknownPosition */
export async function reportUsagePage(
  services: Services,
  asked: UsageAsked,
  { limit, after }: PageRequest,
): Promise<Page<UsageSum>> {
  const sums = await reportUsage(services.store.read, asked);
  if (after !== null && !after.startsWith("[")) throw new UnknownPosition();
  const begin = after === null ? 0 : sums.findIndex((sum) => nameOf(sum) > after);
  const rows = begin < 0 ? [] : sums.slice(begin, begin + limit);
  const last = rows.at(-1);
  const isMore = begin >= 0 && begin + limit < sums.length;
  return { rows, next: isMore && last !== undefined ? nameOf(last) : null };
}

const nothing = { requested: 0n, covered: 0n, uncovered: 0n, limited: 0n };

type Of = Pick<UsageSum, "period" | "owner" | "currency" | "meter" | "member">;

const nameOf = ({ period, owner, currency, meter, member }: Of): string =>
  JSON.stringify([period ?? "", owner, currency, meter ?? "", member ?? ""]);
