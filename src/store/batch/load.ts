import { type ChargeId, settlementId, type WalletId, type WalletIds } from "../../domain/ids.ts";
import type { Instant } from "../../domain/time.ts";
import type { Session } from "../engine/statements.ts";
import { loadFactsOfEvents } from "../inbox/facts.ts";
import { Loaded, type WalletExtent } from "../loaded.ts";
import { loadHolds } from "../wallets/holds.ts";
import { loadLimits, recount } from "../wallets/limits.ts";
import { loadRecoveries, lotsOf, selectLots } from "../wallets/lots.ts";
import { loadUsage } from "../wallets/usage.ts";
import { type LineRows, linesOf, loadUndone, selectLinesOf } from "../wallets/wallet-lines.ts";
import { selectWallets, walletOf } from "../wallets/wallets.ts";
import { inOrder, type Reading } from "./nouns.ts";
import type { Needed, NeededIds, Needs, WalletNeed } from "./unit-of-work.ts";

/**
 * The first round of reading: every noun that some work needs, in their order, asked for together. Charges and payouts are locked
 * first: whoever else applies one of these events holds the same lock, so the events and facts that are read after it are final.
 */
export async function load(session: Session, needs: readonly Needs[], walletIds: WalletIds): Promise<Loaded> {
  const loaded = new Loaded(walletIds);
  const reading: Reading = {
    session,
    loaded,
    whole: needs.some(({ wholeHistory }) => wholeHistory === true),
    ids: <Noun extends Needed>(noun: Noun) =>
      needs.flatMap((need) => (need[noun] ?? []) as readonly NeededIds[Noun][]),
    locked: Promise.resolve({ names: [], charges: [] }),
  };
  const isNeeded = (noun: Needed) => needs.some((need) => (need[noun]?.length ?? 0) > 0);
  const loading: Promise<unknown>[] = [];
  for (const [name, { load, readFor = [name] }] of inOrder)
    if (load !== undefined && readFor.some(isNeeded)) loading.push(load(reading));
  await Promise.all(loading);
  if (!reading.whole) await loadFactsOfEvents(session, loaded);
  return loaded;
}

/** The second round: wallets, which are known only once their charges are. */
export async function loadWallets(
  session: Session,
  loaded: Loaded,
  needs: readonly WalletNeed[],
  now: Instant,
): Promise<void> {
  for (const need of needs) extend(loaded.extents, need);
  const { extents } = loaded;
  const holds = needs.flatMap((need) => need.holds ?? []);
  const charges = storedCharges(loaded);
  const numbers = charges.map(([no]) => no);
  const withLots = [...extents.keys()].filter((wallet) => extents.get(wallet)?.lots === true);
  // Asked for together: the wallets are locked first.
  const [rows, lotRows, lineRows] = await Promise.all([
    selectWallets(session, extents.keys()),
    selectLots(session, { wallets: withLots, charges: numbers }),
    selectLinesOf(session, numbers),
    loadHolds(session, loaded, holds),
    loadUsage(session, loaded, holds.map(settlementId)),
  ]);
  for (const row of rows) loaded.numbers.set(row.id, row.no);
  const lots = lotsOf(loaded, lotRows, withLots);
  const owing = rows.filter((row) => row.recovery > 0n).map((row) => row.no);
  const recoveries = await loadRecoveries(session, loaded.numbers, owing);
  for (const row of rows) {
    const parts = { lots: lots.get(row.no) ?? [], recoveries: recoveries.get(row.no) ?? [] };
    loaded.wallets.set(row.id as WalletId, walletOf(row, parts));
  }
  loaded.books.load({ wallets: loaded.wallets.values() });
  // Also where no wallet is there yet: a charge that an owner was linked to may have its lines on another's statement.
  putLines(loaded, charges, lineRows);
  for (const { undo } of needs) if (undo !== undefined) await loadUndone(session, loaded, undo);
  const moments = [now, loaded.earliest, ...needs.map(({ since }) => since)].filter((at) => at != null);
  const spending = rows.filter((row) => loaded.extents.get(row.id as WalletId)?.lots);
  await loadLimits(
    session,
    loaded,
    spending,
    moments.reduce((earliest, at) => (at < earliest ? at : earliest), now),
  );
  for (const { wallet, recounts } of needs)
    if (recounts !== undefined && loaded.numbers.has(wallet)) {
      const counted = await recount(session, loaded.numbers.of(wallet), recounts);
      loaded.books.load({ recounts: [[wallet, counted]] });
    }
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

function putLines(loaded: Loaded, charges: readonly [bigint, ChargeId][], rows: LineRows): void {
  const lines = linesOf(loaded, rows);
  for (const [no, id] of charges) {
    const record = loaded.charges.get(id);
    const walletLines = lines.get(no);
    if (record !== undefined && walletLines !== undefined) loaded.charges.set(id, { ...record, walletLines });
  }
  loaded.books.load({ charges: charges.flatMap(([, id]) => loaded.charges.get(id) ?? []) });
}
