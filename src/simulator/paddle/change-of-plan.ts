import type { Instant } from "../../domain/time.ts";
import { portion } from "../../testing/written.ts";
import { hours } from "../calendar.ts";
import { plans } from "../catalogue.ts";
import type { Random } from "../random.ts";
import type { Adjustment } from "./adjustment.ts";
import type { PaddleCompany } from "./company.ts";
import type { PaddleCustomer, Subscription } from "./customer.ts";
import { giveCredit, takeCreditBack } from "./give-credit.ts";
import { type Line, type Proration, priceLine, wholeRate } from "./line.ts";
import { Sale } from "./sale.ts";
import { Transaction } from "./transaction.ts";

export interface Change {
  readonly company: PaddleCompany;
  readonly customer: PaddleCustomer;
  readonly random: Random;
}

/** To a dearer or a cheaper plan of the same interval, in the middle of a period; `null` if nothing came of it. */
export function changePlan(change: Change, at: Instant): Transaction | null {
  const { company, customer, random } = change;
  const { subscription } = customer;
  if (subscription === null || subscription.paid === null || at >= subscription.endsAt) return null;
  const { plan: old, paid } = subscription;
  const others = plans.filter((plan) => plan.interval === old.interval && plan !== old);
  const plan = random.pick(others);
  const proration = prorationOf(subscription, at);
  const added = line(change, plan, proration, { at, quantity: 1, givesBack: null });
  const lines = [added];
  let given: Adjustment | null = null;
  if (customer.era === "lines") {
    lines.push(line(change, old, proration, { at, quantity: -1, givesBack: paid.line.id }));
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

function line(
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
