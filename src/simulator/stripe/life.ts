import type { Instant } from "../../domain/time.ts";
import { isBasil } from "../../testing/stripe/payment-body.ts";
import { portion } from "../../testing/written.ts";
import { addMonths, days, hours } from "../calendar.ts";
import { type Article, plans, priceOf, topUps, toStep } from "../catalogue.ts";
import type { Random } from "../random.ts";
import { AfterPayment } from "./after-payment.ts";
import { Bill } from "./bill.ts";
import { buyInCheckout, subscribeInCheckout } from "./checkout.ts";
import type { StripeCompany } from "./company.ts";
import { StripeCustomer, type StripeSubscription } from "./customer.ts";
import { Invoice, type InvoiceLine, type InvoiceTerms, taxedLine } from "./invoice.ts";
import type { Payment } from "./payment.ts";

/** The months of one customer. */
export class StripeLife {
  readonly #company: StripeCompany;
  readonly #random: Random;
  readonly #customer: StripeCustomer;
  readonly #since: Instant;

  constructor(company: StripeCompany, random: Random, since: Instant) {
    this.#company = company;
    this.#random = random;
    this.#customer = new StripeCustomer(company, random, since);
    this.#since = since;
  }

  liveUntil(end: Instant): void {
    if (this.#random.chance(0.75)) this.#subscribe(this.#since + hours(1));
    for (let month = 0; addMonths(this.#since, month) < end; month += 1) {
      const at = addMonths(this.#since, month);
      this.#renew(at);
      this.#middleOfTheMonth(at + days(this.#random.integer(8, 12)));
    }
  }

  #middleOfTheMonth(at: Instant): void {
    if (this.#random.chance(0.4)) {
      this.#afterwards([buyInCheckout(this.#company, this.#customer, this.#random, at)]);
    }
    // Stripe sells what is bought in its checkouts, and nothing else.
    if (this.#customer.buysFromStripe) return;
    if (this.#random.chance(0.1)) this.#sendInvoice(at + hours(5));
    if (this.#company.rarely(`two ${this.#customer.id} ${at}`)?.chance(0.15)) this.#sendTwo(at + hours(7));
    if (this.#customer.subscription === null) return;
    if (this.#random.chance(0.2)) this.#changePlan(this.#customer.subscription, at + days(2));
    if (this.#random.chance(0.03)) this.#chargeLittle(at + days(3));
  }

  #subscribe(at: Instant): void {
    const plan = this.#random.pick(plans);
    const trial = this.#random.chance(0.1);
    const discount = this.#random.weighted([
      [0n, 7],
      [20n, 2],
      [100n, 1],
    ] as const);
    const period = { startsAt: at, endsAt: addMonths(at, plan.interval === "year" ? 12 : 1) };
    const line = this.#line(plan, period, { amount: trial ? 0n : undefined, discount });
    const ref = this.#company.id("sub");
    const invoice = this.#invoice("subscription_create", at, [line], ref);
    const sold = this.#customer.buysFromStripe ? subscribeInCheckout(this.#company, invoice, ref) : null;
    if (!this.#bill(invoice).charge()) return;
    sold?.complete();
    const paid = trial || discount > 0n ? null : { invoice, line, from: at };
    this.#customer.subscription = { ref, plan, ...period, paid };
    this.#afterwards(invoice.payments);
  }

  #renew(at: Instant): void {
    const { subscription } = this.#customer;
    if (subscription === null || at + hours(2) < subscription.endsAt) return;
    const { ref, plan, endsAt: startsAt } = subscription;
    const period = { startsAt, endsAt: addMonths(startsAt, plan.interval === "year" ? 12 : 1) };
    const line = this.#line(plan, period, {});
    const invoice = this.#invoice("subscription_cycle", startsAt, [line], ref);
    const renewed = { ref, plan, ...period, paid: { invoice, line, from: startsAt } };
    this.#customer.subscription = this.#bill(invoice).charge() ? renewed : null;
    this.#afterwards(invoice.payments);
  }

  /** The unused time of the old plan is given back and the remaining time of the new one charged, on one invoice. */
  #changePlan(subscription: StripeSubscription, at: Instant): void {
    const { ref, plan: old, paid, startsAt, endsAt } = subscription;
    // What a customer owes is not mixed with what it is owed.
    if (paid === null || at >= endsAt || this.#customer.balance > 0n) return;
    const plan = this.#random.pick(plans.filter((other) => other.interval === old.interval && other !== old));
    const period = { startsAt: at, endsAt };
    const part = (amount: bigint, from: Instant) => this.#step(portion(amount, endsAt - at, endsAt - from));
    const credited = { invoice: paid.invoice.terms.id, line: paid.line.id };
    const unused = -part(paid.line.amount, paid.from);
    const price = priceOf(plan, this.#customer.taxation.currency);
    const added = this.#line(plan, period, { amount: part(price, startsAt), proration: true });
    const lines = [this.#line(old, period, { amount: unused, credited, proration: true }), added];
    const invoice = this.#invoice("subscription_update", at, lines, ref);
    const sold = this.#bill(invoice).charge();
    this.#customer.subscription = sold
      ? { ...subscription, plan, paid: { invoice, line: added, from: at } }
      : null;
    this.#afterwards(invoice.payments);
  }

  #sendInvoice(at: Instant): void {
    const line = this.#line(
      this.#random.pick(topUps),
      { startsAt: at, endsAt: at },
      {
        quantity: this.#random.integer(3, 12),
        discount: this.#random.fork(`item ${at}`).pick([0n, 0n, 10n]),
      },
    );
    const invoice = this.#invoice("manual", at, [line], null);
    this.#bill(invoice).send();
    this.#afterwards(invoice.payments);
  }

  /** Since Basil a payment can be for several invoices. */
  #sendTwo(at: Instant): void {
    if (!isBasil(this.#company.versionAt(at)) || this.#customer.balance > 0n) return;
    const bill = () => {
      const line = this.#line(this.#random.pick(topUps), { startsAt: at, endsAt: at }, { quantity: 2 });
      return this.#bill(this.#invoice("manual", at, [line], null));
    };
    Bill.payTogether([bill(), bill()]);
  }

  /** Too little to be charged: it becomes debt, and the next invoice asks for it. */
  #chargeLittle(at: Instant): void {
    const line = this.#line(topUps[0] as Article, { startsAt: at, endsAt: at }, { amount: 20n });
    const invoice = this.#invoice("manual", at, [line], null);
    this.#bill(invoice).charge();
    this.#afterwards(invoice.payments);
  }

  #afterwards(payments: readonly Payment[]): void {
    for (const payment of payments) {
      // What was only set aside, and let go again, is nothing that could go back.
      if (payment.amount === 0n) continue;
      new AfterPayment(this.#company, this.#customer, this.#random, payment).happen();
    }
  }

  #bill(invoice: Invoice): Bill {
    return new Bill(this.#company, this.#customer, this.#random, invoice);
  }

  #line(article: Article, period: InvoiceLine["period"], terms: LineTerms): InvoiceLine {
    const { quantity = 1, proration = false, credited = null, discount = 0n } = terms;
    const { taxation } = this.#customer;
    const amount = terms.amount ?? priceOf(article, taxation.currency) * BigInt(quantity);
    const price = this.#company.priceOf(article);
    const description = `${quantity} × ${article.name}`;
    const id = this.#company.id("il");
    return taxedLine(
      { id, price, description, quantity, amount, period, proration, credited },
      taxation,
      discount,
    );
  }

  #invoice(
    billingReason: InvoiceTerms["billingReason"],
    at: Instant,
    lines: readonly InvoiceLine[],
    subscriptionRef: string | null,
  ): Invoice {
    return new Invoice({
      id: this.#company.id("in"),
      createdAt: this.#customer.notBefore(at),
      customerRef: this.#customer.id,
      subscriptionRef,
      billingReason,
      collectionMethod: billingReason === "manual" ? "send_invoice" : "charge_automatically",
      taxation: this.#customer.taxation,
      lines,
      startingBalance: this.#customer.balance,
      soldByStripe: this.#customer.buysFromStripe,
    });
  }

  #step(amount: bigint): bigint {
    return toStep(amount, this.#customer.taxation.currency);
  }
}

interface LineTerms {
  readonly amount?: bigint | undefined;
  readonly quantity?: number;
  readonly proration?: boolean;
  readonly credited?: InvoiceLine["credited"];
  /** In percent. */
  readonly discount?: bigint;
}
