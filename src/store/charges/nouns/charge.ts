import { type Merchant, merchantOfRecordOf, merchants, settledOf } from "../../../domain/book/book.ts";
import {
  type Charge,
  type ChargeKind,
  type ChargeStatus,
  type CollectedEvidence,
  chargeKinds,
  chargeStatuses,
  collectedEvidence,
  type FeeState,
  feeStates,
  type Reversal,
  reversals,
} from "../../../domain/charge/charge.ts";
import { reducedBeforeSettlement } from "../../../domain/charge/fold.ts";
import { type Stage, stages } from "../../../domain/facts/facts.ts";
import type { ChargeId, ObjectKey, ProviderName } from "../../../domain/ids.ts";
import { type Basis, bases } from "../../../domain/policy/policy.ts";
import {
  amount,
  assembled,
  count,
  flag,
  kept,
  list,
  object,
  oneOf,
  readBeside,
  rest,
  text,
  textOf,
  time,
} from "../../described/field.ts";
import { described } from "../../described/noun.ts";
import { metadata, paymentMethod, period } from "../../inbox/nouns/fact.ts";
import { type ChargeView, payoutRefOf } from "../read/charge-view.ts";
import { capture, chargeLine, linkedCharge, settled } from "./parts.ts";
import { type SettledIn, settlement } from "./settlement.ts";

/** The columns of what an object of a provider is called. */
interface KeyColumns {
  readonly provider: ProviderName;
  readonly account: string;
  readonly ref: string;
}

export const keyOf = ({ provider, account, ref }: KeyColumns): ObjectKey => ({ provider, account, ref });

/**
 * A charge as it is folded. In a column of its own is what is searched, summed by a list or compared in SQL; all else has its
 * place in the rest.
 */
export const chargeNoun = described<Charge, ChargeView>(({ charge }) => charge)(
  "Charge",
  "The canonical record of one provider document that asks a customer for money. Unknown is null, never 0.",
  (from, fromView) => ({
    id: textOf<ChargeId>("chg_txn_01hv8m0xq5~paddle").joined,
    key: assembled(keyOf),
    provider: from(text.example("paddle").unkept, ({ key }) => key.provider),
    account: from(text.example("default").unkept, ({ key }) => key.account),
    ref: from(text.example("txn_01hv8m0xq5").unkept, ({ key }) => key.ref),
    kind: oneOf<ChargeKind>(chargeKinds),
    stage: oneOf<Stage>(stages).nullable.inRest(0).untold,
    status: oneOf<ChargeStatus>(chargeStatuses),
    reversal: oneOf<Reversal>(reversals).about("The first that holds."),
    currency: text.example("USD"),
    subtotal: amount.nullable.inRest(1),
    discount: amount.nullable.inRest(2),
    tax: amount.nullable.inRest(3),
    total: amount.nullable,
    creditApplied: amount.nullable.about("Of the customer's credit at the provider, what was spent on it."),
    creditNotesApplied: amount.nullable.inRest(4),
    creditNotesTax: from(amount.unkept, ({ linked }) => linked?.notesTax ?? 0n),
    creditIssued: amount.nullable,
    debtBroughtForward: amount.nullable.inRest(5),
    grandTotal: amount.nullable.about("What the customer is asked to pay, after discount, tax and credit."),
    collected: amount.nullable.about("Cash captured to date."),
    collectedEvidence: oneOf<CollectedEvidence>(collectedEvidence).inRest(6),
    paidOutside: from(
      amount.nullable.unkept.about("Paid, but not through the provider."),
      ({ collected, linked }) => (collected === null ? null : (linked?.paidOutside ?? 0n)),
    ),
    reducedBeforeSettlement: from(amount.nullable.unkept, reducedBeforeSettlement),
    outstanding: amount.nullable.inRest(7),
    overpaid: amount.nullable.inRest(8),
    statedBalance: amount.nullable.inRest(9).untold,
    refunded: amount.about("Effective refunds in cash, tax included."),
    disputed: amount.about("Withdrawn less reinstated, now."),
    fee: amount.nullable.inRest(10),
    feeState: oneOf<FeeState>(feeStates).inRest(11),
    earnings: amount.nullable.inRest(12),
    settlement: kept(settled).nullable.inRest(13),
    settledIn: fromView(object(settlement).nullable.named("settlement"), settledIn),
    owner: fromView(text.nullable.about("The app's own key for the customer."), ({ owner }) => owner),
    customerRef: text.nullable,
    subscriptionRef: text.nullable,
    invoiceNumber: text.nullable,
    origin: text.nullable.inRest(14),
    collectionMode: oneOf(["automatic", "manual"]).nullable.inRest(15),
    billingPeriod: object(period).nullable.inRest(16),
    livemode: flag.nullable.inRest(17),
    merchantOfRecord: from(
      oneOf<Merchant>(merchants).nullable.unkept.about(
        "Who sells to the customer and owes the tax: the provider itself (Paddle, Stripe's Managed Payments), or the company.",
      ),
      merchantOfRecordOf,
    ),
    createdAt: time.nullable,
    billedAt: time.nullable,
    paidAt: time.nullable.inRest(18),
    saidPaidAt: time.nullable.untold,
    saidCompletedAt: time.nullable.inRest(19).untold,
    settledAt: fromView(
      time.nullable.about("Paid for good: from here it moves a wallet."),
      ({ settledAt }) => settledAt,
    ),
    statusChangedAt: time.untold,
    occurredAt: fromView(
      time.about("When it settled, else when it last changed its status."),
      ({ settledAt, charge }) => settledAt ?? charge.statusChangedAt,
    ),
    paymentMethod: object(paymentMethod).nullable.inRest(20),
    metadata: metadata.inRest(21),
    lines: list(kept(chargeLine)).inRest(22).untold,
    captures: list(kept(capture)).nullable.inRest(23).untold,
    movements: readBeside<Charge["movements"]>(),
    linked: kept(linkedCharge).nullable.inRest(24),
    toldInParts: from(flag.untold, ({ linked }) => linked !== null),
    rest,
    policyVersion: fromView(count.nullable, ({ pin }) => pin?.policyVersion ?? null),
    basis: fromView(oneOf<Basis>(bases).nullable, ({ basis }) => basis),
    walletId: fromView(
      text.nullable.example("wal_8c998803f8549369e33e058f"),
      ({ pin }) => pin?.walletId ?? null,
    ),
    toppedUp: fromView(amount.about("What it tops up its wallet by."), ({ toppedUp }) => toppedUp),
    takenBack: fromView(amount.about("What of that was taken back."), ({ takenBack }) => takenBack),
    uncovered: fromView(
      amount.about("What of what was taken back no value covers now."),
      ({ uncovered }) => uncovered,
    ),
    waitingFor: fromView(
      list(oneOf(["document", "customer"])).about("What must still arrive before it can move a wallet."),
      waitingFor,
    ),
  }),
);

function settledIn({ charge, payouts }: ChargeView): SettledIn | null {
  const found = settledOf(charge);
  return found === null ? null : { ...found, payoutRef: payoutRefOf(payouts, charge) };
}

function waitingFor({ charge, pin }: ChargeView): ("document" | "customer")[] {
  if (charge.kind === "unseen") return ["document"];
  return pin !== null && pin.owner === null ? ["customer"] : [];
}
