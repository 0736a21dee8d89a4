import type { Random } from "../random.ts";
import type { Restatement, StatedRow } from "../restatement.ts";
import type { World } from "../world.ts";
import { plainInvoices, plainTransactions } from "./candidates.ts";
import { everythingIsTold, type Plan } from "./planted-break.ts";
import { addDigits, addNumbers, withFirst } from "./row-changes.ts";

/** The list states another amount of a document, and is consistent in itself. */
export function alteredAmounts(world: World, random: Random): Plan[] {
  const transactions = plainTransactions(world).map(({ terms }) => {
    const amount = difference(random);
    const restate = (row: StatedRow) => [alteredTransaction(row, amount)];
    return altered(
      { provider: "paddle", list: "transactions", key: terms.id, restate },
      terms.currency,
      amount,
    );
  });
  const invoices = plainInvoices(world).map(({ terms }) => {
    const amount = difference(random);
    const restate = (row: StatedRow) => [alteredInvoice(row, amount)];
    const one: Restatement = { provider: "stripe", list: "invoices", key: terms.id, restate };
    return altered(one, terms.taxation.currency, amount);
  });
  return [...transactions, ...invoices];
}

/** Of a currency whose amounts end in 0, too. */
const difference = (random: Random): bigint =>
  BigInt(random.integer(1, 60) * 10) * (random.chance(0.5) ? 1n : -1n);

function altered(restatement: Restatement, currency: string, amount: bigint): Plan {
  const { provider, key } = restatement;
  return {
    planted: {
      kind: "altered_amount",
      provider,
      level: "completeness",
      discrepancy: "amount_differs",
      key,
      currency,
      amount,
      echoes: [],
    },
    touches: [key],
    isSilent: everythingIsTold,
    stated: [restatement],
    before: [],
  };
}

function alteredTransaction(row: StatedRow, amount: bigint): StatedRow {
  const details = row.details as Readonly<Record<string, StatedRow>>;
  const totals = addDigits(details.totals ?? {}, ["subtotal", "total", "grand_total", "earnings"], amount);
  const line_items = withFirst(details.line_items, (line) => ({
    ...line,
    totals: addDigits(line.totals as StatedRow, ["subtotal", "total"], amount),
  }));
  const payments = withFirst(row.payments, (attempt) => addDigits(attempt, ["amount"], amount));
  return { ...row, details: { ...details, totals, line_items }, payments };
}

function alteredInvoice(row: StatedRow, amount: bigint): StatedRow {
  const lines = row.lines as StatedRow;
  const data = withFirst(lines.data, (line) => addNumbers(line, ["amount", "amount_excluding_tax"], amount));
  const names = ["subtotal", "total", "total_excluding_tax", "amount_due", "amount_paid"];
  return { ...addNumbers(row, names, amount), lines: { ...lines, data } };
}
