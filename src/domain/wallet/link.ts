import { accounts } from "../book/accounts.ts";
import { Balances } from "../book/journal.ts";
import type { Books } from "../books.ts";
import { Changes } from "../changes.ts";
import { type ChargeId, carriedId, type WalletId } from "../ids.ts";
import { type Amount, sum } from "../money.ts";
import { changeMessages } from "../outbox/messages.ts";
import type { Policy } from "../policy/policy.ts";
import { Bill } from "../spending/apply-usage.ts";
import { type Cost, parseCost } from "../spending/decimal.ts";
import { emptyWallet, type Lot, type LotMove, type OpenRecovery, type Wallet } from "./wallet.ts";
import { type Cause, changeWallet, recordChange, type WalletChange } from "./wallet-change.ts";

/** What of a wallet goes with a customer to another owner. */
export interface Leaving {
  readonly lots: readonly Lot[];
  readonly recoveries: readonly OpenRecovery[];
  /** Metered cost below one minor unit. */
  readonly pending: string;
}

/** The lots and open recoveries of these charges; `everything` also takes what belongs to no charge. */
export function leavingWith(wallet: Wallet, charges: ReadonlySet<ChargeId>, everything: boolean): Leaving {
  const goes = (chargeId: ChargeId | null) => (chargeId === null ? everything : charges.has(chargeId));
  return {
    lots: wallet.lots.filter((lot) => goes(lot.chargeId) && lot.remaining + lot.expired > 0n),
    recoveries: wallet.recoveries.filter(({ chargeId }) => goes(chargeId)),
    pending: everything ? wallet.pending : "0",
  };
}

/**
 * Moves lots as they are, and what is owed on them, from one wallet to another owner's: a line on each statement, one
 * entry for both. Gives the value that moved.
 */
export function moveToOwner(
  books: Books,
  from: Wallet,
  owner: string,
  to: WalletId,
  { leaving, cause, policy }: { readonly leaving: Leaving; readonly cause: Cause; readonly policy: Policy },
): Amount {
  if (leaving.lots.length === 0 && leaving.recoveries.length === 0 && leaving.pending === "0") return 0n;
  const into = books.wallet(to) ?? emptyWallet(to, owner, from.currency);
  const left = leave(from, into, leaving, cause);
  const arrived = arrive(from, into, leaving, cause);
  recordChange(books, left, policy);
  // One entry stands for both lines.
  const line = { ...arrived.line, entryId: left.entry.id };
  books.walletLines.push(line);
  books.messages.push(...changeMessages({ ...arrived, line }, policy));
  books.putWallet(arrived.wallet);
  if (leaving.pending !== "0") {
    bear(books, left.wallet, -parseCost(leaving.pending), { cause, policy });
    bear(books, arrived.wallet, parseCost(leaving.pending), { cause, policy });
  }
  return sum(leaving.lots.map((lot) => lot.remaining));
}

/** A fraction that comes or goes is usage without a meter; two fractions may make a unit full, which is requested here. */
function bear(
  books: Books,
  wallet: Wallet,
  cost: Cost,
  { cause, policy }: { readonly cause: Cause; readonly policy: Policy },
): void {
  const changes = new Changes(wallet, cause.postedAt);
  const bill = new Bill(changes.wallet, cause.postedAt);
  const usage = bill.add({
    id: carriedId(wallet.id, wallet.seq),
    metered: null,
    member: null,
    occurredAt: null,
    cost,
    spent: null,
  });
  if (usage === null) throw new Error("A fraction of a unit fits into 64 bits.");
  const closed = bill.close(cause);
  if ("line" in closed) changes.add(closed);
  else changes.wallet = closed;
  changes.record(books, policy);
  books.putUsage(usage);
}

function leave(from: Wallet, into: Wallet, leaving: Leaving, cause: Cause): WalletChange {
  const lotMoves = leaving.lots.map((lot): LotMove => {
    const { id, ordinal, remaining, expired, expiresAt } = lot;
    return { lotId: id, ordinal, remaining: -remaining, expired: -expired, expiresAt };
  });
  const uncoveredMoves = leaving.recoveries.map(({ chargeId, open }) => ({
    chargeId,
    account: "recovery" as const,
    amount: -open,
  }));
  const requested = sum(leaving.lots.map((lot) => lot.remaining));
  const against = sidesOf(into, leaving, -1n);
  return changeWallet(from, cause, {
    kind: "link_out",
    requested,
    uncovered: 0n,
    lotMoves,
    uncoveredMoves,
    against,
  });
}

/** A lot arrives with what had expired of it: a later take-back finds it there, and owes nothing for it. */
function arrive(from: Wallet, into: Wallet, leaving: Leaving, cause: Cause): WalletChange {
  const newLots = leaving.lots.map(({ kind, chargeId, remaining, expired, priority, expiresAt }) => {
    const amount = remaining + expired;
    return { kind, chargeId, amount, remaining: amount, expired: 0n, priority, expiresAt };
  });
  const expiredMoves = leaving.lots.flatMap(({ expired, expiresAt }, index) =>
    expired === 0n ? [] : [{ newLot: index, remaining: -expired, expired, expiresAt }],
  );
  const uncoveredMoves = leaving.recoveries.map(({ chargeId, open }) => ({
    chargeId,
    account: "recovery" as const,
    amount: open,
  }));
  const requested = sum(leaving.lots.map((lot) => lot.remaining));
  const against = sidesOf(from, leaving, 1n);
  const decision = {
    kind: "link_in" as const,
    requested,
    uncovered: 0n,
    lotMoves: [],
    uncoveredMoves,
    against,
  };
  return changeWallet(into, cause, { ...decision, newLots, newLotMoves: expiredMoves });
}

/** The postings on the other wallet of a move. */
function sidesOf(wallet: Wallet, { lots, recoveries }: Leaving, sign: bigint): Balances {
  const value = (kind: Lot["kind"]) =>
    sum(lots.filter((lot) => lot.kind === kind).map((lot) => lot.remaining));
  return new Balances()
    .add(accounts.walletPaid(wallet.id), wallet.currency, sign * value("paid"))
    .add(accounts.walletPromo(wallet.id), wallet.currency, sign * value("promo"))
    .add(accounts.recovery(wallet.id), wallet.currency, -sign * sum(recoveries.map(({ open }) => open)));
}
