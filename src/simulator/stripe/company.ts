import type { Instant } from "../../domain/time.ts";
import type { InvoicePaymentTerms } from "../../testing/stripe/payment-body.ts";
import { type Json, portion, stripeEvent, unixSeconds } from "../../testing/written.ts";
import { days, hours, nextMonth } from "../calendar.ts";
import { type Article, type CurrencyCode, payoutCurrency, toPayoutCurrency } from "../catalogue.ts";
import type { Emission } from "../emission.ts";
import type { Random } from "../random.ts";
import { ProviderAccount } from "../true-books.ts";
import { type AccountRowType, type BalanceRow, rateOf } from "./balance.ts";
import type { StripeCustomer } from "./customer.ts";
import type { Invoice, StripePrice } from "./invoice.ts";
import type { CreditNote, Dispute, Payment, Refund } from "./payment.ts";
import { type ApiVersion, versionAt } from "./versions.ts";

export interface StripePayout {
  readonly id: string;
  readonly amount: bigint;
  readonly createdAt: Instant;
  readonly paidAt: Instant;
  /** The bank sent it back, days after it was said to be paid. */
  readonly failedAt: Instant | null;
  readonly row: BalanceRow;
}

/** A change of what Stripe holds for a customer, or the customer owes; no event tells it. */
export interface CustomerRow {
  readonly id: string;
  readonly customerRef: string;
  readonly type: "applied_to_invoice" | "credit_note" | "invoice_overpaid";
  readonly invoiceRef: string;
  readonly createdAt: Instant;
  readonly currency: string;
  /** Stripe's sign: negative is credit of the customer. */
  readonly amount: bigint;
  readonly endingBalance: bigint;
}

interface Span {
  readonly beginsAt: Instant;
  readonly endsAt: Instant;
  readonly eventful: boolean;
  readonly stripeSells: boolean;
}

/** What came of a checkout in which a subscription was bought from Stripe. */
export interface SubscriptionSession {
  readonly id: string;
  readonly subscription: SoldSubscription;
  readonly invoice: Invoice;
  readonly at: Instant;
}

/** A subscription of which Stripe is the seller. */
export interface SoldSubscription {
  readonly ref: string;
  readonly customerRef: string;
  readonly currency: CurrencyCode;
  readonly at: Instant;
}

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** The company's account with Stripe: what it sold there, what was said of it, and what Stripe owes it. */
export class StripeCompany {
  readonly emissions: Emission[] = [];
  readonly customers: StripeCustomer[] = [];
  readonly invoices: Invoice[] = [];
  readonly payments: Payment[] = [];
  readonly refunds: Refund[] = [];
  readonly disputes: Dispute[] = [];
  readonly notes: CreditNote[] = [];
  readonly payouts: StripePayout[] = [];
  readonly rows: BalanceRow[] = [];
  readonly invoicePayments: InvoicePaymentTerms[] = [];
  readonly customerRows: CustomerRow[] = [];
  readonly soldSubscriptions: SoldSubscription[] = [];
  readonly subscriptionSessions: SubscriptionSession[] = [];
  /** What webhooks alone let one know: rows of disputes, and payouts. Charges wait with their gross for their own rows. */
  readonly known = new ProviderAccount("assets:provider:stripe:default:balance");
  readonly unsettled = new ProviderAccount("assets:provider:stripe:default:unsettled");
  readonly #random: Random;
  readonly #span: Span;
  readonly #prices = new Map<Article, StripePrice>();
  #invoiceNumbers = 0;

  constructor(random: Random, span: Span) {
    this.#random = random;
    this.#span = span;
  }

  /** Chance of what happens to few, apart from all other; `null` where only the usual happens. */
  rarely(part: string): Random | null {
    return this.#span.eventful ? this.#random.fork(part) : null;
  }

  /** Whether somebody buys from Stripe itself. */
  buysFromStripe(customerRef: string): boolean {
    return this.#span.stripeSells && this.#random.fork(`seller ${customerRef}`).chance(0.5);
  }

  /** What is settled of an amount that moves on a day of its own: where little happens, rates stand still. */
  exchanged(amount: bigint, currency: CurrencyCode, part: string): Pick<BalanceRow, "gross" | "rate"> {
    const gross = toPayoutCurrency(amount, currency);
    const rate = rateOf(currency);
    const moved = rate === null ? null : this.rarely(`rate ${part}`);
    if (moved === null) return { gross, rate };
    const thousandths = moved.integer(970, 1030);
    const stated = ((Number(rate) * thousandths) / 1_000).toFixed(7);
    return { gross: portion(gross, BigInt(thousandths), 1_000n), rate: stated };
  }

  id(prefix: string): string {
    return `${prefix}_${this.#random.text(alphabet, 24)}`;
  }

  priceOf(article: Article): StripePrice {
    const known = this.#prices.get(article);
    if (known !== undefined) return known;
    const price = { id: this.id("price"), productId: this.id("prod"), article };
    this.#prices.set(article, price);
    return price;
  }

  nextInvoiceNumber(): string {
    this.#invoiceNumbers += 1;
    return `INKWELL-${String(this.#invoiceNumbers).padStart(5, "0")}`;
  }

  versionAt(at: Instant): ApiVersion {
    return versionAt(at, this.#span);
  }

  addRow(row: Omit<BalanceRow, "id">): BalanceRow {
    const added = { ...row, id: this.id("txn") };
    this.rows.push(added);
    return added;
  }

  /** Says something, in the words of the API version of that time. */
  say(type: string, at: Instant, object: (version: ApiVersion) => Json): void {
    const version = this.versionAt(at);
    const id = this.id("evt");
    const event = stripeEvent({ id, type, at, version }, object(version));
    this.emissions.push({ provider: "stripe", id, type, at, body: JSON.stringify(event) });
  }

  /** What Stripe does for itself; no event tells it. */
  addAccountRows(): void {
    for (const row of accountRows(this.#random.fork("account rows"), this.#span)) this.addRow(row);
  }

  /** Once a week Stripe sends all it owes to the bank; now and then the bank sends it back. */
  payOut(): void {
    for (let at = this.#span.beginsAt + days(7); at < this.#span.endsAt; at += days(7)) {
      const amount = this.#owed(at);
      if (amount <= 0n) continue;
      const id = this.id("po");
      const row = this.addRow(payoutRow(id, at, -amount, "payout"));
      const paidAt = at + days(2);
      const failedAt = this.payouts.length % 13 === 5 ? paidAt + days(2) : null;
      const payout = { id, amount, createdAt: at, paidAt, failedAt, row };
      this.payouts.push(payout);
      this.#sayPayout(payout);
    }
  }

  #sayPayout(payout: StripePayout): void {
    const { id, amount, createdAt, paidAt, failedAt } = payout;
    this.known.change(createdAt, payoutCurrency, -amount);
    this.say("payout.created", createdAt, () => stripePayoutBody(payout, "pending"));
    this.say("payout.updated", createdAt + hours(20), () => stripePayoutBody(payout, "in_transit"));
    this.say("payout.paid", paidAt, () => stripePayoutBody(payout, "paid"));
    if (failedAt === null) return;
    this.addRow(payoutRow(id, failedAt, amount, "payout_failure"));
    this.known.change(failedAt, payoutCurrency, amount);
    this.say("payout.failed", failedAt, () => stripePayoutBody(payout, "failed"));
  }

  #owed(before: Instant): bigint {
    return this.rows
      .filter((row) => row.createdAt < before)
      .reduce((sum, row) => sum + row.gross - row.fee, 0n);
  }
}

function payoutRow(
  source: string,
  createdAt: Instant,
  gross: bigint,
  type: "payout" | "payout_failure",
): Omit<BalanceRow, "id"> {
  const category = type === "payout" ? "payout" : "payout_reversal";
  return { type, category, source, createdAt, gross, fee: 0n, rate: null };
}

export function stripePayoutBody(
  { id, amount, createdAt, paidAt, row }: StripePayout,
  status: "pending" | "in_transit" | "paid" | "failed",
): Json {
  return {
    id,
    object: "payout",
    amount: Number(amount),
    arrival_date: unixSeconds(paidAt),
    automatic: true,
    balance_transaction: row.id,
    created: unixSeconds(createdAt),
    currency: payoutCurrency.toLowerCase(),
    description: "STRIPE PAYOUT",
    failure_balance_transaction: null,
    failure_code: status === "failed" ? "account_closed" : null,
    livemode: false,
    metadata: {},
    reconciliation_status: "completed",
    status,
    type: "bank_account",
  };
}

const accountRowCategories: Readonly<Record<AccountRowType, string>> = {
  stripe_fee: "fee",
  network_cost: "network_cost",
  tax_fee: "tax",
  reserve_transaction: "risk_reserved_funds",
};

/** Month by month: what Stripe's other services cost, tax on it, and now and then a reserve that is held for a while. */
function accountRows(random: Random, { beginsAt, endsAt }: Span): Omit<BalanceRow, "id">[] {
  const rows: Omit<BalanceRow, "id">[] = [];
  const add = (type: AccountRowType, createdAt: Instant, gross: bigint, description: string) => {
    const category = accountRowCategories[type];
    rows.push({ type, category, source: null, description, createdAt, gross, fee: 0n, rate: null });
  };
  for (let at = nextMonth(beginsAt); at < endsAt; at = nextMonth(at)) {
    const cost = BigInt(random.integer(200, 900));
    add("stripe_fee", at + hours(9), -cost, "Billing - Usage Fee");
    add("tax_fee", at + hours(9), -(cost / 5n), "VAT on Billing - Usage Fee");
    if (random.chance(0.5))
      add("network_cost", at + hours(30), -BigInt(random.integer(5, 60)), "Card network costs");
    if (!random.chance(0.3)) continue;
    const held = BigInt(random.integer(1_000, 5_000));
    add("reserve_transaction", at + days(9), -held, "Reserve");
    if (random.chance(0.7)) add("reserve_transaction", at + days(23), held, "Reserve released");
  }
  return rows;
}
