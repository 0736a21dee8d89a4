import { type OwnProvider, providerNames } from "../domain/ids.ts";
import type { Instant } from "../domain/time.ts";
import { addMonths, day, days } from "./calendar.ts";
import { type Emission, inOrder } from "./emission.ts";
import { PaddleCompany } from "./paddle/company.ts";
import { PaddleLife } from "./paddle/life.ts";
import { paddleTruth } from "./paddle/truth.ts";
import { Random } from "./random.ts";
import type { Restatement } from "./restatement.ts";
import { StripeCompany } from "./stripe/company.ts";
import { StripeLife } from "./stripe/life.ts";
import { stripeTruth } from "./stripe/truth.ts";
import { joined, type Truth } from "./true-books.ts";
import { refundSpent } from "./usage/refund-spent.ts";
import { afterUsage } from "./usage/truth.ts";
import type { UsageCall } from "./usage/usage-call.ts";
import { type User, usageOf } from "./usage/use.ts";

export interface WorldOptions {
  readonly customers: number;
  readonly months: number;
  readonly seed: string;
  /** Where the company sells; customers take turns. */
  readonly providers?: readonly OwnProvider[];
  /**
   * Whether also that happens which happens to few: refunds and disputes at another rate than the sale's, refunds that come
   * back at a price, disputes in two steps, payments that are authorised first, part payments, one payment for two invoices.
   */
  readonly eventful?: boolean;
  /** Whether some buy from Stripe itself, the merchant of record of such sales, beside those to whom the company sells. */
  readonly stripeSells?: boolean;
  /** Whether some who have used up what they had get their last payment back, at the very end. */
  readonly refundsOfSpent?: boolean;
}

/** Months of a software company's business, told twice: by what the providers say, and by what is true. */
export interface World {
  /** In the order they happened. */
  readonly emissions: readonly Emission[];
  /** What webhooks alone let one know. */
  readonly truth: Truth;
  /** The same with what only lists and reports tell: fees, and what was settled. */
  readonly settledTruth: Truth;
  /** The same with what only reports tell: what Paddle takes and gives for itself. */
  readonly reportedTruth: Truth;
  /** What customers used, in the order it is told in; no truth above knows of it. */
  readonly usage: readonly UsageCall[];
  readonly paddle: PaddleCompany;
  readonly stripe: StripeCompany;
  /** In what the providers' lists and reports are not true. */
  readonly restatements: readonly Restatement[];
  readonly beginsAt: Instant;
  readonly endsAt: Instant;
}

/** Nobody signs up from here on: a seed gives the same bytes today and tomorrow. */
const lastDay = day(2026, 11, 1);

/** The same options give the same world, to the byte. */
export function buildWorld(options: WorldOptions): World {
  const { customers, months, seed, providers = providerNames } = options;
  const { eventful = false, refundsOfSpent = false, stripeSells = false } = options;
  const random = new Random(seed);
  const beginsAt = addMonths(lastDay, -months);
  const paddle = new PaddleCompany(random.fork("paddle"), { eventful });
  const stripe = new StripeCompany(random.fork("stripe"), {
    beginsAt,
    endsAt: lastDay,
    eventful,
    stripeSells,
  });
  for (let number = 0; number < customers; number += 1) {
    const own = random.fork(`customer ${number}`);
    const since = beginsAt + days(own.fraction() * months * 20);
    const isPaddle = providers[number % providers.length] === "paddle";
    const life = isPaddle ? new PaddleLife(paddle, own, since) : new StripeLife(stripe, own, since);
    life.liveUntil(lastDay);
  }
  paddle.payOut(beginsAt, lastDay);
  stripe.addAccountRows();
  stripe.payOut();
  const told = () => joined(paddleTruth(paddle, "by events"), stripeTruth(stripe, "by webhooks"));
  const unspent = told();
  const usage = usageOf(random.fork("usage"), [...paddleUsers(paddle), ...stripeUsers(stripe)], {
    wallets: unspent.wallets,
    endsAt: lastDay,
  });
  if (refundsOfSpent) {
    const { wallets } = afterUsage(unspent, usage);
    refundSpent({ paddle, stripe }, random.fork("spent"), { wallets, endsAt: lastDay });
  }
  return {
    emissions: inOrder([...paddle.emissions, ...stripe.emissions]),
    truth: told(),
    settledTruth: joined(paddleTruth(paddle, "by events"), stripeTruth(stripe, "by lists")),
    reportedTruth: joined(paddleTruth(paddle, "by reports"), stripeTruth(stripe, "by lists")),
    usage,
    paddle,
    stripe,
    restatements: [],
    beginsAt,
    endsAt: lastDay,
  };
}

function paddleUsers({ customers }: PaddleCompany): User[] {
  return customers.map(({ id, since, pricing: { currency } }) => ({
    owner: `paddle:${id}`,
    since,
    currency,
  }));
}

function stripeUsers({ customers }: StripeCompany): User[] {
  return customers.map(({ id, since, taxation: { currency } }) => ({
    owner: `stripe:${id}`,
    since,
    currency,
  }));
}
