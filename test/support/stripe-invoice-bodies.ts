/**
 * Objects of Stripe whose figures agree, as a webhook carries them: as they were rendered before Basil (2025-03-31), or
 * since. A body has the fields of one shape alone.
 */
export type Shape = "older" | "newer";
export type Body = Record<string, unknown>;

export interface InvoiceLine {
  readonly id: string;
  readonly price: string;
  readonly quantity: number;
  /** Before discounts, with inclusive tax. */
  readonly amount: number;
  readonly discount: number;
  readonly tax: number;
  readonly inclusive: boolean;
  readonly proration: boolean;
}

/** What does not change about an invoice once it is finalized. */
export interface Invoice {
  readonly id: string;
  readonly customer: string;
  readonly created: number;
  readonly lines: readonly InvoiceLine[];
  readonly shipping: number;
  readonly startingBalance: number;
  readonly endingBalance: number;
  readonly lowered: number;
  readonly due: number;
}

export interface InvoiceState {
  readonly status: "draft" | "open" | "paid" | "uncollectible" | "void";
  readonly paid: number;
  readonly overpaid: number;
  readonly outside: boolean;
  /** The newest payment. */
  readonly payment: PaymentNames | null;
}

export interface PaymentNames {
  readonly intent: string;
  readonly charge: string;
}

/** What a line contributes to the total: inclusive tax is inside its amount. */
export const totalOf = ({ amount, discount, tax, inclusive }: InvoiceLine) =>
  amount - discount + (inclusive ? 0 : tax);
const sumOf = <Item>(items: readonly Item[], of: (item: Item) => number) =>
  items.reduce((total, item) => total + of(item), 0);

export function figuresOf({ lines, shipping }: Pick<Invoice, "lines" | "shipping">) {
  return {
    subtotal: sumOf(lines, (line) => line.amount),
    discount: sumOf(lines, (line) => line.discount),
    tax: sumOf(lines, (line) => line.tax),
    total: sumOf(lines, totalOf) + shipping,
  };
}

export function invoiceBody(invoice: Invoice, state: InvoiceState, shape: Shape): Body {
  const { subtotal, discount, tax, total } = figuresOf(invoice);
  const isDraft = state.status === "draft";
  const due = isDraft ? Math.max(total + invoice.startingBalance, 0) : invoice.due;
  return {
    id: invoice.id,
    object: "invoice",
    status: state.status,
    currency: "usd",
    customer: invoice.customer,
    number: isDraft ? null : `A-${invoice.id}`,
    billing_reason: "subscription_cycle",
    collection_method: "charge_automatically",
    created: invoice.created,
    livemode: false,
    metadata: {},
    subtotal,
    total,
    total_excluding_tax: total - tax,
    total_discount_amounts: discount === 0 ? [] : [{ amount: discount, discount: "di_1" }],
    amount_due: due,
    amount_paid: state.paid,
    amount_remaining: Math.max(due - state.paid, 0),
    amount_shipping: invoice.shipping,
    shipping_cost:
      invoice.shipping === 0
        ? null
        : { amount_subtotal: invoice.shipping, amount_tax: 0, amount_total: invoice.shipping },
    starting_balance: invoice.startingBalance,
    ending_balance: isDraft ? null : invoice.endingBalance,
    pre_payment_credit_notes_amount: isDraft ? 0 : invoice.lowered,
    post_payment_credit_notes_amount: 0,
    status_transitions: { finalized_at: isDraft ? null : invoice.created, paid_at: null },
    lines: {
      object: "list",
      has_more: false,
      data: invoice.lines.map((line) => lineBody(line, shape)),
    },
    ...(shape === "older" ? olderInvoice(invoice, state) : newerInvoice(invoice, state)),
  };
}

function olderInvoice(invoice: Invoice, { status, outside, payment }: InvoiceState): Body {
  const { tax } = figuresOf(invoice);
  return {
    tax: tax === 0 ? null : tax,
    total_tax_amounts: taxesOf(invoice).map(({ amount, inclusive }) => ({
      amount,
      inclusive,
      tax_rate: "txr_1",
    })),
    charge: outside ? null : (payment?.charge ?? null),
    payment_intent: outside ? null : (payment?.intent ?? null),
    paid: status === "paid",
    paid_out_of_band: outside,
    subscription: "sub_1",
  };
}

function newerInvoice(invoice: Invoice, { overpaid }: InvoiceState): Body {
  return {
    amount_overpaid: overpaid,
    total_taxes: taxesOf(invoice).map(({ amount, inclusive }) => ({
      amount,
      tax_behavior: inclusive ? "inclusive" : "exclusive",
      type: "tax_rate_details",
    })),
    parent: { type: "subscription_details", subscription_details: { subscription: "sub_1", metadata: {} } },
  };
}

function taxesOf({ lines }: Pick<Invoice, "lines">) {
  return [true, false].flatMap((inclusive) => {
    const amount = sumOf(
      lines.filter((line) => line.inclusive === inclusive),
      (line) => line.tax,
    );
    return amount === 0 ? [] : [{ amount, inclusive }];
  });
}

function lineBody(line: InvoiceLine, shape: Shape): Body {
  const { tax, inclusive, discount, proration } = line;
  const product = `pro_${line.price}`;
  return {
    id: line.id,
    object: "line_item",
    amount: line.amount,
    currency: "usd",
    description: "Something",
    quantity: line.quantity,
    discount_amounts: discount === 0 ? [] : [{ amount: discount, discount: "di_1" }],
    period: { start: 1_767_225_600, end: 1_769_904_000 },
    metadata: {},
    ...(shape === "older"
      ? {
          price: { id: line.price, object: "price", product, metadata: {} },
          proration,
          tax_amounts: tax === 0 ? [] : [{ amount: tax, inclusive, tax_rate: "txr_1" }],
        }
      : {
          pricing: { type: "price_details", price_details: { price: line.price, product } },
          parent: { type: "subscription_item_details", subscription_item_details: { proration } },
          taxes: tax === 0 ? [] : [{ amount: tax, tax_behavior: inclusive ? "inclusive" : "exclusive" }],
        }),
  };
}

export interface CreditNote {
  readonly id: string;
  readonly invoice: string;
  readonly customer: string;
  readonly status: "issued" | "void";
  readonly amount: number;
  readonly tax: number;
  readonly to: "invoice" | "balance" | "outside" | { readonly refund: string };
  readonly created: number;
}

export function creditNoteBody(note: CreditNote, shape: Shape): Body {
  const { id, amount, tax, to } = note;
  const before = to === "invoice";
  const refund = typeof to === "object" ? to.refund : null;
  return {
    id,
    object: "credit_note",
    invoice: note.invoice,
    customer: note.customer,
    status: note.status,
    type: before ? "pre_payment" : "post_payment",
    currency: "usd",
    amount,
    total: amount,
    total_excluding_tax: amount - tax,
    out_of_band_amount: to === "outside" ? amount : null,
    customer_balance_transaction: to === "balance" ? `cbtxn_${id}` : null,
    created: note.created,
    reason: null,
    lines: { object: "list", has_more: false, data: [] },
    ...(shape === "older"
      ? { refund, tax_amounts: tax === 0 ? [] : [{ amount: tax, inclusive: false }] }
      : {
          refunds: refund === null ? [] : [{ amount_refunded: amount, refund }],
          total_taxes: tax === 0 ? [] : [{ amount: tax, tax_behavior: "exclusive" }],
          pre_payment_amount: before ? amount : 0,
          post_payment_amount: before ? 0 : amount,
        }),
  };
}
