import { providerNames } from "../ids.ts";
import { counts, type LineRule, type Policy, ways } from "./policy.ts";

/** What of a policy is allowed, but seldom meant. */
export function policyWarnings(policy: Omit<Policy, "version">): string[] {
  const rules = [...policy.rules.map(({ rule }) => rule), policy.default];
  return [
    ...basisWarnings(rules),
    ...debitWarnings(policy),
    ...reachWarnings(policy),
    ...ownerWarnings(policy),
    ...providerWarnings(policy),
  ];
}

function basisWarnings(rules: readonly LineRule[]): string[] {
  const topUps = rules.filter(({ effect }) => ways[effect] === "in");
  const totals = topUps.filter(({ basis }) => counts[basis].credit).length;
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

/** What both providers call the document of a change of plans. */
const planChange = "subscription_update";

/** What is prorated depends on the day of the change: nobody means to take that out of a wallet, unless they say so. */
function debitWarnings({ rules, default: fallback }: Omit<Policy, "version">): string[] {
  const caught = rules.findIndex(
    ({ match: { origin, ...others } }) =>
      origin === planChange && Object.values(others).every((wanted) => wanted === undefined),
  );
  const open = caught < 0 ? rules : rules.slice(0, caught);
  const debiting = open.flatMap(({ match, rule }, index) =>
    ways[rule.effect] === "out" && (match.origin === undefined || match.origin === planChange)
      ? [`Rule ${index + 1}`]
      : [],
  );
  if (ways[fallback.effect] === "out" && caught < 0) debiting.push("The default");
  return debiting.map(
    (who) =>
      `${who} debits prorations too, which differ with the day on which somebody changes plans: ` +
      `a rule before it that matches the origin ${planChange} can leave them out.`,
  );
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
