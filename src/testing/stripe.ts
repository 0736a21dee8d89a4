import type { Instant } from "../domain/time.ts";
import type { Moment } from "../library/asked.ts";
import { type Figure, Figures, newId, type Unchecked } from "./figures.ts";
import { invoiceBody, type ShownInvoice, type ShownLine } from "./stripe/invoice-body.ts";
import {
  chargeBody,
  intentBody,
  invoicePaymentBody,
  type ShownPayment,
  sessionBody,
} from "./stripe/payment-body.ts";
import { creditNoteBody, disputeBody, refundBody, type ShownRow } from "./stripe/returned-body.ts";
import { type Json, portion, stripeEvent } from "./written.ts";

/** An event of Stripe's, as its webhook posts it. */
export interface StripeEvent {
  readonly id: string;
  readonly object: "event";
  readonly api_version: string;
  readonly created: number;
  readonly data: { readonly object: Record<string, Json> };
  readonly livemode: boolean;
  readonly pending_webhooks: number;
  readonly request: { readonly id: null; readonly idempotency_key: null };
  readonly type: string;
}

/** What all events of Stripe's have. */
interface AnyEvent extends Unchecked {
  /** When it happened. */
  readonly at?: Moment;
  /** The event's own id: the same again is a duplicate. */
  readonly eventId?: string;
  /** The event's type, where it is not the usual one. */
  readonly type?: string;
  /** `2026-03-25.dahlia` unless said otherwise; before `2025-03-31` bodies have their older shape. */
  readonly apiVersion?: string;
}

/** What an invoice is made of; whatever is left out follows. */
export interface StripeInvoice extends AnyEvent {
  /** `in_…`; say it again for a later event of the same invoice. */
  readonly id?: string;
  /** `cus_…` */
  readonly customer?: string | null;
  /** `sub_…` */
  readonly subscription?: string | null;
  /** `USD` unless said otherwise. */
  readonly currency?: string;
  /** `paid` unless said otherwise. */
  readonly status?: "draft" | "open" | "paid" | "uncollectible" | "void";
  /** One line of `total`, unless they are said. */
  readonly lines?: readonly StripeLine[];
  /** What all lines are together before discounts and tax that comes on top. */
  readonly subtotal?: Figure;
  /** Taken off before tax: none unless said otherwise. */
  readonly discount?: Figure;
  /** On top of the lines. */
  readonly tax?: Figure;
  /** With tax; 1000 unless lines say otherwise. */
  readonly total?: Figure;
  /** Credit of the customer's balance that paid a part. */
  readonly credit?: Figure;
  /** What the customer is asked to pay: the total less the credit. */
  readonly amountDue?: Figure;
  /** All that is due, once it is paid. */
  readonly amountPaid?: Figure;
  /** Your own; a policy's `match.metadata` and `owner_from` read it. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Why there is an invoice. */
  readonly billingReason?: "subscription_create" | "subscription_cycle" | "subscription_update" | "manual";
}

/** One line of an invoice. */
export interface StripeLine {
  /** `il_…` */
  readonly id?: string;
  /** `price_…`, as rules of a policy match it. */
  readonly price?: string;
  /** `prod_…`, as rules of a policy match it. */
  readonly product?: string;
  /** As the customer reads it. */
  readonly description?: string;
  /** 1 unless said otherwise. */
  readonly quantity?: number;
  /** Before discount and tax; negative where time is given back. */
  readonly amount: Figure;
  /** Taken off before tax: none unless said otherwise. */
  readonly discount?: Figure;
  /** On top of it: none unless said otherwise. */
  readonly tax?: Figure;
  /** Whether it is for a part of a period, after a change of plan. */
  readonly proration?: boolean;
}

/** What a payment is made of. */
export interface StripePaymentIntent extends AnyEvent {
  /** `pi_…` */
  readonly id?: string;
  /** `ch_…`: the charge that succeeded. */
  readonly charge?: string;
  /** `cus_…`; `null`: none is known. */
  readonly customer?: string | null;
  /** `USD` unless said otherwise. */
  readonly currency?: string;
  /** 1000 unless said otherwise. */
  readonly amount?: Figure;
  /** Your own; a policy's `match.metadata` and `owner_from` read it. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** `payment_intent.succeeded` unless said otherwise; `charge.succeeded` tells of its charge. */
  readonly type?: "payment_intent.succeeded" | "charge.succeeded";
}

/** What a checkout is made of. */
export interface StripeSession extends AnyEvent {
  /** `cs_…` */
  readonly id?: string;
  /** What paid it, as `stripe.paymentIntent` made it. */
  readonly paymentIntent: StripeEvent;
  /** In it, of what was paid: none unless said otherwise. */
  readonly tax?: Figure;
  /** Taken off before tax: none unless said otherwise. */
  readonly discount?: Figure;
  /** All that was paid. */
  readonly amount?: Figure;
  /** Your own; a policy's `match.metadata` and `owner_from` read it. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Which payment paid an invoice. */
export interface StripeInvoicePayment extends AnyEvent {
  /** `inpay_…` */
  readonly id?: string;
  /** What was paid, as `stripe.invoice` made it. */
  readonly invoice: StripeEvent;
}

/** What goes back: of a payment, or of an invoice that was paid. One of the two. */
export type StripePaid =
  | {
      /** As `stripe.paymentIntent` made it. */
      readonly paymentIntent: StripeEvent;
      readonly invoice?: undefined;
    }
  | {
      /** As `stripe.invoice` made it, paid. Post `stripe.invoicePayment({ invoice })` before: only that says what paid it. */
      readonly invoice: StripeEvent;
      readonly paymentIntent?: undefined;
    };

/** What a refund is made of. */
export type StripeRefund = StripePaid & StripeRefundTerms;

interface StripeRefundTerms extends AnyEvent {
  /** `re_…`; say it again for a later event of the same refund. */
  readonly id?: string;
  /** All of it, unless said. */
  readonly amount?: Figure;
  /** `succeeded` unless said otherwise. */
  readonly status?: "pending" | "requires_action" | "succeeded" | "failed" | "canceled";
}

/** What a dispute is made of. */
export type StripeDispute = StripePaid & StripeDisputeTerms;

interface StripeDisputeTerms extends AnyEvent {
  /** `du_…`; say it again for a later event of the same dispute. */
  readonly id?: string;
  /** All of it, unless said. */
  readonly amount?: Figure;
  /** `needs_response` unless said otherwise: the money is withdrawn. */
  readonly status?:
    | "warning_needs_response"
    | "warning_closed"
    | "needs_response"
    | "under_review"
    | "won"
    | "lost";
  /** What Stripe takes for it: 1500 unless said otherwise. */
  readonly fee?: Figure;
}

/** What a credit note is made of. */
export interface StripeCreditNote extends AnyEvent {
  /** `cn_…` */
  readonly id?: string;
  /** As `stripe.invoice` made it. */
  readonly invoice: StripeEvent;
  /** With tax; all of the invoice, unless said. */
  readonly amount?: Figure;
  /** In proportion to the invoice's, unless said. */
  readonly tax?: Figure;
  /** Off what is still due, to the customer's balance (so, where the invoice is paid and nothing is said), or back as this refund. */
  readonly to?: "due" | "balance" | StripeEvent;
}

const eventNames = ["at", "eventId", "type", "apiVersion"] as const;

/** Events of Stripe whose figures agree. */
export const stripe = {
  /**
   * An invoice, paid unless its status says otherwise. It needs nothing before it; paid, it tops up the wallet of its customer by what
   * was really paid. To refund or dispute it, post `stripe.invoicePayment({ invoice })` after it.
   *
   * ```ts
   * stripe.invoice({ customer: "cus_1", total: 1999, tax: 333, credit: 1500 });
   * ```
   * @throws InconsistentFigures if what is said of it disagrees
   */
  invoice(given: StripeInvoice = {}, more: Unchecked = {}): StripeEvent {
    return made("invoice", { ...given, ...more }, invoiceNames, (figures, of, at, version) => {
      const invoice = shownInvoice(figures, of, at);
      const type = {
        draft: "created",
        open: "finalized",
        paid: "paid",
        uncollectible: "marked_uncollectible",
        void: "voided",
      };
      return { type: `invoice.${type[of.status ?? "paid"]}`, object: invoiceBody(invoice, version) };
    });
  },

  /**
   * Says which payment paid an invoice, as Stripe does since its API of March 2025. It moves no wallet; a refund or a dispute of the
   * invoice needs it, posted before.
   *
   * ```ts
   * await tallyhook.post([invoice, stripe.invoicePayment({ invoice })]);
   * await tallyhook.post(stripe.refund({ invoice, amount: 500 }));
   * ```
   * @throws InconsistentFigures if nothing was paid by card
   */
  invoicePayment(given: StripeInvoicePayment, more: Unchecked = {}): StripeEvent {
    return made("invoicePayment", { ...given, ...more }, invoicePaymentNames, (figures, of, at) => {
      const { id: invoiceRef } = writtenInvoice("invoicePayment", of.invoice);
      const { intent, amount, currency } = paidBy("invoicePayment", of);
      figures.demand(amount > 0n, "nothing was paid of the invoice");
      const id = of.id ?? newId("inpay");
      const object = invoicePaymentBody({ id, invoiceRef, amount, currency, at, by: { intent } });
      return { type: "invoice_payment.paid", object };
    });
  },

  /**
   * A payment that succeeded, or with `type: "charge.succeeded"` its charge. Alone it moves no wallet: nobody knows yet what it pays.
   * With a `stripe.session` of it, posted before or after, the two are a sale and top up by what was paid (so does a payment alone
   * under the policy's `standalone: "unless_invoiced"`).
   *
   * ```ts
   * const paymentIntent = stripe.paymentIntent({ customer: "cus_1", amount: 1000 });
   * await tallyhook.post([paymentIntent, stripe.session({ paymentIntent })]);
   * ```
   */
  paymentIntent(given: StripePaymentIntent = {}, more: Unchecked = {}): StripeEvent {
    return made("paymentIntent", { ...given, ...more }, intentNames, (figures, of, at, version) => {
      const amount = of.amount === undefined ? 1000n : figures.amount("amount", of.amount);
      figures.demand(amount > 0n, "amount must be more than 0");
      const payment: ShownPayment = {
        terms: {
          intentRef: of.id ?? newId("pi"),
          chargeRef: of.charge ?? newId("ch"),
          customerRef: of.customer === undefined ? "cus_test" : of.customer,
          currency: of.currency ?? "USD",
          amount,
          at,
          metadata: of.metadata ?? {},
        },
        rowKnown: false,
        row: null,
        disputes: [],
        refunded: 0n,
        invoice: null,
      };
      const type = of.type ?? "payment_intent.succeeded";
      const body = type === "charge.succeeded" ? chargeBody : intentBody;
      return { type, object: body(payment, version) };
    });
  },

  /**
   * A checkout of mode `payment`, complete and paid: with its payment, which must be posted too, it is a sale without an invoice, and
   * tops up.
   * @throws InconsistentFigures if its amount is not the payment's
   */
  session(given: StripeSession, more: Unchecked = {}): StripeEvent {
    return made("session", { ...given, ...more }, sessionNames, (figures, of, at) => {
      const paid = paidBy("session", { paymentIntent: of.paymentIntent });
      const amount = figures.agreed("amount", of.amount, paid.amount);
      const figure = (name: "tax" | "discount") =>
        of[name] === undefined ? 0n : figures.amount(name, of[name]);
      const [tax, discount] = [figure("tax"), figure("discount")];
      figures.within("tax", tax, "amount", amount);
      figures.demand(discount >= 0n, `discount of ${discount} is less than nothing`);
      const payment = { ...paymentOf(paid, at), terms: { ...paymentOf(paid, at).terms, amount } };
      const checkout = { id: of.id ?? newId("cs"), tax, discount, metadata: of.metadata ?? {} };
      return { type: "checkout.session.completed", object: sessionBody(payment, checkout) };
    });
  },

  /**
   * Money that goes back: of a payment (`paymentIntent`, whose sale was posted before), or of a paid `invoice` (post
   * `stripe.invoicePayment({ invoice })` before). It takes back from the wallet what it topped up by; before its sale is known it waits.
   * @throws InconsistentFigures if it is more than was paid
   */
  refund(given: StripeRefund, more: Unchecked = {}): StripeEvent {
    return made("refund", { ...given, ...more }, refundNames, (figures, of, at) => {
      const paid = paidBy("refund", of);
      const amount = partOf(figures, of.amount, paid.amount);
      const id = of.id ?? newId("re");
      const { status = "succeeded" } = of;
      const object = refundBody({
        id,
        payment: paymentOf(paid, at),
        amount,
        createdAt: at,
        status,
        row: null,
      });
      const type = status === "failed" ? "refund.failed" : "refund.created";
      return { type, object };
    });
  },

  /**
   * A chargeback of a payment or of a paid `invoice`, as a refund names them. While money is withdrawn the wallet has it no more; say the
   * same `id` again with the status `won`, later, and it is back; `lost` leaves it away; a `warning_…` moves nothing.
   * @throws InconsistentFigures if it is more than was paid
   */
  dispute(given: StripeDispute, more: Unchecked = {}): StripeEvent {
    return made("dispute", { ...given, ...more }, disputeNames, (figures, of, at) => {
      const paid = paidBy("dispute", of);
      const amount = partOf(figures, of.amount, paid.amount);
      const id = of.id ?? newId("du");
      const { status = "needs_response" } = of;
      const fee = of.fee === undefined ? 1500n : figures.amount("fee", of.fee);
      figures.demand(fee >= 0n, `fee of ${fee} is less than nothing`);
      const row = (name: string, gross: bigint, fee: bigint): ShownRow => ({
        id: `txn_${id}_${name}`,
        type: "adjustment",
        category: name === "withdrawn" ? "dispute" : "dispute_reversal",
        source: id,
        createdAt: at,
        gross,
        fee,
        rate: null,
        currency: paid.currency,
      });
      const withdrawn = status.startsWith("warning") ? [] : [row("withdrawn", -amount, fee)];
      const rows = status === "won" ? [...withdrawn, row("reinstated", amount, -fee)] : withdrawn;
      const type = ["won", "lost", "warning_closed"].includes(status) ? "closed" : "created";
      const object = disputeBody({ id, payment: paymentOf(paid, at), amount, createdAt: at, status, rows });
      return { type: `charge.dispute.${type}`, object };
    });
  },

  /**
   * Makes an invoice less. It moves a wallet only where the cash that it concerns does: to the customer's balance at Stripe (usual, if
   * the invoice is paid) it is credit that pays a later invoice, off what is still due (`to: "due"`, the invoice open) nothing was paid,
   * and `to: refund` says what the refund is for, which is posted itself and takes back.
   * @throws InconsistentFigures if it is more than the invoice was
   */
  creditNote(given: StripeCreditNote, more: Unchecked = {}): StripeEvent {
    return made("creditNote", { ...given, ...more }, creditNoteNames, (figures, of, at, version) => {
      const invoice = writtenInvoice("creditNote", of.invoice);
      const total = BigInt(invoice.total);
      const amount = partOf(figures, of.amount, total);
      const wholeTax = total - BigInt(invoice.total_excluding_tax ?? invoice.total);
      const tax = figures.agreed("tax", of.tax, portion(wholeTax, amount, total));
      const { to = invoice.status === "paid" ? "balance" : "due" } = of;
      const id = of.id ?? newId("cn");
      const goes =
        to === "due"
          ? { to }
          : to === "balance"
            ? { to, row: `cbtxn_${id}` }
            : { to: "refund" as const, refund: { id: String(to.data.object.id) } };
      const taxation = { currency: invoice.currency, taxRate: 0n, taxRateRef: "txr_test", inclusive: false };
      const shown = {
        terms: { ...nothingElse(at), id: invoice.id, customerRef: invoice.customer, taxation },
        number: invoice.number,
      };
      const note = { id, invoice: shown, createdAt: at, amount, tax, voidedAt: null, goes };
      return { type: "credit_note.created", object: creditNoteBody(note, version) };
    });
  },
} as const;

type Made = { readonly type: string; readonly object: Json };

function made<Given extends AnyEvent>(
  what: string,
  given: Given,
  names: readonly string[],
  make: (figures: Figures, given: Given, at: Instant, version: string) => Made,
): StripeEvent {
  const figures = new Figures(what, given, [...names, ...eventNames]);
  const at = figures.moment(given.at);
  const { apiVersion = "2026-03-25.dahlia" } = given;
  const { type, object } = make(figures, given, at, apiVersion);
  figures.check();
  const said = { id: given.eventId ?? newId("evt"), type: given.type ?? type, at, version: apiVersion };
  return stripeEvent(said, object as Record<string, Json>);
}

/** A part of a whole, all of it unless it is said. */
function partOf(figures: Figures, given: Figure | undefined, whole: bigint): bigint {
  const amount = given === undefined ? whole : figures.amount("amount", given);
  figures.demand(amount > 0n && amount <= whole, `amount is ${amount}, but at most ${whole} can go back`);
  return amount;
}

/** What paid, as it is read from an event that a test may have changed. */
interface PaidBy {
  readonly intent: string;
  readonly charge: string;
  readonly customer: string | null;
  readonly currency: string;
  readonly amount: bigint;
}

interface Paying {
  readonly paymentIntent?: StripeEvent | undefined;
  readonly invoice?: StripeEvent | undefined;
}

function paidBy(what: string, { paymentIntent, invoice }: Paying): PaidBy {
  if (paymentIntent !== undefined && invoice !== undefined)
    throw new TypeError(`${what}.invoice: give either paymentIntent or invoice, not both`);
  if (invoice !== undefined) return paymentOfInvoice(writtenInvoice(what, invoice));
  const object = paymentIntent?.data?.object;
  if (object?.object === "invoice")
    throw new TypeError(
      `${what}.paymentIntent: must be what stripe.paymentIntent made; an invoice is given as { invoice }`,
    );
  const { id, amount, currency, customer = null } = (object ?? {}) as Record<string, string | number | null>;
  const isIntent = object?.object === "payment_intent";
  if (!isIntent && object?.object !== "charge")
    throw new TypeError(`${what}.paymentIntent: must be what stripe.paymentIntent made`);
  const [intent, charge] = isIntent ? [id, object.latest_charge] : [object.payment_intent, id];
  return {
    intent: String(intent),
    charge: String(charge),
    customer: customer === null ? null : String(customer),
    currency: String(currency).toUpperCase(),
    amount: BigInt(amount ?? 0),
  };
}

/** The one payment of an invoice has its names from it, since only older bodies say them. */
const namesOf = (invoice: string) => ({
  intentRef: `pi_of_${invoice}`,
  chargeRef: `ch_of_${invoice}`,
});

function paymentOfInvoice({ id, customer, currency, amount_paid }: WrittenInvoice): PaidBy {
  const { intentRef, chargeRef } = namesOf(id);
  const amount = BigInt(amount_paid);
  return { intent: intentRef, charge: chargeRef, customer, currency: currency.toUpperCase(), amount };
}

/** @throws TypeError */
function writtenInvoice(what: string, event: StripeEvent | undefined): WrittenInvoice {
  const invoice = event?.data?.object as unknown as WrittenInvoice | undefined;
  if (invoice?.object === "invoice") return invoice;
  throw new TypeError(`${what}.invoice: must be what stripe.invoice made`);
}

function paymentOf({ intent, charge, customer, currency, amount }: PaidBy, at: Instant): ShownPayment {
  const terms = { intentRef: intent, chargeRef: charge, customerRef: customer, currency, amount, at };
  return { terms, rowKnown: false, row: null, disputes: [], refunded: 0n, invoice: null };
}

interface WrittenInvoice {
  readonly id: string;
  readonly object: string;
  readonly status: string;
  readonly currency: string;
  readonly customer: string | null;
  readonly number: string | null;
  readonly total: number;
  readonly amount_paid: number;
  readonly total_excluding_tax?: number;
}

/** What nobody asks of an invoice that only is referred to. */
const nothingElse = (at: Instant) => ({
  createdAt: at,
  subscriptionRef: null,
  billingReason: "manual",
  collectionMethod: "charge_automatically",
  lines: [],
  startingBalance: 0n,
});

function shownInvoice(figures: Figures, given: StripeInvoice, at: Instant): ShownInvoice {
  const { status = "paid", currency = "USD", customer = "cus_test", subscription = null } = given;
  const figure = (name: "subtotal" | "discount" | "tax" | "credit") =>
    given[name] === undefined ? undefined : figures.amount(name, given[name]);
  const [tax0, discount0] = [figure("tax") ?? 0n, figure("discount") ?? 0n];
  const whole = given.total === undefined ? undefined : figures.amount("total", given.total);
  const single = figure("subtotal") ?? (whole ?? 1000n) - tax0 + discount0;
  const one: StripeLine = { amount: single, tax: tax0, discount: discount0 };
  const lines = (given.lines ?? [one]).map((line, index) => shownLine(figures, line, { index, at }));
  const sum = (name: "amount" | "discount" | "tax") => lines.reduce((total, line) => total + line[name], 0n);
  const subtotal = figures.agreed("subtotal", given.subtotal, sum("amount"));
  const discount = figures.agreed("discount", given.discount, sum("discount"));
  const tax = figures.agreed("tax", given.tax, sum("tax"));
  const total = figures.agreed("total", given.total, subtotal - discount + tax);
  const credit = figure("credit") ?? 0n;
  figures.demand(
    credit >= 0n && credit <= (total > 0n ? total : 0n),
    `credit of ${credit} cannot pay for a total of ${total}`,
  );
  const asked = total - credit;
  const endingBalance = asked < 0n ? asked : 0n;
  const amountDue = figures.agreed("amountDue", given.amountDue, asked - endingBalance);
  const isPaid = status === "paid";
  const amountPaid = figures.agreed("amountPaid", given.amountPaid, isPaid ? amountDue : 0n);
  const id = given.id ?? newId("in");
  const isFinal = status !== "draft";
  return {
    terms: {
      id,
      createdAt: at,
      customerRef: customer,
      subscriptionRef: subscription,
      billingReason: given.billingReason ?? (subscription === null ? "manual" : "subscription_cycle"),
      collectionMethod: "charge_automatically",
      taxation: {
        currency,
        taxRate: tax === 0n ? 0n : portion(10_000n, tax, subtotal - discount),
        taxRateRef: "txr_test",
        inclusive: false,
      },
      lines,
      startingBalance: -credit,
      metadata: given.metadata ?? {},
    },
    status,
    number: isFinal ? `TEST-${id}` : null,
    attempts: isPaid ? 1 : 0,
    finalizedAt: isFinal ? at : null,
    paidAt: isPaid ? at : null,
    voidedAt: status === "void" ? at : null,
    writtenOffAt: status === "uncollectible" ? at : null,
    outOfBand: false,
    overpaid: 0n,
    creditedBefore: 0n,
    creditedAfter: 0n,
    payments: amountPaid > 0n ? [{ terms: namesOf(id) }] : [],
    intentRef: null,
    subtotal,
    discount,
    itemDiscount: 0n,
    tax,
    total,
    endingBalance,
    amountDue,
    amountPaid,
  };
}

function shownLine(
  figures: Figures,
  given: StripeLine,
  { index, at }: { readonly index: number; readonly at: Instant },
): ShownLine {
  figures.known(`invoice.lines[${index}]`, given, lineNames);
  const figure = (name: "discount" | "tax") =>
    given[name] === undefined ? 0n : figures.amount(name, given[name]);
  const [amount, discount, tax] = [figures.amount("amount", given.amount), figure("discount"), figure("tax")];
  figures.within("discount", discount, "subtotal", amount);
  figures.within("tax", tax, "total", amount - discount + tax);
  return {
    id: given.id ?? newId("il"),
    price: { id: given.price ?? "price_test", productId: given.product ?? "prod_test" },
    description: given.description ?? "Something",
    quantity: given.quantity ?? 1,
    amount,
    discount,
    tax,
    period: { startsAt: at, endsAt: at + 30n * 86_400_000_000_000n },
    proration: given.proration ?? false,
    credited: null,
  };
}

const invoiceNames = [
  "id",
  "customer",
  "subscription",
  "currency",
  "status",
  "lines",
  "subtotal",
  "discount",
  "tax",
  "total",
  "credit",
  "amountDue",
  "amountPaid",
  "metadata",
  "billingReason",
] as const satisfies readonly (keyof StripeInvoice)[];
const lineNames = [
  "id",
  "price",
  "product",
  "description",
  "quantity",
  "amount",
  "discount",
  "tax",
  "proration",
] as const satisfies readonly (keyof StripeLine)[];
const intentNames = ["id", "charge", "customer", "currency", "amount", "metadata"] as const;
const sessionNames = ["id", "paymentIntent", "tax", "discount", "amount", "metadata"] as const;
const invoicePaymentNames = ["id", "invoice"] as const;
const refundNames = ["id", "paymentIntent", "invoice", "amount", "status"] as const;
const disputeNames = ["id", "paymentIntent", "invoice", "amount", "status", "fee"] as const;
const creditNoteNames = ["id", "invoice", "amount", "tax", "to"] as const;
