import type { Instant } from "../../domain/time.ts";
import { divideRounded, portion } from "../../testing/rounding.ts";
import { sessionBody } from "../../testing/stripe/payment-body.ts";
import { seconds } from "../calendar.ts";
import { priceOf, topUps, toStep } from "../catalogue.ts";
import type { Random } from "../random.ts";
import { collect, newPayment } from "./collecting.ts";
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
