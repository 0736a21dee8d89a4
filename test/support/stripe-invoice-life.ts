import type { Return, Sale } from "../model/sale.ts";
import {
  figuresOf,
  type Invoice,
  type InvoiceLine,
  type InvoiceState,
  invoiceBody,
  type PaymentNames,
  type Shape,
} from "./stripe-invoice-bodies.ts";
import { creditNote, type Narrator } from "./stripe-narrator.ts";
import { invoicePaymentBody } from "./stripe-payment-bodies.ts";
import type { LivedPayment } from "./stripe-payment-life.ts";
import type { InvoicePlan, LinePlan } from "./stripe-plans.ts";

/** A debt below it is not collected, but put on the customer's balance. */
const minimumCharge = 50;

/** What Stripe holds for each customer: credit below zero, debt above. */
export type CustomerBalances = Map<string, number>;

/** One invoice from its draft to its end. */
export class LivedInvoice {
  readonly customer: string;
  readonly returns: Return[] = [];
  readonly id: string;
  readonly #narrator: Narrator;
  readonly #plan: InvoicePlan;
  readonly #balances: CustomerBalances;
  readonly #invoice: Invoice;
  #loweredTax = 0n;
  #overpaid = 0;

  constructor(narrator: Narrator, plan: InvoicePlan, balances: CustomerBalances) {
    this.#narrator = narrator;
    this.#plan = plan;
    this.#balances = balances;
    this.customer = `cus_${plan.customer}`;
    this.id = `in_${narrator.next()}`;
    this.#invoice = this.#asked();
  }

  get due(): number {
    return this.#invoice.due;
  }

  get total(): number {
    return figuresOf(this.#invoice).total;
  }

  get tax(): number {
    return figuresOf(this.#invoice).tax;
  }

  /** From its draft until it can be paid. */
  open(): void {
    const { stages, voidsNote, lowered: part } = this.#plan;
    const { lowered, due, endingBalance } = this.#invoice;
    if (stages.includes("created")) this.#say("created", { status: "draft" });
    const before = { ...this.#invoice, lowered: 0, due: due + lowered };
    if (stages.includes("finalized") || part > 0)
      this.#say("finalized", { status: "open" }, { invoice: before });
    this.#balances.set(this.customer, endingBalance);
    if (part === 0 || before.due === 0) return;
    const noted = voidsNote ? Math.floor(before.due / 2) : lowered;
    if (noted === 0) return;
    const tax = creditNote(this.#narrator, this.#noted(), noted, "invoice", voidsNote);
    if (!voidsNote) this.#loweredTax = tax;
    this.#say("updated", { status: "open" });
  }

  /** `null` for one that is never paid, or has nothing to be paid. */
  end(status: InvoiceState["status"]): void {
    if (status === "void") this.#balances.set(this.customer, this.#invoice.startingBalance);
    const types = {
      void: "voided",
      uncollectible: "marked_uncollectible",
      paid: "paid",
      open: "sent",
      draft: "created",
    };
    this.#say(types[status], { status });
  }

  settle(paid: number, payment: PaymentNames | null, outside = false): void {
    const overpaid = Math.max(paid - this.due, 0);
    this.#overpaid = overpaid;
    const state = { status: "paid" as const, paid, payment, outside, overpaid };
    if (this.#plan.stages.includes("payment_succeeded") && !outside) this.#say("payment_succeeded", state);
    // That too much was paid can only be said since Basil.
    this.#say("paid", state, { only: overpaid > 0 ? "newer" : null });
    if (overpaid > 0) this.#moveBalance(-overpaid);
  }

  /** A part of it is paid; it stays as it is. */
  partlyPaid(paid: number, payment: PaymentNames): void {
    this.#say("updated", { status: "open", paid, payment });
  }

  /** It is marked as paid: the money came another way. */
  settleOutside(withInvoicePayments: boolean): void {
    if (withInvoicePayments) {
      const id = `inpay_${this.#narrator.next()}`;
      const record = { id, invoice: this.id, amount: this.due, intent: null, created: this.#narrator.now };
      this.#narrator.say("invoice_payment.paid", () => invoicePaymentBody(record));
    }
    this.settle(this.due, null, true);
  }

  /** What its notes give back after it was paid; at most so much, and what is left of it then. */
  note(most: number): number {
    let left = most;
    for (const plan of this.#plan.payment.returns) {
      const amount = plan.kind === "note" && this.total > 0 ? Math.floor((left * plan.part) / 1000) : 0;
      if (plan.kind !== "note" || amount === 0) continue;
      const tax = creditNote(this.#narrator, this.#noted(), amount, plan.to);
      const kind = plan.to === "balance" ? ("credit" as const) : ("outside" as const);
      if (kind === "credit") this.#moveBalance(-amount);
      this.returns.push({ kind, amount: BigInt(amount), tax, stands: true, fee: null });
      left -= amount;
    }
    return left;
  }

  /** What there is to know of it, whatever was paid. */
  sale(stage: Sale["stage"], payments: readonly LivedPayment[], outside: number): Sale {
    const { startingBalance, endingBalance, lowered } = this.#invoice;
    const { tax, total } = figuresOf(this.#invoice);
    return {
      provider: "stripe",
      refs: [this.id],
      customerRef: this.customer,
      stage,
      tax: BigInt(tax),
      total: BigInt(total),
      creditUsed: BigInt(
        stage === "draft" ? total - forecast(this.#invoice) : endingBalance - startingBalance,
      ),
      lowered: { amount: BigInt(lowered), tax: this.#loweredTax },
      payments: payments.map((payment) => payment.sale),
      outside: BigInt(outside),
      overpaid: BigInt(this.#overpaid),
      returns: [...this.returns, ...payments.flatMap((payment) => payment.returns)],
    };
  }

  #asked(): Invoice {
    const { shipping, lowered: part, voidsNote, end } = this.#plan;
    const startingBalance = this.#balances.get(this.customer) ?? 0;
    const base = {
      id: this.id,
      customer: this.customer,
      created: this.#narrator.now,
      shipping,
      startingBalance,
    };
    const lines = linesOf(this.#plan, this.id);
    const { total } = figuresOf({ lines, shipping });
    const open = total + startingBalance;
    const isLowered = end !== "draft" && !voidsNote && open >= minimumCharge && total > 0;
    const lowered = isLowered ? Math.floor((Math.min(open, total) * part) / 1000) : 0;
    const isCarried = open < minimumCharge;
    const endingBalance = isCarried ? open : 0;
    return { ...base, lines, endingBalance, lowered, due: open - endingBalance - lowered };
  }

  #noted() {
    return { invoice: this.id, customer: this.customer, tax: this.tax, total: this.total };
  }

  #moveBalance(by: number): void {
    this.#balances.set(this.customer, (this.#balances.get(this.customer) ?? 0) + by);
  }

  #say(
    type: string,
    said: Partial<InvoiceState>,
    { invoice = this.#invoice, only = null }: { invoice?: Invoice; only?: Shape | null } = {},
  ): void {
    const state = { status: "open" as const, paid: 0, overpaid: 0, outside: false, payment: null, ...said };
    this.#narrator.say(`invoice.${type}`, (shape) => invoiceBody(invoice, state, shape), only);
  }
}

/** What a draft says will be due. */
function forecast({ lines, shipping, startingBalance }: Invoice): number {
  return Math.max(figuresOf({ lines, shipping }).total + startingBalance, 0);
}

function linesOf({ lines, unused }: InvoicePlan, invoice: string): InvoiceLine[] {
  const asked = lines.map((line, number) => lineOf(line, `il_${invoice}_${number}`));
  if (unused === 0) return asked;
  const amounts = { quantity: 1, amount: -unused, discount: 0, tax: 0, inclusive: false, proration: true };
  return [{ id: `il_${invoice}_unused`, price: "pri_seat", ...amounts }, ...asked];
}

function lineOf({ amount: unit, quantity, price, ...plan }: LinePlan, id: string): InvoiceLine {
  const { taxPercent, discountPercent, inclusive } = plan;
  const amount = unit * quantity;
  const discount = Math.floor((amount * discountPercent) / 100);
  const taxed = amount - discount;
  const tax = Math.floor(inclusive ? (taxed * taxPercent) / (100 + taxPercent) : (taxed * taxPercent) / 100);
  return { id, price, quantity, amount, discount, tax, inclusive, proration: false };
}
