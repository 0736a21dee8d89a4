import type {
  Capture,
  ChargeLine,
  LinkedCharge,
  Receipt,
  Settlement,
  Withheld,
} from "../../../domain/charge/charge.ts";
import { type DisputeState, disputeStates } from "../../../domain/facts/linked-facts.ts";
import type { Dispute, Payment } from "../../../domain/place/placement.ts";
import { type Basis, bases, type Effect, effects, type LineRule } from "../../../domain/policy/policy.ts";
import {
  amount,
  count,
  flag,
  kept,
  list,
  object,
  oneOf,
  text,
  textOf,
  time,
  yes,
} from "../../described/field.ts";
import { part } from "../../described/noun.ts";
import { balanceRow, metadata, paymentMethod } from "../../inbox/nouns/fact.ts";
import type { LineView } from "../read/charge-view.ts";

const proration = part<NonNullable<ChargeLine["proration"]>>()(
  "Proration",
  "The part-period that a change of plan made of a line.",
  () => ({ rate: text.nullable, startsAt: time.nullable, endsAt: time.nullable }),
);

export const chargeLine = part<ChargeLine, LineView>(({ line }) => line)(
  "ChargeLine",
  "One line of a charge.",
  (fromView) => ({
    ref: text,
    priceRef: text.nullable,
    productRef: text.nullable,
    description: text.nullable,
    quantity: text.nullable.about("A decimal."),
    subtotal: amount,
    discount: amount,
    tax: amount,
    total: amount,
    proration: object(proration).nullable,
    effect: fromView(oneOf<Effect>(effects).about("What the policy says of it."), ({ effect }) => effect),
    share: fromView(amount.about("Its part of what was paid."), ({ share }) => share),
    metadata: metadata.untold,
    sharedId: text.optional.untold,
  }),
);

export const settled = part<Settlement>()("StatedSettlement", "As the provider states it.", () => ({
  currency: text,
  gross: amount,
  fee: amount.nullable,
  tax: amount.nullable,
  net: amount.nullable,
  beforeFee: amount,
  exchangeRate: text.nullable,
  payoutRef: text.nullable,
}));

export const capture = part<Capture>()("Capture", "Money captured by one payment attempt.", () => ({
  amount,
  capturedAt: time,
}));

const payment = part<Payment>()("Payment", "A payment, or the part of one, that is a document's.", () => ({
  ref: text,
  names: list(text),
  status: textOf<Payment["status"]>(),
  currency: text,
  amount: amount.nullable,
  standsAlone: flag,
  capturedAt: time.nullable,
  method: kept(paymentMethod).nullable,
  customerRef: text.nullable,
  livemode: flag.nullable,
  row: kept(balanceRow).nullable,
}));

const withheld = part<Withheld>()("Withheld", "The tax that the provider keeps.", () => ({
  amount,
  fromFee: amount,
}));

const receipt = part<Receipt>()("Receipt", "Money taken for a document.", () => ({
  paymentRef: text.nullable,
  amount,
  takenAt: time.nullable,
  method: kept(paymentMethod).nullable,
  row: kept(balanceRow).nullable,
  standsAlone: flag,
  withheld: kept(withheld).optional,
}));

const dispute = part<Dispute>()("Dispute", "A dispute, and all rows of it that were ever listed.", () => ({
  ref: text,
  state: oneOf<DisputeState>(disputeStates),
  decidedAt: time.nullable,
  rows: list(kept(balanceRow)),
}));

export const linkedCharge = part<LinkedCharge>()(
  "LinkedCharge",
  "What a document's payments, disputes and notes add to it.",
  () => ({
    payments: list(kept(payment)),
    receipts: list(kept(receipt)),
    disputes: list(kept(dispute)),
    paidOutside: amount,
    overpaidToBalance: amount,
    startingBalance: amount.nullable,
    endingBalance: amount.nullable,
    unstatedCredit: amount,
    notesTax: amount,
    linesComplete: flag,
    providerSells: yes.optional,
  }),
);

export const lineRule = part<LineRule>()("LineRule", "What a policy says of a line.", () => ({
  effect: oneOf<Effect>(effects),
  basis: oneOf<Basis>(bases),
  priority: count,
  expiresAfterDays: count.nullable,
}));
