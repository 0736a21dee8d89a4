import { z } from "zod";
import type { Stamp } from "../../domain/facts/facts.ts";
import type { BalanceFact, BalanceRow } from "../../domain/facts/linked-facts.ts";
import { sum } from "../../domain/money.ts";
import { reference } from "../kit/fields.ts";
import { type Parked, parked } from "../kit/parked.ts";
import { amount, currency } from "./amounts.ts";
import { referenceOrObject, time } from "./fields.ts";
import { categoryOf, rowCategoryOf } from "./row-subjects.ts";

/** A balance transaction: what Stripe settled with us for one object, in the currency it settles in. */
export const balanceRow = z.object({
  id: reference,
  amount,
  currency,
  /** The sum of `fee_details`, tax on fees included. */
  fee: amount,
  net: amount,
  fee_details: z.array(z.object({ amount, type: z.string() })).nullish(),
  /** Kept for people; no amount is computed with it. */
  exchange_rate: z.number().nullish(),
  created: time.nullish(),
  /** What a report calls it; the API states both this and the older `type`. */
  reporting_category: reference.nullish(),
  type: reference.nullish(),
  source: referenceOrObject.nullish(),
});
const decimal = /^\d+(?:\.\d+)?$/;
type SentRow = z.output<typeof balanceRow>;

/** By its id alone, or whole where Stripe was asked to expand it. */
export const rowOrRef = z.union([reference, balanceRow]);
type RowOrRef = z.output<typeof rowOrRef> | null | undefined;

export function rowOf(sent: SentRow): BalanceRow {
  const { id: ref, currency, amount: gross, fee, net, exchange_rate: rate } = sent;
  const exchangeRate = decimal.test(String(rate)) ? String(rate) : null;
  const category = rowCategoryOf(categoryOf(sent));
  const withheld = (sent.fee_details ?? []).filter(({ type }) => type === "withheld_tax");
  return {
    ref,
    currency,
    gross,
    fee,
    net,
    exchangeRate,
    createdAt: sent.created ?? null,
    category,
    ...(withheld.length > 0 && { withheldTax: sum(withheld.map((detail) => detail.amount)) }),
  };
}

export function rowRefOf(sent: RowOrRef): string | null {
  return typeof sent === "object" ? (sent?.id ?? null) : (sent ?? null);
}

/** What Stripe states of every row: net = amount − fee. */
export function brokenRow(sent: RowOrRef, path: string): Parked | null {
  if (sent == null || typeof sent === "string" || sent.net === sent.amount - sent.fee) return null;
  return parked("balance_row_net", `${path}.net: is not amount − fee.`);
}

/** The facts of a row that was sent whole with the object it settles; none if only its id was. */
export function expandedRow(row: RowOrRef, sourceRef: string, stamp: Stamp): BalanceFact[] {
  if (row == null || typeof row === "string") return [];
  return [rowFact(row, { sourceRef, chargeRef: null }, stamp)];
}

export function rowFact(
  row: SentRow,
  about: Pick<BalanceFact, "sourceRef" | "chargeRef">,
  stamp: Stamp,
): BalanceFact {
  return { kind: "balance_row", stamp, ref: row.id, ...about, row: rowOf(row) };
}
