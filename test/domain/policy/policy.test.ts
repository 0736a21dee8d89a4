import {
  defaultPolicy,
  type Matchable,
  type PolicyMatch,
  ruleFor,
} from "../../../src/domain/policy/policy.ts";
import { rule } from "../build.ts";

const line: Matchable = {
  provider: "paddle",
  priceRef: "pri_1",
  productRef: "pro_1",
  origin: "web",
  metadata: [{ wallet: "none", plan: "a" }, { team: "9" }],
};
const matched = rule({ effect: "none", priority: 7 });

test.each<[string, PolicyMatch, boolean]>([
  ["nothing to match matches all", {}, true],
  ["its provider", { provider: "paddle" }, true],
  ["another provider", { provider: "stripe" }, false],
  ["its price", { priceRef: "pri_1" }, true],
  ["another price", { priceRef: "pri_2" }, false],
  ["its product", { productRef: "pro_1" }, true],
  ["another product", { productRef: "pro_2" }, false],
  ["its origin", { origin: "web" }, true],
  ["another origin", { origin: "api" }, false],
  ["metadata of the line", { metadata: { wallet: "none" } }, true],
  ["metadata of the document", { metadata: { team: "9" } }, true],
  ["metadata of both together", { metadata: { wallet: "none", team: "9" } }, true],
  ["metadata of another value", { metadata: { wallet: "all" } }, false],
  ["one of two metadata keys", { metadata: { wallet: "none", absent: "1" } }, false],
  ["a key that every object inherits", { metadata: { constructor: "1" } }, false],
  ["all keys together", { provider: "paddle", priceRef: "pri_1", productRef: "pro_1", origin: "web" }, true],
  ["all keys but one", { provider: "paddle", priceRef: "pri_1", productRef: "pro_1", origin: "api" }, false],
])("%s", (_, match, matches) => {
  const policy = { ...defaultPolicy, rules: [{ match, rule: matched }] };
  expect(ruleFor(policy, line)).toBe(matches ? matched : policy.default);
});

test("the first rule that matches wins", () => {
  const [first, second] = [rule({ priority: 1 }), rule({ priority: 2 })];
  const rules = [
    { match: { priceRef: "pri_2" }, rule: matched },
    { match: { priceRef: "pri_1" }, rule: first },
    { match: { provider: "paddle" as const }, rule: second },
  ];
  expect(ruleFor({ ...defaultPolicy, rules }, line)).toBe(first);
  expect(ruleFor({ ...defaultPolicy, rules }, { ...line, priceRef: null })).toBe(second);
});
