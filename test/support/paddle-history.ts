import fc from "fast-check";

/**
 * Random Paddle histories with consistent arithmetic (the identities of real bodies hold), as raw event bodies in the
 * order in which they happened. They share no code with the normaliser or the fold.
 */
export interface PaddleEvent {
  readonly event_id: string;
  readonly event_type: string;
  readonly occurred_at: string;
  readonly notification_id: string;
  readonly data: Record<string, unknown>;
}

interface LinePlan {
  readonly unit: number;
  readonly quantity: number;
  readonly taxPercent: number;
  readonly discountPercent: number;
  readonly price: string;
}

interface AdjustmentPlan {
  readonly action: "refund" | "credit" | "chargeback";
  /** Thousandths of what is left to give back. */
  readonly part: number;
  readonly line: number;
  readonly end: "approved" | "rejected" | "reversed" | "pending_approval";
}

interface TransactionPlan {
  readonly customer: number;
  readonly lines: readonly LinePlan[];
  readonly unused: number;
  readonly creditPart: number;
  readonly attempts: number;
  readonly payoutRate: number | null;
  readonly stages: readonly ("created" | "billed" | "paid" | "poorer")[];
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
  action: fc.constantFrom("refund" as const, "refund" as const, "credit" as const, "chargeback" as const),
  part: fc.constantFrom(1000, 1000, 500, 333, 1),
  line: fc.nat(2),
  end: fc.constantFrom(
    "approved" as const,
    "approved" as const,
    "rejected" as const,
    "reversed" as const,
    "pending_approval" as const,
  ),
});

const transactionPlan: fc.Arbitrary<TransactionPlan> = fc.record({
  customer: fc.nat(1),
  lines: fc.array(linePlan, { minLength: 1, maxLength: 3 }),
  unused: fc.constantFrom(0, 0, 500, 4000, 20000),
  creditPart: fc.constantFrom(0, 0, 300, 1000),
  attempts: fc.integer({ min: 1, max: 2 }),
  payoutRate: fc.constantFrom(null, null, 0.9217),
  stages: fc.subarray(["created" as const, "billed" as const, "paid" as const, "poorer" as const]),
  adjustments: fc.array(adjustmentPlan, { maxLength: 3 }),
});

/** One to four transactions of up to two customers, with what followed them. */
export const paddleHistory: fc.Arbitrary<PaddleEvent[]> = fc
  .array(transactionPlan, { minLength: 1, maxLength: 4 })
  .map((plans) => plans.flatMap((plan, index) => new TransactionHistory(plan, index).events()));

interface Totals {
  readonly subtotal: number;
  readonly discount: number;
  readonly tax: number;
  readonly total: number;
}

class TransactionHistory {
  readonly #plan: TransactionPlan;
  readonly #index: number;
  readonly #lines: { id: string; price: string; quantity: number; totals: Totals }[];
  #clock: number;
  #sequence = 0;

  constructor(plan: TransactionPlan, index: number) {
    this.#plan = plan;
    this.#index = index;
    this.#clock = Date.UTC(2026, 0, 1 + index * 7);
    this.#lines = plan.lines.map((line, number) => ({
      id: `txnitm_${index}_${number}`,
      price: line.price,
      quantity: line.quantity,
      totals: lineTotals(line),
    }));
    if (plan.unused > 0) {
      const totals = { subtotal: -plan.unused, discount: 0, tax: 0, total: -plan.unused };
      this.#lines.push({ id: `txnitm_${index}_unused`, price: "pri_seat", quantity: -1, totals });
    }
  }

  events(): PaddleEvent[] {
    const { stages } = this.#plan;
    const events: PaddleEvent[] = [];
    const add = (type: string, status: string, poorer = false) =>
      events.push(this.#event(`transaction.${type}`, this.#transaction(status, poorer)));
    if (stages.includes("created")) add("created", "draft", true);
    if (stages.includes("billed")) add("billed", "billed", true);
    if (stages.includes("paid")) add("paid", "paid", true);
    add("completed", "completed");
    if (stages.includes("poorer")) add("updated", "completed", true);
    events.push(...this.#adjustments());
    return events;
  }

  get #totals(): Totals & { credit: number; creditToBalance: number; grandTotal: number; fee: number } {
    const sum = (of: keyof Totals) => this.#lines.reduce((total, line) => total + line.totals[of], 0);
    const total = sum("total");
    const credit = total > 0 ? Math.floor((total * this.#plan.creditPart) / 1000) : 0;
    const creditToBalance = Math.max(-total, 0);
    const fee = total > 0 ? Math.floor(total / 20) + 50 : 0;
    const grandTotal = total - credit + creditToBalance;
    return {
      subtotal: sum("subtotal"),
      discount: sum("discount"),
      tax: sum("tax"),
      total,
      credit,
      creditToBalance,
      grandTotal,
      fee,
    };
  }

  #transaction(status: string, poorer: boolean): Record<string, unknown> {
    const { fee, ...totals } = this.#totals;
    const paid = status === "paid" || status === "completed";
    const stated = {
      ...inStrings(totals),
      balance: text(paid ? 0 : totals.grandTotal),
      currency_code: "USD",
    };
    const fees = (rate: number) =>
      poorer
        ? { fee: null, earnings: null }
        : {
            fee: text(fee * rate),
            earnings: text(Math.round((totals.subtotal - totals.discount) * rate) - Math.round(fee * rate)),
          };
    const rate = this.#plan.payoutRate;
    const payout =
      rate === null
        ? { ...stated, ...fees(1), exchange_rate: "1" }
        : {
            ...converted(totals, rate),
            ...fees(rate),
            balance: "0",
            currency_code: "EUR",
            exchange_rate: String(rate),
          };
    return {
      id: `txn_${this.#index}`,
      status,
      customer_id: `ctm_${this.#plan.customer}`,
      subscription_id: poorer ? `sub_${this.#index}` : null,
      invoice_number: poorer && status === "completed" ? `77-${this.#index}` : null,
      currency_code: "USD",
      origin: "api",
      collection_mode: "automatic",
      custom_data: null,
      billing_period: null,
      created_at: new Date(Date.UTC(2026, 0, 1)).toISOString(),
      billed_at: status === "draft" ? null : new Date(Date.UTC(2026, 0, 2)).toISOString(),
      updated_at: "0001-01-01T00:00:00Z",
      items: [],
      details: {
        totals: { ...stated, ...fees(1) },
        payout_totals: poorer ? null : payout,
        line_items: this.#lines.map((line) => ({
          id: line.id,
          price_id: line.price,
          quantity: line.quantity,
          proration: null,
          totals: inStrings(line.totals),
          product: { id: `pro_${line.price}`, name: "Something", custom_data: null },
        })),
      },
      payments: paid ? this.#payments(totals.grandTotal) : [],
    };
  }

  /** Newest first, and the newest one told twice, as Paddle does at times; a failed attempt came before. */
  #payments(grandTotal: number): Record<string, unknown>[] {
    if (grandTotal === 0) return [];
    const first = this.#plan.attempts === 1 ? grandTotal : Math.floor(grandTotal / 2);
    const amounts = [grandTotal - first, first].filter((amount) => amount > 0);
    const attempt = (amount: number, number: number | string, status: string) => ({
      payment_attempt_id: `attempt_${this.#index}_${number}`,
      amount: text(amount),
      status,
      created_at: "2026-01-02T00:00:00Z",
      captured_at: status === "captured" ? `2026-01-02T00:00:0${number}.5Z` : null,
      error_code: status === "error" ? "declined" : null,
      method_details: { type: "card", card: { type: "visa", last4: "4242" } },
    });
    const captured = amounts.map((amount, number) => attempt(amount, number, "captured"));
    return [...captured.slice(0, 1), ...captured, attempt(grandTotal, "failed", "error")];
  }

  #adjustments(): PaddleEvent[] {
    let cashLeft = this.#totals.grandTotal;
    let creditLeft = this.#totals.total - this.#totals.grandTotal;
    return this.#plan.adjustments.flatMap((plan, number) => {
      const left = plan.action === "credit" ? creditLeft : cashLeft;
      const amount = Math.floor((left * plan.part) / 1000);
      if (amount <= 0) return [];
      const undone = plan.end === "rejected" || (plan.end === "reversed" && plan.action === "refund");
      if (!undone && plan.action === "credit") creditLeft -= amount;
      if (!undone && plan.action !== "credit") cashLeft -= amount;
      return this.#adjustment(plan, number, amount);
    });
  }

  #adjustment(plan: AdjustmentPlan, number: number, amount: number): PaddleEvent[] {
    const id = `adj_${this.#index}_${number}`;
    const say = (verb: string, action: string, status: string, suffix = "") =>
      this.#event(
        `adjustment.${verb}`,
        this.#adjustmentBody({ id: id + suffix, action, status, amount, line: plan.line }),
      );
    if (plan.action !== "chargeback" && plan.end !== "reversed") {
      const first = say("created", plan.action, "pending_approval");
      return plan.end === "pending_approval" ? [first] : [first, say("updated", plan.action, plan.end)];
    }
    const created = say("created", plan.action, "approved");
    if (plan.end !== "reversed") return [created];
    const reversed = say("updated", plan.action, "reversed");
    return plan.action === "refund"
      ? [created, reversed]
      : [created, say("created", `${plan.action}_reverse`, "approved", "r"), reversed];
  }

  #adjustmentBody(of: {
    id: string;
    action: string;
    status: string;
    amount: number;
    line: number;
  }): Record<string, unknown> {
    const { total, tax, fee } = this.#totals;
    const part = (whole: number) => (total > 0 ? Math.floor((whole * of.amount) / total) : 0);
    const taxPart = Math.min(Math.max(part(tax), 0), of.amount);
    const subtotal = of.amount - taxPart;
    const feePart = Math.min(part(fee), subtotal);
    const totals = inStrings({
      subtotal,
      tax: taxPart,
      total: of.amount,
      fee: feePart,
      retainedFee: 0,
      earnings: subtotal - feePart,
    });
    const rate = this.#plan.payoutRate ?? 1;
    const [payoutSubtotal, payoutFee] = [Math.round(subtotal * rate), Math.round(feePart * rate)];
    const payout = inStrings({
      subtotal: payoutSubtotal,
      tax: Math.round(taxPart * rate),
      total: payoutSubtotal + Math.round(taxPart * rate),
      fee: payoutFee,
      retainedFee: 0,
      earnings: payoutSubtotal - payoutFee,
    });
    const line = this.#lines[of.line % this.#plan.lines.length];
    const currency = this.#plan.payoutRate === null ? "USD" : "EUR";
    const disputeFee =
      of.action === "chargeback" ? { chargeback_fee: { amount: "1500", original: null } } : {};
    return {
      id: of.id,
      action: of.action,
      type: "partial",
      transaction_id: `txn_${this.#index}`,
      subscription_id: null,
      customer_id: `ctm_${this.#plan.customer}`,
      reason: "error",
      credit_applied_to_balance: of.action.startsWith("credit") ? true : null,
      currency_code: "USD",
      status: of.status,
      items: [
        {
          id: `adjitm_${of.id}`,
          item_id: line?.id,
          type: "partial",
          amount: text(of.amount),
          proration: null,
          totals: { subtotal: text(subtotal), tax: text(taxPart), total: text(of.amount) },
        },
      ],
      totals: { ...totals, currency_code: "USD" },
      payout_totals: { ...payout, currency_code: currency, ...disputeFee },
      created_at: new Date(this.#clock).toISOString(),
      updated_at: "0001-01-01T00:00:00Z",
    };
  }

  /** Two events in three share their millisecond with the one before; microseconds tell them apart. */
  #event(type: string, data: Record<string, unknown>): PaddleEvent {
    this.#sequence += 1;
    if (this.#sequence % 3 === 0) this.#clock += 1000;
    const number = `${this.#index}_${this.#sequence}`;
    const occurredAt = new Date(this.#clock)
      .toISOString()
      .replace("Z", `${String(this.#sequence).padStart(3, "0")}Z`);
    return {
      event_id: `evt_${number}`,
      event_type: type,
      occurred_at: occurredAt,
      notification_id: `ntf_${number}`,
      data,
    };
  }
}

function lineTotals({ unit, quantity, taxPercent, discountPercent }: LinePlan): Totals {
  const subtotal = unit * quantity;
  const discount = Math.floor((subtotal * discountPercent) / 100);
  const tax = Math.floor(((subtotal - discount) * taxPercent) / 100);
  return { subtotal, discount, tax, total: subtotal - discount + tax };
}

/** Subtotal, discount and tax are converted, the total follows: I1 holds in the payout currency too. */
function converted(
  totals: Totals & { credit: number; creditToBalance: number; grandTotal: number },
  rate: number,
) {
  const of = (amount: number) => Math.round(amount * rate);
  const [subtotal, tax] = [of(totals.subtotal), of(totals.tax)];
  const discount = subtotal - of(totals.subtotal - totals.discount);
  const total = subtotal - discount + tax;
  const credit = Math.min(of(totals.credit), Math.max(total, 0));
  const creditToBalance = Math.max(-total, 0);
  return inStrings({
    subtotal,
    discount,
    tax,
    total,
    credit,
    creditToBalance,
    grandTotal: total - credit + creditToBalance,
  });
}

const text = (amount: number): string => String(Math.round(amount));

/** `creditToBalance: 5` becomes `credit_to_balance: "5"`. */
function inStrings(amounts: Readonly<Record<string, number>>): Record<string, string> {
  const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [snake(name), text(amount)]));
}
