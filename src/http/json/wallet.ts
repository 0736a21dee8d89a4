import { toldKind } from "../../domain/book/journal.ts";
import { maximum } from "../../domain/money.ts";
import type { Lot, WalletLine } from "../../domain/wallet/wallet.ts";
import type { StatementLine, WalletAt, WalletTotals } from "../../services/read/wallets.ts";
import { amount, nullableTime, time } from "./values.ts";

export function walletJson(wallet: Omit<WalletTotals, "lotCount" | "holdCount" | "nextExpiryAt">) {
  const balance = wallet.paid + wallet.promo;
  return {
    id: wallet.id,
    owner: wallet.owner,
    currency: wallet.currency,
    balance: amount(balance),
    held: amount(wallet.held),
    available: amount(maximum(0n, balance - wallet.held)),
    paid: amount(wallet.paid),
    promo: amount(wallet.promo),
    recovery: amount(wallet.recovery),
    pending: wallet.pending,
    seq: wallet.seq,
  };
}

/** Of a moment that has passed. */
export function walletAtJson(wallet: WalletAt) {
  const unknown = { held: null, available: null, pending: null };
  return { ...walletJson({ ...wallet, held: 0n, pending: "0" }), ...unknown };
}

export function statementLineJson(line: StatementLine) {
  return {
    seq: line.seq,
    ...toldKind(line.kind),
    amount: amount(line.amount),
    balance_after: amount(line.balanceAfter),
    requested: amount(line.requested),
    covered: amount(line.covered),
    uncovered: amount(line.uncovered),
    charge_id: line.chargeId,
    usage_id: line.usageId,
    hold_id: line.holdId,
    entry_id: line.entryId,
    event_ids: line.eventId === null ? [] : [line.eventId],
    reason: line.reason,
    effective_at: time(line.effectiveAt),
    posted_at: time(line.postedAt),
  };
}

/** A line that was booked just now, with its wallet. */
export function bookedJson(line: WalletLine) {
  return { wallet_id: line.walletId, ...statementLineJson({ ...line, usageId: null, holdId: null }) };
}

export function lotJson(lot: Lot) {
  return {
    id: lot.id,
    kind: lot.kind,
    charge_id: lot.chargeId,
    amount: amount(lot.amount),
    remaining: amount(lot.remaining),
    expired: amount(lot.expired),
    priority: lot.priority,
    expires_at: nullableTime(lot.expiresAt),
  };
}
