import { type Amount, clamp, maximum, sum } from "../money.ts";
import type { Terms } from "./pin.ts";
import { counts, ways } from "./policy.ts";
import { type Document, wholeDocument } from "./wallet-targets.ts";

/**
 * What of a part of a charge's top-up is tax: the tax of its lines that top up by a basis which contains it, out of what all
 * lines that top up come to; rounded down, so that no more is said to be tax than is. It asks the document alone, not what
 * of it was paid by then: what was said of a month stays.
 */
export function taxContained(charge: Document, terms: Terms, part: Amount): Amount {
  const topUps = wholeDocument(charge)
    .map((line) => ({ ...line, rule: terms.ruleOf(line) }))
    .filter(({ rule }) => ways[rule.effect] === "in");
  const withTax = topUps.filter(({ rule }) => counts[rule.basis].tax);
  const withoutTax = topUps.filter(({ rule }) => !counts[rule.basis].tax);
  const whole = sum(withTax.map(({ total }) => total)) + sum(withoutTax.map(({ total, tax }) => total - tax));
  const tax = clamp(sum(withTax.map((line) => line.tax)), 0n, maximum(whole, 0n));
  return whole <= 0n ? 0n : (part * tax) / whole;
}
