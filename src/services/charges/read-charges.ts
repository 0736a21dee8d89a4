import type { Entry } from "../../domain/book/journal.ts";
import type { ChargeLine } from "../../domain/charge/charge.ts";
import type { ChargeId } from "../../domain/ids.ts";
import { pinnedTerms, pinTo } from "../../domain/policy/pin.ts";
import type { Effect } from "../../domain/policy/policy.ts";
import { walletTargets } from "../../domain/policy/wallet-targets.ts";
import { type Instant, nanosecondsPerDay } from "../../domain/time.ts";
import type { ChargeView } from "../../store/charges/read/charge-view.ts";
import {
  type ChargeFilter,
  type ChargeSum,
  chargesById,
  chargesByTime,
  listCharges,
  sumCharges,
  survivorOf,
} from "../../store/charges/read/charges.ts";
import type { TimedPage, TimedRequest } from "../../store/engine/read/by-time.ts";
import { type EventSummary, eventsOfCharge } from "../../store/inbox/read/events.ts";
import { entriesOfCharge } from "../../store/ledger/read/entries.ts";
import type { Page, PageRequest } from "../kit/page.ts";
import type { Services } from "../services.ts";
import { type MovementView, movementViews } from "./read-movements.ts";

export type { ChargeView } from "../../store/charges/read/charge-view.ts";
export type { ChargeFilter, ChargeSum } from "../../store/charges/read/charges.ts";

/** A line, what the policy says of it, and its part of what was paid. */
export interface LineView {
  readonly line: ChargeLine;
  readonly effect: Effect;
  readonly share: bigint;
}

/** A charge with everything it is made of and has led to. */
export interface ChargeDetail {
  readonly view: ChargeView;
  readonly lines: readonly LineView[];
  readonly movements: readonly MovementView[];
  readonly entries: readonly Entry[];
  readonly events: readonly EventSummary[];
}

export function readCharges(
  services: Services,
  filter: ChargeFilter,
  page: PageRequest,
): Promise<Page<ChargeView>> {
  return listCharges(services.store.read, filter, page);
}

/** By when they settled, or last changed their status; newest first. */
export function readChargesByTime(
  { store }: Services,
  filter: ChargeFilter,
  page: TimedRequest,
): Promise<TimedPage<ChargeView>> {
  return chargesByTime(store.read, filter, page);
}

/** The longest window that is summed up. */
export const summableDays = 400;

/** Whether a filter says whose or of when, so that its sums can be had. */
export function isSummable({ owner, customerRef, from, to }: ChargeFilter, now: Instant): boolean {
  if (owner !== undefined || customerRef !== undefined) return true;
  return from !== undefined && (to ?? now) - from <= BigInt(summableDays) * nanosecondsPerDay;
}

/** What all charges of a filter come to, by currency. */
export function readChargeSums({ store }: Services, filter: ChargeFilter): Promise<ChargeSum[]> {
  return sumCharges(store.read, filter);
}

/** A charge by its id, or by that of a payment that turned out to be this one. */
export async function readCharge(services: Services, asked: ChargeId): Promise<ChargeDetail | undefined> {
  const id = await survivorOf(services.store.read, asked);
  const [view] = await chargesById(services.store.read, [id]);
  if (view === undefined) return undefined;
  return {
    view,
    lines: linesOf(services, view),
    movements: movementViews(services, view),
    entries: await entriesOfCharge(services.store.read, id),
    events: await eventsOfCharge(services.store.read, id),
  };
}

/** Under the policy the charge is pinned to; before it settles, under the current one, with nothing shared out yet. */
function linesOf({ policies }: Services, { charge, pin }: ChargeView): LineView[] {
  const policy = pin === null ? policies.current : policies.version(pin.policyVersion);
  const terms = pinnedTerms(pin ?? pinTo(policy, charge, null), policy, charge);
  const shares = pin === null ? new Map<string, bigint>() : walletTargets(charge, terms).shares;
  return charge.lines.map((line) => ({
    line,
    effect: terms.ruleOf(line).effect,
    share: shares.get(line.ref) ?? 0n,
  }));
}
