import type { Selectable } from "kysely";
import type { Charge, ChargeLine } from "../../domain/charge.ts";
import type { ChargeId, MovementId, ProviderName, WalletId } from "../../domain/ids.ts";
import type { Movement } from "../../domain/movement.ts";
import type { Basis, Pin } from "../../domain/policy.ts";
import type { Instant } from "../../domain/time.ts";
import { fromNullableText, fromText } from "../exact-json.ts";
import type { ChargeRow, MovementRow } from "../schema.ts";

/** A charge with what the ledger has posted of it. */
export interface ChargeView {
  readonly charge: Charge;
  readonly pin: Pin | null;
  /** The pinned owner; before it settles, the owner its customer belongs to now. */
  readonly owner: string | null;
  readonly basis: Basis | null;
  readonly settledAt: Instant | null;
  /** S and T as posted, and what of T no value covers now. */
  readonly toppedUp: bigint;
  readonly takenBack: bigint;
  readonly uncovered: bigint;
}

export type StoredCharge = Selectable<ChargeRow>;
export type StoredMovement = Selectable<MovementRow>;

export function chargeOf(row: StoredCharge, movements: readonly Movement[]): Charge {
  return {
    id: row.id as ChargeId,
    key: { provider: row.provider as ProviderName, account: row.account, ref: row.ref },
    kind: row.kind as Charge["kind"],
    stage: row.stage as Charge["stage"],
    status: row.status as Charge["status"],
    reversal: row.reversal as Charge["reversal"],
    currency: row.currency,
    subtotal: row.subtotal,
    discount: row.discount,
    tax: row.tax,
    total: row.total,
    creditApplied: row.credit_applied,
    creditNotesApplied: row.credit_notes_applied,
    creditIssued: row.credit_issued,
    debtBroughtForward: row.debt_brought_forward,
    grandTotal: row.grand_total,
    collected: row.collected,
    collectedEvidence: row.collected_evidence as Charge["collectedEvidence"],
    outstanding: row.outstanding,
    overpaid: row.overpaid,
    statedBalance: row.stated_balance,
    refunded: row.refunded,
    disputed: row.disputed,
    fee: row.fee,
    feeState: row.fee_state as Charge["feeState"],
    earnings: row.earnings,
    settlement: fromNullableText(row.settlement),
    customerRef: row.customer_ref,
    subscriptionRef: row.subscription_ref,
    invoiceNumber: row.invoice_number,
    origin: row.origin,
    collectionMode: row.collection_mode as Charge["collectionMode"],
    billingPeriod: fromNullableText(row.billing_period),
    livemode: row.livemode === null ? null : row.livemode === 1n,
    createdAt: row.created_at,
    billedAt: row.billed_at,
    paidAt: row.paid_at,
    saidPaidAt: row.said_paid_at,
    saidCompletedAt: row.said_completed_at,
    statusChangedAt: row.status_changed_at,
    paymentMethod: row.payment_method === null ? null : JSON.parse(row.payment_method),
    metadata: JSON.parse(row.metadata),
    lines: fromText<ChargeLine[]>(row.lines),
    movements,
  };
}

export function pinOf(row: StoredCharge): Pin | null {
  if (row.policy_version === null) return null;
  return {
    policyVersion: Number(row.policy_version),
    owner: row.owner,
    walletId: row.wallet_id as WalletId | null,
    rules: row.pinned_rules === null ? {} : JSON.parse(row.pinned_rules),
  };
}

export function movementOf(row: StoredMovement, chargeId: ChargeId): Movement {
  return {
    id: row.id as MovementId,
    chargeId,
    ref: row.ref,
    kind: row.kind as Movement["kind"],
    status: row.status as Movement["status"],
    effective: row.effective === 1n,
    warning: row.warning === 1n,
    toCustomerBalance: row.to_customer_balance === null ? null : row.to_customer_balance === 1n,
    currency: row.currency,
    amount: row.amount,
    subtotal: row.subtotal,
    tax: row.tax,
    fee: row.fee,
    earnings: row.earnings,
    payout: fromNullableText(row.payout),
    lines: fromText(row.lines),
    customerRef: row.customer_ref,
    reason: row.reason,
    occurredAt: row.occurred_at,
  };
}
