import type { Effect, Policy, PolicyMatch } from "../../../src/domain/policy/policy.ts";
import { policyWarnings } from "../../../src/domain/policy/policy-warnings.ts";
import { policyOf } from "../build.ts";

const rule = (match: PolicyMatch, effect: Effect, of: object = {}) => ({
  match,
  rule: { ...policyOf({}, {}).default, effect, ...of },
});
const priced = { priceRef: "pri_topup" };

test.each<[string, Policy, RegExp[]]>([
  ["everything tops up by cash", policyOf({}, {}), []],
  ["everything tops up net of tax", policyOf({}, { basis: "net_of_tax" }), []],
  ["everything tops up by the total", policyOf({}, { basis: "total" }), [/nobody paid it/]],
  ["nothing tops up", policyOf({}, { effect: "none" }), [/Nothing tops up/]],
  [
    "one price tops up by cash",
    policyOf({}, { effect: "none" }, { rules: [rule(priced, "top_up")] }),
    [/not by the basis total/],
  ],
  [
    "one price tops up by the total",
    policyOf({}, { effect: "none" }, { rules: [rule(priced, "top_up", { basis: "total" })] }),
    [],
  ],
  [
    "a rule hides those behind it",
    policyOf({}, {}, { rules: [rule({}, "top_up"), rule(priced, "top_up")] }),
    [/Rule 1 matches every line: rules 2 to 2 never do/],
  ],
  [
    "the last rule matches the rest",
    policyOf({}, {}, { rules: [rule(priced, "top_up"), rule({}, "top_up")] }),
    [],
  ],
  [
    "a rule debits whatever has a price, prorations too",
    policyOf({}, {}, { rules: [rule(priced, "debit"), rule({}, "top_up", { basis: "total" })] }),
    [/not by the basis total/, /^Rule 1 debits prorations too/],
  ],
  [
    "a rule debits, and what a change of plans prorates was left out before it",
    policyOf({}, {}, { rules: [rule({ origin: "subscription_update" }, "none"), rule(priced, "debit")] }),
    [/not by the basis total/],
  ],
  [
    "a rule debits renewals alone",
    policyOf({}, {}, { rules: [rule({ origin: "subscription_recurring" }, "debit")] }),
    [/not by the basis total/],
  ],
  [
    "owners come from checkout",
    policyOf({}, {}, { ownerFrom: { paddle: ["custom_data.owner"], stripe: [] } }),
    [/custom_data\.owner/],
  ],
])("%s", (_, policy, expected) => {
  const warnings = policyWarnings(policy);
  expect(warnings).toHaveLength(expected.length);
  for (const [index, pattern] of expected.entries()) expect(warnings[index]).toMatch(pattern);
});
