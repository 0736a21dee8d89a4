import type {
  DocumentFact,
  Fact,
  InvoiceTerms,
  LineFact,
  MovementFact,
  MovementLine,
  PaymentAttempt,
  PaymentMethod,
  PayoutTotals,
  Period,
  Stamp,
  WarningRowFact,
} from "../../../domain/facts/facts.ts";
import type {
  BalanceFact,
  BalanceRow,
  CheckoutFact,
  CreditNoteFact,
  DisputeFact,
  InvoicePaymentFact,
  PaymentFact,
  PaymentRefs,
  RefundFact,
  RowCategory,
} from "../../../domain/facts/linked-facts.ts";
import type { Metadata } from "../../../domain/facts/metadata.ts";
import type {
  CustomerCashFact,
  OpeningFact,
  PayoutFact,
  PayoutRowFact,
  ProviderRowFact,
} from "../../../domain/facts/transfer-facts.ts";
import type { EventId } from "../../../domain/ids.ts";
import {
  amount,
  asJson,
  flag,
  kept,
  keptOr,
  list,
  object,
  type Packing,
  text,
  textOf,
  time,
  yes,
} from "../../described/field.ts";
import { part } from "../../described/noun.ts";

/** What no policy can read is shown as the JSON it is. */
export const metadata = asJson<Metadata>(
  {
    type: "object",
    additionalProperties: { type: "string" },
    description: "The app's own; what is no text is the JSON it is.",
  },
  (all) =>
    Object.fromEntries(
      Object.entries(all).map(([key, value]) => [key, typeof value === "string" ? value : value.json]),
    ),
);

export const period = part<Period>()(
  "Period",
  "From its beginning up to its end, which is not in it.",
  () => ({
    startsAt: time,
    endsAt: time,
  }),
);

export const paymentMethod = part<PaymentMethod>()("PaymentMethod", "How it was paid.", () => ({
  type: text.example("card"),
  brand: text.nullable,
  last4: text.nullable,
}));

export const balanceRow = part<BalanceRow>()(
  "BalanceRow",
  "What the provider settled for one object.",
  () => ({
    ref: text,
    currency: text,
    gross: amount,
    fee: amount,
    net: amount,
    exchangeRate: text.nullable,
    createdAt: time.nullable,
    category: textOf<RowCategory>().nullable,
    withheldTax: amount.optional,
  }),
);

const stamp = part<Stamp>()("Stamp", "Which event said it, and when.", () => ({
  eventId: textOf<EventId>(),
  occurredAt: time,
  askedAt: time.optional,
}));

const paymentRefs = part<PaymentRefs>()("PaymentRefs", "By which names a payment goes.", () => ({
  intentRef: text.nullable,
  chargeRef: text.nullable,
}));

const payoutTotals = part<PayoutTotals>()(
  "PayoutTotals",
  "A document's value in the currency of payouts.",
  () => ({
    currency: text,
    subtotal: amount,
    discount: amount,
    tax: amount,
    total: amount,
    fee: amount.nullable,
    earnings: amount.nullable,
    exchangeRate: text.nullable,
  }),
);

const proration = part<NonNullable<LineFact["proration"]>>()("LineProration", "A part-period.", () => ({
  rate: text.nullable,
  startsAt: time.nullable,
  endsAt: time.nullable,
}));

const lineFact = part<LineFact>()("LineFact", "A line of a document.", () => ({
  ref: text,
  priceRef: text.nullable,
  productRef: text.nullable,
  description: text.nullable,
  quantity: text.nullable,
  subtotal: amount,
  discount: amount,
  tax: amount,
  total: amount,
  proration: kept(proration).nullable,
  metadata,
  sharedId: text.optional,
}));

const attempt = part<PaymentAttempt>()("PaymentAttempt", "One attempt to collect money.", () => ({
  ref: text,
  amount,
  captured: flag,
  capturedAt: time.nullable,
  method: object(paymentMethod).nullable,
}));

const invoiceTerms = part<InvoiceTerms>()("InvoiceTerms", "What an invoice says of its payment.", () => ({
  amountPaid: amount.nullable,
  overpaid: amount.nullable,
  saysOutside: flag.nullable,
  payment: keptOr(paymentRefs, "none").nullable,
  startingBalance: amount.nullable,
  endingBalance: amount.nullable,
  unstatedCredit: amount.nullable,
  linesComplete: flag,
}));

const documentFact = part<DocumentFact>()("DocumentFact", "What is said of a document.", () => ({
  kind: textOf<"document">(),
  stamp: kept(stamp),
  ref: text,
  document: textOf<DocumentFact["document"]>(),
  stage: textOf<DocumentFact["stage"]>(),
  currency: text,
  subtotal: amount.nullable,
  discount: amount.nullable,
  tax: amount.nullable,
  total: amount.nullable,
  creditApplied: amount.nullable,
  creditNotesApplied: amount.nullable,
  creditIssued: amount.nullable,
  debtBroughtForward: amount.nullable,
  grandTotal: amount.nullable,
  balance: amount.nullable,
  fee: amount.nullable,
  earnings: amount.nullable,
  payout: kept(payoutTotals).nullable,
  lines: list(kept(lineFact)).nullable,
  payments: list(kept(attempt)).nullable,
  invoice: kept(invoiceTerms).nullable,
  customerRef: text.nullable,
  subscriptionRef: text.nullable,
  invoiceNumber: text.nullable,
  origin: text.nullable,
  collectionMode: textOf<"automatic" | "manual">().nullable,
  billingPeriod: object(period).nullable,
  livemode: flag.nullable,
  createdAt: time.nullable,
  billedAt: time.nullable,
  reachedAt: time.nullable,
  metadata: metadata.nullable,
  providerSells: yes.optional,
}));

const movementLine = part<MovementLine>()("MovementLine", "The part of a movement that is a line's.", () => ({
  lineRef: text,
  amount,
  tax: amount,
}));

type MovementPayout = NonNullable<MovementFact["payout"]>;

const originalFee = part<NonNullable<MovementPayout["disputeFeeOriginal"]>>()(
  "OriginalFee",
  "In the currency of the card scheme.",
  () => ({ amount, currency: text }),
);

const movementPayout = part<MovementPayout>()(
  "MovementPayout",
  "A movement in the currency of payouts.",
  () => ({
    currency: text,
    subtotal: amount,
    tax: amount,
    total: amount,
    fee: amount.nullable,
    earnings: amount.nullable,
    retainedFee: amount.nullable,
    disputeFee: amount.nullable,
    disputeFeeOriginal: kept(originalFee).nullable,
  }),
);

const linkedMovement = part<NonNullable<MovementFact["linked"]>>()(
  "LinkedMovement",
  "What only a provider states whose movements are objects of their own.",
  () => ({
    disputeRef: text.nullable,
    outside: flag,
    row: object(balanceRow).nullable,
    part: text.nullable,
    estimated: flag,
    endsExchange: flag,
    undoneRow: object(balanceRow).nullable,
    providerSells: yes.optional,
  }),
);

const movementFact = part<MovementFact>()("MovementFact", "What is said of a movement.", () => ({
  kind: textOf<"movement">(),
  stamp: kept(stamp),
  ref: text,
  chargeRef: text,
  movement: textOf<MovementFact["movement"]>(),
  status: textOf<MovementFact["status"]>(),
  warning: flag,
  toCustomerBalance: flag.nullable,
  currency: text,
  amount,
  subtotal: amount.nullable,
  tax: amount.nullable,
  fee: amount.nullable,
  earnings: amount.nullable,
  payout: kept(movementPayout).nullable,
  lines: list(kept(movementLine)),
  customerRef: text.nullable,
  reason: text.nullable,
  createdAt: time.nullable,
  linked: kept(linkedMovement).nullable,
}));

const warningRowFact = part<WarningRowFact>()("WarningRowFact", "What an alert moved.", () => ({
  kind: textOf<"warning_row">(),
  stamp: kept(stamp),
  ref: text,
  chargeRef: text,
  currency: text,
  cash: amount,
}));

const namedInvoice = part<{ readonly ref: string }>()("NamedInvoice", "An invoice by its ref.", () => ({
  ref: text,
}));

const paymentFact = part<PaymentFact>()("PaymentFact", "What is said of a payment.", () => ({
  kind: textOf<"payment">(),
  stamp: kept(stamp),
  ref: text,
  refs: kept(paymentRefs),
  invoiceRef: keptOr(namedInvoice, "none").nullable,
  status: textOf<PaymentFact["status"]>(),
  currency: text,
  amount,
  authorised: amount.nullable,
  amountRefunded: amount.nullable,
  capturedAt: time.nullable,
  reachedAt: time.nullable,
  method: object(paymentMethod).nullable,
  customerRef: text.nullable,
  description: text.nullable,
  livemode: flag.nullable,
  createdAt: time.nullable,
  metadata: metadata.nullable,
  rowRef: text.nullable,
  providerSells: yes.optional,
}));

const invoicePaymentFact = part<InvoicePaymentFact>()(
  "InvoicePaymentFact",
  "What is said of a payment towards an invoice.",
  () => ({
    kind: textOf<"invoice_payment">(),
    stamp: kept(stamp),
    ref: text,
    invoiceRef: text,
    payment: keptOr(paymentRefs, "outside"),
    status: textOf<InvoicePaymentFact["status"]>(),
    currency: text,
    amount: amount.nullable,
    paidAt: time.nullable,
  }),
);

const checkoutFact = part<CheckoutFact>()("CheckoutFact", "What is said of a checkout.", () => ({
  kind: textOf<"checkout">(),
  stamp: kept(stamp),
  ref: text,
  payment: kept(paymentRefs).nullable,
  invoiceRef: text.nullable,
  mode: textOf<CheckoutFact["mode"]>(),
  currency: text.nullable,
  discount: amount.nullable,
  tax: amount.nullable,
  total: amount.nullable,
  customerRef: text.nullable,
  metadata: metadata.nullable,
  providerSells: flag.optional,
  subscriptionRef: text.optional,
  linkRef: text.optional,
}));

const refundFact = part<RefundFact>()("RefundFact", "What is said of a refund.", () => ({
  kind: textOf<"refund">(),
  stamp: kept(stamp),
  ref: text,
  payment: kept(paymentRefs),
  status: textOf<RefundFact["status"]>(),
  currency: text,
  amount,
  reason: text.nullable,
  createdAt: time.nullable,
}));

const disputeFact = part<DisputeFact>()("DisputeFact", "What is said of a dispute.", () => ({
  kind: textOf<"dispute">(),
  stamp: kept(stamp),
  ref: text,
  payment: kept(paymentRefs),
  state: textOf<DisputeFact["state"]>(),
  currency: text,
  amount,
  reason: text.nullable,
  createdAt: time.nullable,
  rows: list(object(balanceRow)),
}));

const noteRefund = part<CreditNoteFact["refunds"][number]>()("NoteRefund", "A refund in a note.", () => ({
  ref: text,
  amount: amount.nullable,
}));

const creditNoteFact = part<CreditNoteFact>()("CreditNoteFact", "What is said of a credit note.", () => ({
  kind: textOf<"credit_note">(),
  stamp: kept(stamp),
  ref: text,
  invoiceRef: text,
  status: textOf<CreditNoteFact["status"]>(),
  currency: text,
  total: amount,
  tax: amount.nullable,
  beforePayment: amount.nullable,
  refunds: list(kept(noteRefund)),
  credited: amount.nullable,
  givenOutside: amount,
  lines: list(kept(movementLine)),
  customerRef: text.nullable,
  reason: text.nullable,
  createdAt: time.nullable,
}));

const balanceFact = part<BalanceFact>()("BalanceFact", "A row of the provider's balance.", () => ({
  kind: textOf<"balance_row">(),
  stamp: kept(stamp),
  ref: text,
  sourceRef: text,
  chargeRef: text.nullable,
  row: object(balanceRow),
}));

const payoutFact = part<PayoutFact>()("PayoutFact", "What is said of a payout.", () => ({
  kind: textOf<"payout">(),
  stamp: kept(stamp),
  ref: text,
  status: textOf<PayoutFact["status"]>(),
  amount,
  currency: text,
  remittanceRef: text.nullable,
  createdAt: time.nullable,
  arrivalOn: time.nullable,
}));

const payoutRowFact = part<PayoutRowFact>()("PayoutRowFact", "The row of a payout.", () => ({
  kind: textOf<"payout_row">(),
  stamp: kept(stamp),
  ref: text,
  payoutRef: text,
  currency: text,
  gross: amount,
  fee: amount,
  net: amount,
}));

const customerCashFact = part<CustomerCashFact>()("CustomerCashFact", "Cash that a customer keeps.", () => ({
  kind: textOf<"customer_cash">(),
  stamp: kept(stamp),
  ref: text,
  customerRef: text,
  amount,
  currency: text,
}));

const providerRowFact = part<ProviderRowFact>()("ProviderRowFact", "A row that settles no charge.", () => ({
  kind: textOf<"provider_row">(),
  stamp: kept(stamp),
  ref: text,
  meaning: textOf<ProviderRowFact["meaning"]>(),
  category: text,
  balanceName: text,
  sourceRef: text.nullable,
  currency: text,
  gross: amount,
  fee: amount,
  net: amount,
}));

const openingFact = part<OpeningFact>()("OpeningFact", "What was owed when books begin.", () => ({
  kind: textOf<"opening">(),
  stamp: kept(stamp),
  ref: text,
  at: time,
  evidence: textOf<OpeningFact["evidence"]>(),
  currency: text,
  amount,
}));

const facts: { readonly [Kind in Fact["kind"]]: Packing<Extract<Fact, { readonly kind: Kind }>> } = {
  document: documentFact,
  movement: movementFact,
  warning_row: warningRowFact,
  payment: paymentFact,
  invoice_payment: invoicePaymentFact,
  checkout: checkoutFact,
  refund: refundFact,
  dispute: disputeFact,
  credit_note: creditNoteFact,
  balance_row: balanceFact,
  payout: payoutFact,
  payout_row: payoutRowFact,
  customer_cash: customerCashFact,
  provider_row: providerRowFact,
  opening: openingFact,
};

const packingOf = (kind: Fact["kind"]): Packing<Fact> => facts[kind] as unknown as Packing<Fact>;

/**
 * A fact as the list of its values, its kind first: half as long as with their names, which are the same in every row. In ASCII or
 * well-formed Unicode: a NUL or half of a pair of surrogates is written as an escape.
 */
export function factText(fact: Fact): string {
  return JSON.stringify(packingOf(fact.kind).pack(fact));
}

/** The inverse of {@link factText}. */
export function factIn<Kind extends Fact>(body: string): Kind {
  const packed: readonly unknown[] = JSON.parse(body);
  return packingOf(packed[0] as Fact["kind"]).unpack(packed as never) as Kind;
}
