import type { OwnProvider } from "../domain/ids.ts";
import type { Instant } from "../domain/time.ts";

/** What is true of one document, by the names of the API; amounts are minor units. */
export interface TrueCharge {
  readonly provider: OwnProvider;
  readonly ref: string;
  readonly kind: "transaction" | "invoice" | "charge";
  readonly merchant_of_record: "provider" | "company";
  readonly status: "draft" | "open" | "past_due" | "paid" | "uncollectible" | "void";
  readonly reversal: "charged_back" | "disputed" | "refunded" | "partially_refunded" | "none";
  readonly currency: string;
  readonly subtotal: bigint;
  readonly discount: bigint;
  readonly tax: bigint;
  readonly total: bigint;
  readonly credit_applied: bigint;
  readonly credit_notes_applied: bigint;
  readonly credit_issued: bigint;
  readonly debt_brought_forward: bigint;
  readonly grand_total: bigint;
  readonly collected: bigint;
  readonly refunded: bigint;
  readonly disputed: bigint;
  /** `null` while webhooks have not told it. */
  readonly fee: bigint | null;
  readonly customer_ref: string | null;
  readonly subscription_ref: string | null;
  readonly invoice_number: string | null;
  /** S and T under the default policy. */
  readonly topped_up: bigint;
  readonly taken_back: bigint;
  readonly uncovered: bigint;
}

/** What is true of one refund, dispute or credit. */
export interface TrueMovement {
  readonly provider: OwnProvider;
  readonly ref: string;
  readonly charge_ref: string;
  readonly kind: "refund" | "dispute" | "credit" | "dispute_reversal" | "credit_reversal";
  readonly status: string;
  readonly effective: boolean;
  readonly currency: string;
  readonly amount: bigint;
}

/** Of an owner in a currency. Before anything is used, the balance is Σ(S − T). */
export interface TrueWallet {
  readonly owner: string;
  readonly currency: string;
  readonly balance: bigint;
  /** The part of a minor unit that was used and is not asked for yet, as a decimal. */
  readonly pending: string;
}

/** What is true of something that was used: `requested = covered + uncovered`, in whole minor units. */
export interface TrueUsage {
  readonly id: string;
  readonly meter: string;
  readonly quantity: string;
  readonly currency: string;
  /** Exact, in minor units, as a decimal. */
  readonly cost: string;
  readonly requested: bigint;
  readonly covered: bigint;
  readonly uncovered: bigint;
}

/** What a provider owes the company: `balance` with its fee known, `unsettled` without. */
export interface TrueAccount {
  readonly account: string;
  readonly currency: string;
  readonly balance: bigint;
}

export interface Truth {
  readonly charges: readonly TrueCharge[];
  readonly movements: readonly TrueMovement[];
  readonly wallets: readonly TrueWallet[];
  readonly accounts: readonly TrueAccount[];
  /** Empty as long as no usage was told. */
  readonly usage: readonly TrueUsage[];
}

/** What every document topped up and lost again, summed up by whoever owns it. */
export function walletsOf(charges: readonly TrueCharge[]): TrueWallet[] {
  const wallets = new Map<string, TrueWallet>();
  for (const { provider, customer_ref, currency, topped_up, taken_back } of charges) {
    if (customer_ref === null) continue;
    const owner = `${provider}:${customer_ref}`;
    const key = `${owner} ${currency}`;
    const before = wallets.get(key)?.balance ?? 0n;
    wallets.set(key, { owner, currency, balance: before + topped_up - taken_back, pending: "0" });
  }
  return [...wallets.values()];
}

/** One account with a provider: every change of it, dated. */
export class ProviderAccount {
  readonly #name: string;
  readonly #changes: { readonly at: Instant; readonly currency: string; readonly amount: bigint }[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  change(at: Instant, currency: string, amount: bigint): void {
    this.#changes.push({ at, currency, amount });
  }

  /** Before a moment, or with everything. */
  balance(currency: string, before?: Instant): bigint {
    return this.#changes
      .filter((change) => change.currency === currency && (before === undefined || change.at < before))
      .reduce((sum, change) => sum + change.amount, 0n);
  }

  /** This account as somebody sees it who also knows of another one's changes. */
  with(other: ProviderAccount): ProviderAccount {
    const both = new ProviderAccount(this.#name);
    for (const { at, currency, amount } of [...this.#changes, ...other.#changes])
      both.change(at, currency, amount);
    return both;
  }

  truth(): TrueAccount[] {
    const codes = [...new Set(this.#changes.map((change) => change.currency))].sort();
    return codes.map((currency) => ({ account: this.#name, currency, balance: this.balance(currency) }));
  }
}

/** As a file: amounts are strings of digits, as in the API. */
export function toJson(books: object): string {
  const text = JSON.stringify(books, (_, value) => (typeof value === "bigint" ? value.toString() : value), 2);
  return `${text}\n`;
}

/** The truth of two providers; nothing of one is the other's. */
export function joined(one: Truth, other: Truth): Truth {
  return {
    charges: [...one.charges, ...other.charges],
    movements: [...one.movements, ...other.movements],
    wallets: [...one.wallets, ...other.wallets],
    accounts: [...one.accounts, ...other.accounts],
    usage: [...one.usage, ...other.usage],
  };
}
