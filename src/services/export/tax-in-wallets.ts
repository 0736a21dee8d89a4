import type { Amount } from "../../domain/money.ts";
import { pinnedTerms } from "../../domain/policy/pin.ts";
import { taxContained } from "../../domain/policy/tax-contained.ts";
import type { Instant } from "../../domain/time.ts";
import type { Snapshot } from "../../store/batch/snapshot.ts";
import { paidLeftAfter } from "../../store/charges/read/paid-left.ts";
import type { ClockName } from "../../store/engine/read/page.ts";
import type { Services } from "../services.ts";

const pageSize = 500;

/** What of the paid value that wallets had before a moment is tax, by currency: charge by charge, of what was left of it. */
export async function taxInWallets(
  { policies }: Services,
  db: Snapshot["read"],
  at: { readonly before: Instant; readonly clock: ClockName },
): Promise<ReadonlyMap<string, Amount>> {
  const taxes = new Map<string, Amount>();
  for (let after: bigint | null = -1n; after !== null; ) {
    const { found, last } = await paidLeftAfter(db, at, after, pageSize);
    for (const { charge, pin, left } of found) {
      if (pin === null) continue;
      const terms = pinnedTerms(pin, policies.version(pin.policyVersion), charge);
      taxes.set(charge.currency, (taxes.get(charge.currency) ?? 0n) + taxContained(charge, terms, left));
    }
    after = last;
  }
  return taxes;
}
