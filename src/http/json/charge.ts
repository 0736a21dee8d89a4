import { settledOf } from "../../domain/book/book.ts";
import type { Charge } from "../../domain/charge/charge.ts";
import { reducedBeforeSettlement } from "../../domain/charge/fold.ts";
import type { Period } from "../../domain/facts/facts.ts";
import type { Metadata } from "../../domain/facts/metadata.ts";
import type { ChargeDetail, ChargeView, LineView } from "../../services/read/charges.ts";
import { entryJson } from "./entry.ts";
import { eventJson } from "./event.ts";
import { movementJson } from "./movement.ts";
import { settlementJson } from "./settlement.ts";
import { amount, nullableAmount, nullableTime, time } from "./values.ts";

export function chargeJson(view: ChargeView) {
  const { charge, pin } = view;
  return {
    id: charge.id,
    ...charge.key,
    kind: charge.kind,
    status: charge.status,
    reversal: charge.reversal,
    currency: charge.currency,
    ...amountsJson(charge),
    settlement: settlementJson(settledOf(charge)),
    owner: view.owner,
    customer_ref: charge.customerRef,
    subscription_ref: charge.subscriptionRef,
    invoice_number: charge.invoiceNumber,
    origin: charge.origin,
    collection_mode: charge.collectionMode,
    billing_period: periodJson(charge.billingPeriod),
    livemode: charge.livemode,
    created_at: nullableTime(charge.createdAt),
    billed_at: nullableTime(charge.billedAt),
    paid_at: nullableTime(charge.paidAt),
    settled_at: nullableTime(view.settledAt),
    occurred_at: time(view.settledAt ?? charge.statusChangedAt),
    payment_method: charge.paymentMethod,
    metadata: metadataJson(charge.metadata),
    policy_version: pin?.policyVersion ?? null,
    basis: view.basis,
    wallet_id: pin?.walletId ?? null,
    topped_up: amount(view.toppedUp),
    taken_back: amount(view.takenBack),
    uncovered: amount(view.uncovered),
    waiting_for: waitingFor(view),
  };
}

export function chargeDetailJson({ view, lines, movements, entries, events }: ChargeDetail) {
  return {
    ...chargeJson(view),
    lines: lines.map(lineJson),
    movements: movements.map(movementJson),
    entries: entries.map(entryJson),
    events: events.map(eventJson),
  };
}

function amountsJson(charge: Charge) {
  return {
    subtotal: nullableAmount(charge.subtotal),
    discount: nullableAmount(charge.discount),
    tax: nullableAmount(charge.tax),
    total: nullableAmount(charge.total),
    credit_applied: nullableAmount(charge.creditApplied),
    credit_notes_applied: nullableAmount(charge.creditNotesApplied),
    credit_notes_tax: amount(charge.linked?.notesTax ?? 0n),
    credit_issued: nullableAmount(charge.creditIssued),
    debt_brought_forward: nullableAmount(charge.debtBroughtForward),
    grand_total: nullableAmount(charge.grandTotal),
    collected: nullableAmount(charge.collected),
    collected_evidence: charge.collectedEvidence,
    paid_outside: charge.collected === null ? null : amount(charge.linked?.paidOutside ?? 0n),
    reduced_before_settlement: nullableAmount(reducedBeforeSettlement(charge)),
    outstanding: nullableAmount(charge.outstanding),
    overpaid: nullableAmount(charge.overpaid),
    refunded: amount(charge.refunded),
    disputed: amount(charge.disputed),
    fee: nullableAmount(charge.fee),
    fee_state: charge.feeState,
    earnings: nullableAmount(charge.earnings),
  };
}

/** What must still arrive before this charge can move a wallet. */
function waitingFor({ charge, pin }: ChargeView): string[] {
  if (charge.kind === "unseen") return ["document"];
  return pin !== null && pin.owner === null ? ["customer"] : [];
}

function periodJson(period: Period | null) {
  return period === null ? null : { starts_at: time(period.startsAt), ends_at: time(period.endsAt) };
}

/** What no policy can read is shown as the JSON it is. */
function metadataJson(metadata: Metadata): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [key, typeof value === "string" ? value : value.json]),
  );
}

function lineJson({ line, effect, share }: LineView) {
  return {
    ref: line.ref,
    price_ref: line.priceRef,
    product_ref: line.productRef,
    description: line.description,
    quantity: line.quantity,
    subtotal: amount(line.subtotal),
    discount: amount(line.discount),
    tax: amount(line.tax),
    total: amount(line.total),
    proration:
      line.proration === null
        ? null
        : {
            rate: line.proration.rate,
            starts_at: nullableTime(line.proration.startsAt),
            ends_at: nullableTime(line.proration.endsAt),
          },
    effect,
    share: amount(share),
  };
}
