import type { Instant } from "../../domain/time.ts";
import { invoiceBody } from "../../testing/stripe/invoice-body.ts";
import { invoicePaymentBody, isBasil } from "../../testing/stripe/payment-body.ts";
import { creditNoteBody } from "../../testing/stripe/returned-body.ts";
import { portion } from "../../testing/written.ts";
import { days, hours, seconds } from "../calendar.ts";
import { toStep } from "../catalogue.ts";
import type { Random } from "../random.ts";
import { collect, newPayment } from "./collecting.ts";
import type { CustomerRow, StripeCompany } from "./company.ts";
import type { StripeCustomer } from "./customer.ts";
import type { Invoice } from "./invoice.ts";
import type { CreditNote } from "./payment.ts";

/** How one invoice is paid, event by event. */
export class Bill {
  readonly #company: StripeCompany;
  readonly #customer: StripeCustomer;
  readonly #random: Random;
  readonly #invoice: Invoice;
  #at: Instant;

  constructor(company: StripeCompany, customer: StripeCustomer, random: Random, invoice: Invoice) {
    this.#company = company;
    this.#customer = customer;
    this.#random = random;
    this.#invoice = invoice;
    this.#at = invoice.terms.createdAt;
    company.invoices.push(invoice);
  }

  /** By card: at once, or an hour after the draft of a renewal. Gives whether it was paid. */
  charge(): boolean {
    this.#say("invoice.created");
    if (this.#invoice.terms.billingReason === "subscription_cycle") this.#later(hours(1));
    this.#finalize();
    if (this.#invoice.amountDue === 0n) return this.#settle();
    if (this.#random.chance(0.12) && !this.#dunned()) return this.#leaveUnpaid(() => this.#giveUp());
    this.#pay(this.#invoice.amountDue);
    return this.#settle();
  }

  /** Sent by mail: a part of it may be credited, it may be paid in parts or elsewhere, late or never. */
  send(): boolean {
    this.#say("invoice.created");
    this.#later(hours(3));
    this.#finalize();
    if (this.#invoice.amountDue === 0n) return this.#settle();
    this.#later(days(3));
    if (this.#random.chance(0.3)) this.#lower();
    this.#later(days(this.#random.integer(2, 6)));
    return this.#random.weighted<() => boolean>([
      [() => this.#transfer(), 5],
      [() => this.#payInParts(), 2],
      [() => this.#paidElsewhere(), 2],
      [() => this.#leaveUnpaid(() => this.#giveUp()), 2],
      [() => this.#leaveUnpaid(() => false), 1],
    ])();
  }

  /** Two of one customer, sent together and paid by one transfer. */
  static payTogether(bills: readonly [Bill, Bill]): void {
    for (const bill of bills) bill.#open();
    const owed = bills.filter(({ amountDue }) => amountDue > 0n);
    const [first, second] = owed;
    for (const bill of bills) if (!owed.includes(bill)) bill.#settle();
    if (first === undefined) return;
    first.#later(days(4));
    for (const bill of owed) bill.#at = first.#at;
    if (second === undefined) first.#payAndSettle();
    else first.#payWith(second);
  }

  get amountDue(): bigint {
    return this.#invoice.amountDue;
  }

  #open(): void {
    this.#say("invoice.created");
    this.#later(hours(3));
    this.#at = this.#customer.notBefore(this.#at);
    this.#finalize();
  }

  #payWith(other: Bill): void {
    const bills = [this, other];
    const parts = bills.map((bill) => ({ invoice: bill.#invoice, amount: bill.amountDue }));
    const { terms } = this.#invoice;
    const payment = collect(
      this.#company,
      this.#random,
      newPayment(this.#company, this.#at, {
        purpose: { kind: "invoices", parts },
        customerRef: terms.customerRef,
        currency: terms.taxation.currency,
        amount: parts.reduce((sum, { amount }) => sum + amount, 0n),
      }),
    );
    for (const bill of bills) {
      const due = bill.amountDue;
      bill.#invoice.attempts += 1;
      bill.#invoice.intentRef = payment.terms.intentRef;
      bill.#invoice.payments = [payment];
      bill.#sayInvoicePayment(bill.#company.id("inpay"), due, { intent: payment.terms.intentRef });
      bill.#settle();
    }
  }

  #finalize(): void {
    this.#invoice.number = this.#company.nextInvoiceNumber();
    this.#invoice.status = "open";
    this.#invoice.finalizedAt = this.#at;
    this.#useBalance();
    if (this.#invoice.amountDue > 0n) this.#invoice.intentRef = this.#company.id("pi");
    this.#say("invoice.finalized");
  }

  #useBalance(): void {
    const { endingBalance, terms } = this.#invoice;
    this.#customer.balanceAt = this.#at;
    if (endingBalance === terms.startingBalance) return;
    this.#changeBalance("applied_to_invoice", endingBalance - terms.startingBalance);
  }

  #payAndSettle(): boolean {
    this.#pay(this.#invoice.amountDue);
    return this.#settle();
  }

  /** Some send too much: since Basil the invoice says so, and the rest is the customer's. */
  #transfer(): boolean {
    const { terms, amountDue } = this.#invoice;
    const chance = this.#random.fork(`transfer ${terms.id}`);
    if (!isBasil(this.#company.versionAt(this.#at)) || chance.chance(0.7)) return this.#payAndSettle();
    const overpaid = BigInt(chance.integer(1, 90) * 10);
    this.#at = this.#customer.notBefore(this.#at);
    this.#pay(amountDue + overpaid);
    this.#invoice.overpaid = overpaid;
    this.#changeBalance("invoice_overpaid", -overpaid);
    return this.#settle();
  }

  #changeBalance(type: CustomerRow["type"], amount: bigint): void {
    this.#customer.balance += amount;
    this.#customer.balanceAt = this.#at;
    const { id: invoiceRef, customerRef, taxation } = this.#invoice.terms;
    this.#company.customerRows.push({
      id: this.#company.id("cbtxn"),
      customerRef,
      type,
      invoiceRef,
      createdAt: this.#at,
      currency: taxation.currency,
      amount,
      endingBalance: this.#customer.balance,
    });
  }

  /** Invoices have several payments since Basil. */
  #payInParts(): boolean {
    const due = this.#invoice.amountDue;
    const first = toStep(portion(due, 40n, 100n), this.#invoice.terms.taxation.currency);
    if (!isBasil(this.#company.versionAt(this.#at)) || first === 0n) return this.#payAndSettle();
    this.#pay(first);
    this.#later(days(2));
    // Every payment has its own intent.
    this.#invoice.intentRef = null;
    this.#pay(due - first);
    return this.#settle();
  }

  #pay(amount: bigint): void {
    this.#later(seconds(3));
    this.#invoice.attempts += 1;
    const { terms } = this.#invoice;
    const invoicePaymentRef = this.#company.id("inpay");
    const payment = collect(
      this.#company,
      this.#random,
      newPayment(this.#company, this.#at, {
        intentRef: this.#invoice.intentRef,
        purpose: { kind: "invoice", invoice: this.#invoice, invoicePaymentRef },
        customerRef: terms.customerRef,
        currency: terms.taxation.currency,
        amount,
      }),
    );
    this.#invoice.payments = [...this.#invoice.payments, payment];
    this.#sayInvoicePayment(invoicePaymentRef, amount, { intent: payment.terms.intentRef });
  }

  #paidElsewhere(): boolean {
    this.#invoice.outOfBand = true;
    this.#sayInvoicePayment(this.#company.id("inpay"), this.#invoice.amountDue, {
      record: this.#company.id("pmtrec"),
    });
    return this.#settle();
  }

  #sayInvoicePayment(id: string, amount: bigint, by: { intent: string } | { record: string }): void {
    const { id: invoiceRef, taxation } = this.#invoice.terms;
    const made = { id, invoiceRef, amount, currency: taxation.currency, at: this.#at, by };
    this.#company.invoicePayments.push(made);
    if (!isBasil(this.#company.versionAt(this.#at))) return;
    this.#company.say("invoice_payment.paid", this.#at, () => invoicePaymentBody(made));
  }

  #settle(): true {
    this.#invoice.status = "paid";
    this.#invoice.paidAt = this.#at;
    if (this.#invoice.overpaid > 0n) this.#say("invoice.overpaid");
    this.#say("invoice.paid");
    this.#say("invoice.payment_succeeded");
    return true;
  }

  /** Attempts fail for days. Gives whether the customer came round. */
  #dunned(): boolean {
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      this.#later(seconds(5));
      this.#invoice.attempts += 1;
      this.#say("invoice.payment_failed");
      this.#later(days(2));
      if (this.#random.chance(0.5)) return true;
    }
    return false;
  }

  /**
   * One that used the customer's balance is paid after all: Stripe has changed the balance by then, the ledger does so once the
   * invoice is settled, and the true accounts of a world are those of its end.
   */
  #leaveUnpaid(leave: () => boolean): boolean {
    const { endingBalance, terms } = this.#invoice;
    return endingBalance === terms.startingBalance ? leave() : this.#payAndSettle();
  }

  /** Called off, or written off; what was written off may still be paid. */
  #giveUp(): boolean {
    this.#later(days(1));
    if (this.#random.chance(0.4)) {
      this.#invoice.status = "void";
      this.#invoice.voidedAt = this.#at;
      this.#say("invoice.voided");
      return false;
    }
    this.#invoice.status = "uncollectible";
    this.#invoice.writtenOffAt = this.#at;
    this.#say("invoice.marked_uncollectible");
    if (!this.#random.chance(0.3)) return false;
    this.#later(days(2));
    return this.#payAndSettle();
  }

  /** Of an invoice that is not paid yet: less of it is due. */
  #lower(): void {
    const { total, tax, terms } = this.#invoice;
    const wanted = toStep(portion(total, 15n, 100n), terms.taxation.currency);
    const amount = wanted < this.#invoice.amountDue ? wanted : 0n;
    if (amount <= 0n) return;
    const note: CreditNote = {
      id: this.#company.id("cn"),
      invoice: this.#invoice,
      createdAt: this.#at,
      amount,
      tax: portion(tax, amount, total),
      goes: { to: "due" },
      voidedAt: null,
    };
    this.#company.notes.push(note);
    this.#invoice.creditedBefore += amount;
    this.#sayNote("created", note);
    if (this.#random.fork(note.id).chance(0.3)) this.#voidNote(note);
  }

  /** Only as long as the invoice is open: all of it is due again. */
  #voidNote(note: CreditNote): void {
    this.#later(days(1));
    note.voidedAt = this.#at;
    this.#invoice.creditedBefore -= note.amount;
    this.#sayNote("voided", note);
  }

  #sayNote(event: string, note: CreditNote): void {
    this.#company.say(`credit_note.${event}`, this.#at, (version) => creditNoteBody(note, version));
    this.#say("invoice.updated");
  }

  #say(type: string): void {
    this.#company.say(type, this.#at, (version) => invoiceBody(this.#invoice, version));
  }

  #later(span: bigint): void {
    this.#at += span + seconds(this.#random.integer(0, 2));
  }
}
