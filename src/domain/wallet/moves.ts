import { accounts } from "../book/accounts.ts";
import { Balances } from "../book/journal.ts";
import type { PastLine } from "../books.ts";
import type { ChargeId } from "../ids.ts";
import { type Amount, maximum, minimum, sum } from "../money.ts";
import type { LotPlan } from "../policy/lot-plans.ts";
import type { UncoveredAccount } from "../policy/policy.ts";
import type { Instant } from "../time.ts";
import {
  draw,
  inSpendOrder,
  isDue,
  type NewLot,
  noMove,
  paidLot,
  type Taking,
  takingsOf,
  takingsWithin,
} from "./lots.ts";
import { availableOf, type LotMove, type UncoveredMove, type Wallet, type WalletLine } from "./wallet.ts";
import {
  type Cause,
  type ChargeCause,
  changeWallet,
  type WalletChange,
  walletAccounts,
} from "./wallet-change.ts";
import { type BackKind, type OutKind, returnKinds } from "./wallet-steps.ts";

/** How value went back into a wallet. */
interface GivenBack {
  readonly moves: LotMove[];
  readonly newLots: NewLot[];
  readonly newExpiry: Map<number, Instant>;
  /** The part that went back to what had expired. */
  readonly expired: Amount;
}

/** Value returns to the lots it was taken from, the last taken first; what no lot is owed becomes a lot of its own. */
function giveBack(wallet: Wallet, cause: Cause, amount: Amount, takings: readonly Taking[]): GivenBack {
  const result: GivenBack = { moves: [], newLots: [], newExpiry: new Map(), expired: 0n } as const;
  let left = amount;
  let expired = 0n;
  for (const taking of takings) {
    const lot = wallet.lots.find((candidate) => candidate.ordinal === taking.ordinal);
    if (lot === undefined) continue;
    const toExpired = minimum(taking.expired, left);
    const toRemaining = minimum(taking.remaining, left - toExpired);
    if (toExpired + toRemaining <= 0n) continue;
    left -= toExpired + toRemaining;
    expired += toExpired;
    result.moves.push({ ...noMove(lot), remaining: toRemaining, expired: toExpired });
    if (toRemaining > 0n && isDue(lot, cause.postedAt) && taking.timeLeft !== null && taking.timeLeft > 0n) {
      result.newExpiry.set(lot.ordinal, cause.postedAt + taking.timeLeft);
    }
  }
  const newLots =
    left === 0n
      ? []
      : [paidLot(cause.chargeId, left, { priority: 0, expiresAfterDays: null }, cause.effectiveAt)];
  return { ...result, newLots, expired };
}

/** Repays open recoveries of the wallet, the oldest first. */
function repay(wallet: Wallet, upTo: Amount): UncoveredMove[] {
  let left = upTo;
  return wallet.recoveries.flatMap(({ chargeId, open }) => {
    const amount = minimum(open, left);
    left -= amount;
    return amount === 0n ? [] : [{ chargeId, account: "recovery" as const, amount: -amount }];
  });
}

/** Undoes what no value covers of a charge: its own recovery, what was written off for it, then other open recoveries. */
function undoUncovered(
  wallet: Wallet,
  chargeId: ChargeId,
  upTo: Amount,
  lines: readonly WalletLine[],
): UncoveredMove[] {
  const moves = lines.flatMap((line) => line.uncoveredMoves).filter((move) => move.chargeId === chargeId);
  const writtenOff = sum(moves.filter((move) => move.account === "write_off").map((move) => move.amount));
  const own = wallet.recoveries.filter((recovery) => recovery.chargeId === chargeId);
  const others = wallet.recoveries.filter((recovery) => recovery.chargeId !== chargeId);
  const ownRecovery = repay({ ...wallet, recoveries: own }, upTo);
  const afterOwn = upTo + sum(ownRecovery.map((move) => move.amount));
  const ownWriteOff = minimum(writtenOff, afterOwn);
  const writeOff =
    ownWriteOff === 0n ? [] : [{ chargeId, account: "write_off" as const, amount: -ownWriteOff }];
  return [...ownRecovery, ...writeOff, ...repay({ ...wallet, recoveries: others }, afterOwn - ownWriteOff)];
}

/** A settled `debit` line or a person lowers the wallet once, as far as value is there that is not held; the rest is recorded. */
export function debit(wallet: Wallet, cause: Cause, amount: Amount): WalletChange {
  const { moves, drawn } = draw(inSpendOrder(wallet.lots), minimum(amount, availableOf(wallet)), "remaining");
  return changeWallet(wallet, cause, {
    kind: "debit",
    requested: amount,
    uncovered: amount - drawn,
    lotMoves: moves,
    uncoveredMoves: [],
    against: usedFrom(wallet, moves),
  });
}

/** A refund gives a `debit` line's value back: first what was never covered, then to the lots it came from. */
export function reverseDebit(
  wallet: Wallet,
  cause: ChargeCause,
  amount: Amount,
  lines: readonly WalletLine[],
): WalletChange {
  const signed = (line: WalletLine) =>
    line.kind === "debit" ? line.uncovered : line.kind === "debit_reversal" ? -line.uncovered : 0n;
  const open = sum(lines.filter((line) => line.chargeId === cause.chargeId).map(signed));
  const uncovered = minimum(open, amount);
  const takings = takingsOf(lines, ["debit", "debit_reversal"], { wallet, chargeId: cause.chargeId });
  return giveUsedBack(wallet, cause, { kind: "debit_reversal", requested: amount, uncovered, takings });
}

/** Undoes what was used: what was never covered is undone by itself, the rest goes back to the lots it was taken from. */
export function giveUsedBack(
  wallet: Wallet,
  cause: Cause,
  {
    takings,
    ...undone
  }: {
    readonly kind: "debit_reversal" | "usage_reversal";
    readonly requested: Amount;
    readonly uncovered: Amount;
    readonly takings: readonly Taking[];
    /** The line that it undoes. */
    readonly reverses?: number;
  },
): WalletChange {
  const back = giveBack(wallet, cause, undone.requested - undone.uncovered, takings);
  return changeWallet(wallet, cause, {
    ...undone,
    lotMoves: back.moves,
    uncoveredMoves: [],
    newLots: back.newLots,
    newExpiry: back.newExpiry,
    against: usedBack(wallet, back),
  });
}

/** What goes back to lots, as revenue that is no longer one; what no lot is owed is paid value. */
function usedBack(wallet: Wallet, { moves, newLots }: GivenBack): Balances {
  const unowed = sum(newLots.map((lot) => lot.amount));
  return usedFrom(wallet, moves).add(accounts.usagePaid, wallet.currency, unowed);
}

/** What was taken from lots, as revenue: of the kind that each lot is. */
export function usedFrom(wallet: Wallet, moves: readonly LotMove[]): Balances {
  const against = new Balances();
  for (const move of moves) {
    const lot = wallet.lots.find((candidate) => candidate.ordinal === move.ordinal);
    against.add(
      lot?.kind === "promo" ? accounts.usagePromo : accounts.usagePaid,
      wallet.currency,
      move.remaining,
    );
  }
  return against;
}

/**
 * T falls, or what was not sold turns out to be. First what is still open as recovery or was written off for this charge is undone, then other open
 * recoveries of the wallet; the rest goes back to the lots it came from, an expired one with the time it had left.
 */
export function restore(
  wallet: Wallet,
  cause: ChargeCause,
  {
    kind,
    amount,
    lines,
  }: { readonly kind: BackKind; readonly amount: Amount; readonly lines: readonly WalletLine[] },
): WalletChange {
  const undone = undoUncovered(wallet, cause.chargeId, amount, lines);
  const uncovered = -sum(undone.map((move) => move.amount));
  const back = giveBack(
    wallet,
    cause,
    amount - uncovered,
    takingsOf(lines, returnKinds, { wallet, chargeId: cause.chargeId }),
  );
  const against = new Balances()
    .add(accounts.soldIntoWallets, wallet.currency, amount)
    .add(accounts.breakage, wallet.currency, -back.expired);
  return changeWallet(wallet, cause, {
    kind,
    requested: amount,
    uncovered,
    lotMoves: back.moves,
    uncoveredMoves: undone,
    newLots: back.newLots,
    newExpiry: back.newExpiry,
    against,
  });
}

/**
 * T rises, or what was sold turns out not to be. It draws on what is left of the charge's own lots, then on what of them had expired (no debt arises from
 * that), then on the wallet's other paid lots; the rest is uncovered. Promo value is never taken, held value can be.
 */
export function takeBack(
  wallet: Wallet,
  cause: ChargeCause,
  {
    kind,
    amount,
    onUncovered,
  }: { readonly kind: OutKind; readonly amount: Amount; readonly onUncovered: UncoveredAccount },
): WalletChange {
  const paid = inSpendOrder(wallet.lots.filter((lot) => lot.kind === "paid"));
  const own = paid.filter((lot) => lot.chargeId === cause.chargeId);
  const others = paid.filter((lot) => lot.chargeId !== cause.chargeId);
  const left = draw(own, amount, "remaining");
  const expired = draw(own, amount - left.drawn, "expired");
  const elsewhere = draw(others, amount - left.drawn - expired.drawn, "remaining");
  const uncovered = amount - left.drawn - expired.drawn - elsewhere.drawn;
  const account = onUncovered === "recover" ? "recovery" : "write_off";
  const against = new Balances()
    .add(accounts.soldIntoWallets, wallet.currency, -amount)
    .add(accounts.breakage, wallet.currency, expired.drawn);
  return changeWallet(wallet, cause, {
    kind,
    requested: amount,
    uncovered,
    lotMoves: [...left.moves, ...expired.moves, ...elsewhere.moves],
    uncoveredMoves: uncovered === 0n ? [] : [{ chargeId: cause.chargeId, account, amount: uncovered }],
    against,
  });
}

/** S rises: what is open as recovery is repaid first, the rest becomes lots that expire counting from `settledAt`. */
export function topUp(
  wallet: Wallet,
  cause: ChargeCause,
  plans: readonly LotPlan[],
  settledAt: Instant,
): WalletChange {
  const requested = sum(plans.map((plan) => plan.amount));
  const repaid = repay(wallet, requested);
  let repaying = -sum(repaid.map((move) => move.amount));
  const newLots = plans.flatMap((plan) => {
    const kept = maximum(plan.amount - repaying, 0n);
    repaying -= plan.amount - kept;
    return kept === 0n ? [] : [paidLot(cause.chargeId, kept, plan, settledAt)];
  });
  const against = new Balances().add(accounts.soldIntoWallets, wallet.currency, requested);
  return changeWallet(wallet, cause, {
    kind: "top_up",
    requested,
    uncovered: 0n,
    lotMoves: [],
    uncoveredMoves: repaid,
    newLots,
    against,
  });
}

/** Undoes a debit by hand: what was never covered is no longer requested, the rest goes back to the lots it came from. */
export function undoDebit(wallet: Wallet, cause: Cause, line: WalletLine): WalletChange {
  const takings = takingsWithin(line, { from: 0n, to: line.covered });
  const { requested, uncovered, seq: reverses } = line;
  return giveUsedBack(wallet, cause, { kind: "debit_reversal", requested, uncovered, takings, reverses });
}

/**
 * Undoes a grant as far as its lot still has it and it is not held; what was spent or has expired stays so, and is the
 * uncovered part. `null` if nothing is left to take: a line that does nothing would only look as if it had.
 */
export function undoGrant(wallet: Wallet, cause: Cause, { line, postings }: PastLine): WalletChange | null {
  const lots = wallet.lots.filter((lot) => lot.openedBy === line.seq);
  const { moves, drawn } = draw(lots, minimum(line.requested, availableOf(wallet)), "remaining");
  if (drawn === 0n) return null;
  // The only debit of a grant's entry is what the value was given for.
  const given = postings.filter(({ amount }) => amount > 0n);
  const against = new Balances();
  for (const { account, currency } of given) against.add(account, currency, -drawn);
  return changeWallet(wallet, cause, {
    kind: "grant_reversal",
    requested: line.requested,
    uncovered: line.requested - drawn,
    lotMoves: moves,
    uncoveredMoves: [],
    reverses: line.seq,
    against,
  });
}

/** The opposite of a change that was made just now: every lot, and every account of what was not covered, is as `before` it. */
export function undoAtOnce(
  before: Wallet,
  { wallet, line, entry }: WalletChange,
  cause: Cause,
  kind: OutKind | BackKind | "debit" | "debit_reversal",
): WalletChange {
  const expiries = before.lots.flatMap(({ ordinal, expiresAt }): [number, Instant][] =>
    expiresAt === null ? [] : [[ordinal, expiresAt]],
  );
  const { requested, uncovered, seq: reverses } = line;
  const own = Object.values(walletAccounts(wallet.id)) as string[];
  const against = Balances.of(entry.postings.filter(({ account }) => !own.includes(account))).negated();
  return changeWallet(wallet, cause, {
    kind,
    requested,
    uncovered,
    lotMoves: line.lotMoves.map((move) => ({ ...move, remaining: -move.remaining, expired: -move.expired })),
    uncoveredMoves: line.uncoveredMoves.map((move) => ({ ...move, amount: -move.amount })),
    newExpiry: new Map(expiries),
    reverses,
    against,
  });
}

/** What is past its time expires, as far as it is not held; `null` if nothing is due. */
export function expire(wallet: Wallet, cause: Cause): WalletChange | null {
  const due = inSpendOrder(wallet.lots).filter((lot) => isDue(lot, cause.postedAt));
  const { moves, drawn } = draw(due, availableOf(wallet), "remaining");
  if (drawn === 0n) return null;
  const promo = new Set(due.filter((lot) => lot.kind === "promo").map((lot) => lot.ordinal));
  const against = new Balances();
  for (const move of moves) {
    against.add(
      promo.has(move.ordinal) ? accounts.promo : accounts.breakage,
      wallet.currency,
      move.remaining,
    );
  }
  const lotMoves = moves.map((move) => ({ ...move, expired: -move.remaining }));
  return changeWallet(wallet, cause, {
    kind: "expiry",
    requested: drawn,
    uncovered: 0n,
    lotMoves,
    uncoveredMoves: [],
    against,
  });
}

/** Value that a person gives to a wallet. */
export interface GrantTerms {
  readonly amount: Amount;
  /** Promo value costs us something; paid value was paid for elsewhere. */
  readonly kind: "promo" | "paid";
  /** Where paid value was paid: to our bank, or before these books began. */
  readonly source: "bank" | "opening";
  readonly priority: number;
  readonly expiresAt: Instant | null;
}

/** Opens a lot of its own. A grant repays no recovery: only top-ups do. */
export function grant(wallet: Wallet, cause: Cause, terms: GrantTerms): WalletChange {
  const { amount, kind, source, priority, expiresAt } = terms;
  const paidTo = source === "bank" ? accounts.bank : accounts.opening;
  const account = kind === "promo" ? accounts.promo : paidTo;
  return changeWallet(wallet, cause, {
    kind: "grant",
    requested: amount,
    uncovered: 0n,
    lotMoves: [],
    uncoveredMoves: [],
    newLots: [{ kind, chargeId: null, amount, remaining: amount, expired: 0n, priority, expiresAt }],
    against: new Balances().add(account, wallet.currency, amount),
  });
}

/**
 * A person forgives what uncovered take-backs left to be repaid, the oldest first. Each charge gets a line of its own: if its
 * take-back is undone later, what was written off for it is found there. The balance stays as it is.
 */
export function writeOff(wallet: Wallet, cause: Cause, amount: Amount): WalletChange[] {
  const changes: WalletChange[] = [];
  let left = amount;
  for (const { chargeId, open } of wallet.recoveries) {
    const forgiven = minimum(open, left);
    if (forgiven === 0n) break;
    left -= forgiven;
    const before = changes.at(-1)?.wallet ?? wallet;
    changes.push(
      changeWallet(
        before,
        { ...cause, chargeId },
        {
          kind: "write_off",
          requested: forgiven,
          uncovered: forgiven,
          lotMoves: [],
          uncoveredMoves: [
            { chargeId, account: "recovery", amount: -forgiven },
            { chargeId, account: "write_off", amount: forgiven },
          ],
          against: new Balances(),
        },
      ),
    );
  }
  return changes;
}
