import { z } from "zod";
import type { Stamp } from "../../domain/facts/facts.ts";
import { parkedBy } from "../parked.ts";
import type { Normalised } from "../provider.ts";
import { balanceRow, brokenRow, expandedRow } from "./balance-row.ts";
import { referenceOrObject } from "./fields.ts";

/** Rows that settle a payment or a refund; a dispute lists its own, and the others belong to no charge. */
const settling: ReadonlySet<string> = new Set(["charge", "payment", "refund", "payment_refund"]);

const balanceTransaction = balanceRow.extend({
  type: z.string(),
  source: referenceOrObject.nullish(),
});

/** What an imported row of Stripe's balance says; no webhook carries one. */
export function readBalanceTransaction(object: unknown, stamp: Stamp): Normalised {
  const parsed = balanceTransaction.safeParse(object);
  if (!parsed.success) return parkedBy(parsed.error, "data.object");
  const { source, type, ...row } = parsed.data;
  if (source == null || !settling.has(type)) return { kind: "ignored", reason: "not_booked_yet" };
  return brokenRow(row, "data.object") ?? { kind: "facts", facts: expandedRow(row, source, stamp) };
}
