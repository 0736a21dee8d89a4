import type { z } from "zod";
import { merchantOfRecordOf, merchants, settledOf } from "../../domain/book/book.ts";
import {
  type ChargeLine,
  type ChargeStatus,
  chargeKinds,
  chargeStatuses,
  collectedEvidence,
  feeStates,
  reversals,
} from "../../domain/charge/charge.ts";
import { reducedBeforeSettlement } from "../../domain/charge/fold.ts";
import type { PaymentMethod, Period } from "../../domain/facts/facts.ts";
import type { Metadata } from "../../domain/facts/metadata.ts";
import { type Basis, bases, effects } from "../../domain/policy/policy.ts";
import type { ChargeView } from "../../store/charges/read/charge-view.ts";
import { awaited, type ChargeFilter, type ChargeSum } from "../../store/charges/read/charges.ts";
import { amount, count, flag, list, object, oneOf, text, time, told } from "../../store/described/field.ts";
import { answer, extended } from "../../store/described/noun.ts";
import { entryNoun } from "../../store/ledger/nouns/entry.ts";
import type { ChargeDetail, LineView } from "../charges/read-charges.ts";
import { payoutOf } from "../charges/read-movements.ts";
import { eventSummary } from "./event.ts";
import { movementAnswer } from "./movement.ts";
import * as asked from "./parameters.ts";
import { type SettledIn, settlement } from "./settlement.ts";

const period = answer<Period>()("Period", "From its beginning up to its end, which is not in it.", () => ({
  startsAt: time,
  endsAt: time,
}));

const paymentMethod = answer<PaymentMethod>()("PaymentMethod", "How it was paid.", () => ({
  type: text.example("card"),
  brand: text.nullable,
  last4: text.nullable,
}));

/** What no policy can read is shown as the JSON it is. */
const metadata = told<Metadata>(
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

export const chargeAnswer = answer<ChargeView>()(
  "Charge",
  "The canonical record of one provider document that asks a customer for money. Unknown is null, never 0.",
  (from) => ({
    id: from(text.example("chg_txn_01hv8m0xq5~paddle"), ({ charge }) => charge.id),
    provider: from(text.example("paddle"), ({ charge }) => charge.key.provider),
    account: from(text.example("default"), ({ charge }) => charge.key.account),
    ref: from(text.example("txn_01hv8m0xq5"), ({ charge }) => charge.key.ref),
    kind: from(oneOf(chargeKinds), ({ charge }) => charge.kind),
    status: from(oneOf<ChargeStatus>(chargeStatuses), ({ charge }) => charge.status),
    reversal: from(oneOf(reversals).about("The first that holds."), ({ charge }) => charge.reversal),
    currency: from(text.example("USD"), ({ charge }) => charge.currency),
    subtotal: from(amount.nullable, ({ charge }) => charge.subtotal),
    discount: from(amount.nullable, ({ charge }) => charge.discount),
    tax: from(amount.nullable, ({ charge }) => charge.tax),
    total: from(amount.nullable, ({ charge }) => charge.total),
    creditApplied: from(
      amount.nullable.about("Of the customer's credit at the provider, what was spent on it."),
      ({ charge }) => charge.creditApplied,
    ),
    creditNotesApplied: from(amount.nullable, ({ charge }) => charge.creditNotesApplied),
    creditNotesTax: from(amount, ({ charge }) => charge.linked?.notesTax ?? 0n),
    creditIssued: from(amount.nullable, ({ charge }) => charge.creditIssued),
    debtBroughtForward: from(amount.nullable, ({ charge }) => charge.debtBroughtForward),
    grandTotal: from(
      amount.nullable.about("What the customer is asked to pay, after discount, tax and credit."),
      ({ charge }) => charge.grandTotal,
    ),
    collected: from(amount.nullable.about("Cash captured to date."), ({ charge }) => charge.collected),
    collectedEvidence: from(oneOf(collectedEvidence), ({ charge }) => charge.collectedEvidence),
    paidOutside: from(amount.nullable.about("Paid, but not through the provider."), ({ charge }) =>
      charge.collected === null ? null : (charge.linked?.paidOutside ?? 0n),
    ),
    reducedBeforeSettlement: from(amount.nullable, ({ charge }) => reducedBeforeSettlement(charge)),
    outstanding: from(amount.nullable, ({ charge }) => charge.outstanding),
    overpaid: from(amount.nullable, ({ charge }) => charge.overpaid),
    refunded: from(amount.about("Effective refunds in cash, tax included."), ({ charge }) => charge.refunded),
    disputed: from(amount.about("Withdrawn less reinstated, now."), ({ charge }) => charge.disputed),
    fee: from(amount.nullable, ({ charge }) => charge.fee),
    feeState: from(oneOf(feeStates), ({ charge }) => charge.feeState),
    earnings: from(amount.nullable, ({ charge }) => charge.earnings),
    settlement: from(object(settlement).nullable, settledIn),
    owner: text.nullable.about("The app's own key for the customer."),
    customerRef: from(text.nullable, ({ charge }) => charge.customerRef),
    subscriptionRef: from(text.nullable, ({ charge }) => charge.subscriptionRef),
    invoiceNumber: from(text.nullable, ({ charge }) => charge.invoiceNumber),
    origin: from(text.nullable, ({ charge }) => charge.origin),
    collectionMode: from(oneOf(["automatic", "manual"]).nullable, ({ charge }) => charge.collectionMode),
    billingPeriod: from(object(period).nullable, ({ charge }) => charge.billingPeriod),
    livemode: from(flag.nullable, ({ charge }) => charge.livemode),
    merchantOfRecord: from(
      oneOf(merchants).nullable.about(
        "Who sells to the customer and owes the tax: the provider itself (Paddle, Stripe's Managed Payments), or the company.",
      ),
      ({ charge }) => merchantOfRecordOf(charge),
    ),
    createdAt: from(time.nullable, ({ charge }) => charge.createdAt),
    billedAt: from(time.nullable, ({ charge }) => charge.billedAt),
    paidAt: from(time.nullable, ({ charge }) => charge.paidAt),
    settledAt: time.nullable.about("Paid for good: from here it moves a wallet."),
    occurredAt: from(
      time.about("When it settled, else when it last changed its status."),
      ({ settledAt, charge }) => settledAt ?? charge.statusChangedAt,
    ),
    paymentMethod: from(object(paymentMethod).nullable, ({ charge }) => charge.paymentMethod),
    metadata: from(metadata, ({ charge }) => charge.metadata),
    policyVersion: from(count.nullable, ({ pin }) => pin?.policyVersion ?? null),
    basis: oneOf<Basis>(bases).nullable,
    walletId: from(text.nullable.example("wal_8c998803f8549369e33e058f"), ({ pin }) => pin?.walletId ?? null),
    toppedUp: amount.about("What it tops up its wallet by."),
    takenBack: amount.about("What of that was taken back."),
    uncovered: amount.about("What of what was taken back no value covers now."),
    waitingFor: from(
      list(oneOf(["document", "customer"])).about("What must still arrive before it can move a wallet."),
      waitingFor,
    ),
  }),
);

function settledIn({ charge, payouts }: ChargeView): SettledIn | null {
  const settled = settledOf(charge);
  return settled === null ? null : { ...settled, payoutRef: payoutOf(payouts, charge) };
}

function waitingFor({ charge, pin }: ChargeView): ("document" | "customer")[] {
  if (charge.kind === "unseen") return ["document"];
  return pin !== null && pin.owner === null ? ["customer"] : [];
}

const proration = answer<NonNullable<ChargeLine["proration"]>>()(
  "Proration",
  "The part-period that a change of plan made of a line.",
  () => ({ rate: text.nullable, startsAt: time.nullable, endsAt: time.nullable }),
);

const line = answer<LineView>()("ChargeLine", "One line of a charge.", (from) => ({
  ref: from(text, ({ line }) => line.ref),
  priceRef: from(text.nullable, ({ line }) => line.priceRef),
  productRef: from(text.nullable, ({ line }) => line.productRef),
  description: from(text.nullable, ({ line }) => line.description),
  quantity: from(text.nullable.about("A decimal."), ({ line }) => line.quantity),
  subtotal: from(amount, ({ line }) => line.subtotal),
  discount: from(amount, ({ line }) => line.discount),
  tax: from(amount, ({ line }) => line.tax),
  total: from(amount, ({ line }) => line.total),
  proration: from(object(proration).nullable, ({ line }) => line.proration),
  effect: oneOf(effects).about("What the policy says of it."),
  share: amount.about("Its part of what was paid."),
}));

export const chargeDetail = extended<ChargeDetail, ChargeView>(
  chargeAnswer,
  ({ view }) => view,
  answer<ChargeDetail>()("ChargeDetail", "A charge with its lines, movements, entries and events.", () => ({
    lines: list(object(line)),
    movements: list(object(movementAnswer)),
    entries: list(object(entryNoun)),
    events: list(object(eventSummary)),
  })),
);

const chargeSum = answer<ChargeSum>()(
  "ChargeSum",
  "What all charges of a filter come to in one currency; what is not stated yet is in no sum.",
  () => ({
    currency: text,
    count: told<bigint>({ type: "integer" }, Number),
    unstated: told<bigint>({ type: "integer" }, Number).about(
      "Of how many nobody knows yet what was collected.",
    ),
    total: amount,
    creditApplied: amount,
    grandTotal: amount,
    collected: amount,
    refunded: amount,
    disputed: amount,
    toppedUp: amount,
    takenBack: amount,
  }),
);

/** Beside a list: of the whole filter, where that was asked for. */
export const chargeSums = answer<{ readonly sums: readonly ChargeSum[] | null }>()(
  "ChargeSums",
  "The sums of the whole filter, by currency.",
  () => ({ sums: list(object(chargeSum)).nullable.optional }),
);

/** What a list of charges is asked with, besides its provider and its period. */
export const chargeWords = {
  status: asked.oneOf(chargeStatuses),
  reversal: asked.oneOf(reversals),
  currency: asked.text,
  owner: asked.text,
  customer_ref: asked.text,
  subscription_ref: asked.text,
  ref: asked.text,
  invoice_number: asked.text,
  no_owner: asked.oneOf(["true"]),
  waiting_for: asked.oneOf(awaited),
};

type AskedCharges = z.output<z.ZodObject<typeof chargeWords>>;

export function chargeFilterOf({
  customer_ref: customerRef,
  subscription_ref: subscriptionRef,
  invoice_number: invoiceNumber,
  no_owner: noOwner,
  waiting_for: waitingFor,
  ...rest
}: AskedCharges): ChargeFilter {
  return { ...rest, customerRef, subscriptionRef, invoiceNumber, noOwner: noOwner === "true", waitingFor };
}
