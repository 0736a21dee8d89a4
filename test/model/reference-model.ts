import type { Part, Payment, Return, Sale } from "./sale.ts";

/**
 * What the books must say, by DESIGN sections 5 and 6 and LEDGER sections 2 and 3, for the default policy and as long as
 * nothing was spent. Written from those pages alone, without a look at the fold: it knows what happened, not what was told.
 */
export interface Expected {
  readonly status: Sale["stage"];
  readonly grandTotal: bigint;
  readonly collected: bigint;
  readonly refunded: bigint;
  readonly disputed: bigint;
  /** S. */
  readonly toppedUp: bigint;
  /** T. */
  readonly takenBack: bigint;
  readonly accounts: Accounts;
  /** Of `sales`, what is owed to the tax office; `null` where it depends on how tax is cut from a part of a sale. */
  readonly taxOwed: bigint | null;
  /** What the provider has not stated the settlement of; not known of Paddle. */
  readonly unsettled: bigint | null;
  /** In the currencies they were settled in, together. */
  readonly fees: bigint | null;
}

/** Sums over groups of accounts, in the currency of the sale, debit positive. They sum to zero. */
export interface Accounts {
  /** Sales and all that reduces them, with the tax that is owed for them where we are the seller. */
  readonly sales: bigint;
  /** The provider's balance, what is unsettled, in dispute or lost by one, every fee, and what went into another currency. */
  readonly cash: bigint;
  readonly bank: bigint;
  readonly customerCredit: bigint;
  readonly unapplied: bigint;
}

export function expectedOf(sale: Sale): Expected {
  const collected = amounts(sale.payments);
  const refunded = returned(sale, "refund") + returned(sale, "outside");
  const disputed = returned(sale, "dispute");
  const grandTotal = sale.total - sale.creditUsed - (sale.provider === "stripe" ? sale.lowered.amount : 0n);
  const settles = sale.stage === "paid" && sale.total > 0n;
  const toppedUp = settles ? larger(smaller(collected, grandTotal), 0n) : 0n;
  return {
    status: sale.stage,
    grandTotal,
    collected,
    refunded,
    disputed,
    toppedUp,
    takenBack: takenBack(toppedUp, refunded + disputed, collected),
    taxOwed: taxOwed(sale),
    ...(sale.provider === "paddle"
      ? { accounts: soldByPaddle(sale), unsettled: null, fees: null }
      : { accounts: soldByUs(sale), ...settlement(sale) }),
  };
}

/** The balance of a wallet that nobody spends from. */
export function balanceOf(sales: readonly Sale[]): bigint {
  return sum(sales.map(expectedOf).map(({ toppedUp, takenBack }) => toppedUp - takenBack));
}

/** S × R ÷ K; everything, once everything was given back. */
function takenBack(toppedUp: bigint, back: bigint, collected: bigint): bigint {
  if (back >= collected) return toppedUp;
  return back <= 0n ? 0n : (toppedUp * back) / collected;
}

/** Paddle sells to the customer: its tax is not ours, credit has no account, and all that is ours is owed by Paddle. */
function soldByPaddle(sale: Sale): Accounts {
  const untaxed = ({ amount, tax }: Part) => amount - (tax ?? 0n);
  const sold = sale.stage === "paid" ? sale.total - sale.tax - untaxed(sale.lowered) : 0n;
  const back = sum(sale.returns.filter((each) => each.stands).map(untaxed));
  const nothing = { bank: 0n, customerCredit: 0n, unapplied: 0n };
  return { ...nothing, sales: back - sold, cash: sold - back };
}

/** With Stripe we sell: LEDGER section 2, "Stripe invoice", "refund" and "credit note". A dispute changes no sale. */
function soldByUs(sale: Sale): Accounts {
  const [collected, refunded] = [amounts(sale.payments), returned(sale, "refund")];
  const [credited, outside] = [returned(sale, "credit"), returned(sale, "outside")];
  const cash = collected - refunded;
  // Nothing was sold, so a refund is paid out of what is owed for the payment.
  if (sale.stage !== "paid") return { sales: 0n, cash, bank: 0n, customerCredit: 0n, unapplied: -cash };
  return {
    sales: refunded + credited + outside + sale.lowered.amount - sale.total,
    cash,
    bank: sale.outside - outside,
    customerCredit: sale.creditUsed - sale.overpaid - credited,
    unapplied: 0n,
  };
}

/** What a note states of its tax counts; once all of a sale went back, nothing is owed. */
export function taxOwed({ provider, refs, stage, tax, total, lowered, returns }: Sale): bigint | null {
  if (provider === "paddle" || stage !== "paid") return 0n;
  const back = [lowered, ...returns.filter((each) => each.kind !== "dispute" && each.stands)];
  if (back.every((part) => part.tax !== null)) return sum(back.map((part) => part.tax ?? 0n)) - tax;
  return total > 0n && amounts(back) >= total && refs.length === 1 ? 0n : null;
}

/** A payment is unsettled until its row is known, and so is a refund; a dispute comes with its rows. */
function settlement({ payments, returns }: Sale): Pick<Expected, "unsettled" | "fees"> {
  const refunds = returns.filter((each) => each.kind === "refund" && each.stands);
  const disputes = returns.filter((each) => each.kind === "dispute" && each.stands);
  const unstated = (all: readonly Payment[]) => amounts(all.filter(({ fee }) => fee === null));
  return {
    unsettled: unstated(payments) - unstated(refunds),
    fees: sum([...payments, ...refunds, ...disputes].map(({ fee }) => fee ?? 0n)),
  };
}

const returned = (sale: Sale, kind: Return["kind"]): bigint =>
  amounts(sale.returns.filter((each) => each.kind === kind && each.stands));
const amounts = (parts: readonly { readonly amount: bigint }[]) => sum(parts.map((part) => part.amount));
const sum = (all: readonly bigint[]) => all.reduce((total, each) => total + each, 0n);
const smaller = (a: bigint, b: bigint) => (a < b ? a : b);
const larger = (a: bigint, b: bigint) => (a > b ? a : b);
