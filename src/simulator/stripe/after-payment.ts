import type { Instant } from "../../domain/time.ts";
import { chargeBody } from "../../testing/stripe/payment-body.ts";
import { creditNoteBody, disputeBody, refundBody } from "../../testing/stripe/returned-body.ts";
import { portion } from "../../testing/written.ts";
import { days, hours, seconds } from "../calendar.ts";
import { payoutCurrency, toStep } from "../catalogue.ts";
import type { Random } from "../random.ts";
import { withFee } from "./balance.ts";
import type { StripeCompany } from "./company.ts";
import type { StripeCustomer } from "./customer.ts";
import type { CreditNote, Dispute, Payment, Refund } from "./payment.ts";

/** What a dispute costs, in the payout currency. */
const disputeFee = 1500n;

/** What may happen to a payment after it was made, if anything. */
export class AfterPayment {
  readonly #company: StripeCompany;
  readonly #customer: StripeCustomer;
  readonly #random: Random;
  readonly #payment: Payment;
  #at: Instant;

  constructor(company: StripeCompany, customer: StripeCustomer, random: Random, payment: Payment) {
    this.#company = company;
    this.#customer = customer;
    this.#random = random;
    this.#payment = payment;
    this.#at = payment.terms.at + days(1) + seconds(random.integer(1, 90_000));
  }

  happen(): void {
    const rare = this.#company.rarely(`after ${this.#payment.terms.chargeRef}`);
    if (rare?.chance(0.2)) this.#happenRarely(rare);
    else this.#happenUsually();
  }

  /** All of it goes back, at a moment that is later than all that is said of it. */
  refundAll(at: Instant): void {
    this.#at = at;
    this.#refund(this.#payment.left);
  }

  #happenRarely(rare: Random): void {
    rare.pick([
      () => this.#refundThatComesBack(),
      () => this.#escalatedInquiry(rare.pick(["won", "lost"])),
      () => this.#disputeInTwoSteps(),
      () => this.#dispute("won"),
    ])();
  }

  #happenUsually(): void {
    this.#random.weighted<() => void>([
      [() => {}, 60],
      [() => void this.#refund(this.#payment.left), 5],
      [() => void this.#refund(this.#part), 5],
      [() => this.#refundTwice(), 3],
      [() => this.#refundLater("succeeded"), 3],
      [() => this.#refundLater("failed"), 2],
      [() => this.#refundLater("canceled"), 2],
      [() => this.#refundThatComesBack(), 2],
      [() => this.#dispute("lost"), 3],
      [() => this.#dispute("won"), 3],
      [() => void this.#openDispute("needs_response"), 1],
      [() => this.#inquiry(), 2],
      [() => this.#noteWithRefund(), 3],
      [() => this.#noteToBalance(), 3],
    ])();
  }

  get #part(): bigint {
    return this.#step((this.#payment.left * BigInt(this.#random.integer(10, 70))) / 100n);
  }

  #step(amount: bigint): bigint {
    return toStep(amount, this.#payment.terms.currency);
  }

  #refund(amount: bigint, note: ((refund: Refund) => void) | null = null): Refund | null {
    if (amount <= 0n) return null;
    const refund = this.#request(amount, "succeeded");
    this.#move(refund, "refund");
    note?.(refund);
    this.#say("refund.created", refund);
    this.#sayCharge("charge.refunded");
    return refund;
  }

  #refundTwice(): void {
    this.#refund(this.#part);
    this.#later(days(2));
    this.#refund(this.#random.chance(0.5) ? this.#payment.left : this.#part);
  }

  /** Refunds of some methods take days, and may come to nothing. */
  #refundLater(outcome: "succeeded" | "failed" | "canceled"): void {
    const amount = this.#part;
    if (amount <= 0n) return;
    const refund = this.#request(amount, outcome === "canceled" ? "requires_action" : "pending");
    this.#say("refund.created", refund);
    this.#later(days(2));
    refund.status = outcome;
    if (outcome === "succeeded") this.#move(refund, "refund");
    this.#say("refund.updated", refund);
    if (outcome === "failed") this.#say("refund.failed", refund);
    this.#say("charge.refund.updated", refund);
    if (outcome === "succeeded") this.#sayCharge("charge.refunded");
  }

  #refundThatComesBack(): void {
    const refund = this.#refund(this.#part);
    if (refund === null) return;
    this.#later(days(4));
    refund.status = "failed";
    this.#move(refund, "refund_failure");
    this.#say("refund.failed", refund);
    this.#say("refund.updated", refund);
  }

  #request(amount: bigint, status: Refund["status"]): Refund {
    const refund: Refund = {
      id: this.#company.id("re"),
      payment: this.#payment,
      amount,
      createdAt: this.#at,
      status,
      row: null,
      failureRow: null,
    };
    this.#payment.refunds = [...this.#payment.refunds, refund];
    this.#company.refunds.push(refund);
    return refund;
  }

  /** Stripe keeps its fee; what comes back may cost another one. */
  #move(refund: Refund, type: "refund" | "refund_failure"): void {
    const { currency } = this.#payment.terms;
    const sign = type === "refund" ? -1n : 1n;
    const isCostly = type === "refund_failure" && this.#company.rarely(`failed ${refund.id}`)?.chance(0.5);
    const amount = sign * refund.amount;
    const moved = this.#company.exchanged(amount, currency, `${type} ${refund.id}`);
    const { soldByStripe } = this.#payment;
    const taxBack = soldByStripe ? this.#payment.taxBackWith(-amount) : 0n;
    const taxed = { gross: moved.gross, amount: refund.amount, tax: -sign * taxBack };
    const row = this.#company.addRow({
      type,
      category: type,
      source: refund.id,
      createdAt: this.#at,
      ...moved,
      ...withFee(isCostly ? 250n : 0n, soldByStripe ? taxed : null),
    });
    if (type === "refund") refund.row = row;
    else refund.failureRow = row;
    this.#company.unsettled.change(this.#at, currency, amount + taxBack);
  }

  /** The money is taken at once; what is won comes back with an event of its own. */
  #dispute(outcome: "won" | "lost"): void {
    const dispute = this.#openDispute("needs_response");
    if (dispute === null) return;
    this.#later(days(3));
    dispute.status = "under_review";
    this.#sayDispute("updated", dispute);
    this.#later(days(10));
    this.#close(dispute, outcome);
  }

  /** What a bank asked about becomes a dispute. */
  #escalatedInquiry(outcome: "won" | "lost"): void {
    const amount = this.#payment.left;
    if (amount <= 0n) return;
    const dispute = this.#complain(amount, "warning_needs_response");
    this.#sayDispute("created", dispute);
    this.#later(days(4));
    dispute.status = "needs_response";
    this.#moveDispute(dispute, -1n, disputeFee);
    this.#sayDispute("funds_withdrawn", dispute);
    this.#later(days(6));
    this.#close(dispute, outcome);
  }

  /** Given back, and taken again when the bank insists. */
  #disputeInTwoSteps(): void {
    const dispute = this.#openDispute("needs_response");
    if (dispute === null) return;
    this.#later(days(5));
    dispute.status = "under_review";
    this.#moveDispute(dispute, 1n, 0n);
    this.#sayDispute("funds_reinstated", dispute);
    this.#later(days(5));
    this.#moveDispute(dispute, -1n, 0n);
    this.#sayDispute("funds_withdrawn", dispute);
    this.#later(days(5));
    this.#close(dispute, "lost");
  }

  #close(dispute: Dispute, outcome: "won" | "lost"): void {
    dispute.status = outcome;
    this.#sayDispute("closed", dispute);
    if (outcome === "lost") return;
    this.#later(hours(2));
    this.#moveDispute(dispute, 1n, this.#random.chance(0.5) ? -disputeFee : 0n);
    this.#sayDispute("funds_reinstated", dispute);
  }

  #openDispute(status: Dispute["status"]): Dispute | null {
    const amount = this.#payment.left;
    if (amount <= 0n) return null;
    const dispute = this.#complain(amount, status);
    this.#sayDispute("created", dispute);
    this.#moveDispute(dispute, -1n, disputeFee);
    this.#sayDispute("funds_withdrawn", dispute);
    return dispute;
  }

  /** A bank asks; no money moves. */
  #inquiry(): void {
    const dispute = this.#complain(this.#payment.left, "warning_needs_response");
    this.#sayDispute("created", dispute);
    this.#later(days(6));
    dispute.status = "warning_closed";
    this.#sayDispute("closed", dispute);
  }

  #complain(amount: bigint, status: Dispute["status"]): Dispute {
    const id = this.#company.id("dp");
    const dispute: Dispute = { id, payment: this.#payment, amount, createdAt: this.#at, status, rows: [] };
    this.#payment.disputes = [...this.#payment.disputes, dispute];
    this.#company.disputes.push(dispute);
    return dispute;
  }

  #moveDispute(dispute: Dispute, sign: bigint, fee: bigint): void {
    const { currency } = this.#payment.terms;
    const row = this.#company.addRow({
      type: "adjustment",
      category: sign < 0n ? "dispute" : "dispute_reversal",
      source: dispute.id,
      createdAt: this.#at,
      fee,
      ...this.#company.exchanged(sign * dispute.amount, currency, `${dispute.id} ${dispute.rows.length}`),
    });
    dispute.rows = [...dispute.rows, row];
    this.#company.known.change(this.#at, payoutCurrency, row.gross - row.fee);
  }

  #noteWithRefund(): void {
    const { invoice, soldByStripe } = this.#payment;
    if (invoice === null || soldByStripe) return;
    this.#refund(this.#part, (refund) => {
      const note = this.#note(refund.amount, { to: "refund", refund });
      if (note !== null) this.#company.say("credit_note.created", this.#at, (v) => creditNoteBody(note, v));
    });
  }

  #noteToBalance(): void {
    if (this.#payment.soldByStripe) return;
    const amount = this.#part;
    this.#at = this.#customer.notBefore(this.#at);
    const note = amount <= 0n ? null : this.#note(amount, { to: "balance", row: this.#company.id("cbtxn") });
    if (note === null) return;
    this.#customer.balance -= amount;
    this.#customer.balanceAt = this.#at;
    this.#company.customerRows.push({
      id: note.goes.to === "balance" ? note.goes.row : note.id,
      customerRef: this.#customer.id,
      type: "credit_note",
      invoiceRef: note.invoice.terms.id,
      createdAt: this.#at,
      currency: this.#payment.terms.currency,
      amount: -amount,
      endingBalance: this.#customer.balance,
    });
    this.#company.say("credit_note.created", this.#at, (version) => creditNoteBody(note, version));
  }

  #note(amount: bigint, goes: CreditNote["goes"]): CreditNote | null {
    const { invoice } = this.#payment;
    if (invoice === null) return null;
    const tax = portion(invoice.tax, amount, invoice.total);
    const id = this.#company.id("cn");
    const note: CreditNote = { id, invoice, createdAt: this.#at, amount, tax, goes, voidedAt: null };
    invoice.creditedAfter += amount;
    this.#company.notes.push(note);
    return note;
  }

  #say(type: string, refund: Refund): void {
    this.#company.say(type, this.#at, () => refundBody(refund));
  }

  #sayCharge(type: string): void {
    this.#company.say(type, this.#at, (version) => chargeBody(this.#payment, version));
  }

  #sayDispute(event: string, dispute: Dispute): void {
    this.#company.say(`charge.dispute.${event}`, this.#at, () => disputeBody(dispute));
  }

  #later(span: bigint): void {
    this.#at += span + seconds(this.#random.integer(1, 3000));
  }
}
