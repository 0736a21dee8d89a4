import type { ChargeFact } from "../../../src/domain/facts/facts.ts";
import { pinnedTerms, pinTo } from "../../../src/domain/policy/pin.ts";
import { type Basis, defaultPolicy, type Policy } from "../../../src/domain/policy/policy.ts";
import { walletTargets } from "../../../src/domain/policy/wallet-targets.ts";
import { line, policyOf } from "../build.ts";
import {
  charged,
  chargeOf,
  dispute,
  invoice,
  invoiced,
  note,
  paidWith,
  refund,
  row,
} from "../build-invoices.ts";

function targetsOf(policy: Policy, facts: readonly ChargeFact[], ref = "in_1"): [bigint, bigint] {
  const charge = ref === "in_1" ? invoiced(...facts) : chargeOf(ref, ...facts);
  const terms = pinnedTerms(pinTo(policy, charge), policy, charge);
  const { toppedUp, takenBack } = walletTargets(charge, terms);
  return [toppedUp, takenBack];
}

const by = (basis: Basis, of: Partial<Policy> = {}) => policyOf({}, { basis }, of);
const proven = by("grand_total", { cashEvidence: "payment" });
const bankCounts = by("grand_total", { outOfBand: "top_up" });
const outside = { ref: "inpay_o", payment: "outside" } as const;
const upgrade = invoice({ terms: { startingBalance: -1500n } });

describe("S of an invoice", () => {
  test.each<[string, Policy, ChargeFact[], bigint]>([
    ["an upgrade of 19.99 with 15.00 of credit tops up 4.99", defaultPolicy, [upgrade, paidWith(499n)], 499n],
    ["… without the tax in it: 4.99 less 83 cents", by("net_of_tax"), [upgrade, paidWith(499n)], 416n],
    ["… by total: credit counts as paid", by("total"), [upgrade, paidWith(499n)], 1999n],
    [
      "a note before payment took its part away, by total too",
      by("total"),
      [invoice({ notes: 999n }), paidWith(1000n)],
      1000n,
    ],
    [
      "debt brought forward is value that was not paid for before",
      defaultPolicy,
      [invoice({ terms: { startingBalance: 50n } }), paidWith(2049n)],
      2049n,
    ],
    [
      "what was paid beyond what was asked is the provider's to keep for the customer",
      defaultPolicy,
      [invoice({ terms: { overpaid: 100n } }), paidWith(2099n)],
      1999n,
    ],
    [
      "a negative invoice",
      by("total"),
      [invoice({ lines: [line("a", -4000n)], terms: { endingBalance: -4000n } })],
      0n,
    ],
    ["paid by its own word", defaultPolicy, [invoice()], 1999n],
    ["… which is not enough where the policy wants the payment", proven, [invoice()], 0n],
    ["… until that is seen", proven, [invoice(), paidWith(1999n)], 1999n],
    [
      "credit needs no payment to be seen",
      by("total", { cashEvidence: "payment" }),
      [invoice({ terms: { startingBalance: -5000n, endingBalance: -3001n } })],
      1999n,
    ],
    ["paid outside the provider", defaultPolicy, [invoice(), paidWith(1999n, outside)], 0n],
    ["… where the policy counts that", bankCounts, [invoice(), paidWith(1999n, outside)], 1999n],
    [
      "… and what the provider took",
      bankCounts,
      [invoice(), paidWith(1000n), paidWith(999n, outside)],
      1999n,
    ],
  ])("%s", (_, policy, facts, toppedUp) => {
    expect(targetsOf(policy, facts)[0]).toBe(toppedUp);
  });

  test("a charge without invoice tops up what was captured", () => {
    expect(targetsOf(defaultPolicy, [charged(1999n, { invoiceRef: "none" })], "ch_1")).toEqual([1999n, 0n]);
  });
});

describe("T of an invoice", () => {
  const paid = [invoice(), charged(1999n), paidWith(1999n)];
  const rows = [row("txn_a", -1999n, 1500n)];
  const back = [...rows, row("txn_b", 1000n, 0n)];
  const cart = [
    invoice({ lines: [line("topup", 1000n), line("seat", 500n)] }),
    charged(1500n),
    paidWith(1500n),
  ];
  const onlyTopup = policyOf({ pri_topup: {} }, { effect: "none" });
  const named = (lineRef: string, amount: bigint) => ({ lines: [{ lineRef, amount, tax: 0n }] });
  test.each<[string, Policy, ChargeFact[], bigint]>([
    ["half the cash", defaultPolicy, [...paid, refund(1000n)], 1000n],
    [
      "a refund that failed later",
      defaultPolicy,
      [...paid, refund(1000n), refund(1000n, { on: 3, status: "failed" })],
      0n,
    ],
    [
      "net of tax: all of it drains S to the cent",
      by("net_of_tax"),
      [...paid, refund(700n), refund(1299n, { ref: "re_2" })],
      1666n,
    ],
    ["net of tax: a part", by("net_of_tax"), [...paid, refund(499n)], 416n],
    ["a dispute that withdrew it", defaultPolicy, [...paid, dispute(1999n, { rows })], 1999n],
    ["… and gave a part back", defaultPolicy, [...paid, dispute(1999n, { rows: back })], 999n],
    ["an inquiry", defaultPolicy, [...paid, dispute(1999n, { state: "inquiry" })], 0n],
    ["a credit note to the customer's balance is not cash", defaultPolicy, [...paid, note(1000n)], 0n],
    ["… and by total is given back", by("total"), [...paid, note(1000n)], 1000n],
    [
      "a note says which line a refund is of",
      onlyTopup,
      [
        ...cart,
        note(500n, { refunds: [{ ref: "re_1", amount: 500n }], ...named("seat", 500n) }),
        refund(500n),
      ],
      0n,
    ],
    [
      "… of the line that topped up",
      onlyTopup,
      [
        ...cart,
        note(500n, { refunds: [{ ref: "re_1", amount: 500n }], ...named("topup", 500n) }),
        refund(500n),
      ],
      500n,
    ],
    [
      "given back outside, though the provider had taken it",
      defaultPolicy,
      [...paid, note(1000n, { givenOutside: 1000n })],
      1000n,
    ],
    [
      "given back outside, as it was paid, where that does not count",
      defaultPolicy,
      [
        invoice(),
        charged(1000n),
        paidWith(1000n),
        paidWith(999n, outside),
        note(999n, { givenOutside: 999n }),
      ],
      0n,
    ],
    [
      "… and where it does",
      bankCounts,
      [
        invoice(),
        charged(1000n),
        paidWith(1000n),
        paidWith(999n, outside),
        note(999n, { givenOutside: 999n }),
      ],
      999n,
    ],
  ])("%s", (_, policy, facts, takenBack) => {
    expect(targetsOf(policy, facts)[1]).toBe(takenBack);
  });
});
