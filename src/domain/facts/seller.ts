import type { ChargeFact } from "./facts.ts";

/** Whether a fact says that the provider itself is the seller, of what it otherwise tells as sold by us. */
export function saysProviderSells(fact: ChargeFact): boolean {
  return "providerSells" in fact && fact.providerSells === true;
}

/**
 * Subscriptions and links through which something is sold: whether the provider sells through them is said of them, in events
 * of their own. A checkout that says otherwise of itself knows better than its link, which may have changed since.
 */
export function soldThrough(fact: ChargeFact): string[] {
  const subscriptions = subscriptionsOf(fact);
  const link = fact.kind === "checkout" && fact.providerSells !== false ? fact.linkRef : undefined;
  return link === undefined ? subscriptions : [...subscriptions, link];
}

export function subscriptionsOf(fact: ChargeFact): string[] {
  if (fact.kind === "document")
    return fact.invoice === null || fact.subscriptionRef === null ? [] : [fact.subscriptionRef];
  return fact.kind === "checkout" && fact.subscriptionRef !== undefined ? [fact.subscriptionRef] : [];
}
