import type { Charge, ChargeLine } from "../charge/charge.ts";
import type { WalletIds } from "../ids.ts";
import type { Instant } from "../time.ts";
import { type LineRule, type Matchable, type Pin, type Policy, ruleFor } from "./policy.ts";

/**
 * When a charge is paid for good under this policy; `null` while it is not. Where a provider completes what was paid, a
 * document with nothing to pay may never be completed: Paddle leaves negative ones at paid.
 */
export function settledAt(charge: Charge, policy: Policy): Instant | null {
  const waits = policy.settleOn[charge.key.provider] === "completed" && charge.grandTotal !== 0n;
  return waits ? charge.saidCompletedAt : charge.saidPaidAt;
}

/** What a charge keeps from the moment it first settles, but for whose it is. */
export function pinTo(policy: Policy, charge: Charge): Pin {
  const rules = Object.fromEntries(charge.lines.map((line) => [line.ref, lineRule(policy, charge, line)]));
  return { policyVersion: policy.version, owner: null, walletId: null, rules };
}

/** A pin without an owner gets one when a customer becomes known; an owner that is pinned stays. */
export function withOwner(pin: Pin, charge: Charge, owner: string | null, walletIds: WalletIds): Pin {
  if (pin.owner !== null || owner === null) return pin;
  return { ...pin, owner, walletId: walletIds.of(owner, charge.currency) };
}

/** What of a policy decides how much a charge moves its wallet. */
export interface Terms extends Pick<Policy, "cashEvidence" | "outOfBand"> {
  readonly ruleOf: (line: ChargeLine) => LineRule;
}

/** What of a charge the rules of a policy ask. */
export type Ruled = Pick<Charge, "key" | "origin" | "metadata">;

/** The pinned version's terms: a line has the rule it was pinned to, or if it appeared later what that version says of it. */
export function pinnedTerms(pin: Pin, policy: Policy, charge: Ruled): Terms {
  const pinned = (line: ChargeLine) => (Object.hasOwn(pin.rules, line.ref) ? pin.rules[line.ref] : undefined);
  return {
    cashEvidence: policy.cashEvidence,
    outOfBand: policy.outOfBand,
    ruleOf: (line) => pinned(line) ?? lineRule(policy, charge, line),
  };
}

function lineRule(policy: Policy, charge: Ruled, line: ChargeLine): LineRule {
  return ruleFor(policy, matchableOf(charge, line));
}

/** What a policy's rules ask of a line. */
export function matchableOf(charge: Ruled, line: ChargeLine): Matchable {
  return {
    provider: charge.key.provider,
    priceRef: line.priceRef,
    productRef: line.productRef,
    origin: charge.origin,
    metadata: [line.metadata, charge.metadata],
  };
}
