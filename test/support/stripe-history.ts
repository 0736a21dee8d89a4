import fc from "fast-check";
import { fromUnixSeconds } from "../../src/domain/time.ts";
import { stripeEvent } from "../../src/testing/written.ts";
import type { Sale } from "../model/sale.ts";
import { type Body, type Shape, versions } from "./stripe-invoice-bodies.ts";
import { type CustomerBalances, LivedInvoice } from "./stripe-invoice-life.ts";
import { Narrator, type Told } from "./stripe-narrator.ts";
import { sessionBody } from "./stripe-payment-bodies.ts";
import { LivedPayment } from "./stripe-payment-life.ts";
import {
  type InvoicePlan,
  type JointPlan,
  type StandalonePlan,
  type StripePlan,
  stripePlans,
} from "./stripe-plans.ts";

/**
 * Random Stripe histories with consistent arithmetic (the identities of real bodies hold), as raw event bodies in the
 * order in which they happened, beside what really happened. They share no code with the normaliser, the placing or the fold.
 */
export interface StripeEvent {
  readonly id: string;
  readonly object: "event";
  readonly api_version: string;
  readonly created: number;
  readonly type: string;
  readonly livemode: boolean;
  readonly data: { readonly object: Body };
  readonly pending_webhooks: number;
}

export interface StripeHistory {
  readonly events: readonly StripeEvent[];
  readonly sales: readonly Sale[];
}

/** Seconds between what happens: all of it in one quarter of an hour, now and then in another, or days apart. */
export const paces = fc.constantFrom(1, 400, 100_000);

/** What endpoints there are: one of before Basil, one of today, or both of them, each missing some events. */
type Endpoints = "older" | "newer" | "both";

/** One to four things that up to two customers are asked to pay, with what follows them. */
export const stripeHistory = historyOf(stripePlans);

export function historyOf(drawn: fc.Arbitrary<readonly StripePlan[]>): fc.Arbitrary<StripeHistory> {
  const endpoints = fc.constantFrom<Endpoints[]>("older", "newer", "both", "both");
  const hears = fc.constantFrom<(readonly Shape[])[]>(["older"], ["newer"], ["older", "newer"]);
  return fc
    .record({ plans: drawn, endpoints, pace: paces, heard: fc.array(hears, { minLength: 1, maxLength: 7 }) })
    .map(({ plans, endpoints, pace, heard }) => {
      const life = new StripeLife(endpoints, pace);
      for (const plan of plans) life.live(plan);
      const shapesOf = (index: number) =>
        endpoints === "both" ? (heard[index % heard.length] ?? []) : [endpoints];
      const events = life.told.flatMap((told, index) => rendered(told, shapesOf(index)));
      return { events, sales: life.sales };
    });
}

function rendered(told: Told, shapes: readonly Shape[]): StripeEvent[] {
  const { id, type, created, only } = told;
  const at = fromUnixSeconds(created);
  return (only === null ? shapes : [only]).map((shape) =>
    stripeEvent({ id, type, at, version: versions[shape] }, told.body(shape)),
  );
}

class StripeLife {
  readonly sales: Sale[] = [];
  readonly #narrator: Narrator;
  readonly #balances: CustomerBalances = new Map();
  readonly #endpoints: Endpoints;

  constructor(endpoints: Endpoints, pace: number) {
    this.#narrator = new Narrator(pace);
    this.#endpoints = endpoints;
  }

  get told(): readonly Told[] {
    return this.#narrator.told;
  }

  live(plan: StripePlan): void {
    if (plan.kind === "standalone") this.sales.push(this.#standalone(plan));
    else if (plan.kind === "invoice") this.sales.push(this.#invoice(plan));
    else this.#joint(plan);
  }

  /** Before Basil an invoice was paid once, by a payment that named it. */
  get #isBasil(): boolean {
    return this.#endpoints !== "older";
  }

  #standalone({ customer: number, amount, tax, evidence, payment: plan }: StandalonePlan): Sale {
    const customer = `cus_${number}`;
    const purpose = { customer, invoices: [], tax, total: amount };
    const payment = new LivedPayment(this.#narrator, plan, purpose, amount);
    const bySession = evidence === "session" || this.#endpoints === "newer";
    payment.succeed(bySession ? null : "older", false);
    const id = `cs_${this.#narrator.next()}`;
    const session = payment.asCharge();
    if (bySession) this.#narrator.say("checkout.session.completed", () => sessionBody(id, session, tax));
    for (const each of plan.returns) payment.giveBack(each, amount);
    return {
      provider: "stripe",
      refs: [payment.names.intent, payment.names.charge],
      customerRef: customer,
      stage: "paid",
      tax: BigInt(bySession ? tax : 0),
      total: BigInt(amount),
      creditUsed: 0n,
      lowered: { amount: 0n, tax: 0n },
      payments: [payment.sale],
      outside: 0n,
      overpaid: 0n,
      returns: payment.returns,
    };
  }

  #invoice(plan: InvoicePlan): Sale {
    const invoice = new LivedInvoice(this.#narrator, plan, this.#balances);
    if (plan.end === "draft") {
      invoice.end("draft");
      return invoice.sale("draft", [], 0);
    }
    invoice.open();
    if (invoice.due === 0) return this.#paid(plan, invoice);
    if (plan.end === "outside") {
      invoice.settleOutside(this.#isBasil);
      invoice.note(invoice.due);
      return invoice.sale("paid", [], invoice.due);
    }
    return this.#chargedInvoice(plan, invoice);
  }

  #chargedInvoice(plan: InvoicePlan, invoice: LivedInvoice): Sale {
    if (plan.end === "uncollectible_paid") invoice.end("uncollectible");
    const isPaid = plan.end === "paid" || plan.end === "uncollectible_paid";
    const payments = this.#payments(plan, invoice, isPaid);
    const paid = payments.reduce((sum, { amount }) => sum + amount, 0);
    if (isPaid) invoice.settle(paid, payments.at(-1)?.names ?? null);
    const stage = isPaid ? "paid" : (plan.end as "open" | "void" | "uncollectible");
    if (!isPaid) invoice.end(stage);
    let left = isPaid ? invoice.note(paid) : paid;
    plan.payment.returns.forEach((each, index) => {
      const payment = payments[index % payments.length];
      if (payment !== undefined) left -= payment.giveBack(each, left);
    });
    return invoice.sale(stage, payments, 0);
  }

  /** In two parts where Stripe can do so; of one that is never paid, the first of them. */
  #payments(plan: InvoicePlan, invoice: LivedInvoice, isPaid: boolean): LivedPayment[] {
    const { due } = invoice;
    const inParts = plan.inParts && this.#isBasil && due > 1;
    const first = inParts ? Math.floor(due / 2) : due;
    const last = (inParts ? due - first : due) + (this.#isBasil ? plan.overpaid : 0);
    const amounts = isPaid ? (inParts ? [first, last] : [last]) : inParts ? [first] : [];
    return amounts.map((amount, index) => {
      const invoices = [{ id: invoice.id, amount }];
      const purpose = { customer: invoice.customer, invoices, tax: invoice.tax, total: invoice.total };
      const payment = new LivedPayment(this.#narrator, plan.payment, purpose, amount);
      payment.succeed(null, this.#isBasil);
      if (index === 0 && inParts && plan.end !== "uncollectible_paid")
        invoice.partlyPaid(amount, payment.names);
      return payment;
    });
  }

  /** Before Basil each is paid on its own, and at all times one that has nothing to be paid. */
  #joint({ first, second }: JointPlan): void {
    const plans = [first, { ...second, customer: first.customer }].map((plan) => ({
      ...plan,
      end: "paid" as const,
    }));
    if (!this.#isBasil) {
      for (const plan of plans) this.sales.push(this.#invoice(plan));
      return;
    }
    const owed = plans.map((plan) => {
      const invoice = new LivedInvoice(this.#narrator, plan, this.#balances);
      invoice.open();
      return invoice;
    });
    const [together = [], alone = []] = [true, false].map((together) =>
      owed.filter((invoice) => (invoice.due > 0 && invoice.total > 0) === together),
    );
    for (const invoice of alone) this.sales.push(this.#paid(first, invoice));
    if (together.length > 0) this.sales.push(this.#paidTogether(together, first));
  }

  #paid(plan: InvoicePlan, invoice: LivedInvoice): Sale {
    if (invoice.due > 0) return this.#chargedInvoice({ ...plan, end: "paid" }, invoice);
    invoice.settle(0, null);
    return invoice.sale("paid", [], 0);
  }

  #paidTogether(owed: readonly LivedInvoice[], { payment: plan }: InvoicePlan): Sale {
    const amount = owed.reduce((sum, { due }) => sum + due, 0);
    const invoices = owed.map(({ id, due }) => ({ id, amount: due }));
    const purpose = { customer: owed[0]?.customer ?? "", invoices, tax: 0, total: 0 };
    const payment = new LivedPayment(this.#narrator, plan, purpose, amount);
    payment.succeed("newer", true);
    for (const invoice of owed) invoice.settle(invoice.due, payment.names);
    let left = amount;
    for (const each of plan.returns) left -= payment.giveBack(each, left);
    return together(owed.map((invoice, index) => invoice.sale("paid", index === 0 ? [payment] : [], 0)));
  }
}

/** Several sales as one: nobody can say which of them a refund is for. */
function together([first, ...others]: readonly Sale[]): Sale {
  if (first === undefined) throw new Error("There is no sale.");
  const all = [first, ...others];
  const sum = (of: (sale: Sale) => bigint) => all.reduce((total, sale) => total + of(sale), 0n);
  return {
    ...first,
    refs: all.flatMap((sale) => sale.refs),
    tax: sum((sale) => sale.tax),
    total: sum((sale) => sale.total),
    creditUsed: sum((sale) => sale.creditUsed),
    lowered: {
      amount: sum((sale) => sale.lowered.amount),
      tax: sum((sale) => sale.lowered.tax ?? 0n),
    },
    payments: all.flatMap((sale) => sale.payments),
    returns: all.flatMap((sale) => sale.returns),
  };
}
