import type { Instant } from "../../domain/time.ts";
import { portion } from "../../testing/written.ts";
import { addMonths, days, hours } from "../calendar.ts";
import { type Article, plans, topUps } from "../catalogue.ts";
import type { Random } from "../random.ts";
import type { Adjustment } from "./adjustment.ts";
import { afterSale } from "./after-sale.ts";
import type { PaddleCompany } from "./company.ts";
import { PaddleCustomer, type Subscription } from "./customer.ts";
import { giveCredit, lowerInvoice, takeCreditBack } from "./give-credit.ts";
import { freeLine, type Line, type Proration, priceLine, wholeRate } from "./line.ts";
import { Sale } from "./sale.ts";
import { Transaction, type TransactionTerms } from "./transaction.ts";

/** The months of one customer. */
export class PaddleLife {
  readonly #company: PaddleCompany;
  readonly #random: Random;
  readonly #customer: PaddleCustomer;
  readonly #since: Instant;

  constructor(company: PaddleCompany, random: Random, since: Instant) {
    this.#company = company;
    this.#random = random;
    this.#customer = new PaddleCustomer(company, random, since);
    this.#since = since;
  }

  liveUntil(end: Instant): void {
    if (this.#random.chance(0.75)) this.#subscribe(this.#since + hours(1));
    for (let month = 0; addMonths(this.#since, month) < end; month += 1) {
      const at = addMonths(this.#since, month);
      this.#renew(at);
      this.#middleOfTheMonth(at + days(this.#random.integer(3, 12)));
    }
  }

  #middleOfTheMonth(at: Instant): void {
    if (this.#random.chance(0.4)) this.#buy(at);
    if (this.#random.chance(0.07)) this.#invoice(at + hours(5));
    if (this.#customer.subscription === null) return;
    if (this.#random.chance(0.2)) {
      const change = { company: this.#company, customer: this.#customer, random: this.#random };
      const transaction = changePlan(change, at + days(2));
      if (transaction !== null) this.#afterwards(transaction);
    }
    if (this.#random.chance(0.05)) this.#changePaymentMethod(at + days(3));
  }

  #subscribe(at: Instant): void {
    const plan = this.#random.pick(plans);
    const trial = this.#random.chance(0.1);
    const discount = this.#random.weighted([
      [0n, 7],
      [20n, 2],
      [100n, 1],
    ] as const);
    const line = this.#line(plan, at, trial ? "free" : discount);
    const endsAt = addMonths(at, plan.interval === "year" ? 12 : 1);
    const transaction = this.#document("web", at, [line], { startsAt: at, endsAt });
    const reference = this.#company.id("sub", at);
    this.#customer.subscriptionRef = reference;
    if (!new Sale(this.#company, this.#customer, this.#random, transaction).checkout()) {
      this.#customer.subscriptionRef = null;
      return;
    }
    const isPaid = transaction.grandTotal > 0n && discount === 0n;
    const paid = isPaid ? { transaction, line, from: at } : null;
    this.#customer.subscription = { plan, startsAt: at, endsAt, paid };
    this.#afterwards(transaction);
  }

  #renew(at: Instant): void {
    const { subscription } = this.#customer;
    if (subscription === null || at + hours(2) < subscription.endsAt) return;
    const { plan, endsAt: startsAt } = subscription;
    const endsAt = addMonths(startsAt, plan.interval === "year" ? 12 : 1);
    const line = this.#line(plan, startsAt, 0n);
    const transaction = this.#document("subscription_recurring", startsAt, [line], { startsAt, endsAt });
    if (!new Sale(this.#company, this.#customer, this.#random, transaction).charge()) {
      this.#customer.subscription = null;
      this.#customer.subscriptionRef = null;
      return;
    }
    this.#customer.subscription = { plan, startsAt, endsAt, paid: { transaction, line, from: startsAt } };
    this.#afterwards(transaction);
  }

  /** Credits, in the browser: nothing of a subscription. */
  #buy(at: Instant): void {
    const lines = [this.#line(this.#random.pick(topUps), at, this.#random.chance(0.1) ? 15n : 0n)];
    if (this.#random.chance(0.2)) lines.push(this.#line(this.#random.pick(topUps), at, 0n));
    const transaction = this.#document("web", at, lines, null);
    if (this.#withoutSubscription(() => this.#sale(transaction).checkout())) this.#afterwards(transaction);
  }

  /** Paddle takes bank transfers in three currencies only. */
  #invoice(at: Instant): void {
    if (this.#customer.pricing.currency === "JPY") return;
    const line = this.#line(this.#random.pick(topUps), at, 0n, this.#random.integer(5, 20));
    const transaction = this.#document("api", at, [line], null, "manual");
    const lower = (when: Instant) => lowerInvoice(this.#company, this.#random, transaction, when);
    if (this.#withoutSubscription(() => this.#sale(transaction).invoice(lower)))
      this.#afterwards(transaction);
  }

  #changePaymentMethod(at: Instant): void {
    const { plan } = this.#customer.subscription ?? { plan: plans[0] as Article };
    const transaction = this.#document(
      "subscription_payment_method_change",
      at,
      [this.#line(plan, at, "free")],
      null,
    );
    this.#sale(transaction).checkout();
  }

  #sale(transaction: Transaction): Sale {
    return new Sale(this.#company, this.#customer, this.#random, transaction);
  }

  #withoutSubscription(sell: () => boolean): boolean {
    const { subscriptionRef } = this.#customer;
    this.#customer.subscriptionRef = null;
    const sold = sell();
    this.#customer.subscriptionRef = subscriptionRef;
    return sold;
  }

  #afterwards(transaction: Transaction): void {
    afterSale(this.#company, this.#random, transaction);
  }

  #line(article: Article, at: Instant, price: bigint | "free", quantity = 1): Line {
    const ordered = {
      id: this.#company.id("txnitm", at),
      price: this.#company.priceOf(article, this.#since),
      quantity,
      proration: null,
      givesBack: null,
    };
    const { pricing } = this.#customer;
    return price === "free"
      ? freeLine(ordered, pricing)
      : priceLine(ordered, { ...pricing, discount: price });
  }

  #document(
    origin: string,
    createdAt: Instant,
    lines: readonly Line[],
    billingPeriod: TransactionTerms["billingPeriod"],
    collectionMode: TransactionTerms["collectionMode"] = "automatic",
  ): Transaction {
    return new Transaction({
      id: this.#company.id("txn", createdAt),
      era: this.#customer.era,
      createdAt,
      customerRef: this.#customer.id,
      currency: this.#customer.pricing.currency,
      origin,
      collectionMode,
      lines,
      billingPeriod,
    });
  }
}

interface Change {
  readonly company: PaddleCompany;
  readonly customer: PaddleCustomer;
  readonly random: Random;
}

/** To a dearer or a cheaper plan of the same interval, in the middle of a period; `null` if nothing came of it. */
function changePlan(change: Change, at: Instant): Transaction | null {
  const { company, customer, random } = change;
  const { subscription } = customer;
  if (subscription === null || subscription.paid === null || at >= subscription.endsAt) return null;
  const { plan: old, paid } = subscription;
  const others = plans.filter((plan) => plan.interval === old.interval && plan !== old);
  const plan = random.pick(others);
  const proration = prorationOf(subscription, at);
  const added = prorated(change, plan, proration, { at, quantity: 1, givesBack: null });
  const lines = [added];
  let given: Adjustment | null = null;
  if (customer.era === "lines") {
    lines.push(prorated(change, old, proration, { at, quantity: -1, givesBack: paid.line.id }));
  } else {
    given = giveCredit(company, random, paid.transaction, unused(subscription, at), at);
    customer.credit += unused(subscription, at);
  }
  const transaction = new Transaction({
    id: company.id("txn", at),
    era: customer.era,
    createdAt: at,
    customerRef: customer.id,
    currency: customer.pricing.currency,
    origin: "subscription_update",
    collectionMode: "automatic",
    lines,
    billingPeriod: subscription,
  });
  const sold = new Sale(company, customer, random, transaction).charge();
  customer.subscription = sold
    ? { ...subscription, plan, paid: { transaction, line: added, from: at } }
    : null;
  if (!sold) customer.subscriptionRef = null;
  if (given !== null && random.fork(given.terms.id).chance(0.3)) {
    takeCreditBack(company, customer, given, transaction.updatedAt + hours(20));
  }
  return sold ? transaction : null;
}

function prorated(
  { company, customer }: Change,
  plan: (typeof plans)[number],
  proration: Proration,
  { at, quantity, givesBack }: { at: Instant; quantity: 1 | -1; givesBack: string | null },
): Line {
  const price = company.priceOf(plan, at);
  return priceLine({ id: company.id("txnitm", at), price, quantity, proration, givesBack }, customer.pricing);
}

function prorationOf({ startsAt, endsAt }: Subscription, at: Instant): Proration {
  return { rate: ((endsAt - at) * wholeRate) / (endsAt - startsAt), startsAt: at, endsAt };
}

/** What is left of what the line cost, by time. */
function unused({ paid, endsAt }: Subscription, at: Instant): bigint {
  return paid === null ? 0n : portion(paid.line.totals.total, endsAt - at, endsAt - paid.from);
}
