import fc from "fast-check";
import { fromUnixMilliseconds } from "../../src/domain/time.ts";
import type { PaddleEvent as PostedEvent } from "../../src/testing/paddle.ts";
import { paddleEvent } from "../../src/testing/written.ts";
import {
  adjustmentBody,
  type Line,
  type Sale,
  type Totals,
  type TransactionState,
  totalsOf,
  transactionBody,
} from "./paddle-bodies.ts";

/**
 * Random Paddle histories with consistent arithmetic (the identities of real bodies hold), as raw event bodies in the
 * order in which they happened. They share no code with the normaliser or the fold.
 */
export type PaddleEvent = PostedEvent<Record<string, unknown>>;

interface LinePlan {
  readonly unit: number;
  readonly quantity: number;
  readonly taxPercent: number;
  readonly discountPercent: number;
  readonly price: string;
}

const ends = ["approved", "rejected", "reversed", "pending_approval"] as const;

interface AdjustmentPlan {
  readonly action: "refund" | "tax" | "credit" | "chargeback" | "chargeback_warning";
  /** Thousandths of what is left to give back. */
  readonly part: number;
  /** The line it names, or all of them in equal parts. */
  readonly line: number | "all";
  readonly end: (typeof ends)[number];
}

interface TransactionPlan {
  readonly customer: number;
  readonly lines: readonly LinePlan[];
  readonly unused: number;
  readonly creditPart: number;
  readonly attempts: number;
  readonly payoutRate: number | null;
  readonly stages: readonly ("created" | "billed" | "paid" | "poorer")[];
  /** An invoice: it may be paid in parts, and credit may lower it before, by thousandths of what is asked. */
  readonly manual: { readonly lowered: number } | null;
  readonly canceled: boolean;
  readonly adjustments: readonly AdjustmentPlan[];
}

const linePlan: fc.Arbitrary<LinePlan> = fc.record({
  unit: fc.integer({ min: 1, max: 5000 }),
  quantity: fc.integer({ min: 1, max: 3 }),
  taxPercent: fc.constantFrom(0, 7, 20),
  discountPercent: fc.constantFrom(0, 0, 10, 100),
  price: fc.constantFrom("pri_topup", "pri_seat", "pri_addon"),
});

const adjustmentPlan: fc.Arbitrary<AdjustmentPlan> = fc.record({
  action: fc.constantFrom<AdjustmentPlan["action"][]>(
    "refund",
    "refund",
    "tax",
    "credit",
    "chargeback",
    "chargeback_warning",
  ),
  part: fc.constantFrom(1000, 1000, 500, 333, 1),
  line: fc.constantFrom<AdjustmentPlan["line"][]>(0, 1, 2, "all"),
  end: fc.constantFrom<AdjustmentPlan["end"][]>("approved", ...ends),
});

const transactionPlan: fc.Arbitrary<TransactionPlan> = fc.record({
  customer: fc.nat(1),
  lines: fc.array(linePlan, { minLength: 1, maxLength: 3 }),
  unused: fc.constantFrom(0, 0, 500, 4000, 20000),
  creditPart: fc.constantFrom(0, 0, 300, 1000),
  attempts: fc.integer({ min: 1, max: 2 }),
  payoutRate: fc.constantFrom(null, null, 0.9217),
  stages: fc.subarray(["created" as const, "billed" as const, "paid" as const, "poorer" as const]),
  manual: fc.constantFrom(null, null, { lowered: 0 }, { lowered: 300 }, { lowered: 1000 }),
  canceled: fc.constantFrom(false, false, false, false, true),
  adjustments: fc.array(adjustmentPlan, { maxLength: 3 }),
});

/** One to four transactions of up to two customers, with what followed them. */
export const paddleHistory: fc.Arbitrary<PaddleEvent[]> = fc
  .record({
    plans: fc.array(transactionPlan, { minLength: 1, maxLength: 4 }),
    pace: fc.constantFrom(1, 400, 100_000),
  })
  .map(({ plans, pace }) =>
    plans.flatMap((plan, index) => new TransactionHistory(plan, index, pace).events()),
  );

/** The same event as another notification: a second destination, or a replay by hand. */
export function notifiedAgain(event: PaddleEvent): PaddleEvent {
  return { ...event, notification_id: `${event.notification_id}_again` };
}

/** How one event states the transaction; all but the completing one are poorer. */
type TransactionSaid = Pick<TransactionState, "captured" | "lowered"> & { readonly poorer?: boolean };

class TransactionHistory {
  readonly #plan: TransactionPlan;
  readonly #sale: Sale;
  readonly #lowered: number;
  /** Seconds between what happens, every third time. */
  readonly #pace: number;
  #clock: number;
  #sequence = 0;

  constructor(plan: TransactionPlan, index: number, pace: number) {
    this.#plan = plan;
    this.#pace = pace;
    this.#clock = Date.UTC(2026, 0, 1 + index * 7);
    const { customer, creditPart, payoutRate } = plan;
    this.#sale = {
      index,
      customer,
      lines: linesOf(plan, index),
      creditPart,
      payoutRate,
      manual: plan.manual !== null,
    };
    this.#lowered = Math.floor((totalsOf(this.#sale).grandTotal * (plan.manual?.lowered ?? 0)) / 1000);
  }

  events(): PaddleEvent[] {
    const { stages, manual, canceled } = this.#plan;
    const none = { captured: [], lowered: 0 };
    const attempts = this.#attempts();
    const paid = { captured: attempts, lowered: this.#lowered };
    const events: PaddleEvent[] = [];
    const add = (type: string, status: string, state: TransactionSaid) =>
      events.push(this.#say(`transaction.${type}`, { ...state, status }));
    if (stages.includes("created")) add("created", "draft", none);
    if (stages.includes("billed") || manual) add("billed", "billed", none);
    if (this.#lowered > 0) events.push(this.#lower());
    if (canceled)
      return [
        ...events,
        this.#say("transaction.canceled", { status: "canceled", ...none, lowered: this.#lowered }),
      ];
    if (manual && attempts.length > 1) add("updated", "billed", { ...paid, captured: attempts.slice(0, 1) });
    if (stages.includes("paid")) add("paid", "paid", paid);
    add("completed", "completed", { ...paid, poorer: false });
    if (stages.includes("poorer")) add("updated", "completed", paid);
    return [...events, ...this.#adjustments()];
  }

  #say(type: string, state: TransactionSaid & { readonly status: string }): PaddleEvent {
    return this.#event(type, transactionBody(this.#sale, { poorer: true, ...state }));
  }

  /** What is captured, oldest first. */
  #attempts(): number[] {
    const due = totalsOf(this.#sale).grandTotal - this.#lowered;
    const first = this.#plan.attempts === 1 ? due : Math.floor(due / 2);
    return [first, due - first].filter((amount) => amount > 0);
  }

  /** A credit that lowers the invoice itself, before it is paid. */
  #lower(): PaddleEvent {
    return this.#event(
      "adjustment.created",
      adjustmentBody(this.#sale, {
        id: `adj_${this.#sale.index}_lower`,
        action: "credit",
        status: "approved",
        amount: this.#lowered,
        named: [{ line: 0, amount: this.#lowered }],
        taxOnly: false,
        toBalance: false,
      }),
    );
  }

  #adjustments(): PaddleEvent[] {
    const { grandTotal, total, tax } = totalsOf(this.#sale);
    let cashLeft = grandTotal - this.#lowered;
    let creditLeft = total - grandTotal;
    return this.#plan.adjustments.flatMap((plan, number) => {
      const left =
        plan.action === "credit" ? creditLeft : plan.action === "tax" ? Math.min(tax, cashLeft) : cashLeft;
      const amount = Math.floor((left * plan.part) / 1000);
      if (amount <= 0) return [];
      const isRefund = plan.action === "refund" || plan.action === "tax";
      // A chargeback that is planned to be rejected stands all the same: more is claimed back then than was collected.
      const undone = plan.end === "rejected" || (plan.end === "reversed" && isRefund);
      if (!undone && plan.action === "credit") creditLeft -= amount;
      if (!undone && plan.action !== "credit" && plan.action !== "chargeback_warning") cashLeft -= amount;
      return this.#adjustment(plan, number, amount);
    });
  }

  /** A reversal of a credit or chargeback is told twice: as a movement of its own, and as the first one's status. */
  #adjustment({ action: planned, line, end }: AdjustmentPlan, number: number, amount: number): PaddleEvent[] {
    const action = planned === "tax" ? "refund" : planned;
    const id = `adj_${this.#sale.index}_${number}`;
    const say = (verb: string, action: string, status: string, suffix = "") =>
      this.#event(
        `adjustment.${verb}`,
        adjustmentBody(this.#sale, {
          id: id + suffix,
          action,
          status,
          amount,
          named: this.#named(line, amount),
          taxOnly: planned === "tax",
          toBalance: action.startsWith("credit") ? true : null,
        }),
      );
    if (!action.startsWith("chargeback") && end !== "reversed") {
      const first = say("created", action, "pending_approval");
      return end === "pending_approval" ? [first] : [first, say("updated", action, end)];
    }
    const created = say("created", action, "approved");
    if (end !== "reversed") return [created];
    const reversed = say("updated", action, "reversed");
    return action === "refund"
      ? [created, reversed]
      : [created, say("created", `${action}_reverse`, "approved", "r"), reversed];
  }

  #named(line: number | "all", amount: number): { line: number; amount: number }[] {
    const count = this.#plan.lines.length;
    if (line !== "all") return [{ line: line % count, amount }];
    const each = Math.floor(amount / count);
    return Array.from({ length: count }, (_, index) => ({
      line: index,
      amount: index === 0 ? amount - each * (count - 1) : each,
    }));
  }

  /** Two events in three share their millisecond with the one before; microseconds tell them apart. */
  #event(type: string, data: Record<string, unknown>): PaddleEvent {
    this.#sequence += 1;
    if (this.#sequence % 3 === 0) this.#clock += this.#pace * 1000;
    const number = `${this.#sale.index}_${this.#sequence}`;
    const at = fromUnixMilliseconds(this.#clock) + BigInt(this.#sequence) * 1_000n;
    return paddleEvent({ id: `evt_${number}`, type, at, notification: `ntf_${number}` }, data);
  }
}

function linesOf({ lines, unused }: TransactionPlan, index: number): Line[] {
  const asked = lines.map((line, number) => ({
    id: `txnitm_${index}_${number}`,
    price: line.price,
    quantity: line.quantity,
    totals: lineTotals(line),
  }));
  if (unused === 0) return asked;
  const totals = { subtotal: -unused, discount: 0, tax: 0, total: -unused };
  return [...asked, { id: `txnitm_${index}_unused`, price: "pri_seat", quantity: -1, totals }];
}

function lineTotals({ unit, quantity, taxPercent, discountPercent }: LinePlan): Totals {
  const subtotal = unit * quantity;
  const discount = Math.floor((subtotal * discountPercent) / 100);
  const tax = Math.floor(((subtotal - discount) * taxPercent) / 100);
  return { subtotal, discount, tax, total: subtotal - discount + tax };
}
