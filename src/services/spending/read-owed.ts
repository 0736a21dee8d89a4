import type { Amount } from "../../domain/money.ts";
import type { Instant } from "../../domain/time.ts";
import { hasAtMostLots } from "../../store/charges/read/paid-left.ts";
import type { ClockName } from "../../store/engine/read/page.ts";
import { listRolledUp } from "../../store/ledger/read/accounts.ts";
import { taxInWallets } from "../export/tax-in-wallets.ts";
import type { Services } from "../services.ts";

/** What all wallets held together at a moment, in one currency. */
export interface Owed {
  readonly currency: string;
  readonly paid: Amount;
  readonly promo: Amount;
  /** Owed to us. */
  readonly recovery: Amount;
  /** What of the paid value is tax; `null`: there are too many lots to say that here. The roll-forward of a month says it always. */
  readonly ofWhichTax: Amount | null;
}

/** Lots whose charges are looked at one by one for what of them is tax. */
const mostLots = 10_000;
/** Two lines a currency. */
const mostLines = 1_000;

/** What we owed owners at a moment, that one included, by the accounts of the ledger. To be read from one moment of the database. */
export async function readOwed(
  services: Services,
  { at, clock }: { readonly at: Instant; readonly clock: ClockName },
): Promise<Owed[]> {
  const { read } = services.store;
  const held = async (prefix: string) => {
    const filter = { at, clock, prefix };
    return (await listRolledUp(read, filter, { limit: mostLines, after: null })).rows;
  };
  const owed = await held("liabilities:wallet:");
  const recovery = await held("assets:recovery:");
  const taxes = (await hasAtMostLots(read, mostLots))
    ? await taxInWallets(services, read, { before: at + 1n, clock })
    : null;
  const currencies = [...new Set([...owed, ...recovery].map(({ currency }) => currency))].sort();
  return currencies.map((currency) => {
    const of = (lines: typeof owed, end: string) =>
      lines.find((one) => one.currency === currency && one.account.endsWith(end))?.amount ?? 0n;
    return {
      currency,
      paid: -of(owed, ":paid"),
      promo: -of(owed, ":promo"),
      recovery: of(recovery, ""),
      ofWhichTax: taxes && (taxes.get(currency) ?? 0n),
    };
  });
}
