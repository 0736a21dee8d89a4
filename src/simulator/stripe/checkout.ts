import type { Instant } from "../../domain/time.ts";
import { divideRounded, portion } from "../../testing/rounding.ts";
import { sessionBody } from "../../testing/stripe/payment-body.ts";
import { hours, seconds } from "../calendar.ts";
import { priceOf, topUps, toStep } from "../catalogue.ts";
import type { Random } from "../random.ts";
import { authorise, capture, collect, newPayment } from "./collecting.ts";
import type { StripeCompany } from "./company.ts";
import type { StripeCustomer } from "./customer.ts";
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
  const checkout = { id: company.id("cs"), tax, discount };
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

/** Authorised when it is ordered, and taken as far as there is something to deliver, which may be nothing. */
function authoriseFirst(
  company: StripeCompany,
  customer: StripeCustomer,
  random: Random,
  at: Instant,
): Payment {
  const { currency } = customer.taxation;
  const amount = priceOf(random.pick(topUps), currency);
  const checkout = { id: company.id("cs"), tax: 0n, discount: 0n };
  const purpose = { kind: "checkout", checkout } as const;
  const terms = newPayment(company, at, { purpose, customerRef: customer.id, currency, amount });
  const payment = authorise(company, terms);
  company.say("checkout.session.completed", at + seconds(1), () => sessionBody(payment, checkout));
  const percent = random.pick([0n, 60n, 100n]);
  capture(company, payment, toStep(portion(amount, percent, 100n), currency), at + hours(3));
  return payment;
}
