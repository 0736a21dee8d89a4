import type { Instant } from "../domain/time.ts";
import type { Moment } from "../library/asked.ts";
import { type Figure, Figures, newId, type Unchecked } from "./figures.ts";
import { type AdjustmentTotals, adjustmentBody } from "./paddle/adjustment-body.ts";
import {
  type ShownLine,
  type ShownTransaction,
  type Totals,
  transactionBody,
} from "./paddle/transaction-body.ts";
import { type Json, paddleEvent, portion, split } from "./written.ts";

/** An event of Paddle's, as its webhook posts it. */
export interface PaddleEvent<Data = Record<string, Json>> {
  readonly event_id: string;
  readonly event_type: string;
  readonly occurred_at: string;
  readonly notification_id: string;
  readonly data: Data;
}

/** What a transaction is made of; whatever is left out follows. */
export interface PaddleTransaction extends Unchecked {
  /** `txn_…`; say it again for a later event of the same transaction. */
  readonly id?: string;
  /** `ctm_…`; `null`: none is known. */
  readonly customer?: string | null;
  /** `sub_…` */
  readonly subscription?: string | null;
  /** `USD` unless said otherwise. */
  readonly currency?: string;
  /** `completed` unless said otherwise. */
  readonly status?: "draft" | "ready" | "billed" | "past_due" | "paid" | "completed" | "canceled";
  /** One line of `total`, unless they are said. */
  readonly lines?: readonly PaddleLine[];
  /** Before discount and tax: that of all lines. */
  readonly subtotal?: Figure;
  /** Taken off before tax: none unless said otherwise. */
  readonly discount?: Figure;
  /** In the total: none unless said otherwise. */
  readonly tax?: Figure;
  /** With tax; 1000 unless lines say otherwise. */
  readonly total?: Figure;
  /** Credit that Paddle held for the customer and that paid a part. */
  readonly credit?: Figure;
  /** What the customer really paid: the total less the credit. */
  readonly grandTotal?: Figure;
  /** Cash that was captured: all of the grand total once it is paid. */
  readonly collected?: Figure;
  /** 5 % and 50 minor units of a total that is not 0, once it is completed. */
  readonly fee?: Figure;
  /** Your own, as the checkout was given it; a policy's `match.metadata` and `owner_from` read it. */
  readonly customData?: Readonly<Record<string, Json>> | null;
  /** Why there is a document: `web`, `subscription_update` … */
  readonly origin?: string;
  /** As the customer reads it. */
  readonly invoiceNumber?: string | null;
  /** Whether Paddle charges by itself, or sends an invoice; `automatic` unless said otherwise. */
  readonly collectionMode?: "automatic" | "manual";
  /** When it happened. */
  readonly at?: Moment;
  /** The event's own id: the same again is a duplicate. */
  readonly eventId?: string;
  /** `transaction.<status>` unless said otherwise. */
  readonly type?: string;
}

export interface PaddleLine {
  /** `txnitm_…` */
  readonly id?: string;
  /** `pri_…`, as rules of a policy match it. */
  readonly price?: string;
  /** `pro_…`, as rules of a policy match it. */
  readonly product?: string;
  /** As the customer reads it. */
  readonly name?: string;
  /** 1 unless said otherwise. */
  readonly quantity?: number;
  /** Before discount and tax, of the whole line. */
  readonly subtotal?: Figure;
  /** Taken off before tax. */
  readonly discount?: Figure;
  /** In the total. */
  readonly tax?: Figure;
  /** After discount and with tax. */
  readonly total?: Figure;
  /** The part of a period that a change of plan made of it, 0 to 1. */
  readonly proration?: { readonly rate: number; readonly from: Moment; readonly to: Moment };
}

/** What an adjustment is made of. */
export interface PaddleAdjustment extends Unchecked {
  /** The transaction, as `paddle.transaction` made it. */
  readonly transaction: PaddleEvent;
  /** `adj_…`; say it again for a later event of the same adjustment. */
  readonly id?: string;
  /** `refund` unless said otherwise. */
  readonly action?:
    | "refund"
    | "credit"
    | "credit_reverse"
    | "chargeback"
    | "chargeback_reverse"
    | "chargeback_warning"
    | "chargeback_warning_reverse";
  /** `approved` unless said otherwise. */
  readonly status?: "pending_approval" | "approved" | "rejected" | "reversed";
  /** With tax; all that the customer paid, unless said. */
  readonly amount?: Figure;
  /** In proportion to the transaction's, unless said. */
  readonly tax?: Figure;
  /** Of a credit: `true` gives it to the customer's balance. */
  readonly toBalance?: boolean | null;
  /** In the words of who made it. */
  readonly reason?: string;
  /** When it happened. */
  readonly at?: Moment;
  /** The event's own id: the same again is a duplicate. */
  readonly eventId?: string;
  /** `adjustment.created` unless said otherwise. */
  readonly type?: "adjustment.created" | "adjustment.updated";
}

/** Events of Paddle Billing whose figures agree. */
export const paddle = {
  /**
   * A transaction, completed unless its status says otherwise. It needs nothing before it; completed, it tops up the wallet of its customer by
   * what was really paid. Here 19.99 with 3.33 of tax, of which credit paid 15.00:
   *
   * ```ts
   * paddle.transaction({ customer: "ctm_1", total: 1999, tax: 333, credit: 1500 });
   * ```
   * @throws InconsistentFigures if what is said of it disagrees
   */
  transaction(given: PaddleTransaction = {}, more: Unchecked = {}): PaddleEvent {
    const { type, eventId, ...of } = { ...given, ...more };
    const figures = new Figures("transaction", { ...given, ...more }, transactionNames);
    const at = figures.moment(of.at);
    const shown = shownTransaction(figures, of, at);
    figures.check();
    const event = type ?? `transaction.${shown.status}`;
    return eventOf(event, at, eventId, transactionBody(shown) as Record<string, Json>);
  },

  /**
   * A refund (approved, unless `status` says otherwise), a credit or a chargeback (`action`) of a transaction, over all of its lines. A
   * refund or a chargeback takes back from the wallet what of it was topped up; a credit takes nothing in cash, and moves no wallet by
   * the usual basis. Before the transaction is posted it waits.
   *
   * ```ts
   * paddle.adjustment({ transaction, amount: 200 });
   * ```
   * @throws InconsistentFigures if it is more than the transaction was
   */
  adjustment(given: PaddleAdjustment, more: Unchecked = {}): PaddleEvent {
    const { type = "adjustment.created", eventId, ...of } = { ...given, ...more };
    const figures = new Figures("adjustment", { ...given, ...more }, adjustmentNames);
    const at = figures.moment(of.at);
    const body = adjustmentOf(figures, of, at);
    figures.check();
    return eventOf(type, at, eventId, body as Record<string, Json>);
  },
} as const;

function eventOf(type: string, at: Instant, id: string | undefined, data: Record<string, Json>): PaddleEvent {
  return paddleEvent({ id: id ?? newId("evt"), type, at, notification: newId("ntf") }, data);
}

function shownTransaction(figures: Figures, given: PaddleTransaction, at: Instant): ShownTransaction {
  const { status = "completed", currency = "USD", customer = "ctm_test", subscription = null } = given;
  const whole: PaddleLine = given.lines === undefined ? totalsGiven(given) : {};
  const lines = (given.lines ?? [whole]).map((line, index) => shownLine(figures, line, index));
  const totals = totalsOf(figures, given, sumOf(lines.map((line) => line.totals)));
  const credit = given.credit === undefined ? 0n : figures.amount("credit", given.credit);
  figures.demand(
    credit >= 0n && credit <= (totals.total > 0n ? totals.total : 0n),
    `credit of ${credit} cannot pay for a total of ${totals.total}`,
  );
  const creditIssued = totals.total < 0n ? -totals.total : 0n;
  const grandTotal = figures.agreed("grandTotal", given.grandTotal, totals.total - credit + creditIssued);
  const isPaid = status === "paid" || status === "completed";
  const collected =
    given.collected === undefined ? (isPaid ? grandTotal : 0n) : figures.amount("collected", given.collected);
  figures.demand(
    !isPaid || collected === grandTotal,
    `it is ${status}, but of ${grandTotal} only ${collected} is collected`,
  );
  figures.within("collected", collected, "grandTotal", grandTotal);
  const usual = totals.total === 0n ? 0n : portion(totals.total, 5n, 100n) + 50n;
  const stated = given.fee === undefined ? usual : figures.amount("fee", given.fee);
  figures.demand(stated >= 0n, `fee of ${stated} is less than nothing`);
  const fee = status === "completed" ? stated : null;
  const earnings = fee === null ? null : totals.subtotal - totals.discount - fee;
  const attempt = { id: newId("att"), at, amount: collected, status: "captured" };
  return {
    terms: {
      id: given.id ?? newId("txn"),
      era: "lines",
      createdAt: at,
      customerRef: customer,
      currency,
      origin: given.origin ?? (subscription === null ? "web" : "subscription_recurring"),
      collectionMode: given.collectionMode ?? "automatic",
      lines,
      billingPeriod: null,
      customData: given.customData ?? null,
    },
    status,
    updatedAt: at,
    billedAt: status === "draft" || status === "ready" ? null : at,
    customerRef: customer,
    subscriptionRef: subscription,
    invoiceNumber: given.invoiceNumber ?? null,
    creditApplied: credit,
    creditIssued,
    attempts: collected === 0n ? [] : [attempt],
    totals,
    grandTotal,
    balance: grandTotal - collected,
    fee,
    earnings,
    settled:
      fee === null || earnings === null ? null : { ...totals, fee, earnings, currency, exchangeRate: "1" },
  };
}

const totalsGiven = ({ subtotal, discount, tax, total }: PaddleLine): PaddleLine => ({
  ...(subtotal === undefined ? {} : { subtotal }),
  ...(discount === undefined ? {} : { discount }),
  ...(tax === undefined ? {} : { tax }),
  ...(total === undefined ? {} : { total }),
});

function shownLine(figures: Figures, given: PaddleLine, index: number): ShownLine {
  figures.known(`transaction.lines[${index}]`, given, lineNames);
  const of = (name: keyof Totals, otherwise: bigint) => {
    const figure = given[name];
    return figure === undefined ? otherwise : figures.amount(name, figure);
  };
  const [discount, tax] = [of("discount", 0n), of("tax", 0n)];
  const total = given.subtotal === undefined ? of("total", 1000n) : of("subtotal", 0n) - discount + tax;
  const subtotal = of("subtotal", total - tax + discount);
  const totals = { subtotal, discount, tax, total: figures.agreed("total", given.total, total) };
  figures.within("discount", discount, "subtotal", subtotal);
  figures.within("tax", tax, "total", total);
  const { quantity = 1, price = "pri_test", product = "pro_test", name = "Something", proration } = given;
  const unit = { ...totals, total: subtotal - discount + tax };
  return {
    id: given.id ?? newId("txnitm"),
    price: {
      id: price,
      productId: product,
      name,
      interval: "once",
      amount: subtotal < 0n ? -subtotal : subtotal,
    },
    quantity,
    proration:
      proration === undefined
        ? null
        : {
            rate: BigInt(Math.round(proration.rate * 100_000)),
            startsAt: figures.moment(proration.from),
            endsAt: figures.moment(proration.to),
          },
    givesBack: null,
    taxRate: portion(10_000n, tax, subtotal - discount),
    unitTotals: unit,
    totals,
  };
}

function totalsOf(figures: Figures, given: PaddleTransaction, sum: Totals): Totals {
  if (given.lines === undefined) return sum;
  return {
    subtotal: figures.agreed("subtotal", given.subtotal, sum.subtotal),
    discount: figures.agreed("discount", given.discount, sum.discount),
    tax: figures.agreed("tax", given.tax, sum.tax),
    total: figures.agreed("total", given.total, sum.total),
  };
}

function sumOf(all: readonly Totals[]): Totals {
  const sum = (name: keyof Totals) => all.reduce((total, one) => total + one[name], 0n);
  return { subtotal: sum("subtotal"), discount: sum("discount"), tax: sum("tax"), total: sum("total") };
}

/** What is read of a transaction's body, which a test may have changed. */
interface WrittenTransaction {
  readonly id: string;
  readonly customer_id: string | null;
  readonly subscription_id: string | null;
  readonly currency_code: string;
  readonly details: {
    readonly totals: Readonly<Record<string, string | null>>;
    readonly line_items: readonly {
      readonly id: string;
      readonly totals: Readonly<Record<string, string>>;
    }[];
  };
}

function adjustmentOf(figures: Figures, given: PaddleAdjustment, at: Instant): Json {
  const { data } = given.transaction ?? {};
  if (data === undefined) throw new TypeError("adjustment.transaction: must be what paddle.transaction made");
  const transaction = data as unknown as WrittenTransaction;
  const { totals: stated, line_items } = transaction.details;
  const number = (text: string | null | undefined) => BigInt(text ?? 0);
  const totals: Totals = {
    subtotal: number(stated.subtotal),
    discount: number(stated.discount),
    tax: number(stated.tax),
    total: number(stated.total),
  };
  const { action = "refund", status = "approved", toBalance = null } = given;
  const paid = number(stated.grand_total);
  const most = action.startsWith("credit") ? totals.total : paid;
  const amount = given.amount === undefined ? most : figures.amount("amount", given.amount);
  figures.demand(amount > 0n && amount <= most, `amount is ${amount}, but at most ${most} can go back`);
  const sold = line_items.filter((line) => number(line.totals.total) > 0n);
  const parts = split(
    amount,
    sold.map((line) => number(line.totals.total)),
  );
  const items = sold.flatMap((line, index) => {
    const total = parts[index] ?? 0n;
    const [lineTax, lineTotal] = [number(line.totals.tax), number(line.totals.total)];
    const type = total === lineTotal ? "full" : "partial";
    return total === 0n
      ? []
      : [
          {
            id: newId("adjitm"),
            line: { id: line.id },
            type,
            tax: portion(lineTax, total, lineTotal),
            total,
          },
        ];
  });
  const tax = figures.agreed(
    "tax",
    given.tax,
    items.reduce((sum, item) => sum + item.tax, 0n),
  );
  const fee = portion(number(stated.fee), amount, totals.total);
  const adjusted: AdjustmentTotals = {
    subtotal: amount - tax,
    tax,
    total: amount,
    fee,
    retainedFee: fee,
    earnings: amount - tax,
  };
  return adjustmentBody(
    {
      terms: {
        id: given.id ?? newId("adj"),
        action,
        transaction: {
          terms: {
            id: transaction.id,
            customerRef: transaction.customer_id,
            currency: transaction.currency_code,
          },
          totals,
          subscriptionRef: transaction.subscription_id,
        },
        createdAt: at,
        reason: given.reason ?? "requested_by_customer",
        items,
        toBalance: toBalance ?? (action === "credit" ? true : null),
        disputeFee: 0n,
      },
      totals: adjusted,
      settled: adjusted,
      status,
      updatedAt: given.type === "adjustment.updated" ? at : null,
    },
    transaction.currency_code,
  );
}

const transactionNames = [
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
  "grandTotal",
  "collected",
  "fee",
  "customData",
  "origin",
  "invoiceNumber",
  "collectionMode",
  "at",
  "eventId",
  "type",
] as const satisfies readonly (keyof PaddleTransaction)[];

const lineNames = [
  "id",
  "price",
  "product",
  "name",
  "quantity",
  "subtotal",
  "discount",
  "tax",
  "total",
  "proration",
] as const satisfies readonly (keyof PaddleLine)[];

const adjustmentNames = [
  "transaction",
  "id",
  "action",
  "status",
  "amount",
  "tax",
  "toBalance",
  "reason",
  "at",
  "eventId",
  "type",
] as const satisfies readonly (keyof PaddleAdjustment)[];
