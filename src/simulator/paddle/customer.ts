import type { Instant } from "../../domain/time.ts";
import type { Article, CurrencyCode } from "../catalogue.ts";
import type { Random } from "../random.ts";
import type { PaddleCompany } from "./company.ts";
import type { Line, Pricing } from "./line.ts";
import type { Era, Transaction } from "./transaction.ts";

/** The plan a customer pays for now. */
export interface Subscription {
  readonly plan: Article;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  /** The document and the line that paid for it, and from when on; a trial has no such line. */
  readonly paid: { readonly transaction: Transaction; readonly line: Line; readonly from: Instant } | null;
}

export class PaddleCustomer {
  readonly id: string;
  readonly since: Instant;
  readonly era: Era;
  readonly pricing: Pricing;
  /** In the customer's one currency; Paddle holds it. */
  credit = 0n;
  subscriptionRef: string | null = null;
  subscription: Subscription | null = null;

  constructor(company: PaddleCompany, random: Random, since: Instant) {
    this.id = company.id("ctm", since);
    this.since = since;
    this.era = random.chance(0.4) ? "credits" : "lines";
    const currency = random.weighted<CurrencyCode>([
      ["USD", 4],
      ["EUR", 3],
      ["GBP", 2],
      ["JPY", 1],
    ]);
    const taxRate = random.pick([0n, 700n, 1900n, 2000n, 2100n]);
    this.pricing = { currency, taxRate, taxIncluded: random.chance(0.5), discount: 0n };
    company.customers.push(this);
  }
}
