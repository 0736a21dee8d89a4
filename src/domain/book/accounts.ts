import type { ChargeId, ObjectKey, Source, WalletId } from "../ids.ts";

/** The chart of accounts. An account that stands for one object is one account per object. */
const of = (source: Source) => `${source.provider}:${source.account}`;

export const accounts = {
  /** What the provider owes us, fee known. */
  balance: (source: Source) => `assets:provider:${of(source)}:balance`,
  /** One of the provider's balances by its name; `reserve` is what it holds back. */
  providerBalance: (source: Source, name: string) => `assets:provider:${of(source)}:${name}`,
  /** Held back by the provider. */
  reserve: (source: Source) => `assets:provider:${of(source)}:reserve`,
  /** Collected, or given back, but not settled yet: of each payment and refund it holds all of it, or nothing. */
  unsettled: (source: Source) => `assets:provider:${of(source)}:unsettled`,
  /** A payout on its way; zero once it has arrived. */
  inTransit: (payout: ObjectKey) => `assets:in_transit:${of(payout)}:${payout.ref}`,
  /** Money withdrawn for one dispute; zero once it is decided. */
  dispute: (source: Source, disputeRef: string) => `assets:disputes:${of(source)}:${disputeRef}`,
  /** What the provider's figures of one charge do not explain; each is a finding. */
  suspense: (charge: ChargeId) => `assets:suspense:${charge}`,
  /** A row of the provider's balance that has no place yet, or what of a payout its row does not explain. */
  rowSuspense: (row: ObjectKey) => `assets:suspense:${of(row)}:${row.ref}`,
  /** After payouts, and money received outside the provider. */
  bank: "assets:bank",
  /** Credit that the provider holds for a customer, to be spent on its next documents; debit is debt. */
  customerCredit: (source: Source, customerRef: string) =>
    `liabilities:customer_credit:${of(source)}:${customerRef}`,
  /** Cash that a customer sent to the provider, and that has paid for nothing yet. */
  customerCash: (source: Source, customerRef: string) =>
    `liabilities:customer_cash:${of(source)}:${customerRef}`,
  /** Collected for a document that has not settled. */
  unapplied: (charge: ChargeId) => `liabilities:unapplied:${charge}`,
  /** Collected for the tax office, where we are the seller. */
  tax: (source: Source) => `liabilities:tax:${of(source)}`,
  /** Value that wallets had before these books began. */
  opening: "equity:opening",
  /** What the provider's balance was when these books began, and what came of earlier business since. */
  providerOpening: (source: Source) => `equity:opening:${of(source)}`,
  fees: (source: Source) => `expenses:fees:${of(source)}`,
  disputeFees: (source: Source) => `expenses:dispute_fees:${of(source)}`,
  disputeLosses: "expenses:dispute_losses",
  /** Where the provider's own figures do not add up. */
  differences: "expenses:differences",
  /** Between two currencies, always with the provider's own two amounts. */
  fx: "equity:fx",
  sales: "revenue:sales",
  discounts: "revenue:discounts",
  prorationCredits: "revenue:proration_credits",
  refunds: "revenue:refunds",
  chargebacks: "revenue:chargebacks",
  /** Contra of what was sold as wallet value: debit S, credit T. */
  soldIntoWallets: "revenue:sold_into_wallets",
  /** What a wallet still owes its owner. */
  walletPaid: (wallet: WalletId) => `liabilities:wallet:${wallet}:paid`,
  walletPromo: (wallet: WalletId) => `liabilities:wallet:${wallet}:promo`,
  usagePaid: "revenue:usage:paid",
  usagePromo: "revenue:usage:promo",
  /** Paid value that expired. */
  breakage: "revenue:breakage",
  promo: "expenses:promo",
  writeOff: "expenses:write_off",
  /** Take-backs a wallet could not cover, to be repaid by its later top-ups. */
  recovery: (wallet: WalletId) => `assets:recovery:${wallet}`,
} as const;

/** Accounts that stand for one object of a provider's account, and those that stand for one of ours. */
const ofProvider = new Set([
  "assets:in_transit",
  "assets:disputes",
  "liabilities:customer_credit",
  "liabilities:customer_cash",
]);
const ofOurs = new Set(["assets:suspense", "assets:recovery", "liabilities:unapplied"]);

/**
 * The line of a trial balance in which an account stands together with all of its kind, with `*` in the place of the object:
 * `liabilities:wallet:*:paid`. One that stands for no object has its own.
 */
export function rolledUpPath(path: string): string {
  const [type = "", kind = "", provider = "", account = ""] = path.split(":");
  const head = `${type}:${kind}`;
  if (ofProvider.has(head)) return `${head}:${provider}:${account}:*`;
  if (ofOurs.has(head)) return `${head}:*`;
  return head === "liabilities:wallet" ? `${head}:*:${path.slice(path.lastIndexOf(":") + 1)}` : path;
}

/** Whether a line of a trial balance is of many accounts. */
export const isRolledUp = (path: string): boolean =>
  rolledUpPath(path) === path && path.split(":").includes("*");
