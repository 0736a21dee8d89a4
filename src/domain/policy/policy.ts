import type { Metadata } from "../facts/metadata.ts";
import type { OwnProvider, ProviderName, WalletId } from "../ids.ts";
import type { Amount } from "../money.ts";
import type { Instant } from "../time.ts";

export const effects = ["top_up", "debit", "none"] as const;
export type Effect = (typeof effects)[number];

/** Where a line of each effect moves value: into the wallet, out of it, or nowhere. */
export const ways: Readonly<Record<Effect, "in" | "out" | null>> = { top_up: "in", debit: "out", none: null };

/** `grand_total`: what was paid in cash; `net_of_tax`: the same without tax; `total`: what the document says. */
export const bases = ["grand_total", "net_of_tax", "total"] as const;
export type Basis = (typeof bases)[number];

/** What of a document counts by each basis, beside the cash paid for it. */
export const counts: Readonly<
  Record<
    Basis,
    {
      /** The tax in what was paid. */
      readonly tax: boolean;
      /** Credit of the customer's at the provider, where it pays, and where it is given back. */
      readonly credit: boolean;
    }
  >
> = {
  grand_total: { tax: true, credit: false },
  net_of_tax: { tax: false, credit: false },
  total: { tax: true, credit: true },
};

/** What a policy says about one line of a document. */
export interface LineRule {
  readonly effect: Effect;
  readonly basis: Basis;
  /** Lots of a lower number are spent first. */
  readonly priority: number;
  readonly expiresAfterDays: number | null;
}

export interface PolicyMatch {
  readonly provider?: ProviderName | undefined;
  readonly priceRef?: string | undefined;
  readonly productRef?: string | undefined;
  readonly origin?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** How an app turns charges into wallet value. A policy never changes: a changed file is the next version. */
export interface Policy {
  readonly version: number;
  readonly rules: readonly { readonly match: PolicyMatch; readonly rule: LineRule }[];
  readonly default: LineRule;
  readonly onUncoveredReversal: UncoveredAccount;
  readonly cashEvidence: "stated" | "payment";
  readonly outOfBand: "none" | "top_up";
  /** Whether a payment of which nothing says what it pays waits for `evidence` that it has no invoice, or has none until one is known. */
  readonly standalone: "evidence" | "unless_invoiced";
  /** What a document must be to be paid for good; `paid` of providers that are not named. */
  readonly settleOn: { readonly paddle: "completed" | "paid"; readonly stripe: "paid" } & Readonly<
    Record<string, "completed" | "paid">
  >;
  /** Paths into a document's metadata that name the owner, in order; none by default. */
  readonly ownerFrom: Readonly<Record<OwnProvider, readonly string[]> & Record<string, readonly string[]>>;
  readonly lowBalance: Readonly<Record<string, Amount>>;
  /** The largest difference that may be written off; without one for a currency, all of it may. */
  readonly writeOffLimit: Readonly<Record<string, Amount>>;
  readonly booksStartAt: Instant | null;
  readonly meters: readonly Meter[];
}

/** The policies there are: the one for what settles now, and all that charges are pinned to. */
export interface PolicyBook {
  readonly current: Policy;
  /** @throws if there is no such version: a charge is pinned to what was stored before it. */
  version(number: number): Policy;
}

/** A thing an app counts; prices are decimals in minor units per unit of quantity. */
export interface Meter {
  readonly key: string;
  readonly prices: Readonly<Record<string, string>>;
  readonly from: Instant | null;
}

/** Where the uncovered part of a take-back goes: forgiven, or owed and repaid by later top-ups. */
export type UncoveredAccount = "write_off" | "recover";

/** What a charge keeps from the moment it first settles: later facts are booked under it, whatever the policy says by then. */
export interface Pin {
  readonly policyVersion: number;
  /** `null` while no customer is known; set once, when one is linked. */
  readonly owner: string | null;
  readonly walletId: WalletId | null;
  /** By line ref. A line that appears later gets its rule from the pinned version. */
  readonly rules: Readonly<Record<string, LineRule>>;
}

const defaultRule: LineRule = { effect: "top_up", basis: "grand_total", priority: 0, expiresAfterDays: null };

/** The policy in force when no file says otherwise. */
export const defaultPolicy: Policy = {
  version: 1,
  rules: [],
  default: defaultRule,
  onUncoveredReversal: "write_off",
  cashEvidence: "stated",
  outOfBand: "none",
  standalone: "evidence",
  settleOn: { paddle: "completed", stripe: "paid" },
  ownerFrom: { paddle: [], stripe: [] },
  lowBalance: {},
  writeOffLimit: {},
  booksStartAt: null,
  meters: [],
};

/** What a rule can match: the line, its price and product, its document. */
export interface Matchable {
  readonly provider: ProviderName;
  readonly priceRef: string | null;
  readonly productRef: string | null;
  readonly origin: string | null;
  /** Of the line and of the document; a rule matches if either has the value. */
  readonly metadata: readonly Metadata[];
}

/** The first rule that matches, else the default. */
export function ruleFor(policy: Policy, line: Matchable): LineRule {
  return policy.rules.find(({ match }) => matches(match, line))?.rule ?? policy.default;
}

/** The keys of metadata that kept a rule from matching, up to the one that did: all else about the line, it asks for. */
export function metadataKeysRead(policy: Policy, line: Matchable): string[] {
  const first = policy.rules.findIndex(({ match }) => matches(match, line));
  const tried = first < 0 ? policy.rules : policy.rules.slice(0, first);
  return tried.flatMap(({ match }) =>
    matchesBesideMetadata(match, line)
      ? Object.entries(match.metadata ?? {}).flatMap(([key, value]) => (says(line, key, value) ? [] : [key]))
      : [],
  );
}

function matches(match: PolicyMatch, line: Matchable): boolean {
  return (
    matchesBesideMetadata(match, line) &&
    Object.entries(match.metadata ?? {}).every(([key, value]) => says(line, key, value))
  );
}

function matchesBesideMetadata(match: PolicyMatch, line: Matchable): boolean {
  const is = (wanted: string | undefined, value: string | null) => wanted === undefined || wanted === value;
  return (
    is(match.provider, line.provider) &&
    is(match.priceRef, line.priceRef) &&
    is(match.productRef, line.productRef) &&
    is(match.origin, line.origin)
  );
}

function says({ metadata }: Matchable, key: string, value: string): boolean {
  return metadata.some((has) => Object.hasOwn(has, key) && has[key] === value);
}
