import { rfc3339 } from "../../testing/written.ts";
import { restated, type StatedRow } from "../restatement.ts";
import type { World } from "../world.ts";
import type { PaddleCustomer } from "./customer.ts";
import { adjustmentBody, transactionBody } from "./shown.ts";
import type { Transaction } from "./transaction.ts";

/** Paddle's transactions and adjustments, as its lists state them. */
export function statedTransactions({ paddle, restatements }: World): readonly StatedRow[] {
  const rows = paddle.transactions.map((transaction) => transactionBody(transaction) as StatedRow);
  return restated(restatements, { provider: "paddle", list: "transactions" }, rows);
}

export function statedAdjustments({ paddle, restatements }: World): readonly StatedRow[] {
  const rows = paddle.adjustments.map((adjustment) => adjustmentBody(adjustment) as StatedRow);
  return restated(restatements, { provider: "paddle", list: "adjustments" }, rows);
}

export function statedCustomers({ paddle, restatements }: World): readonly StatedRow[] {
  return restated(
    restatements,
    { provider: "paddle", list: "customers" },
    paddle.customers.map(customerBody),
  );
}

/** What Paddle holds for each customer who ever had credit: a customer has one currency. */
export function statedCredits({ paddle, restatements }: World): readonly StatedRow[] {
  const byCustomer = Map.groupBy(paddle.transactions, ({ terms }) => terms.customerRef);
  const rows = paddle.customers.flatMap((customer) =>
    creditBody(customer, byCustomer.get(customer.id) ?? []),
  );
  return restated(restatements, { provider: "paddle", list: "credit-balances", key: "customer_id" }, rows);
}

function creditBody(customer: PaddleCustomer, transactions: readonly Transaction[]): StatedRow[] {
  const applied = (...statuses: readonly Transaction["status"][]) =>
    transactions
      .filter(({ status }) => statuses.includes(status))
      .reduce((sum, { creditApplied }) => sum + creditApplied, 0n);
  const [available, reserved, used] = [customer.credit, applied("billed", "past_due"), applied("completed")];
  if (available + reserved + used === 0n) return [];
  return [
    {
      customer_id: customer.id,
      currency_code: customer.pricing.currency,
      balance: {
        available: available.toString(),
        reserved: reserved.toString(),
        used: used.toString(),
      },
    },
  ];
}

function customerBody({ id, since }: PaddleCustomer): StatedRow {
  return {
    id,
    name: null,
    email: `${id}@customers.example`,
    marketing_consent: false,
    status: "active",
    custom_data: null,
    locale: "en",
    created_at: rfc3339(since),
    updated_at: rfc3339(since),
    import_meta: null,
  };
}
