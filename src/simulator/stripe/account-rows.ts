import type { Instant } from "../../domain/time.ts";
import { days, hours, nextMonth } from "../calendar.ts";
import type { Random } from "../random.ts";
import type { AccountRowType, BalanceRow } from "./balance.ts";

interface Span {
  readonly beginsAt: Instant;
  readonly endsAt: Instant;
}

const categories: Readonly<Record<AccountRowType, string>> = {
  stripe_fee: "fee",
  network_cost: "network_cost",
  tax_fee: "tax",
  reserve_transaction: "risk_reserved_funds",
};

/** Month by month: what Stripe's other services cost, tax on it, and now and then a reserve that is held for a while. */
export function accountRows(random: Random, { beginsAt, endsAt }: Span): Omit<BalanceRow, "id">[] {
  const rows: Omit<BalanceRow, "id">[] = [];
  const add = (type: AccountRowType, createdAt: Instant, gross: bigint, description: string) => {
    const category = categories[type];
    rows.push({ type, category, source: null, description, createdAt, gross, fee: 0n, rate: null });
  };
  for (let at = nextMonth(beginsAt); at < endsAt; at = nextMonth(at)) {
    const cost = BigInt(random.integer(200, 900));
    add("stripe_fee", at + hours(9), -cost, "Billing - Usage Fee");
    add("tax_fee", at + hours(9), -(cost / 5n), "VAT on Billing - Usage Fee");
    if (random.chance(0.5))
      add("network_cost", at + hours(30), -BigInt(random.integer(5, 60)), "Card network costs");
    if (!random.chance(0.3)) continue;
    const held = BigInt(random.integer(1_000, 5_000));
    add("reserve_transaction", at + days(9), -held, "Reserve");
    if (random.chance(0.7)) add("reserve_transaction", at + days(23), held, "Reserve released");
  }
  return rows;
}
