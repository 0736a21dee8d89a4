import type { Books, ChargeRecord } from "../books.ts";
import type { WalletId } from "../ids.ts";
import { sum } from "../money.ts";

/**
 * A charge that turns out to be another passes on what it did to its wallet, before the difference is taken: what it
 * topped up was the other's all along, so nothing moves, also if it was spent meanwhile. Gives the other as it then is, pinned
 * as was pinned first; which rules its own lines have is for the caller to say.
 */
export function passOnWalletSide(books: Books, from: ChargeRecord, into: ChargeRecord): ChargeRecord {
  if (from.pin === null) return into;
  books.mergedWalletSides.push({ from: from.id, into: into.id });
  if (from.pin.walletId !== null) renameIn(books, from.pin.walletId, from, into);
  const lines = from.walletLines.map((line) => ({ ...line, chargeId: into.id }));
  return {
    ...into,
    pin: into.pin === null || movedBefore(from, into) ? from.pin : into.pin,
    settledAt: into.settledAt ?? from.settledAt,
    toppedUp: into.toppedUp + from.toppedUp,
    takenBack: into.takenBack + from.takenBack,
    debited: into.debited + from.debited,
    walletLines: [...into.walletLines, ...lines].sort((a, b) => a.seq - b.seq),
  };
}

/** Whether another wallet was pinned before: what is stated first of whose a charge is stands. */
export function wasPinnedBefore(from: ChargeRecord, into: ChargeRecord): boolean {
  return !sharesWallet(from, into) && movedBefore(from, into);
}

function movedBefore(from: ChargeRecord, into: ChargeRecord): boolean {
  const [first, own] = [from, into].map(({ walletLines }) => walletLines[0]?.postedAt ?? null);
  return first != null && (own == null || first < own);
}

/** Only what went to the same wallet can be passed on; what went to another is taken back there, and given here. */
export function sharesWallet(from: ChargeRecord, into: ChargeRecord): boolean {
  return from.pin === null || into.pin === null || from.pin.walletId === into.pin.walletId;
}

/** Of two that are one: whom a person gave one of them to, unless it is pinned to another. */
export function assignedOfBoth(into: ChargeRecord, from: ChargeRecord): string | null {
  const said = [into.assigned, from.assigned].filter((owner) => owner !== null);
  const pinned = into.pin?.owner ?? null;
  return said.find((owner) => pinned === null || owner === pinned) ?? null;
}

function renameIn(books: Books, id: WalletId, from: ChargeRecord, into: ChargeRecord): void {
  const wallet = books.wallet(id);
  if (wallet === undefined) return;
  const owed = wallet.recoveries.filter(({ chargeId }) => chargeId === from.id || chargeId === into.id);
  const others = wallet.recoveries.filter((recovery) => !owed.includes(recovery));
  const open = sum(owed.map((recovery) => recovery.open));
  books.putWallet({
    ...wallet,
    lots: wallet.lots.map((lot) => (lot.chargeId === from.id ? { ...lot, chargeId: into.id } : lot)),
    recoveries: open === 0n ? others : [...others, { chargeId: into.id, open }],
  });
}
