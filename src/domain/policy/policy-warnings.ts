import { providerNames } from "../ids.ts";
import type { LineRule, Policy } from "./policy.ts";

/** What of a policy is allowed, but seldom meant. */
export function policyWarnings(policy: Omit<Policy, "version">): string[] {
  const rules = [...policy.rules.map(({ rule }) => rule), policy.default];
  return [
    ...basisWarnings(rules),
    ...reachWarnings(policy),
    ...ownerWarnings(policy),
    ...providerWarnings(policy),
  ];
}

function basisWarnings(rules: readonly LineRule[]): string[] {
  const topUps = rules.filter(({ effect }) => effect === "top_up");
  const totals = topUps.filter(({ basis }) => basis === "total").length;
  if (topUps.length === 0) return ["Nothing tops up: no wallet will ever get value from a charge."];
  if (topUps.length < rules.length && totals < topUps.length)
    return [
      "Only some lines top up, but not by the basis total: credit applied to a document lowers every line's share of what was paid.",
    ];
  if (topUps.length === rules.length && totals > 0)
    return [
      "Every line tops up, by the basis total: credit that the provider applies becomes wallet value though nobody paid it.",
    ];
  return [];
}

function reachWarnings({ rules }: Omit<Policy, "version">): string[] {
  const all = rules.findIndex(({ match }) => Object.values(match).every((wanted) => wanted === undefined));
  const last = rules.length - 1;
  return all < 0 || all === last
    ? []
    : [`Rule ${all + 1} matches every line: rules ${all + 2} to ${last + 1} never do.`];
}

function ownerWarnings({ ownerFrom }: Omit<Policy, "version">): string[] {
  const paths = Object.values(ownerFrom).flat();
  return paths.length === 0
    ? []
    : [`Owners are read from ${paths.join(", ")}: make sure that no browser can set that at checkout.`];
}

/** A name that is misspelt matches nothing, ever. */
function providerWarnings({ rules, ownerFrom, settleOn }: Omit<Policy, "version">): string[] {
  const named = [
    ...rules.map(({ match }) => match.provider),
    ...Object.keys(ownerFrom),
    ...Object.keys(settleOn),
  ];
  const own: readonly (string | undefined)[] = providerNames;
  const others = [...new Set(named.filter((name) => name !== undefined && !own.includes(name)))];
  return others.map(
    (name) => `${name} does not come with Tallyhook: it is a provider only in an app that brings it.`,
  );
}
