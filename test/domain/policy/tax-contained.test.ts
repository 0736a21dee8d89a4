import type { ChargeFact } from "../../../src/domain/facts/facts.ts";
import { pinnedTerms, pinTo } from "../../../src/domain/policy/pin.ts";
import { defaultPolicy, type Policy } from "../../../src/domain/policy/policy.ts";
import { taxContained } from "../../../src/domain/policy/tax-contained.ts";
import { document, foldFacts, keyOf, line, policyOf, seed } from "../build.ts";

function containedIn(part: bigint, policy: Policy, fact: ChargeFact): bigint {
  const charge = foldFacts(keyOf("txn_1"), [fact]);
  return taxContained(charge, pinnedTerms(pinTo(policy, charge), policy, charge), part);
}

/** 10.00 with 1.67 of tax, sold without it; 5.00 with 0.83 of tax, sold with it. */
const cart = document({ lines: [line("topup", 1000n, { tax: 167n }), line("seat", 500n, { tax: 83n })] });
const halfWithoutTax = policyOf({ pri_topup: { effect: "top_up", basis: "net_of_tax" } });

test.each<[string, bigint, Policy, ChargeFact, bigint]>([
  ["the seed: 3.33 of 19.99, of 4.99", 499n, defaultPolicy, seed(), 83n],
  ["a part of it", 100n, defaultPolicy, seed(), 16n],
  ["value that was sold without tax", 416n, policyOf({}, { basis: "net_of_tax" }), seed(), 0n],
  ["value that was sold with and without tax: that of the one line", 1333n, halfWithoutTax, cart, 83n],
  ["nothing", 0n, defaultPolicy, seed(), 0n],
  ["a document of nothing", 100n, defaultPolicy, document({ lines: [], total: 0n, subtotal: 0n }), 0n],
])("tax contained in %s", (_, part, policy, fact, tax) => {
  expect(containedIn(part, policy, fact)).toBe(tax);
});
