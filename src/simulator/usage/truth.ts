import type { CurrencyCode } from "../catalogue.ts";
import type { TrueUsage, TrueWallet, Truth } from "../true-books.ts";
import { costText, type ExactCost, exactCost, minorUnit } from "./exact.ts";
import { meterOf } from "./meters.ts";
import type { UsageCall } from "./usage-call.ts";

interface Purse {
  readonly owner: string;
  readonly currency: string;
  balance: bigint;
  pending: ExactCost;
}

/**
 * What is true once usage was told, after everything else: each costs price × quantity, exactly; what is no whole minor
 * unit waits in the wallet for the next one; whole units are covered as far as the wallet has value.
 */
export function afterUsage(truth: Truth, calls: readonly UsageCall[]): Truth {
  const purses = new Map<string, Purse>();
  for (const { owner, currency, balance } of truth.wallets)
    purses.set(keyOf({ owner, currency }), { owner, currency, balance, pending: 0n });
  const usage = calls.map((call) => {
    const key = keyOf(call);
    const purse = purses.get(key) ?? { ...call, balance: 0n, pending: 0n };
    purses.set(key, purse);
    return taken(purse, call);
  });
  return { ...truth, usage, wallets: [...purses.values()].map(walletOf) };
}

function taken(purse: Purse, { id, meter, quantity, currency }: UsageCall): TrueUsage {
  const cost = exactCost(meterOf(meter).prices[currency as CurrencyCode], quantity);
  const due = purse.pending + cost;
  const requested = due / minorUnit;
  const covered = requested < purse.balance ? requested : purse.balance;
  purse.pending = due % minorUnit;
  purse.balance -= covered;
  return {
    id,
    meter,
    quantity,
    currency,
    cost: costText(cost),
    requested,
    covered,
    uncovered: requested - covered,
  };
}

function walletOf({ owner, currency, balance, pending }: Purse): TrueWallet {
  return { owner, currency, balance, pending: costText(pending) };
}

/**
 * What is true once payments were given back that had been used already, `later` the truth with those refunds and `before`
 * that without: a wallet loses what it still has, the rest of T nobody covers.
 */
export function afterRefunds(
  used: Truth,
  { before, later }: { readonly before: Truth; readonly later: Truth },
): Truth {
  const gone = new Map(before.charges.map(({ ref, taken_back }) => [ref, taken_back]));
  const left = new Map(used.wallets.map((wallet) => [keyOf(wallet), wallet.balance]));
  const charges = later.charges.map((charge) => {
    const taken = charge.taken_back - (gone.get(charge.ref) ?? 0n);
    const key = keyOf({ owner: `${charge.provider}:${charge.customer_ref}`, currency: charge.currency });
    const balance = left.get(key) ?? 0n;
    const covered = taken < balance ? taken : balance;
    left.set(key, balance - covered);
    return { ...charge, uncovered: taken - covered };
  });
  const wallets = used.wallets.map((wallet) => ({ ...wallet, balance: left.get(keyOf(wallet)) ?? 0n }));
  return { ...later, charges, wallets, usage: used.usage };
}

const keyOf = ({ owner, currency }: Pick<TrueWallet, "owner" | "currency">) => `${owner} ${currency}`;
