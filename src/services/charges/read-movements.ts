import { movementSettledOf, taxBackBy } from "../../domain/book/book.ts";
import type { Movement } from "../../domain/charge/movement.ts";
import { maximum, minimum } from "../../domain/money.ts";
import { pinnedTerms } from "../../domain/policy/pin.ts";
import { walletTargets } from "../../domain/policy/wallet-targets.ts";
import type { Snapshot } from "../../store/batch/snapshot.ts";
import { type ChargeView, payoutRefOf } from "../../store/charges/read/charge-view.ts";
import { chargesById } from "../../store/charges/read/charges.ts";
import type { MovementView } from "../../store/charges/read/movement-view.ts";
import {
  listMovements,
  type MovementFilter,
  type MovementPlace,
  movementsByTime,
  placeOfMovement,
} from "../../store/charges/read/movements.ts";
import type { TimedPage, TimedRequest } from "../../store/engine/read/by-time.ts";
import type { Page, PageRequest } from "../../store/engine/read/page.ts";
import type { Services } from "../services.ts";

export async function readMovements(
  services: Services,
  filter: MovementFilter,
  page: PageRequest,
): Promise<Page<MovementView>> {
  return readMovementPage(services, services.store.read, filter, page);
}

/** The same from a snapshot. */
export async function readMovementPage(
  services: Services,
  db: Snapshot["read"],
  filter: MovementFilter,
  page: PageRequest,
): Promise<Page<MovementView>> {
  const { rows, ...around } = await listMovements(db, filter, page);
  return { rows: await viewsAt(services, db, rows), ...around };
}

/** By when they happened, newest first. */
export async function readMovementsByTime(
  services: Services,
  filter: MovementFilter,
  page: TimedRequest,
): Promise<TimedPage<MovementView>> {
  const { rows, ...around } = await movementsByTime(services.store.read, filter, page);
  return { rows: await viewsAt(services, services.store.read, rows), ...around };
}

async function viewsAt(
  services: Services,
  db: Snapshot["read"],
  places: readonly MovementPlace[],
): Promise<MovementView[]> {
  const charges = await chargesById(db, [...new Set(places.map(({ chargeId }) => chargeId))]);
  const views = new Map(
    charges.flatMap((view) => movementViews(services, view)).map((view) => [view.movement.id, view]),
  );
  return places.flatMap(({ id }) => views.get(id) ?? []);
}

/** A movement with the charge that it is on. */
export interface MovementDetail {
  readonly view: MovementView;
  readonly on: ChargeView;
}

export async function readMovement(services: Services, id: string): Promise<MovementDetail | undefined> {
  const place = await placeOfMovement(services.store.read, id);
  if (place === undefined) return undefined;
  const [on] = await chargesById(services.store.read, [place.chargeId]);
  const view = on && movementViews(services, on).find(({ movement }) => movement.id === id);
  return on === undefined || view === undefined ? undefined : { view, on };
}

/**
 * Each movement of a charge with its part of T: what T is with it, less what T was before it, in the order they happened;
 * the parts sum to T. What no value covers is counted against the latest ones, because the earlier ones found value.
 */
export function movementViews(services: Services, view: ChargeView): MovementView[] {
  const { charge } = view;
  const { provider } = charge.key;
  const told = (movement: Movement) => ({
    movement,
    provider,
    settled: movementSettledOf(charge, movement),
    payoutRef: payoutRefOf(view.payouts, movement),
    taxBack: taxBackBy(charge, movement),
  });
  if (charge.kind === "unseen")
    return charge.movements.map((movement) => ({ ...told(movement), takenBack: null, uncovered: null }));
  const parts = takenBackBy(services, view);
  let uncovered = view.uncovered;
  const views = charge.movements.map((movement, index) => ({ movement, takenBack: parts[index] ?? 0n }));
  return views
    .reverse()
    .map(({ movement, takenBack }) => {
      const open = minimum(uncovered, maximum(takenBack, 0n));
      uncovered -= open;
      return { ...told(movement), takenBack, uncovered: open };
    })
    .reverse();
}

/** Without a wallet nothing was taken back; and what a document below zero takes back is no movement's doing. */
function takenBackBy({ policies }: Services, { charge, pin, settledAt }: ChargeView): bigint[] {
  if (pin === null || pin.walletId === null || settledAt === null) return charge.movements.map(() => 0n);
  const terms = pinnedTerms(pin, policies.version(pin.policyVersion), charge);
  const takenBackAfter = (count: number) =>
    walletTargets({ ...charge, movements: charge.movements.slice(0, count) }, terms).takenBack;
  return charge.movements.map((_, index) => takenBackAfter(index + 1) - takenBackAfter(index));
}
