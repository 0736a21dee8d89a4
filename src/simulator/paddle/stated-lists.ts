import { restated, type StatedRow } from "../restatement.ts";
import type { World } from "../world.ts";
import { adjustmentBody } from "./adjustment-body.ts";
import { transactionBody } from "./transaction-body.ts";

/** Paddle's transactions and adjustments, as its lists state them. */
export function statedTransactions({ paddle, restatements }: World): readonly StatedRow[] {
  const rows = paddle.transactions.map((transaction) => transactionBody(transaction) as StatedRow);
  return restated(restatements, { provider: "paddle", list: "transactions" }, rows);
}

export function statedAdjustments({ paddle, restatements }: World): readonly StatedRow[] {
  const rows = paddle.adjustments.map((adjustment) => adjustmentBody(adjustment) as StatedRow);
  return restated(restatements, { provider: "paddle", list: "adjustments" }, rows);
}
