import type { Source } from "../../domain/ids.ts";
import { type Amount, absolute } from "../../domain/money.ts";
import { type AccountVerdict, accountVerdict } from "../../domain/reconciling/account-verdict.ts";
import { type AgeingGroup, ageGroupOf, ageingGroups } from "../../domain/reconciling/ages.ts";
import { type Instant, nanosecondsPerDay } from "../../domain/time.ts";
import type { KeptAudit } from "../../store/audit/nouns/audit.ts";
import { listAudits } from "../../store/audit/read/audits.ts";
import { type OpenCount, openEvents } from "../../store/inbox/read/inbox-state.ts";
import { type OutboxState, outboxState } from "../../store/outbox/read/outbox.ts";
import {
  type DayOfMoney,
  moneyByDay,
  type NobodysSum,
  type OpenDifference,
  openDifferences,
  paidByNobody,
  verdictInputs,
  type WalletsTotal,
  walletsTotals,
} from "../../store/reconciling/read/overview.ts";
import { taxInWalletsNow } from "../export/tax-in-wallets.ts";
import { pacesOf } from "../inbox/silence.ts";
import type { DestinationFinding } from "../running/destinations.ts";
import type { Services, ServingServices } from "../services.ts";
import { comparableLevels } from "./plan-for.ts";
import { backfillsOf } from "./standing.ts";

export interface OverviewAccount extends Source {
  readonly verdict: AccountVerdict;
  /** `null`: none among the latest events. */
  readonly lastDeliveryAt: Instant | null;
  /** Up to when it was asked for everything; `null`: it cannot be asked, or not all of it was. */
  readonly askedUntil: Instant | null;
  readonly canBeAsked: boolean;
  /** Whether it has not delivered for longer than it ever paused lately. */
  readonly isSilent: boolean;
}

/** Whether anything is wrong, and up to when everything is known to agree. */
export interface Overview {
  readonly at: Instant;
  readonly accounts: readonly OverviewAccount[];
  /** What is wrong with where events are sent; `null`: nobody was asked. */
  readonly destinations: readonly DestinationFinding[] | null;
  readonly ageing: Ageing;
  readonly wallets: readonly OwedToOwners[];
  readonly nobodys: readonly NobodysSum[];
  readonly events: readonly OpenCount[];
  readonly outbox: OutboxState;
  /** What the last audit said that a server was asked for; `null`: none was. */
  readonly lastAudit: KeptAudit | null;
  /** Of the last days, oldest first; a day on which nothing moved is left out. */
  readonly money: readonly DayOfMoney[];
  readonly moneyFrom: Instant;
}

/** What all wallets hold together, in one currency. */
export interface OwedToOwners extends WalletsTotal {
  /** What of the paid value is tax; `null`: there are too many lots to say that each time. */
  readonly ofWhichTax: Amount | null;
}

/** Open discrepancies by how long ago they should have agreed. */
export interface Ageing {
  readonly counts: Readonly<Record<AgeingGroup, number>>;
  /** By currency, without their sign: differences of two directions do not cancel out. */
  readonly sums: readonly {
    readonly currency: string;
    readonly byGroup: Readonly<Record<AgeingGroup, Amount>>;
  }[];
  /** How many there are of each kind. */
  readonly kinds: readonly {
    readonly kind: string;
    readonly counts: Readonly<Record<AgeingGroup, number>>;
  }[];
  /** How many state no amount. */
  readonly unmeasured: number;
  /** Whether there are more than were looked at. */
  readonly isCutOff: boolean;
}

/** Open discrepancies that are looked at one by one. */
export const mostAged = 5_000;
const daysOfMoney = 30n;

export async function readOverview(
  services: Services & Pick<ServingServices, "destinations">,
): Promise<Overview> {
  const { store, clock } = services;
  const at = clock.now();
  const today = at - (at % nanosecondsPerDay);
  const moneyFrom = today - (daysOfMoney - 1n) * nanosecondsPerDay;
  const destinations = await services.destinations();
  const [accounts, open, wallets, nobodys, events, outbox, audits, money] = await Promise.all([
    readOverviewAccounts(services),
    openDifferences(store.read, mostAged + 1),
    owedToOwners(services),
    paidByNobody(store.read),
    openEvents(store.read),
    outboxState(store.read),
    listAudits(store.read, { limit: 1, after: null }),
    moneyByDay(store.read, { from: moneyFrom, to: today + nanosecondsPerDay }),
  ]);
  const ageing = ageingOf(open, at, mostAged);
  const lastAudit = audits.rows[0] ?? null;
  return {
    at,
    accounts,
    destinations,
    ageing,
    wallets,
    nobodys,
    events,
    outbox,
    lastAudit,
    money,
    moneyFrom,
  };
}

export async function owedToOwners(services: Services): Promise<OwedToOwners[]> {
  const [totals, taxes] = await Promise.all([walletsTotals(services.store.read), taxInWalletsNow(services)]);
  return totals.map((total) => ({ ...total, ofWhichTax: taxes && (taxes.get(total.currency) ?? 0n) }));
}

/** Those that a secret or a key is configured for. */
export async function readOverviewAccounts(services: Services): Promise<OverviewAccount[]> {
  const { store } = services;
  const accounts = configuredAccounts(services);
  const levelsOf = (provider: string) => comparableLevels(provider).filter((level) => level !== "wallets");
  const [{ runs, running, open, read }, paces] = await Promise.all([
    verdictInputs(
      store.read,
      accounts.flatMap((account) => levelsOf(account.provider).map((level) => ({ ...account, level }))),
    ),
    pacesOf(store.read, services.clock.now()),
  ]);
  const backfills = backfillsOf(services, read);
  return accounts.map(({ provider, account }) => {
    const isIt = (one: Source) => one.provider === provider && one.account === account;
    const { count = 0n, oldestDueAt = null } = open.find(isIt) ?? {};
    const deliveries = paces.filter((one) => one.provider === provider).map((one) => one.lastReceivedAt);
    const lastDeliveryAt = deliveries.length === 0 ? null : deliveries.reduce((a, b) => (a > b ? a : b));
    const backfill = backfills.find(isIt);
    const askedUntil = backfill?.until ?? null;
    return {
      provider,
      account,
      lastDeliveryAt,
      askedUntil,
      canBeAsked: backfill !== undefined,
      isSilent: paces.find(isIt)?.isSilent ?? false,
      verdict: accountVerdict({
        levels: levelsOf(provider),
        runs: runs.filter(isIt),
        isRunning: running.some(isIt),
        open: { count: Number(count), oldestDueAt },
        heardUntil: [lastDeliveryAt, askedUntil].filter((moment) => moment !== null),
      }),
    };
  });
}

function configuredAccounts({ providers, sources }: Services): Source[] {
  const all = [
    ...[...providers.values()].flatMap(({ provider, secrets }) =>
      secrets.map(({ account }) => ({ provider: provider.name, account })),
    ),
    ...sources.map(({ source, account }) => ({ provider: source.provider, account })),
  ];
  return [...new Map(all.map((one) => [`${one.provider}:${one.account}`, one])).values()].sort((a, b) =>
    `${a.provider}:${a.account}` < `${b.provider}:${b.account}` ? -1 : 1,
  );
}

export function ageingOf(open: readonly OpenDifference[], now: Instant, most: number): Ageing {
  const nothing = <Value>(value: Value) =>
    Object.fromEntries(ageingGroups.map((group) => [group, value])) as Record<AgeingGroup, Value>;
  const counts = nothing(0);
  const sums = new Map<string, Record<AgeingGroup, Amount>>();
  const kinds = new Map<string, Record<AgeingGroup, number>>();
  let unmeasured = 0;
  for (const { kind, dueAt, differences } of open.slice(0, most)) {
    const group = ageGroupOf(dueAt, now) ?? "not due";
    counts[group] += 1;
    const ofKind = kinds.get(kind) ?? nothing(0);
    ofKind[group] += 1;
    kinds.set(kind, ofKind);
    if (differences.length === 0) unmeasured += 1;
    for (const { currency, amount } of differences) {
      const byGroup = sums.get(currency) ?? nothing(0n);
      byGroup[group] += absolute(amount);
      sums.set(currency, byGroup);
    }
  }
  const inOrder = [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
  const kindsInOrder = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    counts,
    sums: inOrder.map(([currency, byGroup]) => ({ currency, byGroup })),
    kinds: kindsInOrder.map(([kind, counts]) => ({ kind, counts })),
    unmeasured,
    isCutOff: open.length > most,
  };
}
