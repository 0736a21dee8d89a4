import type { StatementRowKind } from "../../domain/reconciling/statement-row.ts";
import { ListedFields, type ListedRow, listedRow, saysNothing } from "../kit/listed-row.ts";
import type { ListedObjectRow } from "../kit/listed-rows.ts";
import { adjustmentActions, adjustmentStates, transactionStates } from "./states.ts";

/** The lists that Paddle is compared with. */
export const paddleLists = ["transactions", "adjustments", "customer_balances"] as const;
export type PaddleListName = (typeof paddleLists)[number];

/** What one object of a list says: what it is, and once Paddle has worked that out, how it moves our balance there. */
export function readListedRow(list: PaddleListName, row: ListedObjectRow): readonly ListedRow[] {
  const fields = () => new ListedFields("paddle", row);
  if (list === "transactions")
    return [document(fields()), ...settled(fields(), "details.payout_totals", sale)];
  if (list === "adjustments") return [movement(fields()), ...settled(fields(), "payout_totals", adjusted)];
  return [customerBalance(fields())];
}

function document(fields: ListedFields): ListedRow {
  return listedRow(fields, {
    ...named(fields, "document"),
    state: fields.word("status", transactionStates, "status_unknown"),
    gross: fields.amount("details.totals.total"),
    fee: fields.optionalAmount("details.totals.fee"),
    tax: fields.amount("details.totals.tax"),
    net: fields.amount("details.totals.grand_total"),
  });
}

function movement(fields: ListedFields): ListedRow {
  const action = fields.word("action", adjustmentActions, "category_unknown");
  return listedRow(fields, {
    ...named(fields, action?.kind ?? null),
    category: action?.category ?? null,
    state: fields.word("status", adjustmentStates, "status_unknown"),
    gross: fields.amount("totals.total"),
    fee: fields.optionalAmount("totals.fee"),
    tax: fields.amount("totals.tax"),
    net: fields.optionalAmount("totals.earnings"),
  });
}

function named(fields: ListedFields, kind: StatementRowKind | null) {
  const key = fields.reference("id");
  const customerRef = fields.optionalReference("customer_id");
  const [at, currency] = [fields.time("created_at"), fields.currency("currency_code")];
  return {
    ...saysNothing,
    key,
    kind,
    category: kind as string | null,
    objectRef: key,
    customerRef,
    at,
    currency,
  };
}

interface Settling {
  readonly category: string | null;
  /** −1 where it takes from what Paddle owes us, 0 where it only costs a fee. */
  readonly sign: bigint;
  readonly feeSign: bigint;
}

const sale = (): Settling => ({ category: "charge", sign: 1n, feeSign: 1n });

/** `null`: it has not moved our balance, or does so no more. A `…_reverse` undoes what it names, which stays. */
function adjusted(fields: ListedFields): Settling | null {
  const category = fields.word("action", adjustmentActions, "category_unknown")?.category ?? null;
  const [status, action] = [String(fields.at("status")), String(fields.at("action"))];
  const isUndone = action === "refund" && status === "reversed";
  const isPending = status === "pending_approval" && !action.startsWith("credit");
  if (isUndone || isPending || status === "rejected") return null;
  const sign = action.endsWith("_reverse") ? 1n : -1n;
  return { category, sign: action.startsWith("chargeback_warning") ? 0n : sign, feeSign: sign };
}

/** What it makes of our balance, in the currency of the payout, in the signs of the payout reconciliation. */
function settled(
  fields: ListedFields,
  path: string,
  settlingOf: (fields: ListedFields) => Settling | null,
): ListedRow[] {
  const settling = fields.at(`${path}.earnings`) == null ? null : settlingOf(fields);
  if (settling === null) return [];
  const { category, sign, feeSign } = settling;
  const ref = fields.reference("id");
  const signed = (name: string) => {
    const amount = fields.optionalAmount(`${path}.${name}`);
    return amount === null ? null : sign * amount;
  };
  const disputeFee = feeSign * (fields.optionalAmount(`${path}.chargeback_fee.amount`) ?? 0n);
  const [fee, net] = [signed("fee"), signed("earnings")];
  return [
    listedRow(fields, {
      ...saysNothing,
      key: ref === null ? null : `${ref}:settled`,
      kind: "balance",
      category,
      objectRef: ref,
      customerRef: fields.optionalReference("customer_id"),
      at: fields.time("created_at"),
      currency: fields.currency(`${path}.currency_code`),
      gross: signed("total"),
      fee: fee === null ? null : fee - disputeFee,
      tax: signed("tax"),
      net: net === null ? null : net + disputeFee,
    }),
  ];
}

/** Of `/customers/{id}/credit-balances`: what is reserved for a bill that is not paid yet is the customer's still. */
function customerBalance(fields: ListedFields): ListedRow {
  const customerRef = fields.reference("customer_id");
  const currency = fields.currency("currency_code");
  const [available, reserved] = [fields.amount("balance.available"), fields.amount("balance.reserved")];
  const kind = "customer_balance";
  return listedRow(fields, {
    ...saysNothing,
    key: customerRef === null || currency === null ? null : `${customerRef}:${currency}`,
    kind,
    category: kind,
    objectRef: customerRef,
    customerRef,
    currency,
    net: available === null || reserved === null ? null : available + reserved,
  });
}
