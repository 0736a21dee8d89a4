import type { Books } from "../../domain/books.ts";
import { Changes } from "../../domain/changes.ts";
import { entryId, type UsageId, type WalletId, type WalletIds } from "../../domain/ids.ts";
import { dayNameIn } from "../../domain/local-calendar.ts";
import { type Amount, minimum } from "../../domain/money.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import { applyUsage, type UsageEvent, type UsageResult } from "../../domain/spending/apply-usage.ts";
import { type Factor, formatFactor, parseFactor } from "../../domain/spending/decimal.ts";
import { payingWallets, priceListOf } from "../../domain/spending/rate.ts";
import { reverseUsage as reverse } from "../../domain/spending/reverse-usage.ts";
import { outstanding, settledHold, spentBy, type Usage } from "../../domain/spending/usage.ts";
import type { Instant } from "../../domain/time.ts";
import type { Wallet } from "../../domain/wallet/wallet.ts";
import { withoutCharge } from "../../domain/wallet/wallet-change.ts";
import type { Work } from "../../store/batch/unit-of-work.ts";
import { type Page, type PageRequest, UnknownPosition } from "../../store/engine/read/page.ts";
import { usageBetween } from "../../store/wallets/read/usage.ts";
import type { Services } from "../services.ts";

export type { UsageEvent, UsageResult } from "../../domain/spending/apply-usage.ts";
export type { Payer } from "../../domain/spending/rate.ts";

/** How many usage events are taken at once. */
export const largestUsageBatch = 1_000;

/**
 * Debits what was used: a result for each event, in order, all in one transaction. An id is used once in the whole
 * database, so what is sent again after a lost answer gives the first result.
 * @throws RangeError if there are more than {@link largestUsageBatch}
 */
export function recordUsage(services: Services, events: readonly UsageEvent[]): Promise<UsageResult[]> {
  if (events.length > largestUsageBatch)
    throw new RangeError(`At most ${largestUsageBatch} usage events are taken at once.`);
  return services.store.write(recordingUsage(events, services.policies.current, services.store.walletIds));
}

/** About what one keeps in memory, with its id and what it needs. */
const bytesOfEvent = 500;

function recordingUsage(
  events: readonly UsageEvent[],
  policy: Policy,
  walletIds: WalletIds,
): Work<UsageResult[]> {
  const since = earliestOf(events);
  const prices = priceListOf(policy);
  const wallets = [...new Set(events.flatMap((event) => payingWallets(event, { prices, walletIds })))];
  return {
    needs: { usage: events.map(({ id }) => id), wallets },
    weight: events.length,
    bytes: events.length * bytesOfEvent,
    // Also those of known usage: what made it known may have been decided in this very batch.
    walletNeeds: () => wallets.map((wallet) => ({ wallet, lots: true, charge: null, ...since })),
    decide: (books, now) => applyUsage(books, events, { policy, now }),
  };
}

/** When the first of it happened, as far as the app says. */
function earliestOf(events: readonly UsageEvent[]): { readonly since?: Instant } {
  let since: Instant | undefined;
  for (const { occurredAt } of events)
    if (occurredAt !== null && (since === undefined || occurredAt < since)) since = occurredAt;
  return since === undefined ? {} : { since };
}

interface UsageReversalRequest {
  readonly id: UsageId;
  readonly reason: string;
}

type UsageReversed =
  | { readonly kind: "reversed"; readonly usage: Usage }
  | { readonly kind: "already_reversed"; readonly usage: Usage }
  | { readonly kind: "usage_unknown" }
  /** A linked customer brought it along: it is undone where it was used. */
  | { readonly kind: "not_reversible" };

/** Undoes usage that was wrong: its cost exactly, and what it took, back to where it came from. Once. */
export function reverseUsage(services: Services, request: UsageReversalRequest): Promise<UsageReversed> {
  return services.store.write(reversingUsage(request, services.policies.current));
}

function reversingUsage({ id, reason }: UsageReversalRequest, policy: Policy): Work<UsageReversed> {
  return {
    needs: { usage: [id] },
    alone: true,
    walletNeeds(books) {
      const usage = books.usage(id);
      return usage === undefined
        ? []
        : [{ wallet: usage.walletId, lots: true, charge: null, undo: { usage: id } }];
    },
    decide(books, now) {
      const usage = books.usage(id);
      const wallet = usage && books.wallet(usage.walletId);
      if (usage === undefined || wallet === undefined) return { kind: "usage_unknown" };
      if (usage.reversal !== null) return { kind: "already_reversed", usage };
      if (usage.metered === null && settledHold(usage) === null) return { kind: "not_reversible" };
      return reverseIn(books, wallet, usage, { reason, policy, now });
    },
  };
}

function reverseIn(
  books: Books,
  wallet: Wallet,
  usage: Usage,
  { reason, policy, now }: { readonly reason: string; readonly policy: Policy; readonly now: Instant },
): UsageReversed {
  const changes = new Changes(wallet, now);
  const cause = { ...withoutCharge(now, reason), reason };
  const lender = books.usageOf(wallet.id).find(({ id }) => id !== usage.id) ?? null;
  const lines = [usage, lender].flatMap((of) => {
    const seq = of?.seq ?? null;
    return seq === null ? [] : (books.pastLine(entryId(wallet.id, seq))?.line ?? []);
  });
  const reversed = reverse(changes.wallet, cause, {
    usage,
    lender,
    lines,
    holdOf: (of) => {
      const hold = settledHold(of);
      return hold === null ? undefined : books.hold(hold);
    },
  });
  if ("line" in reversed.change) changes.add(reversed.change);
  else changes.wallet = reversed.change;
  changes.record(books, policy);
  for (const one of reversed.usage) books.putUsage(one);
  return { kind: "reversed", usage: reversed.usage[0] ?? usage };
}

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
