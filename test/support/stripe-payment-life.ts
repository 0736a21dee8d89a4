import type { Payment, Return } from "../model/sale.ts";
import type { PaymentNames, Shape } from "./stripe-invoice-bodies.ts";
import { creditNote, type Narrator } from "./stripe-narrator.ts";
import {
  type Charge,
  chargeBody,
  type Dispute,
  disputeBody,
  intentBody,
  invoicePaymentBody,
  type Refund,
  type Row,
  refundBody,
} from "./stripe-payment-bodies.ts";
import type { DisputePlan, PaymentPlan, RefundPlan, ReturnPlan } from "./stripe-plans.ts";

/** For what a payment is: of one invoice, of two, or of none. */
export interface Purpose {
  readonly customer: string;
  readonly invoices: readonly { readonly id: string; readonly amount: number }[];
  /** Parts of what is paid for that are tax. */
  readonly tax: number;
  readonly total: number;
}

/** A payment, and all that comes of it. */
export class LivedPayment {
  readonly returns: Return[] = [];
  readonly names: PaymentNames;
  readonly amount: number;
  readonly #narrator: Narrator;
  readonly #plan: PaymentPlan;
  readonly #purpose: Purpose;
  readonly #created: number;
  #left: number;
  #refunded = 0;
  #toldRefunded = false;

  constructor(narrator: Narrator, plan: PaymentPlan, purpose: Purpose, amount: number) {
    const number = narrator.next();
    this.#narrator = narrator;
    this.#plan = plan;
    this.#purpose = purpose;
    this.amount = amount;
    this.#left = amount;
    this.names = { intent: `pi_${number}`, charge: `ch_${number}` };
    this.#created = narrator.now;
  }

  get sale(): Payment {
    return {
      amount: BigInt(this.amount),
      fee: this.#plan.row === "unknown" ? null : BigInt(this.#row().fee),
    };
  }

  /** `only` as in {@link Told}: where only one shape says whose payment it is. */
  succeed(only: Shape | null, withInvoicePayments: boolean): void {
    const { row, tellsIntent } = this.#plan;
    this.#narrator.say("charge.succeeded", this.#charge(null), only);
    if (tellsIntent) this.#narrator.say("payment_intent.succeeded", this.#intent(), only);
    if (withInvoicePayments) for (const invoice of this.#purpose.invoices) this.#pays(invoice);
    if (row === "expanded") this.#narrator.say("charge.updated", this.#charge(this.#row()), only);
    if (row !== "imported") return;
    this.#narrator.say("charge.updated", this.#charge(this.#row().id), only);
    this.#narrator.import(this.#row());
  }

  /** At most so much: what of the invoice was not given back in another way. How much of that is gone. */
  giveBack(plan: ReturnPlan, most: number): number {
    const before = this.#left;
    const amount = Math.floor((Math.min(before, most) * plan.part) / 1000);
    if (amount <= 0) return 0;
    if (plan.kind === "refund") this.#refund(plan, amount);
    if (plan.kind === "dispute") this.#dispute(plan, amount);
    return before - this.#left;
  }

  /** The whole of it, as a session of the checkout or a later event may name it. */
  asCharge(): Charge {
    return this.#said(null);
  }

  #pays({ id: invoice, amount }: Purpose["invoices"][number]): void {
    const { intent } = this.names;
    const id = `inpay_${this.#narrator.next()}`;
    const payment = { id, invoice, amount, intent, created: this.#narrator.now };
    this.#narrator.say("invoice_payment.paid", () => invoicePaymentBody(payment));
  }

  #said(row: Charge["row"]): Charge {
    const { customer, invoices } = this.#purpose;
    const invoice = invoices[0]?.id ?? null;
    const state = { amount: this.amount, refunded: this.#refunded, customer, created: this.#created };
    return { ...this.names, ...state, row, invoice };
  }

  #charge(row: Charge["row"]) {
    const said = this.#said(row);
    return (shape: Shape) => chargeBody(said, shape);
  }

  #intent() {
    const said = this.#said(null);
    return (shape: Shape) => intentBody(said, shape);
  }

  #row(): Row {
    const fee = Math.floor(this.amount / 30) + 30;
    return this.#rowOf(`txn_${this.names.charge}`, "charge", this.names.charge, this.amount, fee);
  }

  #rowOf(id: string, type: string, source: string, amount: number, fee: number): Row {
    const { settledIn: currency } = this.#plan;
    const rate = currency === "usd" ? 1 : 0.9217;
    const [converted, charged] = [Math.round(amount * rate), Math.round(fee * rate)];
    return { id, type, source, currency, amount: converted, fee: charged, created: this.#created };
  }

  #refund({ end, noted, tells }: RefundPlan, amount: number): void {
    const id = `re_${this.#narrator.next()}`;
    const { names: payment } = this;
    const stands = end === "succeeded" || end === "pending_succeeded";
    const fails = end === "failed" || end === "pending_failed" || end === "canceled";
    const refund = { id, payment, amount, created: this.#narrator.now };
    const row = this.#rowOf(`txn_${id}`, "refund", id, -amount, 0);
    const first = end === "succeeded" || end === "failed" ? "succeeded" : "pending";
    const say = (type: string, status: string) => {
      const sent = status === "pending" || this.#plan.row === "unknown" ? null : row;
      const state: Refund = {
        ...refund,
        status,
        row: this.#plan.row === "expanded" ? sent : (sent?.id ?? null),
      };
      this.#narrator.say(type, () => refundBody(state));
    };
    this.#refunded += amount;
    say("refund.created", first);
    if (tells) this.#tellRefunded("charge.refunded");
    if (end === "pending_succeeded") say("charge.refund.updated", "succeeded");
    if (fails)
      say(end === "canceled" ? "refund.updated" : "refund.failed", end === "canceled" ? end : "failed");
    if (fails) this.#refunded -= amount;
    else this.#left -= amount;
    if (fails && this.#toldRefunded) this.#tellRefunded("charge.updated");
    if (this.#plan.row === "imported" && (stands || end === "failed")) this.#narrator.import(row);
    const tax = stands && noted ? this.#note(amount, { refund: id }) : null;
    const fee = this.#plan.row === "unknown" || !stands ? null : 0n;
    this.returns.push({ kind: "refund", amount: BigInt(amount), tax, stands, fee });
  }

  #tellRefunded(type: string): void {
    this.#toldRefunded = true;
    this.#narrator.say(type, this.#charge(null), this.#purpose.invoices.length > 1 ? "newer" : null);
  }

  /** A note of the only invoice; its tax. */
  #note(amount: number, to: { readonly refund: string }): bigint | null {
    const { invoices, customer } = this.#purpose;
    const [only, ...others] = invoices;
    if (only === undefined || others.length > 0) return null;
    return creditNote(this.#narrator, { ...this.#purpose, customer, invoice: only.id }, amount, to);
  }

  #dispute({ end }: DisputePlan, amount: number): void {
    const id = `dp_${this.#narrator.next()}`;
    const { names: payment } = this;
    const dispute = { id, payment, amount, created: this.#narrator.now };
    const withdrawn = this.#rowOf(`txn_${id}_out`, "adjustment", id, -amount, 1500);
    const reinstated = this.#rowOf(`txn_${id}_back`, "adjustment", id, amount, -1500);
    const say = (type: string, status: string, rows: readonly Row[]) => {
      const state: Dispute = { ...dispute, status, rows };
      this.#narrator.say(`charge.dispute.${type}`, () => disputeBody(state));
    };
    const isWarning = end === "inquiry" || end === "escalated";
    say("created", isWarning ? "warning_needs_response" : "needs_response", []);
    if (end === "inquiry") say("closed", "warning_closed", []);
    if (end === "inquiry") return;
    say("funds_withdrawn", "needs_response", [withdrawn]);
    if (end === "lost") say("closed", "lost", [withdrawn]);
    if (end === "won" || end === "won_unpaid") say("closed", "won", [withdrawn]);
    if (end === "won") say("funds_reinstated", "won", [withdrawn, reinstated]);
    else this.#left -= amount;
    const fee = end === "won" ? 0n : BigInt(withdrawn.fee);
    this.returns.push({ kind: "dispute", amount: BigInt(amount), tax: null, stands: end !== "won", fee });
  }
}
