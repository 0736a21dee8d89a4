import type { Amount } from "../../domain/money.ts";
import { pinnedTerms } from "../../domain/policy/pin.ts";
import { taxContained } from "../../domain/policy/tax-contained.ts";
import type { Instant } from "../../domain/time.ts";
import type { Snapshot } from "../../store/batch/snapshot.ts";
import { type PaidLeft, paidLeftAfter, paidLeftNow } from "../../store/charges/read/paid-left.ts";
import type { ClockName } from "../../store/engine/read/page.ts";
import type { Services } from "../services.ts";

const pageSize = 500;

type Taxes = ReadonlyMap<string, Amount>;

/** What of the paid value that wallets had before a moment is tax, by currency: charge by charge, of what was left of it. */
export async function taxInWallets(
  services: Services,
  db: Snapshot["read"],
  at: { readonly before: Instant; readonly clock: ClockName },
): Promise<Taxes> {
  const taxes = new Map<string, Amount>();
  for (let after: bigint | null = -1n; after !== null; ) {
    const { found, last } = await paidLeftAfter(db, at, after, pageSize);
    addTaxes(services, taxes, found);
    after = last;
  }
  return taxes;
}

/** Lots with value that are looked at one by one, on a page that everybody looks at. */
const mostLots = 1_000;

/** The same of what they have now; `null` where there are too many lots to look at each time. */
export async function taxInWalletsNow(services: Services): Promise<Taxes | null> {
  const found = await paidLeftNow(services.store.read, mostLots);
  if (found === null) return null;
  const taxes = new Map<string, Amount>();
  addTaxes(services, taxes, found);
  return taxes;
}

function addTaxes({ policies }: Services, taxes: Map<string, Amount>, found: readonly PaidLeft[]): void {
  for (const { charge, pin, left } of found) {
    if (pin === null) continue;
    const terms = pinnedTerms(pin, policies.version(pin.policyVersion), charge);
    taxes.set(charge.currency, (taxes.get(charge.currency) ?? 0n) + taxContained(charge, terms, left));
  }
}
