import { z } from "zod";
import type { Stamp } from "../../domain/facts/facts.ts";
import type { ProviderRowFact } from "../../domain/facts/transfer-facts.ts";
import type { StatementRow } from "../../domain/reconciling/statement-row.ts";
import { formatInstant } from "../../domain/time.ts";
import { reference } from "../kit/fields.ts";
import { bodyOf } from "../kit/own-key.ts";
import { type Parked, parkedBy } from "../kit/parked.ts";
import { amount, currency } from "./amounts.ts";

/** No event of Paddle's: so its payout report enters the books, where a row of it is about no transaction and no adjustment. */
export const balanceMovementType = "balance_movement.reported";

const movement = z.object({
  id: reference,
  /** `rebate` or `fee`: Paddle's own words for it are in docs/reports.md. */
  category: reference,
  amount,
  currency_code: currency,
});

/** The row as an event. Its key names it by all that is said of it: imported again, it is the same one. */
export function balanceMovement({ key, category, at, currency, net }: StatementRow): Uint8Array | null {
  if (at === null || net === null) return null;
  return bodyOf({
    event_id: `row:payout_reconciliation:${key}`,
    event_type: balanceMovementType,
    occurred_at: formatInstant(at),
    data: { id: key, category, amount: net.toString(), currency_code: currency },
  });
}

/** What Paddle takes for a payout, and gives back of its fees: money that is about nothing of ours. */
export function readBalanceMovement(data: unknown, stamp: Stamp): ProviderRowFact | Parked {
  const parsed = movement.safeParse(data);
  if (!parsed.success) return parkedBy(parsed.error);
  const { id: ref, category, amount: net, currency_code: currency } = parsed.data;
  const amounts = { currency, gross: net, fee: 0n, net };
  const what = { category, meaning: "fee", balanceName: "balance", sourceRef: null } as const;
  return { kind: "provider_row", stamp, ref, ...what, ...amounts };
}
