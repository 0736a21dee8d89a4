import fc from "fast-check";
import type { ChargeFact } from "../../../src/domain/facts/facts.ts";
import { maximum, minimum } from "../../../src/domain/money.ts";
import { pinnedTerms, pinTo } from "../../../src/domain/policy/pin.ts";
import { type Basis, defaultPolicy, type Policy } from "../../../src/domain/policy/policy.ts";
import { walletTargets } from "../../../src/domain/policy/wallet-targets.ts";
import { document, foldFacts, keyOf, line, movement, named, payment, policyOf, seed } from "../build.ts";

function targetsOf(policy: Policy, ...facts: ChargeFact[]) {
  const charge = foldFacts(keyOf("txn_1"), facts);
  return walletTargets(charge, pinnedTerms(pinTo(policy, charge), policy, charge));
}
const by = (basis: Basis) => policyOf({}, { basis });
const takenOf = (policy: Policy, ...facts: ChargeFact[]) => targetsOf(policy, ...facts).takenBack;

/** One line that tops up (10.00), one that does not (5.00). */
const cart = [line("topup", 1000n), line("seat", 500n)];
const onlyTopup = policyOf({ pri_topup: {} }, { effect: "none" });

describe("T: what is taken back of S", () => {
  const tax = (amount: bigint) => ({ tax: amount });
  test.each<[string, Policy, ChargeFact, ChargeFact[], bigint]>([
    ["half the cash", defaultPolicy, seed(), [movement(250n)], 250n],
    ["all the cash", defaultPolicy, seed(), [movement(499n)], 499n],
    ["more than the cash: never more than S", defaultPolicy, seed(), [movement(1999n)], 499n],
    ["a refund that is only asked for", defaultPolicy, seed(), [movement(499n, { status: "pending" })], 0n],
    ["an alert", defaultPolicy, seed(), [movement(499n, { movement: "dispute", warning: true })], 0n],
    ["two refunds", defaultPolicy, seed(), [movement(100n), movement(99n, { ref: "b" })], 199n],
    [
      "a chargeback after a full refund",
      defaultPolicy,
      seed(),
      [movement(499n), movement(499n, { ref: "b", movement: "dispute" })],
      499n,
    ],
    [
      "the same, the chargeback reversed: the refund still stands",
      defaultPolicy,
      seed(),
      [
        movement(499n),
        movement(499n, { ref: "b", movement: "dispute" }),
        movement(499n, { ref: "c", movement: "dispute_reversal" }),
      ],
      499n,
    ],
    [
      "a chargeback reversed",
      defaultPolicy,
      seed(),
      [
        movement(499n, { ref: "b", movement: "dispute" }),
        movement(499n, { ref: "c", movement: "dispute_reversal" }),
      ],
      0n,
    ],
    [
      "a reversal alone",
      defaultPolicy,
      seed(),
      [movement(499n, { ref: "c", movement: "dispute_reversal" })],
      0n,
    ],
    [
      "a reversal that came before its chargeback hides no refund",
      defaultPolicy,
      seed(),
      [movement(300n), movement(300n, { ref: "c", movement: "dispute_reversal" })],
      300n,
    ],
    [
      "paid in part, half of that refunded",
      defaultPolicy,
      document({ payments: [payment("p", 700n)] }),
      [movement(350n)],
      350n,
    ],
    [
      "overpaid: in proportion to the cash",
      defaultPolicy,
      document({ payments: [payment("p", 3998n)] }),
      [movement(1999n)],
      999n,
    ],
    [
      "a credit is not cash",
      defaultPolicy,
      document(),
      [movement(1000n, { movement: "credit", toCustomerBalance: true })],
      0n,
    ],
    [
      "by total a credit counts as given back",
      by("total"),
      document(),
      [movement(1000n, { movement: "credit", toCustomerBalance: true })],
      1000n,
    ],
    [
      "… and one taken back does not",
      by("total"),
      document(),
      [movement(1000n, { movement: "credit" }), movement(1000n, { ref: "c", movement: "credit_reversal" })],
      0n,
    ],
    [
      "… nor one that lowered what was to be paid",
      by("total"),
      document({ payments: [payment("p", 999n)] }),
      [movement(1000n, { movement: "credit", toCustomerBalance: false })],
      0n,
    ],
    [
      "net of tax: the refund's own tax is left out",
      by("net_of_tax"),
      document(),
      [movement(600n, tax(100n))],
      500n,
    ],
    [
      "net of tax: tax alone gives back nothing",
      by("net_of_tax"),
      document(),
      [movement(333n, tax(333n))],
      0n,
    ],
    ["value follows cash: tax alone is cash", defaultPolicy, document(), [movement(333n, tax(333n))], 333n],
  ])("%s", (_, policy, sale, movements, takenBack) => {
    expect(takenOf(policy, sale, ...movements)).toBe(takenBack);
  });

  test.each<Basis>(["grand_total", "net_of_tax", "total"])("all cash back takes all of S, by %s", (basis) => {
    const sale = document({ lines: [line("a", 999n, { tax: 166n }), line("b", 1000n, { tax: 167n })] });
    const thirds = [666n, 666n, 667n].map((amount, index) =>
      movement(amount, { ref: `r${index}`, tax: 111n, lines: [named("a", amount, 111n)] }),
    );
    const { toppedUp, takenBack } = targetsOf(by(basis), sale, ...thirds);
    expect(takenBack).toBe(toppedUp);
  });

  test.each<[string, ChargeFact[], bigint]>([
    // Of a cart of 10.00 that tops up and 5.00 that does not, all paid in cash.
    ["names the line that tops up", [movement(400n, { lines: [named("topup", 400n)] })], 400n],
    ["names the other line", [movement(400n, { lines: [named("seat", 400n)] })], 0n],
    ["names both", [movement(600n, { lines: [named("topup", 200n), named("seat", 400n)] })], 200n],
    ["names none: shared like the payment", [movement(300n)], 200n],
    ["names a line that we do not know", [movement(300n, { lines: [named("gone", 300n)] })], 0n],
    [
      "names the other line beyond what was paid for it",
      [movement(700n, { lines: [named("seat", 700n)] })],
      200n,
    ],
    [
      "names our line beyond what was paid for it",
      [movement(1200n, { lines: [named("topup", 1200n)] })],
      1000n,
    ],
    [
      "gives all back, naming only the other line",
      [movement(1500n, { lines: [named("seat", 1500n)] })],
      1000n,
    ],
    [
      "is undone for the same line",
      [
        movement(400n, { movement: "dispute", lines: [named("topup", 400n)] }),
        movement(400n, { ref: "c", movement: "dispute_reversal", lines: [named("topup", 400n)] }),
      ],
      0n,
    ],
  ])("a refund that %s", (_, movements, takenBack) => {
    expect(takenOf(onlyTopup, document({ lines: cart }), ...movements)).toBe(takenBack);
  });
});

test("a refund of an id that several lines share is shared among them, and among no others", () => {
  const shared = { sharedId: "sub_1" };
  const lines = [line("topup", 1000n, shared), line("seat", 500n, shared), line("other", 600n)];
  const policy = policyOf({ pri_topup: {} }, { effect: "none" });
  const refund = movement(600n, { lines: [named("sub_1", 600n)] });
  expect(takenOf(policy, document({ lines }), refund)).toBe(400n);
});

describe("a document below zero", () => {
  const downgrade = (of: Parameters<typeof document>[0] = {}) =>
    document({ stage: "paid", lines: [line("plan", -1680n, { tax: -280n })], ...of });
  test.each<[string, Policy, ChargeFact, bigint]>([
    ["takes back what it gives as credit, by total", by("total"), downgrade(), 1680n],
    ["nothing by grand total: no cash went back", defaultPolicy, downgrade(), 0n],
    ["nothing net of tax", by("net_of_tax"), downgrade(), 0n],
    [
      "no more than became credit: the rest paid off a debt",
      by("total"),
      downgrade({ creditIssued: 700n }),
      700n,
    ],
    [
      "nothing while it is not known what became credit",
      by("total"),
      { ...downgrade(), creditIssued: null },
      0n,
    ],
    [
      "only for the lines that top up by total",
      policyOf({ pri_plan: { basis: "total" } }, { effect: "none" }),
      downgrade({ lines: [line("plan", -900n), line("seat", -300n)] }),
      900n,
    ],
    [
      "less what it sells beside that",
      by("total"),
      downgrade({ lines: [line("plan", -900n), line("other", 300n)] }),
      600n,
    ],
    [
      "nothing if what tops up is sold, and others are given back",
      policyOf({ pri_plan: { basis: "total" } }, { effect: "none" }),
      downgrade({ lines: [line("plan", 300n), line("seat", -900n)] }),
      0n,
    ],
  ])("takes back %s", (_, policy, sale, takenBack) => {
    expect(targetsOf(policy, sale)).toMatchObject({ toppedUp: 0n, takenBack, debited: 0n, lots: [] });
  });
});

test("0 ≤ T ≤ S ≤ what was paid of a document above zero, and all back takes all of S, whatever the rules", () => {
  const rule = fc.record({
    effect: fc.constantFrom("top_up" as const, "top_up" as const, "debit" as const, "none" as const),
    basis: fc.constantFrom<Basis>("grand_total", "net_of_tax", "total"),
  });
  const lines = fc.array(
    fc
      .record({ total: fc.bigInt({ min: -2000n, max: 3000n }), taxed: fc.constantFrom(0n, 7n, 20n) })
      .map(({ total, taxed }) => ({ total, tax: (total * taxed) / 100n })),
    { minLength: 1, maxLength: 4 },
  );
  const returned = fc.array(
    fc.record({
      amount: fc.bigInt({ min: 1n, max: 2500n }),
      taxed: fc.constantFrom(0n, 16n, 100n),
      on: fc.constantFrom("0", "1", "2", "3", "gone", null),
      kind: fc.constantFrom(
        "refund" as const,
        "dispute" as const,
        "dispute_reversal" as const,
        "credit" as const,
      ),
    }),
    { maxLength: 4 },
  );
  const numbers = fc.record({ lines, returned, rules: fc.array(rule, { minLength: 4, maxLength: 4 }) });
  fc.assert(
    fc.property(numbers, fc.nat(1000), fc.nat(2000), ({ lines, returned, rules }, creditPart, paidPart) => {
      const facts = lines.map(({ total, tax }, index) => line(String(index), total, { tax }));
      const policy = policyOf(Object.fromEntries(rules.map((of, index) => [`pri_${index}`, of])));
      const total = lines.reduce((sum, of) => sum + of.total, 0n);
      const creditApplied = total > 0n ? (total * BigInt(creditPart)) / 1000n : 0n;
      const collected = maximum(((total - creditApplied) * BigInt(paidPart)) / 1000n, 0n);
      const sale = document({ lines: facts, creditApplied, payments: [payment("p", collected)] });
      const movements = returned.map(({ amount, taxed, on, kind }, index) => {
        const tax = (amount * taxed) / 100n;
        const lines = on === null ? [] : [named(on, amount, tax)];
        return movement(amount, { ref: String(index), movement: kind, tax, lines });
      });
      const { toppedUp, takenBack, debited, lots } = targetsOf(policy, sale, ...movements);
      const paid = minimum(collected + creditApplied, maximum(total, 0n));
      expect(takenBack >= 0n && takenBack <= maximum(toppedUp, -total)).toBe(true);
      expect(toppedUp <= paid && debited >= 0n).toBe(true);
      expect(lots.reduce((sum, lot) => sum + lot.amount, 0n)).toBe(toppedUp);
      const all = targetsOf(policy, sale, movement(collected + creditApplied));
      expect(total < 0n || all.takenBack === all.toppedUp).toBe(true);
    }),
    { numRuns: 300 },
  );
});
