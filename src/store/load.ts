import { creditTouchedBy, customerCreditId } from "../domain/credit/customer-credit.ts";
import { type ChargeId, customerKey, settlementId, type WalletId } from "../domain/ids.ts";
import { loadCharges } from "./charges.ts";
import { loadClaims } from "./claims.ts";
import { loadCredits } from "./customer-credits.ts";
import { loadDeliveries } from "./deliveries.ts";
import { loadDiscrepancies } from "./discrepancies.ts";
import { loadEvents } from "./events.ts";
import { loadFactsOfEvents } from "./facts.ts";
import { loadHolds } from "./holds.ts";
import { loadDecisions } from "./idempotency-keys.ts";
import { loadLinks } from "./links.ts";
import { Loaded, type WalletExtent } from "./loaded.ts";
import { loadLots } from "./lots.ts";
import { loadUndone } from "./past-lines.ts";
import { loadPayouts } from "./payouts.ts";
import { loadRecoveries } from "./recoveries.ts";
import type { Session } from "./statements.ts";
import type { Needs, WalletNeed } from "./unit-of-work.ts";
import { loadUsage } from "./usage.ts";
import { loadLines } from "./wallet-lines.ts";
import { selectWallets, walletOf } from "./wallets.ts";

/**
 * The first round of reading. Charges and payouts are locked first: whoever else applies one of these events holds the
 * same lock, so the events and facts that are read after it are final.
 */
export async function load(session: Session, needs: readonly Needs[]): Promise<Loaded> {
  const loaded = new Loaded();
  const whole = needs.some(({ wholeHistory }) => wholeHistory === true);
  await loadCharges(session, loaded, {
    ids: needs.flatMap((need) => need.charges ?? []),
    names: needs.flatMap((need) => need.names ?? []),
    whole,
  });
  await loadPayouts(
    session,
    loaded,
    needs.flatMap((need) => need.payouts ?? []),
  );
  await loadClaims(
    session,
    loaded,
    needs.flatMap((need) => need.claims ?? []),
  );
  await loadEvents(
    session,
    loaded,
    needs.flatMap((need) => need.events ?? []),
  );
  if (!whole) await loadFactsOfEvents(session, loaded);
  await loadCredits(session, loaded, [
    ...needs.flatMap((need) => need.credits ?? []),
    ...creditsOfCharges(loaded, new Set(needs.flatMap((need) => need.customers ?? []))),
  ]);
  await loadDeliveries(
    session,
    loaded,
    needs.flatMap((need) => need.messages ?? []),
  );
  await loadDiscrepancies(
    session,
    loaded,
    needs.flatMap((need) => need.discrepancies ?? []),
  );
  await loadUsage(
    session,
    loaded,
    needs.flatMap((need) => need.usage ?? []),
  );
  await loadDecisions(
    session,
    loaded,
    needs.flatMap((need) => need.idempotencyKeys ?? []),
  );
  const customers = needs.flatMap((need) => need.customers ?? []);
  await loadLinks(session, loaded, [...customers, ...customersOfCharges(loaded)]);
  return loaded;
}

/**
 * Of charges whose credit may become known by an event that does not speak of it (a refund says what its note gave), or may
 * turn out to be another customer's: an event names one customer, and the charge is another's or was.
 */
function creditsOfCharges({ charges }: Loaded, named: ReadonlySet<string>): string[] {
  return [...charges.values()].flatMap(({ key, charge, dossier }) => {
    if (charge === null || charge.customerRef === null) return [];
    const own = customerCreditId(key, charge.customerRef, charge.currency);
    const isTouched = creditTouchedBy(charge) !== null;
    if (named.has(customerKey(key, charge.customerRef))) return isTouched || dossier !== null ? [own] : [];
    return isTouched ? [own, ...[...named].map((customer) => `${customer}:${charge.currency}`)] : [own];
  });
}

/**
 * Customers whose link decides an owner, or is held against the one that is pinned, though the works at hand need not name
 * them: an earlier event did.
 */
function customersOfCharges({ charges }: Loaded): string[] {
  return [...charges.values()].flatMap(({ key, charge }) =>
    charge === null || charge.customerRef === null ? [] : [customerKey(key, charge.customerRef)],
  );
}

/** The second round: wallets, which are known only once their charges are. */
export async function loadWallets(
  session: Session,
  loaded: Loaded,
  needs: readonly WalletNeed[],
): Promise<void> {
  for (const need of needs) extend(loaded.extents, need);
  const rows = await selectWallets(session, loaded.extents.keys());
  for (const row of rows) loaded.numbers.set(row.id, row.no);
  const withLots = rows.filter((row) => loaded.extents.get(row.id as WalletId)?.lots).map((row) => row.no);
  const charges = storedCharges(loaded);
  const lots = await loadLots(session, loaded, { wallets: withLots, charges: charges.map(([no]) => no) });
  const owing = rows.filter((row) => row.recovery > 0n).map((row) => row.no);
  const recoveries = await loadRecoveries(session, loaded.numbers, owing);
  for (const row of rows) {
    const parts = { lots: lots.get(row.no) ?? [], recoveries: recoveries.get(row.no) ?? [] };
    loaded.wallets.set(row.id as WalletId, walletOf(row, parts));
  }
  loaded.books.load({ wallets: loaded.wallets.values() });
  // Also where no wallet is there yet: a charge that an owner was linked to may have its lines on another's statement.
  await loadLinesInto(session, loaded, charges);
  await loadHolds(
    session,
    loaded,
    needs.flatMap((need) => need.holds ?? []),
  );
  await loadUsage(session, loaded, needs.flatMap((need) => need.holds ?? []).map(settlementId));
  for (const { undo } of needs) if (undo !== undefined) await loadUndone(session, loaded, undo);
}

/** Whether deciding would find in the books what it needs: a neighbour decided before may have raised the need. */
export function isLoaded(loaded: Loaded, { wallet, lots, charge }: WalletNeed): boolean {
  const extent = loaded.extents.get(wallet);
  if (extent === undefined) return false;
  return !lots || (extent.lots && (charge === null || extent.charges.has(charge)));
}

function extend(extents: Map<WalletId, WalletExtent>, { wallet, lots, charge }: WalletNeed): void {
  const extent = extents.get(wallet) ?? { lots: false, charges: new Set() };
  extents.set(wallet, extent);
  if (!lots) return;
  extent.lots = true;
  if (charge !== null) extent.charges.add(charge);
}

/** The charges whose lots and lines are wanted, as far as they are stored. */
function storedCharges({ extents, charges, numbers }: Loaded): [bigint, ChargeId][] {
  const wanted = new Set([...extents.values()].flatMap((extent) => [...extent.charges]));
  return [...wanted].filter((id) => charges.has(id)).map((id) => [numbers.of(id), id]);
}

async function loadLinesInto(
  session: Session,
  loaded: Loaded,
  charges: readonly [bigint, ChargeId][],
): Promise<void> {
  const lines = await loadLines(
    session,
    loaded,
    charges.map(([no]) => no),
  );
  for (const [no, id] of charges) {
    const record = loaded.charges.get(id);
    const walletLines = lines.get(no);
    if (record !== undefined && walletLines !== undefined) loaded.charges.set(id, { ...record, walletLines });
  }
  loaded.books.load({ charges: charges.flatMap(([, id]) => loaded.charges.get(id) ?? []) });
}
