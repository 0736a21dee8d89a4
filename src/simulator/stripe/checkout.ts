import type { Instant } from "../../domain/time.ts";
import {
  sessionBody,
  soldSubscriptionBody,
  subscriptionSessionBody,
} from "../../testing/stripe/payment-body.ts";
import { divideRounded, portion } from "../../testing/written.ts";
import { hours, seconds } from "../calendar.ts";
import { priceOf, topUps, toStep } from "../catalogue.ts";
import type { Random } from "../random.ts";
import { authorise, capture, collect, newPayment } from "./collecting.ts";
import type { StripeCompany } from "./company.ts";
import type { StripeCustomer } from "./customer.ts";
import type { Invoice } from "./invoice.ts";
import type { Payment } from "./payment.ts";

/** A top-up in a checkout of mode `payment`, which makes no invoice; some buy without an account. */
export function buyInCheckout(
  company: StripeCompany,
  customer: StripeCustomer,
  random: Random,
  at: Instant,
): Payment {
  const rare = company.rarely(`checkout ${customer.id} ${at}`);
  if (rare?.chance(0.2)) return authoriseFirst(company, customer, rare, at);
  const { currency, taxRate } = customer.taxation;
  const listed = priceOf(random.pick(topUps), currency);
  const discount = random.chance(0.15) ? toStep(portion(listed, 10n, 100n), currency) : 0n;
  const tax = toStep(divideRounded((listed - discount) * taxRate, 10_000n), currency);
  const checkout = { id: company.id("cs"), tax, discount, soldByStripe: customer.buysFromStripe };
  const payment = collect(
    company,
    random,
    newPayment(company, at, {
      purpose: { kind: "checkout", checkout },
      customerRef: random.chance(0.06) ? null : customer.id,
      currency,
      amount: listed - discount + tax,
    }),
  );
  const said = at + seconds(random.integer(0, 3));
  company.say("checkout.session.completed", said, () => sessionBody(payment, checkout));
  return payment;
}

/**
 * A subscription that Stripe sells begins in a checkout, which tells so, like the subscription itself; of its invoices none does.
 * It is complete once the first of them is paid.
 */
export function subscribeInCheckout(
  company: StripeCompany,
  invoice: Invoice,
  ref: string,
): { complete(): void } {
  const { createdAt: at, customerRef, taxation } = invoice.terms;
  const subscription = { ref, customerRef, currency: taxation.currency, at };
  company.soldSubscriptions.push(subscription);
  company.say("customer.subscription.created", at, () => soldSubscriptionBody(subscription));
  return {
    complete() {
      const session = {
        id: company.id("cs"),
        subscription,
        invoice,
        at: (invoice.paidAt ?? at) + seconds(2),
      };
      company.subscriptionSessions.push(session);
      company.say("checkout.session.completed", session.at, () => subscriptionSessionBody(session));
    },
  };
}

/** Authorised when it is ordered, and taken as far as there is something to deliver, which may be nothing. */
function authoriseFirst(
  company: StripeCompany,
  customer: StripeCustomer,
  random: Random,
  at: Instant,
): Payment {
  const { currency } = customer.taxation;
  const amount = priceOf(random.pick(topUps), currency);
  const checkout = { id: company.id("cs"), tax: 0n, discount: 0n, soldByStripe: customer.buysFromStripe };
  const purpose = { kind: "checkout", checkout } as const;
  const terms = newPayment(company, at, { purpose, customerRef: customer.id, currency, amount });
  const payment = authorise(company, terms);
  company.say("checkout.session.completed", at + seconds(1), () => sessionBody(payment, checkout));
  const percent = random.pick([0n, 60n, 100n]);
  capture(company, payment, toStep(portion(amount, percent, 100n), currency), at + hours(3));
  return payment;
}
