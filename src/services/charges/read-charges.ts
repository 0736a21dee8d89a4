import { bookOfMovement, movementSettledOf, taxBackBy } from "../../domain/book/book.ts";
import type { DatedStep } from "../../domain/book/dated.ts";
import type { Entry } from "../../domain/book/journal.ts";
import type { Charge } from "../../domain/charge/charge.ts";
import type { Movement } from "../../domain/charge/movement.ts";
import { creditSpent } from "../../domain/charge/waterfall.ts";
import { type CreditTrail, creditSteps, creditTrail } from "../../domain/credit/credit-trail.ts";
import { customerCreditId } from "../../domain/credit/customer-credit.ts";
import type { ChargeId } from "../../domain/ids.ts";
import { maximum, minimum } from "../../domain/money.ts";
import { pinnedTerms, pinTo } from "../../domain/policy/pin.ts";
import { walletTargets } from "../../domain/policy/wallet-targets.ts";
import type { HeldRow } from "../../domain/reconciling/held-objects.ts";
import type { StatedRow } from "../../domain/reconciling/reconciled-row.ts";
import { type Instant, nanosecondsPerDay, quarterOf } from "../../domain/time.ts";
import type { Snapshot } from "../../store/batch/snapshot.ts";
import {
  chargesOfCredit,
  leftUncovered,
  linesOfCharge,
  type NamedPayout,
  payoutsOfRows,
} from "../../store/charges/read/charge-trails.ts";
import {
  type ChargeView,
  type LineView,
  type MovementView,
  payoutRefOf,
} from "../../store/charges/read/charge-view.ts";
import { type ChargeFilter, chargesById, survivingRow, viewsOf } from "../../store/charges/read/charges.ts";
import {
  listMovements,
  type MovementFilter,
  type MovementPlace,
  movementsByTime,
  placeOfMovement,
} from "../../store/charges/read/movements.ts";
import { findPayout } from "../../store/charges/read/payouts.ts";
import type { Page, PageRequest, TimedPage, TimedRequest } from "../../store/engine/read/page.ts";
import { type EventSummary, eventsOfCharge } from "../../store/inbox/read/events.ts";
import { entriesByNumber, entriesOfCharge } from "../../store/ledger/read/entries.ts";
import type { ListedDiscrepancy } from "../../store/reconciling/nouns/discrepancy.ts";
import { correctionsFor, listDiscrepancies } from "../../store/reconciling/read/discrepancies.ts";
import { listPayoutRows } from "../../store/reconciling/read/payout-rows.ts";
import type { StatementLine } from "../../store/wallets/nouns/wallet.ts";
import { heldOfPaidRows, payoutItself } from "../reconciling/levels/payout.ts";
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
interface MovementDetail {
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

/** Which wallet a movement was taken from, and what it came to in the books. */
export interface MovementStory extends MovementDetail {
  /** What all of its charge did to wallets, oldest first. */
  readonly walletLines: readonly StatementLine[];
  /** What no value covers of all that its charge took back. */
  readonly left: Awaited<ReturnType<typeof leftUncovered>>;
  /** What it comes to in the books of the provider's side, quarter of an hour by quarter. */
  readonly booked: readonly DatedStep[];
  /** The entries that say so, with whatever else of the charge is of the same quarters. */
  readonly entries: readonly Entry[];
}

export async function readMovementStory(services: Services, id: string): Promise<MovementStory | undefined> {
  const { policies, store } = services;
  const detail = await readMovement(services, id);
  if (detail === undefined) return undefined;
  const { charge, settledAt } = detail.on;
  const { booksStartAt } = policies.current;
  const booked = bookOfMovement(charge, detail.view.movement, { settledAt, booksStartAt }).steps();
  const quarters = new Set(booked.map(({ at }) => quarterOf(at)));
  const entries = booked.length === 0 ? [] : await entriesOfCharge(store.read, charge.id);
  return {
    ...detail,
    walletLines: await linesOfCharge(store.read, charge.id),
    left: await leftUncovered(store.read, charge.id),
    booked,
    entries: entries.filter(
      ({ kind, effectiveAt }) => kind === "provider" && quarters.has(quarterOf(effectiveAt)),
    ),
  };
}

/**
 * Each movement of a charge with its part of T: what T is with it, less what T was before it, in the order they happened;
 * the parts sum to T. What no value covers is counted against the latest ones, because the earlier ones found value.
 */
function movementViews(services: Services, view: ChargeView): MovementView[] {
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
  const row = await survivingRow(services.store.read, asked);
  return row === undefined ? undefined : detailOf(services, row);
}

type FoundRow = NonNullable<Awaited<ReturnType<typeof survivingRow>>>;

async function detailOf(services: Services, row: FoundRow): Promise<ChargeDetail> {
  const { read } = services.store;
  const id = row.id as ChargeId;
  const [views, entries, events] = await Promise.all([
    viewsOf(read, [row]),
    entriesOfCharge(read, id),
    eventsOfCharge(read, id),
  ]);
  const view = views[0] as ChargeView;
  const lines = linesOf(services, view);
  return { view, lines, movements: movementViews(services, view), entries, events };
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

/** A row of a payout as the provider states it, and what we hold of it. */
export interface PaidRow {
  readonly row: StatedRow;
  readonly held: HeldRow | null;
}

/** What makes a payout, as far as reports and lists that were read say it; `undefined` if there is no such payout. */
export async function readPayoutRows(
  services: Services,
  id: string,
  page: PageRequest,
): Promise<Page<PaidRow> | undefined> {
  const payout = await findPayout(services.store.read, id);
  if (payout === undefined) return undefined;
  const { key, remittanceRef } = payout;
  const names = remittanceRef === null ? [key.ref] : [key.ref, remittanceRef];
  const { rows, next } = await listPayoutRows(
    services.store.read,
    key,
    { names, without: payoutItself },
    page,
  );
  const held = await heldOfPaidRows({ services, run: key }, rows);
  return { rows: rows.map((row) => ({ row, held: held.get(row.key) ?? null })), next };
}

/** Everything there is to say of a charge: what it is made of, where it came from, and what it led to. */
export interface ChargeStory extends ChargeDetail {
  /** What it did to wallets, oldest first. */
  readonly walletLines: readonly StatementLine[];
  readonly discrepancies: readonly ListedDiscrepancy[];
  /** What persons booked for those, and what took it back, oldest first. */
  readonly corrections: readonly Entry[];
  /** Where the credit spent on it came from; `null`: none was. */
  readonly credit: ExplainedCredit | null;
  /** By what the provider says of its rows. */
  readonly payouts: readonly NamedPayout[];
}

type ExplainedCredit =
  | ({ readonly kind: "explained"; readonly charges: ReadonlyMap<ChargeId, ChargeView> } & CreditTrail)
  /** Too many charges changed this customer's credit to go through. */
  | { readonly kind: "too_many" }
  /** Whose credit it was is not known. */
  | { readonly kind: "customer_unknown" };

const mostCharges = 200;

export async function readChargeStory(services: Services, id: ChargeId): Promise<ChargeStory | undefined> {
  const db = services.store.read;
  const row = await survivingRow(db, id);
  if (row === undefined) return undefined;
  const own = row.id as ChargeId;
  const [detail, walletLines, found] = await Promise.all([
    detailOf(services, row),
    linesOfCharge(db, own),
    discrepanciesOf(db, own),
  ]);
  const { charge } = detail.view;
  const [credit, payouts] = await Promise.all([
    explainCredit(services, charge),
    payoutsOfRows(db, rowsOf(charge)),
  ]);
  return { ...detail, walletLines, ...found, credit, payouts };
}

async function discrepanciesOf(
  db: Snapshot["read"],
  chargeId: ChargeId,
): Promise<Pick<ChargeStory, "discrepancies" | "corrections">> {
  const { rows: discrepancies } = await listDiscrepancies(db, { chargeId }, { limit: 50, after: null });
  const posted = await correctionsFor(
    db,
    discrepancies.map(({ id }) => id),
  );
  return { discrepancies, corrections: [...(await entriesByNumber(db, posted)).values()] };
}

async function explainCredit({ store }: Services, charge: Charge): Promise<ExplainedCredit | null> {
  const { customerRef, key, currency, id } = charge;
  if ((creditSpent(charge) ?? 0n) === 0n) return null;
  if (customerRef === null) return { kind: "customer_unknown" };
  const creditId = customerCreditId(key, customerRef, currency);
  const ids = await chargesOfCredit(store.read, creditId, mostCharges + 1);
  if (ids.length > mostCharges) return { kind: "too_many" };
  const views = await chargesById(store.read, [...new Set([...ids, id])]);
  const steps = views.flatMap((view) => creditSteps(view.charge));
  return {
    kind: "explained",
    charges: new Map(views.map((view) => [view.charge.id, view])),
    ...creditTrail(steps, id),
  };
}

/** What a provider calls its own rows of a charge. */
function rowsOf({ key, linked }: Charge): string[] {
  if (linked === null) return [key.ref];
  return linked.receipts.flatMap(({ row }) => row?.ref ?? []);
}
