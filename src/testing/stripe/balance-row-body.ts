import type { Instant } from "../../domain/time.ts";
import { type Json, unixSeconds } from "../written.ts";

/** One row of an account's balance with Stripe, in the currency it settles in. */
export interface ShownRow {
  readonly id: string;
  readonly type: string;
  readonly category: string;
  /** What it settles; Stripe's own fees and reserves settle nothing. */
  readonly source: string | null;
  readonly description?: string;
  readonly createdAt: Instant;
  /** Before the fee; negative where money leaves. */
  readonly gross: bigint;
  readonly fee: bigint;
  /** What of the fee is tax that Stripe owes as the seller. */
  readonly withheldTax?: bigint;
  readonly rate: string | null;
  /** USD unless said otherwise. */
  readonly currency?: string;
}

const twoDays = 2n * 86_400_000_000_000n;

export function balanceRowBody(row: ShownRow): Json {
  const currency = (row.currency ?? "USD").toLowerCase();
  return {
    id: row.id,
    object: "balance_transaction",
    amount: Number(row.gross),
    available_on: unixSeconds(row.createdAt + twoDays),
    created: unixSeconds(row.createdAt),
    currency,
    description: row.description ?? null,
    exchange_rate: row.rate === null ? null : Number(row.rate),
    fee: Number(row.fee),
    fee_details: feeBodies(row, currency),
    net: Number(row.gross - row.fee),
    reporting_category: row.category,
    source: row.source,
    status: "pending",
    type: row.type,
  };
}

function feeBodies({ fee, withheldTax = 0n }: ShownRow, currency: string): Json[] {
  const parts = [
    { type: "stripe_fee", description: "Stripe processing fees", amount: fee - withheldTax },
    { type: "withheld_tax", description: "Tax withheld by Stripe", amount: withheldTax },
  ];
  return parts
    .filter(({ amount }) => amount !== 0n)
    .map(({ type, description, amount }) => ({
      amount: Number(amount),
      application: null,
      currency,
      description,
      type,
    }));
}
