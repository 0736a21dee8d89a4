import { Changes } from "../changes.ts";
import { settlementId } from "../ids.ts";
import { minimum } from "../money.ts";
import type { Instant } from "../time.ts";
import type { Wallet } from "../wallet/wallet.ts";
import { withoutCharge } from "../wallet/wallet-change.ts";
import { Bill, type BillItem } from "./apply-usage.ts";
import { type Hold, lapse, spentByHold, withHold } from "./hold.ts";
import type { Usage } from "./usage.ts";

export interface SettledHold {
  readonly changes: Changes;
  readonly hold: Hold;
  readonly usage: Usage;
}

/**
 * Debits what was really used, from the held value and from what is available beside it; the rest of the hold is free again.
 * What is due in the wallet but backed by this hold pays first, and expires only afterwards. A hold that has expired no
 * longer backs anything: it is settled late, from what is available. Limits count it where they counted the hold; one that was lowered
 * since keeps what it no longer leaves. `null` if the cost does not fit into 64 bits.
 */
export function settleHold(
  before: Wallet,
  held: Hold,
  item: Pick<BillItem, "metered" | "cost">,
  now: Instant,
): SettledHold | null {
  const found = lapse(held, now);
  const late = found.status === "expired";
  const changes = new Changes(withHold(before, held, found), now);
  const closing: Hold = { ...found, status: "settled", late, closedAt: now };
  const bill = new Bill(withHold(changes.wallet, found, closing), now);
  const usage = bill.add({
    ...item,
    id: settlementId(held.id),
    member: held.member,
    occurredAt: null,
    spent: spentByHold(held),
  });
  if (usage === null) return null;
  const closed = bill.close(withoutCharge(now, null));
  if ("line" in closed) changes.add(closed);
  else changes.wallet = closed;
  changes.expire();
  const settled = late ? 0n : minimum(usage.covered, held.amount);
  return { changes, usage, hold: { ...closing, settled, released: held.amount - settled } };
}
