import type { Books } from "../books.ts";
import { Changes } from "../changes.ts";
import { isReservedId, type UsageId, type WalletId, type WalletIds } from "../ids.ts";
import { type Amount, fitsInto64Bits, minimum } from "../money.ts";
import type { Policy } from "../policy/policy.ts";
import type { Instant } from "../time.ts";
import { draw, inSpendOrder } from "../wallet/lots.ts";
import { usedFrom } from "../wallet/moves.ts";
import { availableOf, balanceOf, type Wallet } from "../wallet/wallet.ts";
import { type Cause, changeWallet, type WalletChange, withoutCharge } from "../wallet/wallet-change.ts";
import { type Cost, formatCost, parseCost, wholeUnits } from "./decimal.ts";
import { counting, type Limit, type Spent, within } from "./limit.ts";
import { type Payer, Rates, type RatingRefusal, sameQuantity } from "./rate.ts";
import { happenedAt, type Usage } from "./usage.ts";

/**
 * Whether an event says the same as the usage of its id: the same payer, meter, quantity, member and time. A currency that is not
 * said is the one that was found the first time: wallets and prices may have come since.
 */
function isSameUsage(event: UsageEvent, usage: Usage, walletIds: WalletIds): boolean {
  const { meter, quantity, member = null, occurredAt } = event;
  return (
    isOfItsWallet(event, usage, walletIds) &&
    meter === usage.metered?.meter &&
    sameQuantity(quantity, usage.metered.quantity) &&
    member === usage.member &&
    occurredAt === usage.occurredAt
  );
}

function isOfItsWallet({ payer, currency }: UsageEvent, usage: Usage, walletIds: WalletIds): boolean {
  const payerId = "walletId" in payer ? payer.walletId : walletIds.of(payer.owner, usage.currency);
  return payerId === usage.walletId && (currency === null || currency === usage.currency);
}

/** A cost before a wallet has decided what of it is requested, and covered. */
export interface BillItem extends Pick<Usage, "id" | "metered" | "member" | "occurredAt"> {
  readonly cost: Cost;
  /** What limits count it as; `null` if none counts it. */
  readonly spent: Spent | null;
}

/**
 * Costs that one wallet bears together: one line of its statement, one entry. Each is added to what is pending, whole minor
 * units are requested, and they are covered as far as value is available and limits let it. What is due in the wallet has expired before.
 */
export class Bill {
  readonly #wallet: Wallet;
  readonly #now: Instant;
  readonly #balance: Amount;
  #available: Amount;
  #pending: Cost;
  #limits: readonly Limit[];
  #requested: Amount = 0n;
  #covered: Amount = 0n;

  constructor(wallet: Wallet, now: Instant) {
    this.#wallet = wallet;
    this.#now = now;
    this.#balance = balanceOf(wallet);
    this.#available = availableOf(wallet);
    this.#pending = parseCost(wallet.pending);
    this.#limits = wallet.limits;
  }

  /** `null` if the cost, or the whole bill, would not fit into 64 bits; then nothing is added. */
  add({ id, metered, member, occurredAt, cost, spent }: BillItem): Usage | null {
    const { units: requested, rest } = wholeUnits(this.#pending + cost);
    if (!fitsInto64Bits(this.#requested + requested)) return null;
    const coverable = minimum(requested, this.#available);
    const { covered, limited, limitId } = within(this.#limits, spent, coverable);
    const drawnBefore = this.#covered;
    this.#pending = rest;
    this.#available -= covered;
    this.#requested += requested;
    this.#covered += covered;
    this.#limits = counting(this.#limits, spent, covered);
    return {
      id,
      metered,
      member,
      occurredAt,
      walletId: this.#wallet.id,
      currency: this.#wallet.currency,
      cost: formatCost(cost),
      requested,
      covered,
      uncovered: requested - covered,
      limited,
      limitId,
      balanceAfter: this.#balance - this.#covered,
      seq: requested === 0n ? null : this.#wallet.seq + 1,
      drawnBefore,
      appliedAt: this.#now,
      reversal: null,
      coveredBack: 0n,
      uncoveredBack: 0n,
    };
  }

  /** The wallet with what is pending now; its next line if anything was requested. */
  close(cause: Cause): WalletChange | Wallet {
    const wallet = { ...this.#wallet, pending: formatCost(this.#pending), limits: this.#limits };
    if (this.#requested === 0n) return wallet;
    const { moves } = draw(inSpendOrder(wallet.lots), this.#covered, "remaining");
    return changeWallet(wallet, cause, {
      kind: "usage",
      requested: this.#requested,
      uncovered: this.#requested - this.#covered,
      lotMoves: moves,
      uncoveredMoves: [],
      against: usedFrom(wallet, moves),
    });
  }
}

/** Something that was used, as the app tells it. */
export interface UsageEvent {
  readonly id: UsageId;
  readonly payer: Payer;
  readonly meter: string;
  /** A decimal string or a safe integer, ≥ 0, at most 12 decimals. */
  readonly quantity: string | number;
  readonly currency: string | null;
  /** Who of those that spend for the owner. */
  readonly member?: string | null;
  /** The app's clock, if it says. */
  readonly occurredAt: Instant | null;
}

export type UsageResult =
  | ({ readonly outcome: "applied" | "duplicate"; readonly usage: Usage } & Pick<UsageEvent, "id">)
  /** The same id was used for something else, in this wallet or another: nothing happens. */
  | ({ readonly outcome: "conflict"; readonly isElsewhere: boolean } & Pick<UsageEvent, "id">)
  /** Nothing is kept of it: sent again after a fix, it is applied. */
  | ({ readonly outcome: "rejected"; readonly reason: UsageRefusal } & Pick<UsageEvent, "id">);

/** `id_reserved`: wallets give such ids to what they do themselves. */
export type UsageRefusal = RatingRefusal | "id_reserved";

interface OpenBill {
  readonly changes: Changes;
  readonly bill: Bill;
}

/**
 * Applies usage in order, each at the price in force now. What one wallet bears is one line of its statement. Known usage
 * gives its first result again; a bad one does nothing, and hurts none of the others.
 */
export function applyUsage(
  books: Books,
  events: readonly UsageEvent[],
  { policy, now }: { readonly policy: Policy; readonly now: Instant },
): UsageResult[] {
  const bills = new Map<WalletId, OpenBill>();
  const rates = new Rates(books, { policy, now });
  const results = events.map((event) => applyOne(event));
  for (const { changes, bill } of bills.values()) {
    const closed = bill.close(withoutCharge(now, null));
    if ("line" in closed) changes.add(closed);
    else changes.wallet = closed;
    changes.record(books, policy);
  }
  return results;

  function applyOne(event: UsageEvent): UsageResult {
    const { id, member = null, occurredAt } = event;
    if (isReservedId(id)) return { id, outcome: "rejected", reason: "id_reserved" };
    const known = books.usage(id);
    if (known !== undefined)
      return isSameUsage(event, known, books.walletIds)
        ? { id, outcome: "duplicate", usage: known }
        : { id, outcome: "conflict", isElsewhere: !isOfItsWallet(event, known, books.walletIds) };
    const rated = rates.rate(event);
    if (rated.kind === "refused") return { id, outcome: "rejected", reason: rated.reason };
    const spent = { meter: event.meter, member, at: happenedAt({ occurredAt, appliedAt: now }) };
    const { wallet, metered, cost } = rated;
    const usage = billOf(wallet).bill.add({ id, metered, member, occurredAt, cost, spent });
    if (usage === null) return { id, outcome: "rejected", reason: "cost_out_of_range" };
    books.putUsage(usage);
    return { id, outcome: "applied", usage };
  }

  function billOf(wallet: Wallet): OpenBill {
    const known = bills.get(wallet.id);
    if (known !== undefined) return known;
    const changes = new Changes(wallet, now);
    const open = { changes, bill: new Bill(changes.wallet, now) };
    bills.set(wallet.id, open);
    return open;
  }
}
