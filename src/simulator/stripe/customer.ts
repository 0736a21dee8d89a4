import type { Instant } from "../../domain/time.ts";
import { seconds } from "../calendar.ts";
import type { Article, CurrencyCode } from "../catalogue.ts";
import type { Random } from "../random.ts";
import type { StripeCompany } from "./company.ts";
import type { Invoice, InvoiceLine, Taxation } from "./invoice.ts";

export interface StripeSubscription {
  readonly ref: string;
  readonly plan: Article;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  /** What paid for it, and from when on; a trial was not paid for. */
  readonly paid: { readonly invoice: Invoice; readonly line: InvoiceLine; readonly from: Instant } | null;
}

export class StripeCustomer {
  readonly id: string;
  readonly since: Instant;
  readonly taxation: Taxation;
  /** Stripe is the merchant of record of all that it buys. */
  readonly buysFromStripe: boolean;
  /** Stripe's sign: negative is credit of the customer, positive debt. */
  balance = 0n;
  /** When an invoice last used the balance, or something changed it. */
  balanceAt: Instant = 0n;
  subscription: StripeSubscription | null = null;

  constructor(company: StripeCompany, random: Random, since: Instant) {
    this.id = company.id("cus");
    this.since = since;
    this.buysFromStripe = company.buysFromStripe(this.id);
    const currency = random.weighted<CurrencyCode>([
      ["USD", 4],
      ["EUR", 3],
      ["GBP", 2],
      ["JPY", 1],
      ["KWD", 1],
    ]);
    const taxRate = random.pick([0n, 825n, 1900n, 2000n, 2100n]);
    this.taxation = { currency, taxRate, taxRateRef: company.id("txr"), inclusive: random.chance(0.4) };
    company.customers.push(this);
  }

  /** A wish to change the balance, or to use it, waits for everything that was there before. */
  notBefore(at: Instant): Instant {
    return at > this.balanceAt ? at : this.balanceAt + seconds(1);
  }
}
