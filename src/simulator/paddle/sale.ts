import type { Instant } from "../../domain/time.ts";
import { portion } from "../../testing/written.ts";
import { days, hours, minutes, seconds } from "../calendar.ts";
import { toStep } from "../catalogue.ts";
import type { Random } from "../random.ts";
import type { PaddleCompany } from "./company.ts";
import type { PaddleCustomer } from "./customer.ts";
import type { Transaction } from "./transaction.ts";

/** How one document is paid, event by event. */
export class Sale {
  readonly #company: PaddleCompany;
  readonly #customer: PaddleCustomer;
  readonly #random: Random;
  readonly #transaction: Transaction;
  #at: Instant;

  constructor(company: PaddleCompany, customer: PaddleCustomer, random: Random, transaction: Transaction) {
    this.#company = company;
    this.#customer = customer;
    this.#random = random;
    this.#transaction = transaction;
    this.#at = transaction.terms.createdAt;
    company.transactions.push(transaction);
  }

  /** In the browser: a draft without a customer, who then fills in the form and pays, or leaves. */
  checkout(): boolean {
    this.#say("created");
    this.#later(seconds(this.#random.integer(20, 200)));
    this.#transaction.status = "ready";
    this.#transaction.customerRef = this.#customer.id;
    this.#say("ready");
    if (this.#transaction.grandTotal > 0n && this.#random.chance(0.08)) return false;
    if (this.#random.chance(0.2)) this.#say("updated");
    this.#transaction.billedAt = this.#at;
    if (this.#transaction.grandTotal > 0n) {
      if (this.#random.chance(0.1)) this.#fail();
      this.#capture();
    }
    this.#complete();
    return true;
  }

  /** By itself: a renewal or a change of plan. Where every attempt fails, it is called off. */
  charge(): boolean {
    const { creditIssued } = this.#transaction;
    this.#transaction.customerRef = this.#customer.id;
    this.#transaction.subscriptionRef = this.#customer.subscriptionRef;
    this.#bill();
    if (creditIssued > 0n) {
      this.#customer.credit += creditIssued;
      this.#later(seconds(1.1));
      this.#transaction.status = "paid";
      this.#say("paid");
      return true;
    }
    if (this.#transaction.grandTotal > 0n) {
      if (this.#random.chance(0.12) && !this.#dunned()) return this.#cancel();
      this.#capture();
    }
    this.#complete();
    return true;
  }

  /** By bank transfer, weeks after it was billed; a part of it may be credited before. */
  invoice(lower: (at: Instant) => void): boolean {
    this.#transaction.customerRef = this.#customer.id;
    this.#say("created");
    this.#later(hours(2));
    this.#transaction.status = "billed";
    this.#transaction.billedAt = this.#at;
    this.#transaction.invoiceNumber = this.#company.nextInvoiceNumber();
    this.#say("billed");
    this.#later(days(4));
    if (this.#random.chance(0.3)) lower(this.#at);
    this.#later(days(this.#random.integer(3, 6)));
    if (this.#random.chance(0.3)) {
      this.#transaction.status = "past_due";
      this.#say("past_due");
      this.#later(days(2));
    }
    if (this.#transaction.lowered === 0n && this.#random.chance(0.15)) return this.#cancel();
    if (this.#random.chance(0.1)) return false;
    if (this.#company.rarely(`parts ${this.#transaction.terms.id}`)?.chance(0.5)) this.#payPart();
    this.#capture();
    this.#complete();
    return true;
  }

  /** The bank transfer was too small; the rest comes days later. */
  #payPart(): void {
    this.#later(seconds(2.4));
    this.#attempt(
      "captured",
      toStep(portion(this.#transaction.balance, 35n, 100n), this.#transaction.terms.currency),
    );
    this.#say("updated");
    this.#later(days(3));
  }

  #bill(): void {
    const { total } = this.#transaction.totals;
    this.#transaction.creditApplied = total > 0n ? least(this.#customer.credit, total) : 0n;
    this.#customer.credit -= this.#transaction.creditApplied;
    this.#transaction.status = "billed";
    this.#transaction.billedAt = this.#at;
    // Both are said at the same microsecond.
    this.#say("created");
    this.#say("billed");
  }

  /** Attempts fail for days. Gives whether the customer came round. */
  #dunned(): boolean {
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      this.#fail();
      if (attempt === 1) {
        this.#transaction.status = "past_due";
        this.#say("past_due");
      }
      this.#later(days(2));
      if (this.#random.chance(0.5)) return true;
    }
    return false;
  }

  #fail(): void {
    this.#attempt("error");
    this.#later(seconds(1.7));
    this.#say("payment_failed");
    this.#later(minutes(3));
  }

  #capture(): void {
    this.#later(seconds(2.4));
    this.#attempt("captured");
  }

  #attempt(status: "captured" | "error", amount = this.#transaction.balance): void {
    const id = this.#random.text("0123456789abcdef", 32);
    this.#transaction.attempts = [{ id, at: this.#at, amount, status }, ...this.#transaction.attempts];
  }

  #complete(): void {
    this.#later(seconds(1.2));
    this.#transaction.status = "paid";
    this.#transaction.customerRef = this.#customer.id;
    this.#say("paid");
    this.#later(seconds(2.1));
    this.#transaction.status = "completed";
    this.#transaction.invoiceNumber ??= this.#company.nextInvoiceNumber();
    this.#transaction.subscriptionRef = this.#customer.subscriptionRef;
    this.#book();
    this.#sayCompleted();
  }

  /** References may come late, and what comes late may lack the fee again. Or an update comes just before. */
  #sayCompleted(): void {
    const late = this.#random.chance(0.25);
    if (!late && this.#random.chance(0.2)) {
      this.#say("updated");
      this.#later(seconds(0.002));
    }
    this.#company.sayTransaction("completed", this.#at, this.#transaction, { fee: false, references: late });
    if (!late && this.#random.chance(0.5)) return;
    this.#later(seconds(this.#random.integer(1, 4)));
    const poorer = this.#random.chance(0.6);
    this.#company.sayTransaction("updated", this.#at, this.#transaction, { fee: poorer, references: false });
  }

  #book(): void {
    const at = this.#at;
    this.#company.move({ kind: "sale", at, transaction: this.#transaction });
    for (const adjustment of this.#transaction.adjustments) {
      if (adjustment.toBalance === false)
        this.#company.move({ kind: "adjustment", at, adjustment, undone: false });
    }
  }

  /** What was reserved of the customer's credit is free again. */
  #cancel(): false {
    this.#transaction.status = "canceled";
    this.#customer.credit += this.#transaction.creditApplied;
    this.#say("canceled");
    return false;
  }

  #say(event: string): void {
    this.#company.sayTransaction(event, this.#at, this.#transaction);
  }

  #later(span: bigint): void {
    // Paddle's clocks have microseconds, and no two events of a document the same but those that are said together.
    this.#at += span + BigInt(this.#random.integer(1, 900_000)) * 1_000n;
  }
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
