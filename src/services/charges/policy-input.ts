/** Made by `npm run answers` from the schema of policies: to change it, change what is read. */

/** A policy as a file has it, for those who write it in code. */
export interface PolicyInput {
  /** For editors alone. */
  $schema?: string;
  /** In order: the first whose `match` holds for a line decides, and none else. */
  rules?: {
    /** All that is named must hold; `{}` matches every line. */
    match: {
      /** `paddle`, `stripe`, or one that the app brings. */
      provider?: string;
      /** The provider's id of the price. */
      price_ref?: string;
      /** The provider's id of the product. */
      product_ref?: string;
      /** Why there is a document, in the provider's word: Paddle's `origin`, Stripe's `billing_reason`, such as `subscription_update`. */
      origin?: string;
      /** Keys and texts, of the line, its price, its product or the document (Paddle's `custom_data`). */
      metadata?: Record<string, string>;
    };
    /** `top_up` raises the wallet, `debit` lowers it by what the line comes to, `none` leaves it. */
    effect: "top_up" | "debit" | "none";
    /** `grand_total`: what was paid in cash; `net_of_tax`: that without tax; `total`: what the document says. As `default`, else `grand_total`. */
    basis?: "grand_total" | "net_of_tax" | "total";
    /** Lots with a lower number are spent first. As `default`, else 0. */
    priority?: number;
    /** For how long the value lasts; null: without end. As `default`, else without end. */
    expires_after_days?: number | null;
  }[];
  /** What holds where no rule matches, and what a rule leaves out. */
  default?: {
    /** `top_up` raises the wallet, `debit` lowers it by what the line comes to, `none` leaves it. */
    effect?: "top_up" | "debit" | "none";
    /** `grand_total`: what was paid in cash; `net_of_tax`: that without tax; `total`: what the document says. As `default`, else `grand_total`. */
    basis?: "grand_total" | "net_of_tax" | "total";
    /** Lots with a lower number are spent first. As `default`, else 0. */
    priority?: number;
    /** For how long the value lasts; null: without end. As `default`, else without end. */
    expires_after_days?: number | null;
  };
  /** A refund of what was spent already: `write_off` forgives the rest, `recover` takes it from later top-ups. */
  on_uncovered_reversal?: "write_off" | "recover";
  /** Whether a document's word that it was paid is enough, or it takes a `payment`. */
  cash_evidence?: "stated" | "payment";
  /** Whether what was paid outside the provider tops up. */
  out_of_band?: "none" | "top_up";
  /** Whether a Stripe payment of which nothing says what it pays waits for `evidence` that it has no invoice, or is a sale `unless_invoiced`. */
  standalone?: "evidence" | "unless_invoiced";
  /** From when on a document counts; Paddle's `paid` is earlier, and without a fee. */
  settle_on?: {
    paddle?: "completed" | "paid";
    stripe?: "paid";
  } & { [provider: string]: "completed" | "paid" };
  /** By provider, paths into the document's metadata that name the owner, in order: `custom_data.owner`, `metadata.owner`. Whoever can set that at checkout chooses the wallet. */
  owner_from?: {
    paddle?: string[];
    stripe?: string[];
  } & { [provider: string]: string[] };
  /** By currency, in minor units: below that the app is told `wallet.low_balance`. */
  low_balance?: Record<string, string>;
  /** By currency, in minor units: the largest difference that a person may write off. */
  write_off_limit?: Record<string, string>;
  /** An RFC 3339 time: what settled before it is an opening balance. Changing it later needs `rebook`. */
  books_start_at?: string | null;
  /** What an app counts; several entries of one key are its price history. */
  meters?: {
    /** The name that usage is reported by. */
    key: string;
    /** By currency, a decimal in minor units per unit: "0.0381" in USD is 0.0381 cents. */
    prices: Record<string, string>;
    /** An RFC 3339 time, from which on this price holds; null: from the beginning. */
    from?: string | null;
  }[];
}
