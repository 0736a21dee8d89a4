import { rfc3339 } from "../../testing/written.ts";
import { days, instantOf, secondsOf } from "../calendar.ts";
import { payoutCurrency } from "../catalogue.ts";
import type { Random } from "../random.ts";
import type { Restatement, StatedRow } from "../restatement.ts";
import type { World } from "../world.ts";
import { paidRows, plainInvoices, plainTransactions, remittanceOf } from "./candidates.ts";
import { everythingIsTold, type Plan, type PlantedBreak } from "./planted-break.ts";
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

/** A row that settles one charge: of Stripe's balance, or of Paddle's report. */
interface SettlingRow {
  readonly provider: Restatement["provider"];
  readonly list: string;
  readonly key: string;
  readonly payout: string;
  readonly net: bigint;
  readonly at: bigint;
  readonly touches: readonly string[];
}

function settlingRows(world: World): SettlingRow[] {
  const stripe = paidRows(world).map(({ row, payout }) => ({
    provider: "stripe" as const,
    list: "balance_transactions",
    key: row.id,
    payout: payout.id,
    net: row.gross - row.fee,
    at: row.createdAt,
    touches: [row.id],
  }));
  const paddle = plainTransactions(world).flatMap((transaction) => {
    const payout = remittanceOf(world, transaction);
    if (payout === null) return [];
    const { id } = transaction.terms;
    const net = transaction.settled?.earnings ?? 0n;
    const at = transaction.updatedAt;
    return [
      {
        provider: "paddle" as const,
        list: "payout_reconciliation",
        key: id,
        payout,
        net,
        at,
        touches: [id],
      },
    ];
  });
  return [...stripe, ...paddle];
}

/** The row states another fee, and a net that follows from it. */
export function changedFees(world: World, random: Random): Plan[] {
  return settlingRows(world).map((row) => {
    const amount = BigInt(random.integer(1, 200));
    return plan(
      row,
      { kind: "changed_fee", discrepancy: "fee_differs", amount, movesMoney: true },
      (stated) => [withFee(row, stated, amount)],
    );
  });
}

function withFee({ provider }: SettlingRow, stated: StatedRow, amount: bigint): StatedRow {
  if (provider === "paddle") {
    const dearer = addDigits(stated, ["paddle_fee_in_balance_currency"], amount);
    return addDigits(dearer, ["balance_movement_in_balance_currency"], -amount);
  }
  const fee_details = (stated.fee_details as readonly StatedRow[]).map((detail) =>
    addNumbers(detail, ["amount"], amount),
  );
  return { ...addNumbers(addNumbers(stated, ["fee"], amount), ["net"], -amount), fee_details };
}

/** The same row, twice. */
export function duplicatedRows(world: World): Plan[] {
  return settlingRows(world).map((row) =>
    plan(
      row,
      { kind: "duplicated_row", discrepancy: "row_duplicated", amount: row.net, movesMoney: true },
      (stated) => [stated, stated],
    ),
  );
}

/** A day later, or earlier where the month would be another one. */
export function shiftedDays(world: World): Plan[] {
  return settlingRows(world).map((row) => {
    const month = (at: bigint) => rfc3339(at).slice(0, 7);
    const shift = month(row.at + days(1)) === month(row.at) ? days(1) : -days(1);
    return plan(
      row,
      { kind: "shifted_day", discrepancy: "date_differs", amount: 0n, movesMoney: false },
      (stated) => [shifted(row, stated, shift)],
    );
  });
}

function shifted({ provider }: SettlingRow, stated: StatedRow, shift: bigint): StatedRow {
  if (provider === "stripe") return addNumbers(stated, ["created", "available_on"], shift / secondsOf(1));
  const at = instantOf(String(stated.balance_movement_date));
  return { ...stated, balance_movement_date: rfc3339(at + shift) };
}

const otherCurrency = "EUR";

/** The same amounts, of other money; a report of Paddle's has one currency only, and would not be read. */
export function swappedCurrencies(world: World): Plan[] {
  const rows = settlingRows(world).filter(({ provider }) => provider === "stripe");
  return rows.map((row) =>
    plan(
      row,
      {
        kind: "swapped_currency",
        discrepancy: "currency_differs",
        amount: row.net,
        movesMoney: true,
        currency: otherCurrency,
      },
      (stated) => [{ ...stated, currency: otherCurrency.toLowerCase() }],
    ),
  );
}

interface Misstatement extends Pick<PlantedBreak, "kind" | "discrepancy" | "amount"> {
  readonly currency?: string;
  /** The rows of the payout then sum to another amount. */
  readonly movesMoney: boolean;
}

function plan(
  { provider, list, key, payout, touches }: SettlingRow,
  { kind, discrepancy, amount, currency = payoutCurrency, movesMoney }: Misstatement,
  restate: Restatement["restate"],
): Plan {
  const echoes = [
    { level: "payout", key: payout },
    { level: "rollforward", key: null },
  ] as const;
  return {
    planted: {
      ...{ kind, provider, level: "settlement", discrepancy, key, currency, amount },
      echoes: movesMoney ? echoes : [],
    },
    touches,
    isSilent: everythingIsTold,
    stated: [{ provider, list, key, restate }],
    before: [],
  };
}
