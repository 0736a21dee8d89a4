import fc from "fast-check";
import type { ProviderName } from "../../src/domain/ids.ts";
import { defaultPolicy, type Policy } from "../../src/domain/policy/policy.ts";
import type { ProviderEvent } from "../support/memory-books.ts";
import { notifiedAgain, paddleHistory } from "../support/paddle-history.ts";
import { type StripeEvent, stripeHistory } from "../support/stripe-history.ts";
import { paddleSales } from "./paddle-sales.ts";
import type { Sale } from "./sale.ts";

/** What happened to two customers of each provider, and how it was told. */
export interface History {
  readonly events: readonly ProviderEvent[];
  /** The same events in another order, some of them told again. */
  readonly other: readonly ProviderEvent[];
  readonly sales: readonly Sale[];
  /** One owner's customer at either provider, or every customer an owner of its own. */
  readonly links: readonly Link[];
}

export interface Link {
  readonly provider: ProviderName;
  readonly customerRef: string;
  readonly owner: string;
}

const everybody: readonly Link[] = [0, 1].flatMap((customer) => [
  { provider: "paddle" as const, customerRef: `ctm_${customer}`, owner: `owner_${customer}` },
  { provider: "stripe" as const, customerRef: `cus_${customer}`, owner: `owner_${customer}` },
]);

/** Histories of both providers in one book. */
export const histories: fc.Arbitrary<History> = fc
  .record({
    paddle: fc.oneof(fc.constant([]), paddleHistory),
    stripe: stripeHistory,
    links: fc.constantFrom([], everybody),
  })
  .chain(({ paddle, stripe, links }) => {
    const events: ProviderEvent[] = [...paddle, ...stripe.events];
    const sales = [...paddleSales(paddle), ...stripe.sales];
    return arrivals(events).map((other) => ({ events, other, sales, links }));
  });

const { default: topUp } = defaultPolicy;
const mixed: Policy = {
  ...defaultPolicy,
  onUncoveredReversal: "recover",
  outOfBand: "top_up",
  rules: [
    { match: { priceRef: "pri_topup" }, rule: { ...topUp, expiresAfterDays: 30 } },
    { match: { priceRef: "pri_addon" }, rule: { ...topUp, effect: "debit" } },
  ],
  default: { ...topUp, effect: "none" },
};

/** Value that follows cash, with and without its tax, or the document; and a cart that tops up, is paid for, or neither. */
export const policies: fc.Arbitrary<Policy> = fc.constantFrom(
  defaultPolicy,
  mixed,
  { ...defaultPolicy, default: { ...topUp, basis: "net_of_tax" as const } },
  { ...defaultPolicy, default: { ...topUp, basis: "total" as const } },
  { ...defaultPolicy, cashEvidence: "payment" as const, onUncoveredReversal: "recover" as const },
  { ...defaultPolicy, standalone: "unless_invoiced" as const },
);

/** Any order, with up to ten told again: by Paddle in another notification, by Stripe as they were. */
function arrivals(events: readonly ProviderEvent[]): fc.Arbitrary<ProviderEvent[]> {
  return fc.array(fc.nat(Math.max(events.length - 1, 0)), { maxLength: 10 }).chain((again) => {
    const repeated = again.map((index) => toldAgain(events[index] as ProviderEvent));
    const all = [...events, ...repeated];
    return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
  });
}

function toldAgain(event: ProviderEvent): ProviderEvent {
  return "event_id" in event ? notifiedAgain(event) : ({ ...event, pending_webhooks: 0 } as StripeEvent);
}

/** Who owns what is bought by a customer. */
export function ownerOf({ provider, customerRef }: Sale, links: readonly Link[]): string {
  const link = links.find((each) => each.provider === provider && each.customerRef === customerRef);
  return link?.owner ?? `${provider}:${customerRef}`;
}

/** The same history of other objects and customers: names must not meet in one database. */
export function renamed(history: History, run: number): History {
  const rename = <Named>(value: Named): Named =>
    JSON.parse(JSON.stringify(value).replaceAll(names, `"$1r${run}_`));
  const sales = history.sales.map((sale) => ({
    ...sale,
    refs: rename(sale.refs),
    customerRef: rename(sale.customerRef),
  }));
  const { events, other, links } = history;
  return { events: rename(events), other: rename(other), links: rename(links), sales };
}

const names = /"((?:evt|ntf|txn|adj|ctm|txnitm|attempt|bt:txn|in|il|pi|ch|cs|cus|re|dp|cn|inpay|owner)_)/g;
