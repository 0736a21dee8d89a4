import { parse } from "csv-parse/sync";
import { plantBreaks } from "../../src/simulator/breaks/plant.ts";
import { type BreakKind, breakKinds } from "../../src/simulator/breaks/planted-break.ts";
import {
  statedAdjustments,
  statedCredits,
  statedTransactions,
} from "../../src/simulator/paddle/stated-lists.ts";
import { reportsOf, wholeTime } from "../../src/simulator/reports/reports.ts";
import type { StatedRow } from "../../src/simulator/restatement.ts";
import { stripeLists } from "../../src/simulator/stand-in/stripe.ts";
import { buildWorld, type World } from "../../src/simulator/world.ts";

const whole = buildWorld({ customers: 50, months: 5, seed: "breaks" });
const broken = (count: number, kinds?: readonly BreakKind[]) =>
  plantBreaks(whole, { seed: "b", count, ...(kinds === undefined ? {} : { kinds }) });

/** Every row that both providers state, by list and key; a row stated twice stands twice. */
function statedRows(world: World): Map<string, StatedRow[]> {
  const lists = stripeLists(world, world.endsAt);
  const stripe = ["invoices", "charges", "refunds", "balance_transactions", "customers"].flatMap((list) =>
    (lists.get(list)?.rows("2026-10-28.endive") ?? []).map((row) => ({ at: `${list} ${row.id}`, row })),
  );
  const report = reportsOf(world, wholeTime(world)).find(
    ({ provider, format }) => provider === "paddle" && format === "payout_reconciliation",
  );
  const moved = (parse(report?.csv ?? "", { columns: true }) as Record<string, string>[]).map((row) => ({
    at: `payout_reconciliation ${row.adjustment_id || row.transaction_id}`,
    row,
  }));
  const paddle = [
    ...statedTransactions(world).map((row) => ({ at: `transactions ${row.id}`, row })),
    ...statedAdjustments(world).map((row) => ({ at: `adjustments ${row.id}`, row })),
    ...statedCredits(world).map((row) => ({ at: `credit-balances ${row.customer_id}`, row })),
  ];
  const rows = Map.groupBy([...stripe, ...paddle, ...moved], ({ at }) => at);
  return new Map([...rows].map(([at, own]) => [at, own.map(({ row }) => row)]));
}

function differing(one: World, other: World): string[] {
  const [a, b] = [statedRows(one), statedRows(other)];
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((at) => JSON.stringify(a.get(at)) !== JSON.stringify(b.get(at)))
    .sort();
}

const told = (world: World) => new Set(world.emissions.map(({ id }) => id));

test("as many breaks as are asked for are planted, the same for the same seed, and no two of the same thing", () => {
  const { planted } = broken(40);
  expect(planted.length).toBe(40);
  expect(new Set(planted.map(({ level, key }) => `${level} ${key}`)).size).toBe(40);
  expect(broken(40).planted).toEqual(planted);
  expect(new Set(planted.map(({ kind }) => kind))).toEqual(new Set(breakKinds));
});

test("without breaks everything is told, and stated as it is", () => {
  const { world, healed } = broken(0);
  expect(told(world)).toEqual(told(healed));
  expect(differing(world, healed)).toEqual([]);
});

test.each([
  "altered_amount",
  "changed_fee",
  "duplicated_row",
  "shifted_day",
  "swapped_currency",
  "changed_customer_balance",
] as const)("%s: exactly the planted rows are stated otherwise, and everything is told", (kind) => {
  const { world, healed, planted } = broken(12, [kind]);
  const keys = planted.map(({ key }) => key.split(":")[0]);
  expect(
    differing(world, healed)
      .map((at) => at.split(" ")[1])
      .sort(),
  ).toEqual(keys.sort());
  expect(told(world)).toEqual(told(healed));
  expect(new Set(planted.map(({ provider }) => provider)).size).toBe(kind === "swapped_currency" ? 1 : 2);
});

test.each(["dropped_event", "missing_refund"] as const)(
  "%s: nobody was told, it was in no list before, and is in one now",
  (kind) => {
    const { world, before, healed, planted } = broken(8, [kind]);
    const earlier = [...statedRows(before).keys()];
    const now = [...statedRows(world).keys()];
    for (const { key } of planted) {
      const own = healed.emissions.filter(({ body }) => body.includes(`"id":"${key}"`));
      expect(own.length).toBeGreaterThan(0);
      expect(own.filter(({ id }) => told(world).has(id))).toEqual([]);
      expect(now.filter((at) => at.endsWith(key)).length).toBeGreaterThan(0);
      expect(earlier.filter((at) => at.endsWith(key))).toEqual([]);
    }
    expect(differing(world, healed)).toEqual([]);
    expect(planted.length).toBe(8);
  },
);

test("an unattributed row is in a payout, and what it settles in no list", () => {
  const { world, before, planted } = broken(8, ["unattributed_payout_row"]);
  const [stated, earlier] = [[...statedRows(world).keys()], [...statedRows(before).keys()]];
  for (const { key, provider } of planted) {
    const list = provider === "stripe" ? "balance_transactions" : "payout_reconciliation";
    expect(stated.filter((at) => at.endsWith(key))).toEqual([`${list} ${key}`]);
    expect(earlier.filter((at) => at.endsWith(key))).toEqual([]);
  }
});

const cents = (text: unknown): bigint => BigInt(String(text).replace(".", ""));

test.each<[kind: BreakKind, list: string, amountOf: (row: StatedRow) => bigint]>([
  ["altered_amount", "invoices", (row) => BigInt(Number(row.amount_due))],
  [
    "altered_amount",
    "transactions",
    (row) => BigInt(String((row.details as Record<string, StatedRow>).totals?.grand_total)),
  ],
  ["changed_fee", "balance_transactions", (row) => BigInt(Number(row.fee))],
  ["changed_fee", "payout_reconciliation", (row) => cents(row.paddle_fee_in_balance_currency)],
  ["changed_customer_balance", "customers", (row) => -BigInt(Number(row.balance))],
  [
    "changed_customer_balance",
    "credit-balances",
    (row) => BigInt(String((row.balance as StatedRow).available)),
  ],
])("%s of %s: stated less true is the amount", (kind, list, amountOf) => {
  const { world, healed, planted } = broken(12, [kind]);
  const [stated, right] = [statedRows(world), statedRows(healed)];
  const own = planted.filter(({ key }) => stated.has(`${list} ${key.split(":")[0]}`));
  expect(own.length).toBeGreaterThan(0);
  for (const { key, amount } of own) {
    const at = `${list} ${key.split(":")[0]}`;
    const [is = {}] = stated.get(at) ?? [];
    const [should = {}] = right.get(at) ?? [];
    expect(amountOf(is) - amountOf(should)).toBe(amount);
  }
});
