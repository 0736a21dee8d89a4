import type { PayoutRecord } from "../../domain/books.ts";
import type { PayoutId } from "../../domain/ids.ts";
import type { CreditOpening } from "../../domain/transfer/credit-opening.ts";
import type { CustomerCash } from "../../domain/transfer/customer-cash.ts";
import type { Opening } from "../../domain/transfer/opening.ts";
import type { Payout } from "../../domain/transfer/payout.ts";
import type { ProviderRow } from "../../domain/transfer/provider-row.ts";
import type { Transfer } from "../../domain/transfer/transfer.ts";
import { fromText, toText } from "../engine/exact-json.ts";
import type { PayoutRow } from "../schema.ts";
import { keyOf } from "./charge-rows.ts";

export function payoutRow(
  { id, key, payout, entryCount, discrepancies }: PayoutRecord,
  no: bigint,
): PayoutRow {
  if (payout === null) throw new Error(`${id} has no facts, and cannot be stored.`);
  return {
    no,
    id,
    provider: key.provider,
    account: key.account,
    ref: key.ref,
    kind: payout.kind,
    currency: payout.currency,
    ...columnsOf(payout),
    entry_count: BigInt(entryCount),
    discrepancies: JSON.stringify(discrepancies),
  };
}

type OwnColumns = Pick<
  PayoutRow,
  "customer_ref" | "status" | "amount" | "remittance_ref" | "status_changed_at" | "terms"
>;

/** What only a payout has is empty of the others: money that moved at once has no state. */
function columnsOf(transfer: Transfer): OwnColumns {
  const done = { customer_ref: null, status: "paid", remittance_ref: null, terms: "{}" };
  switch (transfer.kind) {
    case "payout": {
      const { status, amount, remittanceRef, statusChangedAt, rows } = transfer;
      const { createdAt, arrivalOn, leftAt, arrivedAt, cameBackAt } = transfer;
      const terms: PayoutTerms = { createdAt, arrivalOn, leftAt, arrivedAt, cameBackAt, rows };
      return {
        ...done,
        status,
        amount,
        remittance_ref: remittanceRef,
        status_changed_at: statusChangedAt,
        terms: toText(terms),
      };
    }
    case "customer_cash":
    case "credit_opening":
      return {
        ...done,
        customer_ref: transfer.customerRef,
        amount: transfer.amount,
        status_changed_at: transfer.at,
      };
    case "provider_row": {
      const { meaning, category, balanceName, sourceRef, fee, net } = transfer;
      const terms: ProviderRowTerms = { meaning, category, balanceName, sourceRef, fee, net };
      return { ...done, amount: transfer.gross, status_changed_at: transfer.at, terms: toText(terms) };
    }
    case "opening": {
      const terms: OpeningTerms = { evidence: transfer.evidence };
      return { ...done, amount: transfer.amount, status_changed_at: transfer.at, terms: toText(terms) };
    }
    default:
      return transfer satisfies never;
  }
}

/** In `terms`. */
export type PayoutTerms = Pick<
  Payout,
  "createdAt" | "arrivalOn" | "leftAt" | "arrivedAt" | "cameBackAt" | "rows"
>;
type ProviderRowTerms = Pick<
  ProviderRow,
  "meaning" | "category" | "balanceName" | "sourceRef" | "fee" | "net"
>;
type OpeningTerms = Pick<Opening, "evidence">;

export function transferOf(row: PayoutRow): Transfer {
  switch (row.kind) {
    case "payout":
      return payoutOf(row);
    case "customer_cash":
      return {
        kind: row.kind,
        ...common(row),
        amount: row.amount,
        customerRef: row.customer_ref ?? "",
      } satisfies CustomerCash;
    case "credit_opening":
      return {
        kind: row.kind,
        ...common(row),
        amount: row.amount,
        customerRef: row.customer_ref ?? "",
      } satisfies CreditOpening;
    case "provider_row":
      return { kind: row.kind, ...common(row), gross: row.amount, ...fromText<ProviderRowTerms>(row.terms) };
    case "opening":
      return { kind: row.kind, ...common(row), amount: row.amount, ...fromText<OpeningTerms>(row.terms) };
    default:
      return row.kind satisfies never;
  }
}

export function payoutOf(row: PayoutRow): Payout {
  return {
    kind: "payout",
    id: row.id as PayoutId,
    key: keyOf(row),
    status: row.status as Payout["status"],
    amount: row.amount,
    currency: row.currency,
    remittanceRef: row.remittance_ref,
    statusChangedAt: row.status_changed_at,
    ...fromText<PayoutTerms>(row.terms),
  };
}

function common(row: PayoutRow) {
  return { id: row.id as PayoutId, key: keyOf(row), currency: row.currency, at: row.status_changed_at };
}
