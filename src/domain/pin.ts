import type { Charge, ChargeLine } from "./charge.ts";
import { walletId } from "./ids.ts";
import { type LineRule, type Pin, type Policy, ruleFor } from "./policy.ts";
import type { Instant } from "./time.ts";

/** When a charge is paid for good under this policy; `null` while it is not. */
export function settledAt(charge: Charge, policy: Policy): Instant | null {
  const { provider } = charge.key;
  switch (provider) {
    case "paddle":
      // A document with nothing to pay may never be completed: Paddle leaves negative ones at paid.
      return policy.settleOn.paddle === "paid" || charge.grandTotal === 0n
        ? charge.saidPaidAt
        : charge.saidCompletedAt;
    case "stripe":
      return charge.saidPaidAt;
    default:
      return provider satisfies never;
  }
}

/** What a charge keeps from the moment it first settles. */
export function pinTo(policy: Policy, charge: Charge, owner: string | null): Pin {
  const rules = Object.fromEntries(charge.lines.map((line) => [line.ref, lineRule(policy, charge, line)]));
  return withOwner({ policyVersion: policy.version, owner: null, walletId: null, rules }, charge, owner);
}

/** A pin without an owner gets one when a customer becomes known; an owner that is pinned stays. */
export function withOwner(pin: Pin, charge: Charge, owner: string | null): Pin {
  if (pin.owner !== null || owner === null) return pin;
  return { ...pin, owner, walletId: walletId(owner, charge.currency) };
}

/** The rule a line was pinned to, or what the pinned version says of a line that appeared later. */
export function pinnedRule(pin: Pin, policy: Policy, charge: Charge): (line: ChargeLine) => LineRule {
  return (line) =>
    (Object.hasOwn(pin.rules, line.ref) ? pin.rules[line.ref] : undefined) ?? lineRule(policy, charge, line);
}

function lineRule(policy: Policy, charge: Charge, line: ChargeLine): LineRule {
  return ruleFor(policy, {
    provider: charge.key.provider,
    priceRef: line.priceRef,
    productRef: line.productRef,
    origin: charge.origin,
    metadata: [line.metadata, charge.metadata],
  });
}
