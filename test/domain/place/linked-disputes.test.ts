import { book } from "../../../src/domain/book/book.ts";
import type { Charge } from "../../../src/domain/charge/charge.ts";
import { fold } from "../../../src/domain/charge/fold.ts";
import type { ChargeFact } from "../../../src/domain/facts/facts.ts";
import type { BalanceRow, DisputeState } from "../../../src/domain/facts/linked-facts.ts";
import type { Amount } from "../../../src/domain/money.ts";
import { place } from "../../../src/domain/place/place.ts";
import { pinnedTerms, pinTo, settledAt } from "../../../src/domain/policy/pin.ts";
import { walletTargets } from "../../../src/domain/policy/wallet-targets.ts";
import { day, policyOf, told } from "../build.ts";
import { stripeKey } from "../build-invoices.ts";
import { attempt, balanceRow, dispute, invoice, invoicePayment, orders, row } from "../build-linked.ts";

/** A paid invoice of 100.00 EUR; what is disputed of it is all of it unless more is said. */
const all = 10_000n;
const paid = [
  invoice({ total: all, currency: "EUR" }),
  invoicePayment({ amount: all, currency: "EUR" }),
  attempt({ amount: all, currency: "EUR" }),
];

/** One row a day: withdrawn is negative. */
const euros = (...gross: readonly Amount[]) => rowsOf("EUR", gross);
const dollars = (...gross: readonly Amount[]) => rowsOf("USD", gross);
const rowsOf = (currency: string, gross: readonly Amount[]): BalanceRow[] =>
  gross.map((amount, index) => row(`txn_${index}`, amount, { currency, createdAt: day(2 + index) }));

const feeRow = (ref: string, gross: Amount, of: Partial<BalanceRow> = {}) =>
  row(ref, gross, { currency: "EUR", category: "fee", ...of });

function chargeOf(facts: readonly ChargeFact[]): Charge {
  const [found, ...others] = place(told(facts));
  expect(others).toEqual([]);
  if (found === undefined) throw new Error("Nothing was placed.");
  return fold(stripeKey(found.ref), found);
}

/** What a dispute comes to: by its charge, its wallet and its accounts. Whatever order it was heard in. */
function outcome(facts: readonly ChargeFact[]) {
  const charge = chargeOf(facts);
  for (const order of orders(facts).slice(0, 60)) expect(chargeOf(order)).toEqual(charge);
  const policy = policyOf({}, {});
  const settled = settledAt(charge, policy);
  const postings = book(charge, { settledAt: settled, booksStartAt: null }).total().postings();
  const on = (account: string) =>
    Object.fromEntries(
      postings.filter((posting) => posting.account.startsWith(account)).map((p) => [p.currency, p.amount]),
    );
  const { takenBack } = walletTargets(charge, pinnedTerms(pinTo(policy, charge), policy, charge));
  return {
    disputed: charge.disputed,
    reversal: charge.reversal,
    takenBack,
    account: on("assets:disputes:"),
    losses: on("expenses:dispute_losses"),
    fx: on("equity:fx"),
  };
}

const disputed = (state: DisputeState, rows: readonly BalanceRow[], amount = all) =>
  outcome([...paid, dispute(rows, { amount, currency: "EUR", state, on: 9 })]);

const nothing = { disputed: 0n, takenBack: 0n, account: {}, losses: {}, fx: {} };
const back = { ...nothing, reversal: "none" };
const out = (amount: Amount, account: Record<string, Amount>) => ({
  ...nothing,
  reversal: "disputed",
  disputed: amount,
  takenBack: amount,
  account,
});
const lost = (amount: Amount, losses: Record<string, Amount>) => ({
  ...nothing,
  reversal: "charged_back",
  disputed: amount,
  takenBack: amount,
  losses,
});

describe("in its own currency a dispute's row is worth its gross", () => {
  test.each([
    ["withdrawn", "open", [-5000n], out(5000n, { EUR: 5000n })],
    ["withdrawn twice and given back once", "lost", [-5000n, 5000n, -5000n], lost(5000n, { EUR: 5000n })],
    ["withdrawn twice, given back twice", "won", [-5000n, 5000n, -5000n, 5000n], back],
    ["given back in part", "open", [-5000n, 2000n], out(3000n, { EUR: 3000n })],
    ["given back in two parts", "won", [-5000n, 2000n, 3000n], back],
    ["given back less than was withdrawn", "won", [-5000n, 4900n], out(100n, { EUR: 100n })],
    ["given back more than was withdrawn", "won", [-5000n, 5100n], { ...back, account: { EUR: -100n } }],
    ["won, and not given back yet", "won", [-5000n], out(5000n, { EUR: 5000n })],
    ["withdrawn in two parts", "lost", [-2000n, -3000n], lost(5000n, { EUR: 5000n })],
    ["withdrawn beyond what it is about", "open", [-5000n, -2000n], out(7000n, { EUR: 7000n })],
  ] as const)("%s", (_, state, gross, expected) => {
    expect(disputed(state, euros(...gross), 5000n)).toEqual(expected);
  });
});

describe("across currencies all is withdrawn or nothing, and the rest is a matter of the exchange once it is won", () => {
  test.each([
    ["withdrawn", "open", [-11_400n], out(all, { USD: 11_400n })],
    ["given back at a worse rate", "won", [-11_400n, 11_300n], { ...back, fx: { USD: 100n } }],
    ["given back at a better rate", "won", [-11_400n, 11_500n], { ...back, fx: { USD: -100n } }],
    ["given back at the same rate", "won", [-11_400n, 11_400n], back],
    ["given back, and not won yet", "open", [-11_400n, 11_300n], out(all, { USD: 100n })],
    ["all of it given back, and not won yet", "open", [-11_400n, 11_400n], { ...back, reversal: "disputed" }],
    ["won, and not given back yet", "won", [-11_400n], out(all, { USD: 11_400n })],
    ["given back in parts", "won", [-11_400n, 6000n, 5300n], { ...back, fx: { USD: 100n } }],
    ["given back in parts, and not won yet", "open", [-11_400n, 6000n], out(all, { USD: 5400n })],
    ["withdrawn in parts", "won", [-6000n, -5400n, 11_300n], { ...back, fx: { USD: 100n } }],
    [
      "withdrawn, given back, withdrawn anew",
      "lost",
      [-11_400n, 11_300n, -11_350n],
      lost(all, { USD: 11_450n }),
    ],
    [
      "withdrawn and given back twice",
      "won",
      [-11_400n, 11_300n, -11_350n, 11_500n],
      { ...back, fx: { USD: -50n } },
    ],
    ["given back, and lost all the same", "lost", [-11_400n, 6000n], lost(all, { USD: 5400n })],
  ] as const)("%s", (_, state, gross, expected) => {
    expect(disputed(state, dollars(...gross))).toEqual(expected);
  });

  test("given back in another currency than it was withdrawn in", () => {
    const rows = [...dollars(-11_400n), row("txn_back", 10_000n, { currency: "EUR", createdAt: day(4) })];
    expect(disputed("won", rows)).toEqual({ ...back, fx: { USD: 11_400n, EUR: -10_000n } });
  });

  test("dated by the row that gave back, not by the word that it was won", () => {
    const charge = chargeOf([
      ...paid,
      dispute(dollars(-11_400n, 11_300n), { amount: all, currency: "EUR", state: "won", on: 9 }),
    ]);
    expect(charge.movements.map(({ kind, amount, occurredAt }) => [kind, amount, occurredAt])).toEqual([
      ["dispute", all, day(2)],
      ["dispute_reversal", all, day(3)],
    ]);
  });

  test("lost, and then won on appeal", () => {
    const told = (on: number, state: DisputeState, rows: readonly BalanceRow[]) =>
      dispute(rows, { amount: all, currency: "EUR", state, on, event: `evt_dispute_${on}` });
    const [withdrawn, given] = dollars(-11_400n, 11_300n) as [BalanceRow, BalanceRow];
    const first = [...paid, told(2, "open", [withdrawn]), told(4, "lost", [withdrawn])];
    expect(outcome(first)).toEqual(lost(all, { USD: 11_400n }));
    const appealed = [...first, told(5, "open", [withdrawn]), told(6, "won", [withdrawn, given])];
    expect(outcome(appealed)).toEqual({ ...back, fx: { USD: 100n } });
  });

  test("rows of one second give back after they withdraw, whatever they are called", () => {
    const at = { currency: "USD", createdAt: day(2) };
    const rows = [row("txn_z", -11_400n, at), row("txn_a", 11_300n, at)];
    expect(disputed("won", rows)).toEqual({ ...back, fx: { USD: 100n } });
  });
});

describe("what a dispute costs, as a row of its own", () => {
  test("is a fee, and withdraws nothing", () => {
    const charge = chargeOf([
      ...paid,
      dispute([...euros(-5000n), feeRow("txn_fee", -1500n)], { amount: 5000n, currency: "EUR" }),
    ]);
    const target = book(charge, { settledAt: day(1), booksStartAt: null }).total();
    expect(charge.disputed).toBe(5000n);
    expect(target.amountOf("assets:disputes:stripe:default:dp_1", "EUR")).toBe(5000n);
    expect(target.amountOf("expenses:dispute_fees:stripe:default", "EUR")).toBe(1500n);
    expect(target.amountOf("assets:provider:stripe:default:balance", "EUR")).toBe(-6500n);
  });

  test.each([["EUR"], ["USD"]])("nor gives back, nor decides what was worth what, in %s", (currency) => {
    const rows = rowsOf(currency, [-5000n, 5000n]);
    const late = { currency: "USD", createdAt: day(8) };
    const fees = [feeRow("txn_fee", -1500n, late), feeRow("txn_returned", 1500n)];
    expect(disputed("won", [...rows, ...fees], 5000n)).toEqual(back);
  });

  test("told on its own it is of its dispute, too", () => {
    const fee = balanceRow("dp_1", feeRow("txn_fee", -1500n));
    expect(outcome([...paid, dispute(euros(-5000n), { amount: 5000n, currency: "EUR" }), fee])).toEqual(
      out(5000n, { EUR: 5000n }),
    );
  });
});
