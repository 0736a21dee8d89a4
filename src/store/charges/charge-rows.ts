import type { ChargeRecord, ExpectedOwner } from "../../domain/books.ts";
import type { Charge } from "../../domain/charge/charge.ts";
import type { Movement } from "../../domain/charge/movement.ts";
import type { ChargeId, ObjectKey, ProviderName, WalletId } from "../../domain/ids.ts";
import type { Pin } from "../../domain/policy/policy.ts";
import { fromNullableText, fromText, toNullableText, toText } from "../engine/exact-json.ts";
import { fromNullableFlag, toFlag, toNullableFlag } from "../engine/flags.ts";
import type { Numbers } from "../loaded.ts";
import type { ChargeRow } from "../schema.ts";

/** A charge's row. A charge without facts is no charge: it is never stored. */
export function chargeRow(record: ChargeRecord, numbers: Numbers): ChargeRow {
  const { id, key, charge, pin } = record;
  if (charge === null) throw new Error(`${id} has no facts, and cannot be stored.`);
  return {
    no: numbers.of(id),
    id,
    provider: key.provider,
    account: key.account,
    ref: key.ref,
    dossier_no: numbers.ofNullable(record.dossier),
    merged_into_no: numbers.ofNullable(record.mergedInto),
    unless_invoiced: toFlag(record.unlessInvoiced),
    provider_sells: toFlag(record.providerSells),
    ...foldedColumns(charge),
    ...pinColumns(pin),
    owner: pin === null ? (record.expected?.owner ?? null) : pin.owner,
    owner_version: record.expected === null ? null : BigInt(record.expected.policyVersion),
    assigned_owner: record.assigned,
    settled_at: record.settledAt,
    topped_up: record.toppedUp,
    taken_back: record.takenBack,
    debited: record.debited,
    fact_count: BigInt(record.factCount),
    entry_count: BigInt(record.entryCount),
    discrepancies: JSON.stringify(record.discrepancies),
  };
}

type IdentityColumn = "no" | "id" | "provider" | "account" | "ref" | "dossier_no" | "merged_into_no";
type ReadingColumn = "unless_invoiced" | "provider_sells";
type OwnerColumn = "owner" | "owner_version" | "assigned_owner";
type PinColumn = "policy_version" | "wallet_id" | "pinned_rules" | "basis";
type PostedColumn =
  | "settled_at"
  | "topped_up"
  | "taken_back"
  | "debited"
  | "fact_count"
  | "entry_count"
  | "discrepancies";
type FoldedColumn = Exclude<
  keyof ChargeRow,
  IdentityColumn | ReadingColumn | OwnerColumn | PinColumn | PostedColumn
>;

function foldedColumns(charge: Charge): Pick<ChargeRow, FoldedColumn> {
  return {
    kind: charge.kind,
    stage: charge.stage,
    status: charge.status,
    reversal: charge.reversal,
    currency: charge.currency,
    subtotal: charge.subtotal,
    discount: charge.discount,
    tax: charge.tax,
    total: charge.total,
    credit_applied: charge.creditApplied,
    credit_notes_applied: charge.creditNotesApplied,
    credit_issued: charge.creditIssued,
    debt_brought_forward: charge.debtBroughtForward,
    grand_total: charge.grandTotal,
    collected: charge.collected,
    collected_evidence: charge.collectedEvidence,
    outstanding: charge.outstanding,
    overpaid: charge.overpaid,
    stated_balance: charge.statedBalance,
    refunded: charge.refunded,
    disputed: charge.disputed,
    fee: charge.fee,
    fee_state: charge.feeState,
    earnings: charge.earnings,
    settlement: toNullableText(charge.settlement),
    customer_ref: charge.customerRef,
    subscription_ref: charge.subscriptionRef,
    invoice_number: charge.invoiceNumber,
    origin: charge.origin,
    collection_mode: charge.collectionMode,
    billing_period: toNullableText(charge.billingPeriod),
    livemode: toNullableFlag(charge.livemode),
    created_at: charge.createdAt,
    billed_at: charge.billedAt,
    paid_at: charge.paidAt,
    said_paid_at: charge.saidPaidAt,
    said_completed_at: charge.saidCompletedAt,
    status_changed_at: charge.statusChangedAt,
    payment_method: toNullableText(charge.paymentMethod),
    metadata: JSON.stringify(charge.metadata),
    lines: toText(charge.lines),
    captures: toNullableText(charge.captures),
    linked: toNullableText(charge.linked),
  };
}

function pinColumns(pin: Pin | null): Pick<ChargeRow, PinColumn> {
  if (pin === null) return { policy_version: null, wallet_id: null, pinned_rules: null, basis: null };
  const firstTopUp = Object.values(pin.rules).find((rule) => rule.effect === "top_up");
  return {
    policy_version: BigInt(pin.policyVersion),
    wallet_id: pin.walletId,
    pinned_rules: JSON.stringify(pin.rules),
    basis: firstTopUp?.basis ?? null,
  };
}

export function keyOf(row: Pick<ChargeRow, "provider" | "account" | "ref">): ObjectKey {
  return { provider: row.provider as ProviderName, account: row.account, ref: row.ref };
}

export function chargeOf(row: ChargeRow, movements: readonly Movement[]): Charge {
  return {
    id: row.id as ChargeId,
    key: keyOf(row),
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
    livemode: fromNullableFlag(row.livemode),
    createdAt: row.created_at,
    billedAt: row.billed_at,
    paidAt: row.paid_at,
    saidPaidAt: row.said_paid_at,
    saidCompletedAt: row.said_completed_at,
    statusChangedAt: row.status_changed_at,
    paymentMethod: fromNullableText(row.payment_method),
    metadata: JSON.parse(row.metadata),
    lines: fromText(row.lines),
    captures: fromNullableText(row.captures),
    movements,
    linked: fromNullableText(row.linked),
  };
}

export function expectedOf({
  owner,
  owner_version,
}: Pick<ChargeRow, "owner" | "owner_version">): ExpectedOwner | null {
  return owner_version === null ? null : { owner, policyVersion: Number(owner_version) };
}

export function pinOf(row: Pick<ChargeRow, PinColumn | "owner">): Pin | null {
  if (row.policy_version === null) return null;
  return {
    policyVersion: Number(row.policy_version),
    owner: row.owner,
    walletId: row.wallet_id as WalletId | null,
    rules: JSON.parse(row.pinned_rules ?? "{}"),
  };
}
