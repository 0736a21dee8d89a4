import type { Entry } from "../../domain/book/journal.ts";
import type { ChargeId } from "../../domain/ids.ts";
import { pinnedTerms, pinTo } from "../../domain/policy/pin.ts";
import { walletTargets } from "../../domain/policy/wallet-targets.ts";
import { type Instant, nanosecondsPerDay } from "../../domain/time.ts";
import type { ChargeView, LineView } from "../../store/charges/read/charge-view.ts";
import { type ChargeFilter, chargesById, survivorOf } from "../../store/charges/read/charges.ts";
import type { MovementView } from "../../store/charges/read/movement-view.ts";
import { type EventSummary, eventsOfCharge } from "../../store/inbox/read/events.ts";
import { entriesOfCharge } from "../../store/ledger/read/entries.ts";
import type { Services } from "../services.ts";
import { movementViews } from "./read-movements.ts";

/** A charge with everything it is made of and has led to. */
export interface ChargeDetail {
  readonly view: ChargeView;
  readonly lines: readonly LineView[];
  readonly movements: readonly MovementView[];
  readonly entries: readonly Entry[];
  readonly events: readonly EventSummary[];
}

/** The longest window that is summed up. */
export const summableDays = 400;

/** Whether a filter says whose or of when, so that its sums can be had. */
export function isSummable({ owner, customerRef, from, to }: ChargeFilter, now: Instant): boolean {
  if (owner !== undefined || customerRef !== undefined) return true;
  return from !== undefined && (to ?? now) - from <= BigInt(summableDays) * nanosecondsPerDay;
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
  const terms = pinnedTerms(pin ?? pinTo(policy, charge), policy, charge);
  const shares = pin === null ? new Map<string, bigint>() : walletTargets(charge, terms).shares;
  return charge.lines.map((line) => ({
    line,
    effect: terms.ruleOf(line).effect,
    share: shares.get(line.ref) ?? 0n,
  }));
}
