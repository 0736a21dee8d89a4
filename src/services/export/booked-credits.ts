import type { Snapshot } from "../../store/batch/snapshot.ts";
import { bookedCreditsAfter, type RollWindow, type ToldCredit } from "../../store/ledger/read/rollforward.ts";

const pageSize = 200;

/** Credit that is on our books, added up over customers: by provider, account and currency. */
export async function bookedCredits(db: Snapshot["read"], window: RollWindow): Promise<ToldCredit[]> {
  const sums = new Map<string, ToldCredit>();
  for (let page = await bookedCreditsAfter(db, window, null, pageSize); page.length > 0; ) {
    for (const { account: path, steps, ...credit } of page) {
      // What began later is nothing that a month which was over could have shown.
      if (steps === 0n) continue;
      const [, , provider = "", account = ""] = path.split(":");
      const key = `${provider}:${account}:${credit.currency}`;
      const before = sums.get(key) ?? { opening: 0n, opened: 0n, issued: 0n, applied: 0n, closing: 0n };
      sums.set(key, {
        provider,
        account,
        currency: credit.currency,
        opening: before.opening + credit.opening,
        opened: before.opened + credit.opened,
        issued: before.issued + credit.issued,
        applied: before.applied + credit.applied,
        closing: before.closing + credit.closing,
      });
    }
    page = await bookedCreditsAfter(db, window, page.at(-1) ?? null, pageSize);
  }
  return [...sums.values()];
}
