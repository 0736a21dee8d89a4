import type { Instant } from "../../domain/time.ts";
import { chargeBody, intentBody } from "../../testing/stripe/payment-body.ts";
import { refundBody } from "../../testing/stripe/returned-body.ts";
import { hours, seconds } from "../calendar.ts";
import { toPayoutCurrency } from "../catalogue.ts";
import type { Random } from "../random.ts";
import { chargeFee, rateOf, withFee } from "./balance.ts";
import type { StripeCompany } from "./company.ts";
import { Payment, type PaymentTerms, type Refund } from "./payment.ts";

/** Cash comes in: an intent and its charge succeed; the row of the balance may be told only later. */
export function collect(company: StripeCompany, random: Random, terms: PaymentTerms): Payment {
  const payment = new Payment(terms);
  const { chargeRef, amount, currency, at } = terms;
  const gross = toPayoutCurrency(amount, currency);
  payment.row = company.addRow({
    type: "charge",
    category: "charge",
    source: chargeRef,
    createdAt: at,
    gross,
    ...withFee(
      chargeFee(amount, currency),
      payment.soldByStripe ? { gross, amount, tax: payment.tax } : null,
    ),
    rate: rateOf(currency),
  });
  payment.rowKnown = random.chance(0.5);
  company.payments.push(payment);
  company.unsettled.change(at, currency, amount - (payment.soldByStripe ? payment.tax : 0n));
  company.say("payment_intent.succeeded", at, (version) => intentBody(payment, version));
  company.say("charge.succeeded", at, (version) => chargeBody(payment, version));
  if (!payment.rowKnown) sayRow(company, random, payment);
  return payment;
}

/** Money is set aside, and none is taken yet. */
export function authorise(company: StripeCompany, terms: PaymentTerms): Payment {
  const payment = new Payment(terms);
  payment.captured = 0n;
  company.payments.push(payment);
  const { at } = terms;
  company.say("charge.succeeded", at, (version) => chargeBody(payment, version));
  company.say("payment_intent.amount_capturable_updated", at, (version) => intentBody(payment, version));
  return payment;
}

/** Takes a part of what was authorised, and lets the rest go: the balance moves by all of it, and back by the rest. */
export function capture(company: StripeCompany, payment: Payment, amount: bigint, at: Instant): void {
  const { terms } = payment;
  const { chargeRef, currency } = terms;
  payment.captured = amount;
  const rest = terms.amount - amount;
  if (rest > 0n) payment.release = releaseOf(company, payment, rest, at);
  if (amount > 0n) {
    payment.row = company.addRow({
      type: "charge",
      category: "charge",
      source: chargeRef,
      createdAt: at,
      gross: toPayoutCurrency(terms.amount, currency),
      fee: chargeFee(amount, currency),
      rate: rateOf(currency),
    });
    if (payment.release !== null)
      payment.release.row = company.addRow({
        type: "partial_capture_reversal",
        category: "partial_capture_reversal",
        source: payment.release.id,
        createdAt: at,
        gross: toPayoutCurrency(amount, currency) - toPayoutCurrency(terms.amount, currency),
        fee: 0n,
        rate: rateOf(currency),
      });
    payment.rowKnown = true;
    company.unsettled.change(at, currency, amount);
    company.say("charge.captured", at, (version) => chargeBody(payment, version));
    company.say("payment_intent.succeeded", at, (version) => intentBody(payment, version));
  } else {
    company.say("payment_intent.canceled", at, (version) => intentBody(payment, version));
  }
  if (payment.release === null) return;
  const { release } = payment;
  company.say("refund.created", at + seconds(1), () => refundBody(release));
  company.say("charge.refunded", at + seconds(1), (version) => chargeBody(payment, version));
}

function releaseOf(company: StripeCompany, payment: Payment, amount: bigint, createdAt: Instant): Refund {
  const id = company.id("re");
  const release: Refund = {
    id,
    payment,
    amount,
    createdAt,
    status: "succeeded",
    row: null,
    failureRow: null,
  };
  company.refunds.push(release);
  return release;
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
