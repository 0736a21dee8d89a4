import type { Books, ChargeRecord } from "../books.ts";
import type { WalletId } from "../ids.ts";
import { sum } from "../money.ts";

/**
 * A charge that turns out to be another passes on what it did to its wallet, before the difference is taken: what it
 * topped up was the other's all along, so nothing moves, also if it was spent meanwhile. Gives the other as it then is.
 */
export function passOnWalletSide(books: Books, from: ChargeRecord, into: ChargeRecord): ChargeRecord {
  if (from.pin === null) return into;
  books.mergedWalletSides.push({ from: from.id, into: into.id });
  if (from.pin.walletId !== null) renameIn(books, from.pin.walletId, from, into);
  const lines = from.walletLines.map((line) => ({ ...line, chargeId: into.id }));
  return {
    ...into,
    // Its lines are others: their rules follow from the pinned version.
    pin: into.pin ?? { ...from.pin, rules: {} },
    settledAt: into.settledAt ?? from.settledAt,
    toppedUp: into.toppedUp + from.toppedUp,
    takenBack: into.takenBack + from.takenBack,
    debited: into.debited + from.debited,
    walletLines: [...into.walletLines, ...lines].sort((a, b) => a.seq - b.seq),
  };
}

/** Only what went to the same wallet can be passed on; what went to another is taken back there, and given here. */
export function sharesWallet(from: ChargeRecord, into: ChargeRecord): boolean {
  return from.pin === null || into.pin === null || from.pin.walletId === into.pin.walletId;
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
