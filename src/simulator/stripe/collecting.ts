import type { Instant } from "../../domain/time.ts";
import { chargeBody, intentBody } from "../../testing/stripe/payment-body.ts";
import { hours, seconds } from "../calendar.ts";
import { toPayoutCurrency } from "../catalogue.ts";
import type { Random } from "../random.ts";
import { chargeFee, rateOf } from "./balance.ts";
import type { StripeCompany } from "./company.ts";
import { Payment, type PaymentTerms } from "./payment.ts";

/** Cash comes in: an intent and its charge succeed; the row of the balance may be told only later. */
export function collect(company: StripeCompany, random: Random, terms: PaymentTerms): Payment {
  const payment = new Payment(terms);
  const { chargeRef, amount, currency, at } = terms;
  payment.row = company.addRow({
    type: "charge",
    category: "charge",
    source: chargeRef,
    createdAt: at,
    gross: toPayoutCurrency(amount, currency),
    fee: chargeFee(amount, currency),
    rate: rateOf(currency),
  });
  payment.rowKnown = random.chance(0.5);
  company.payments.push(payment);
  company.unsettled.change(at, currency, amount);
  company.say("payment_intent.succeeded", at, (version) => intentBody(payment, version));
  company.say("charge.succeeded", at, (version) => chargeBody(payment, version));
  if (!payment.rowKnown) sayRow(company, random, payment);
  return payment;
}

function sayRow(company: StripeCompany, random: Random, payment: Payment): void {
  const later = payment.terms.at + seconds(random.integer(2, 3600)) + hours(random.integer(0, 20));
  payment.rowKnown = true;
  company.say("charge.updated", later, (version) => chargeBody(payment, version));
}

/** The names of a payment about to be made; an invoice has its intent already. */
export function newPayment(
  company: StripeCompany,
  at: Instant,
  terms: Omit<PaymentTerms, "chargeRef" | "at" | "intentRef"> & { readonly intentRef?: string | null },
): PaymentTerms {
  return { ...terms, intentRef: terms.intentRef ?? company.id("pi"), chargeRef: company.id("ch"), at };
}
