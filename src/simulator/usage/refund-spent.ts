import type { Instant } from "../../domain/time.ts";
import { hours } from "../calendar.ts";
import { refundAll } from "../paddle/after-sale.ts";
import type { PaddleCompany } from "../paddle/company.ts";
import type { Random } from "../random.ts";
import { AfterPayment } from "../stripe/after-payment.ts";
import type { StripeCompany } from "../stripe/company.ts";
import type { TrueWallet } from "../true-books.ts";

/** At each provider. */
const atMost = 2;

interface Companies {
  readonly paddle: PaddleCompany;
  readonly stripe: StripeCompany;
}

/** Some who have used all that they had get their last payment back, whole, hours before the end. */
export function refundSpent(
  { paddle, stripe }: Companies,
  random: Random,
  { wallets, endsAt }: { readonly wallets: readonly TrueWallet[]; readonly endsAt: Instant },
): void {
  const spent = new Set(wallets.filter(({ balance }) => balance === 0n).map(({ owner }) => owner));
  const at = endsAt - hours(6);
  const sales = paddle.customers.flatMap(({ id }) => {
    if (!spent.has(`paddle:${id}`)) return [];
    return paddle.transactions.findLast((sale) => sale.customerRef === id && sale.isUntouched) ?? [];
  });
  for (const sale of sales.slice(0, atMost)) refundAll(paddle, random, sale, at);
  const payments = stripe.customers.flatMap((customer) => {
    if (!spent.has(`stripe:${customer.id}`)) return [];
    const payment = stripe.payments.findLast(
      ({ terms, isUntouched }) => terms.customerRef === customer.id && isUntouched,
    );
    return payment === undefined ? [] : [{ customer, payment }];
  });
  for (const { customer, payment } of payments.slice(0, atMost))
    new AfterPayment(stripe, customer, random, payment).refundAll(at);
}
