import { accounts } from "../book/accounts.ts";
import { Balances, balanced, type Entry, type WalletLineKind } from "../book/journal.ts";
import type { Books } from "../books.ts";
import { type ChargeId, type EventId, entryId, lotId, type WalletId } from "../ids.ts";
import { type Amount, checked, minimum, sum } from "../money.ts";
import { changeMessages, netMessage } from "../outbox/messages.ts";
import type { Policy } from "../policy/policy.ts";
import type { Instant } from "../time.ts";
import { moved, type NewLot } from "./lots.ts";
import {
  balanceOf,
  type Lot,
  type LotMove,
  type OpenRecovery,
  type UncoveredMove,
  type Wallet,
  type WalletLine,
} from "./wallet.ts";

/** Why a wallet changes, and when. */
export interface Cause {
  readonly chargeId: ChargeId | null;
  readonly eventId: EventId | null;
  readonly reason: string | null;
  /** The provider's clock, and ours. */
  readonly effectiveAt: Instant;
  readonly postedAt: Instant;
}

/** A charge's wallet operation always has its charge. */
export interface ChargeCause extends Cause {
  readonly chargeId: ChargeId;
}

/** Of what no provider told: a person, an app or the clock caused it, and it happens now. */
export function withoutCharge(now: Instant, reason: string | null): Cause {
  return { chargeId: null, eventId: null, reason, effectiveAt: now, postedAt: now };
}

/** The next wallet, the statement line that led there, and its journal entry. */
export interface WalletChange {
  readonly wallet: Wallet;
  readonly line: WalletLine;
  readonly entry: Entry;
}

/** A decision about a wallet, before it is written as line and entry. */
interface WalletDecision {
  readonly kind: WalletLineKind;
  readonly requested: Amount;
  /** What of it no value could pay; everything else is covered. */
  readonly uncovered: Amount;
  /** A lot may occur more than once. */
  readonly lotMoves: readonly LotMove[];
  readonly uncoveredMoves: readonly UncoveredMove[];
  readonly newLots?: readonly NewLot[];
  readonly newLotMoves?: readonly NewLotMove[];
  /** Lots that are given more time, by ordinal. */
  readonly newExpiry?: ReadonlyMap<number, Instant>;
  /** Lots that turn out to be planned otherwise, by ordinal. */
  readonly newTerms?: ReadonlyMap<number, LotTerms>;
  /** Number of the line that this one undoes. */
  readonly reverses?: number;
  /** The other side of the entry. The wallet's and the uncovered accounts' postings follow from the moves. */
  readonly against: Balances;
}

export type LotTerms = Pick<Lot, "priority" | "expiresAt">;

/** How the same line changes a lot that it opens: by the index in `newLots`. */
interface NewLotMove extends Omit<LotMove, "lotId" | "ordinal"> {
  readonly newLot: number;
}

/** Writes a decision as the wallet's next statement line; value and recoveries follow from its moves. */
export function changeWallet(before: Wallet, cause: Cause, decision: WalletDecision): WalletChange {
  const seq = before.seq + 1;
  const opened = (decision.newLots ?? []).map((lot, index) => openLot(before, lot, { seq, index }));
  const known = [...before.lots, ...opened];
  const lotMoves = onePerLot([...decision.lotMoves, ...movesOfOpened(opened, decision.newLotMoves ?? [])]);
  const lots = extended(moved(known, lotMoves), decision);
  const change = (kind: Lot["kind"]) => valueChange(known, lotMoves, opened, kind);
  const recoveries = movedRecoveries(before.recoveries, decision.uncoveredMoves);
  const wallet: Wallet = {
    ...before,
    seq,
    lots,
    recoveries,
    lotCount: before.lotCount + opened.length,
    nextExpiryAt: nextExpiry(before, lots),
    paid: checked(before.paid + change("paid")),
    promo: checked(before.promo + change("promo")),
    recovery: checked(before.recovery + sumOf(decision.uncoveredMoves, "recovery")),
  };
  if (wallet.paid < 0n || wallet.promo < 0n || wallet.recovery < 0n)
    throw new Error("A wallet cannot go below zero.");
  const id = entryId(before.id, seq);
  const entry: Entry = {
    id,
    kind: decision.kind,
    ordinal: seq,
    chargeId: cause.chargeId,
    walletId: before.id,
    payoutId: null,
    eventId: cause.eventId,
    effectiveAt: cause.effectiveAt,
    postedAt: cause.postedAt,
    reason: cause.reason,
    postings: balanced(postingsOf(before, decision, change)),
  };
  const { kind, requested, uncovered, uncoveredMoves } = decision;
  const line: WalletLine = {
    ...cause,
    walletId: before.id,
    seq,
    kind,
    amount: balanceOf(wallet) - balanceOf(before),
    balanceAfter: balanceOf(wallet),
    requested,
    covered: requested - uncovered,
    uncovered,
    entryId: id,
    lotMoves,
    uncoveredMoves,
    reverses: decision.reverses ?? null,
  };
  return { wallet, line, entry };
}

function openLot(
  wallet: Wallet,
  lot: NewLot,
  { seq, index }: { readonly seq: number; readonly index: number },
): Lot {
  const ordinal = wallet.lotCount + 1 + index;
  return { ...lot, id: lotId(wallet.id, ordinal), ordinal, walletId: wallet.id, openedBy: seq };
}

function movesOfOpened(opened: readonly Lot[], moves: readonly NewLotMove[]): LotMove[] {
  return moves.map(({ newLot, ...move }) => {
    const lot = opened[newLot];
    if (lot === undefined) throw new Error("A move is of a lot that is not opened with it.");
    return { ...move, lotId: lot.id, ordinal: lot.ordinal };
  });
}

function onePerLot(moves: readonly LotMove[]): LotMove[] {
  return [...Map.groupBy(moves, (move) => move.ordinal).values()].map((group) => ({
    ...(group[0] as LotMove),
    remaining: sum(group.map((move) => move.remaining)),
    expired: sum(group.map((move) => move.expired)),
  }));
}

function extended(
  lots: readonly Lot[],
  { newExpiry, newTerms }: Pick<WalletDecision, "newExpiry" | "newTerms">,
): Lot[] {
  return lots.map((lot) => ({
    ...lot,
    expiresAt: newExpiry?.get(lot.ordinal) ?? lot.expiresAt,
    ...newTerms?.get(lot.ordinal),
  }));
}

/**
 * Lots are read all or none: if they do not add up to the balance, none of those that were there is known, and the soonest
 * of them is what it was.
 */
function nextExpiry(before: Wallet, lots: readonly Lot[]): Instant | null {
  const isComplete = sum(before.lots.map((lot) => lot.remaining)) === balanceOf(before);
  const times = lots.flatMap(({ remaining, expiresAt }) =>
    remaining === 0n || expiresAt === null ? [] : [expiresAt],
  );
  if (!isComplete && before.nextExpiryAt !== null) times.push(before.nextExpiryAt);
  return times.reduce<Instant | null>(
    (soonest, time) => (soonest === null ? time : minimum(soonest, time)),
    null,
  );
}

function valueChange(
  lots: readonly Lot[],
  moves: readonly LotMove[],
  opened: readonly Lot[],
  kind: Lot["kind"],
): Amount {
  const ordinals = new Set(lots.filter((lot) => lot.kind === kind).map((lot) => lot.ordinal));
  const ofMoves = moves.filter((move) => ordinals.has(move.ordinal)).map((move) => move.remaining);
  return sum([...ofMoves, ...opened.filter((lot) => lot.kind === kind).map((lot) => lot.remaining)]);
}

/** The accounts whose postings follow from what a line moves; the others are the other side of its entry. */
export function walletAccounts(wallet: WalletId) {
  return {
    paid: accounts.walletPaid(wallet),
    promo: accounts.walletPromo(wallet),
    recovery: accounts.recovery(wallet),
    writeOff: accounts.writeOff,
  } as const;
}

function postingsOf(wallet: Wallet, decision: WalletDecision, change: (kind: Lot["kind"]) => Amount) {
  const own = walletAccounts(wallet.id);
  return new Balances()
    .addAll(decision.against)
    .add(own.paid, wallet.currency, -change("paid"))
    .add(own.promo, wallet.currency, -change("promo"))
    .add(own.recovery, wallet.currency, sumOf(decision.uncoveredMoves, "recovery"))
    .add(own.writeOff, wallet.currency, sumOf(decision.uncoveredMoves, "write_off"))
    .postings();
}

function sumOf(moves: readonly UncoveredMove[], account: UncoveredMove["account"]): Amount {
  return sum(moves.filter((move) => move.account === account).map((move) => move.amount));
}

/** The open recoveries after the moves, oldest first, without those that are repaid. */
function movedRecoveries(before: readonly OpenRecovery[], moves: readonly UncoveredMove[]): OpenRecovery[] {
  const open = new Map(before.map((recovery) => [recovery.chargeId, recovery.open]));
  for (const move of moves) {
    if (move.account === "recovery") open.set(move.chargeId, (open.get(move.chargeId) ?? 0n) + move.amount);
  }
  return [...open].flatMap(([chargeId, amount]) => (amount === 0n ? [] : [{ chargeId, open: amount }]));
}

/** Puts a change of a wallet into the books: line and entry, what the app is told, and the wallet itself. */
export function recordChange(books: Books, change: WalletChange, policy: Policy): void {
  books.entries.push(change.entry);
  books.walletLines.push(change.line);
  books.messages.push(...changeMessages(change, policy));
  books.putWallet(change.wallet);
}

/** Changes that the app hears of as one: each has its line and entry, all of them one message of what they come to. */
export function recordAsOne(books: Books, changes: readonly WalletChange[]): void {
  for (const { entry, line } of changes) {
    books.entries.push(entry);
    books.walletLines.push(line);
  }
  const [first, last] = [changes[0], changes.at(-1)] as [WalletChange, WalletChange];
  books.messages.push(netMessage(first.line, last.line));
  books.putWallet(last.wallet);
}
