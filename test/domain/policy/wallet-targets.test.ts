import type { ChargeFact } from "../../../src/domain/facts/facts.ts";
import { pinnedTerms, pinTo } from "../../../src/domain/policy/pin.ts";
import { type Basis, defaultPolicy, type Policy } from "../../../src/domain/policy/policy.ts";
import { walletTargets } from "../../../src/domain/policy/wallet-targets.ts";
import { document, foldFacts, keyOf, line, movement, named, payment, policyOf, seed } from "../build.ts";

function targetsOf(policy: Policy, ...facts: ChargeFact[]) {
  const charge = foldFacts(keyOf("txn_1"), facts);
  return walletTargets(charge, pinnedTerms(pinTo(policy, charge), policy, charge));
}
const by = (basis: Basis) => policyOf({}, { basis });
const topUpOf = (policy: Policy, ...facts: ChargeFact[]) => targetsOf(policy, ...facts).toppedUp;

/** One line that tops up (10.00), one that does not (5.00). */
const cart = [line("topup", 1000n), line("seat", 500n)];
const onlyTopup = (basis: Basis = "grand_total") =>
  policyOf({ pri_topup: { effect: "top_up", basis } }, { effect: "none" });

describe("S: what a charge tops up", () => {
  test.each<[string, Policy, ChargeFact, bigint]>([
    ["the seed: value follows cash", defaultPolicy, seed(), 499n],
    ["the seed without the tax contained in its cash", by("net_of_tax"), seed(), 416n],
    ["the seed, value following the document", by("total"), seed(), 1999n],
    ["no credit, all cash", defaultPolicy, document(), 1999n],
    ["paid in part", defaultPolicy, document({ payments: [payment("p", 700n)] }), 700n],
    [
      "overpaid: never more than was asked",
      defaultPolicy,
      document({ payments: [payment("p", 9000n)] }),
      1999n,
    ],
    ["overpaid, part of it with credit", defaultPolicy, seed({ payments: [payment("p", 9000n)] }), 499n],
    ["collected is unknown", defaultPolicy, document({ payments: null, balance: null }), 0n],
    ["credit paid it all", defaultPolicy, document({ creditApplied: 1999n }), 0n],
    [
      "credit paid it all, value following the document",
      by("total"),
      document({ creditApplied: 1999n }),
      1999n,
    ],
    ["a full discount", defaultPolicy, document({ lines: [line("a", 0n, { discount: 1000n })] }), 0n],
    ["a negative document", defaultPolicy, document({ lines: [line("a", 500n), line("b", -1894n)] }), 0n],
    [
      "a negative document by total",
      by("total"),
      document({ lines: [line("a", 500n), line("b", -1894n)] }),
      0n,
    ],
    [
      "an upgrade of 19.99 with 15.00 of part-period credit",
      defaultPolicy,
      document({ lines: [line("a", 1999n), line("b", -1500n)] }),
      499n,
    ],
    ["no line at all", defaultPolicy, document({ lines: [] }), 0n],
    [
      "lines that are missing count as the default",
      defaultPolicy,
      document({ lines: [], total: 1000n, subtotal: 1000n }),
      1000n,
    ],
    ["a policy that tops up nothing", policyOf({}, { effect: "none" }), document(), 0n],
    ["a mixed cart: its line alone", onlyTopup(), document({ lines: cart }), 1000n],
    [
      "a mixed cart, a third of it paid with credit",
      onlyTopup(),
      document({ lines: cart, creditApplied: 500n }),
      667n,
    ],
    [
      "the same, value following the document",
      onlyTopup("total"),
      document({ lines: cart, creditApplied: 500n }),
      1000n,
    ],
    [
      "another line's credit raises the quota, but not above the cash",
      onlyTopup(),
      document({ lines: [line("topup", 2000n), line("seat", -500n)] }),
      1500n,
    ],
    [
      "negative lines that exceed the cart",
      onlyTopup(),
      document({ lines: [line("topup", 500n), line("seat", -1000n)] }),
      0n,
    ],
    [
      "a top-up line that is itself negative",
      onlyTopup(),
      document({ lines: [line("topup", -500n), line("seat", 1000n)] }),
      0n,
    ],
    [
      "a line that is not paid for",
      onlyTopup(),
      document({ lines: [line("topup", 0n, { discount: 1000n }), line("seat", 500n)] }),
      0n,
    ],
  ])("%s", (_, policy, fact, toppedUp) => {
    expect(topUpOf(policy, fact)).toBe(toppedUp);
  });

  test("two bases in one cart never top up more than was paid", () => {
    const policy = policyOf({ pri_a: {}, pri_b: { basis: "net_of_tax" } }, { effect: "none" });
    const lines = [line("a", 1000n), line("b", 1000n), line("c", -500n)];
    expect(topUpOf(policy, document({ lines }))).toBe(1500n);
  });

  test("lots: one per priority and expiry, a negative line lowers the later ones", () => {
    const policy = policyOf({ pri_a: { priority: 1 }, pri_b: { expiresAfterDays: 30 } });
    const lots = (...lines: ReturnType<typeof line>[]) => targetsOf(policy, document({ lines })).lots;
    expect(lots(line("a", 600n), line("a2", 100n), line("b", 300n))).toEqual([
      { priority: 1, expiresAfterDays: null, amount: 600n },
      { priority: 0, expiresAfterDays: null, amount: 100n },
      { priority: 0, expiresAfterDays: 30, amount: 300n },
    ]);
    expect(lots(line("a", 600n), line("b", 300n), line("c", -400n)).map((lot) => lot.amount)).toEqual([500n]);
  });

  test("a line's share is its part of what was paid", () => {
    const { shares } = targetsOf(onlyTopup(), document({ lines: cart, creditApplied: 500n }));
    expect([...shares]).toEqual([
      ["topup", 667n],
      ["seat", 333n],
    ]);
  });
});

describe("what a settled line of effect debit lowers the wallet by", () => {
  const policy = policyOf({ pri_addon: { effect: "debit" } }, { effect: "none" });
  const sale = document({ lines: [line("addon", 600n), line("seat", 900n)] });
  test.each<[string, ChargeFact[], bigint]>([
    ["its share", [], 600n],
    ["its share less what was refunded of it", [movement(200n, { lines: [named("addon", 200n)] })], 400n],
    ["nothing once all is refunded", [movement(1500n)], 0n],
  ])("%s", (_, movements, debited) => {
    expect(targetsOf(policy, sale, ...movements)).toMatchObject({ debited, toppedUp: 0n, takenBack: 0n });
  });
});
