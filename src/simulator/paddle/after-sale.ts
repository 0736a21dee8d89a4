import type { Instant } from "../../domain/time.ts";
import { days, hours, seconds } from "../calendar.ts";
import type { Random } from "../random.ts";
import { type Action, Adjustment, type AdjustmentItem, type AdjustmentStatus, spread } from "./adjustment.ts";
import type { PaddleCompany } from "./company.ts";
import type { Transaction } from "./transaction.ts";

/** What a chargeback costs, in the payout currency. */
const disputeFee = 1500n;

/** What may happen to a document after it was paid, if anything was. */
export function afterSale(company: PaddleCompany, random: Random, transaction: Transaction): void {
  if (transaction.status !== "completed" || transaction.captured === 0n) return;
  new AfterSale(company, random, transaction).happen();
}

/** All of what was paid for a document goes back, at a moment that is later than all that is said of it. */
export function refundAll(
  company: PaddleCompany,
  random: Random,
  transaction: Transaction,
  at: Instant,
): void {
  new AfterSale(company, random, transaction).refundAll(at);
}

class AfterSale {
  readonly #company: PaddleCompany;
  readonly #random: Random;
  readonly #transaction: Transaction;
  #at: Instant;

  constructor(company: PaddleCompany, random: Random, transaction: Transaction) {
    this.#company = company;
    this.#random = random;
    this.#transaction = transaction;
    this.#at = transaction.updatedAt + days(random.integer(1, 9)) + seconds(random.integer(1, 50_000));
  }

  happen(): void {
    this.#random.weighted<() => void>([
      [() => {}, 60],
      [() => this.#refund(this.#left, "approved"), 5],
      [() => this.#refund(this.#part, "approved"), 5],
      [() => this.#refundTwice(), 3],
      [() => this.#refund(this.#part, "rejected"), 2],
      [() => this.#refundThatComesBack(), 1],
      [() => this.#refundTax(), 1],
      [() => void this.#chargeBack(), 2],
      [() => this.#chargeBackWon(), 2],
      [() => this.#refundThenChargeBack(), 1],
      [() => void this.#warn(), 1],
      [() => this.#warnInVain(), 1],
    ])();
  }

  refundAll(at: Instant): void {
    this.#at = at;
    this.#adjust("refund", this.#left, "approved", {});
  }

  get #left(): bigint {
    return this.#transaction.captured - this.#transaction.returned;
  }

  get #part(): bigint {
    return (this.#left * BigInt(this.#random.integer(10, 70))) / 100n;
  }

  /** Most refunds wait for Paddle's approval; small ones are approved at once. */
  #refund(amount: bigint, outcome: "approved" | "rejected"): Adjustment | null {
    if (amount <= 0n) return null;
    const atOnce = outcome === "approved" && this.#random.chance(0.3);
    const retainedFee = this.#random.chance(0.3) ? 20n : 0n;
    const refund = this.#adjust("refund", amount, atOnce ? "approved" : "pending_approval", { retainedFee });
    if (!atOnce) this.#decide(refund, outcome);
    return refund;
  }

  #decide(refund: Adjustment, outcome: AdjustmentStatus): void {
    this.#later(hours(this.#random.integer(1, 60)));
    const before = refund.isEffective;
    refund.status = outcome;
    refund.updatedAt = this.#at;
    if (refund.isEffective !== before) this.#move(refund, before);
    this.#company.sayAdjustment("updated", this.#at + seconds(0.5), refund);
  }

  #refundTwice(): void {
    this.#refund(this.#part, "approved");
    this.#later(days(2));
    this.#refund(this.#random.chance(0.5) ? this.#left : this.#part, "approved");
  }

  /** The bank could not place it. */
  #refundThatComesBack(): void {
    const refund = this.#refund(this.#part, "approved");
    if (refund !== null) this.#decide(refund, "reversed");
  }

  /** A tax number came late: all of the tax goes back, and Paddle's fee for it. */
  #refundTax(): void {
    const { tax } = this.#transaction.totals;
    if (tax <= 0n || tax > this.#left || this.#transaction.terms.lines.some((line) => line.totals.tax < 0n))
      return;
    const items = this.#transaction.terms.lines
      .filter((line) => line.totals.tax > 0n)
      .map((line) => {
        const id = this.#company.id("adjitm", this.#at);
        return { id, line, type: "tax" as const, tax: line.totals.tax, total: line.totals.tax };
      });
    this.#company.sayTransaction("revised", this.#at - seconds(3), this.#transaction);
    this.#adjustItems("refund", items, "approved", {});
  }

  #chargeBack(): Adjustment | null {
    const amount = this.#left;
    return amount <= 0n ? null : this.#adjust("chargeback", amount, "approved", { disputeFee });
  }

  /** Paddle tells it twice: as the chargeback's status, and as an adjustment of its own. */
  #chargeBackWon(): void {
    const chargeback = this.#chargeBack();
    if (chargeback === null) return;
    this.#later(days(this.#random.integer(5, 20)));
    this.#adjustItems("chargeback_reverse", chargeback.terms.items, "approved", {});
    if (this.#random.chance(0.5)) return;
    chargeback.status = "reversed";
    chargeback.updatedAt = this.#at;
    this.#company.sayAdjustment("updated", this.#at + seconds(2), chargeback);
  }

  #refundThenChargeBack(): void {
    this.#refund(this.#part, "approved");
    this.#later(days(3));
    this.#chargeBack();
  }

  #warn(): Adjustment {
    return this.#adjust("chargeback_warning", this.#left, "approved", { disputeFee });
  }

  #warnInVain(): void {
    const warning = this.#warn();
    this.#later(days(3));
    this.#adjustItems("chargeback_warning_reverse", warning.terms.items, "approved", {});
  }

  #adjust(action: Action, amount: bigint, status: AdjustmentStatus, fees: Fees): Adjustment {
    const newId = () => this.#company.id("adjitm", this.#at);
    return this.#adjustItems(action, spread(this.#transaction, amount, "partial", newId), status, fees);
  }

  #adjustItems(
    action: Action,
    items: readonly AdjustmentItem[],
    status: AdjustmentStatus,
    fees: Fees,
  ): Adjustment {
    const transaction = this.#transaction;
    const { retainedFee = 0n, disputeFee = 0n } = fees;
    const adjustment = new Adjustment(
      {
        id: this.#company.id("adj", this.#at),
        action,
        transaction,
        createdAt: this.#at,
        reason: action.startsWith("chargeback") ? "Chargeback" : "Asked for by the customer",
        items,
        toBalance: null,
        retainedFee,
        disputeFee,
      },
      status,
    );
    transaction.adjustments = [...transaction.adjustments, adjustment];
    this.#company.adjustments.push(adjustment);
    if (adjustment.isEffective) this.#move(adjustment, false);
    this.#company.sayAdjustment("created", this.#at + seconds(0.7), adjustment);
    return adjustment;
  }

  #move(adjustment: Adjustment, undone: boolean): void {
    this.#company.move({ kind: "adjustment", at: this.#at, adjustment, undone });
  }

  #later(span: bigint): void {
    this.#at += span + seconds(this.#random.integer(1, 3000));
  }
}

interface Fees {
  readonly retainedFee?: bigint;
  readonly disputeFee?: bigint;
}
