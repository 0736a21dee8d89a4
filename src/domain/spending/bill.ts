import { type Amount, fitsInto64Bits, minimum } from "../money.ts";
import type { Instant } from "../time.ts";
import { usedFrom } from "../wallet/debit.ts";
import { draw, inSpendOrder } from "../wallet/lots.ts";
import { availableOf, balanceOf, type Wallet } from "../wallet/wallet.ts";
import { type Cause, changeWallet, type WalletChange } from "../wallet/wallet-change.ts";
import { type Cost, formatCost, parseCost, wholeUnits } from "./decimal.ts";
import { counting, type Limit, type Spent, within } from "./limit.ts";
import type { Usage } from "./usage.ts";

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
  #available: Amount;
  #pending: Cost;
  #limits: readonly Limit[];
  #requested: Amount = 0n;
  #covered: Amount = 0n;

  constructor(wallet: Wallet, now: Instant) {
    this.#wallet = wallet;
    this.#now = now;
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
      balanceAfter: balanceOf(this.#wallet) - this.#covered,
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
