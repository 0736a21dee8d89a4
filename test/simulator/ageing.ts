import { absolute } from "../../src/domain/money.ts";
import { ageingGroups } from "../../src/domain/reconciling/ages.ts";
import { compareInstants, type Instant, nanosecondsPerDay } from "../../src/domain/time.ts";
import { ageingOf, mostAged } from "../../src/services/reconciling/read-overview.ts";
import { readDiscrepanciesByDue } from "../../src/services/reconciling/read-runs.ts";
import type { Services } from "../../src/services/services.ts";
import type { ListedDiscrepancy } from "../../src/store/reconciling/nouns/discrepancy.ts";
import { openDifferences } from "../../src/store/reconciling/read/overview.ts";

/** A figure of the ageing that is not what the discrepancies come to, for somebody who looks at an instant. */
export interface Misaged {
  readonly of: string;
  readonly at: Instant;
  readonly is: string;
  readonly should: string;
}

/**
 * Looks at what is open at twenty instants, of the provider's clock (when it should have agreed) and of ours (when it was opened):
 * whether all groups together are all that is open, and each group is what its list has.
 */
export async function misaged(services: Services): Promise<Misaged[]> {
  const open = await listed(services, 0n);
  const differences = await openDifferences(services.store.read, mostAged + 1);
  const wrong: Misaged[] = [];
  for (const at of instantsOf(open)) {
    const ageing = ageingOf(differences, at, mostAged);
    const hold = (of: string, is: unknown, should: unknown) => {
      if (is !== should) wrong.push({ of, at, is: String(is), should: String(should) });
    };
    const groups = new Map<(typeof ageingGroups)[number], ListedDiscrepancy[]>();
    for (const group of ageingGroups) groups.set(group, await listed(services, at, group));
    const counted = ageingGroups.reduce((sum, group) => sum + ageing.counts[group], 0);
    hold("number of all", counted, open.length);
    for (const [group, own] of groups) hold(`number of ${group}`, ageing.counts[group], own.length);
    for (const { currency, byGroup } of ageing.sums) {
      const all = ageingGroups.reduce((sum, group) => sum + byGroup[group], 0n);
      hold(`${currency} of all`, all, sumOf(open, currency));
      for (const [group, own] of groups)
        hold(`${currency} of ${group}`, byGroup[group], sumOf(own, currency));
    }
    const currencies = new Set(open.flatMap(differencesOf).map(({ currency }) => currency));
    hold("currencies", ageing.sums.length, currencies.size);
  }
  return wrong;
}

const differencesOf = ({ row }: ListedDiscrepancy) => row?.differences ?? [];

const sumOf = (all: readonly ListedDiscrepancy[], currency: string): bigint =>
  all
    .flatMap(differencesOf)
    .filter((one) => one.currency === currency)
    .reduce((sum, { amount }) => sum + absolute(amount), 0n);

async function listed(
  services: Services,
  now: Instant,
  age?: (typeof ageingGroups)[number],
): Promise<ListedDiscrepancy[]> {
  const rows: ListedDiscrepancy[] = [];
  for (let after: string | null = null, isFirst = true; isFirst || after !== null; isFirst = false) {
    const page = await readDiscrepanciesByDue(services, { status: "open", age }, { limit: 100, after, now });
    rows.push(...page.rows);
    after = page.next;
  }
  return rows;
}

/** From before the first to long after the last: at moments of both clocks, and where one becomes a day older. */
function instantsOf(open: readonly ListedDiscrepancy[]): Instant[] {
  const times = open.flatMap(({ row, openedAt }) => [row?.dueAt ?? openedAt, openedAt]).sort(compareInstants);
  const days = [-1n, 0n, 2n, 8n, 31n];
  return Array.from({ length: 20 }, (_, index) => {
    const at = times[Math.floor((index * times.length) / 20)] ?? 0n;
    return at + (days[index % days.length] ?? 0n) * nanosecondsPerDay - BigInt(index % 2);
  });
}
