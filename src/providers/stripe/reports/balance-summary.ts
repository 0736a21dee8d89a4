import type { StatementPeriod } from "../../../domain/reconciling/statement.ts";
import type { StatementRow } from "../../../domain/reconciling/statement-row.ts";
import type { Instant } from "../../../domain/time.ts";
import { ReportCells, readingOf } from "../../kit/report-cells.ts";
import type { ReportFormat, RowReading, SentRow } from "../../report.ts";
import { openingBalanceBody } from "../opening-balance.ts";

/** What the two totals of a period are made of. */
const parts: readonly string[] = ["activity_gross", "activity_fee", "payouts_gross", "payouts_fee"];

/** Its lines in our words. */
const lines: ReadonlyMap<string, string> = new Map([
  ["starting_balance", "opening"],
  ["activity", "activity"],
  ["payouts", "payouts"],
  ["ending_balance", "closing"],
  ...parts.map((part) => [part, part] as const),
]);

/** Stripe's balance summary: what it owed us at both ends of a period, and what came and went between. */
export const stripeBalanceSummary: ReportFormat = {
  provider: "stripe",
  name: "balance_summary",
  required: ["category", "net_amount", "currency"],
  optional: ["description"],
  otherNames: {},
  needsPeriod: true,
  mixesCurrencies: true,
  readRow,
};

function readRow(sent: SentRow, period: StatementPeriod): RowReading {
  const cells = new ReportCells("stripe", sent);
  const category = cells.word("category", lines, "category_unknown");
  const currency = cells.currency("currency");
  const reading = readingOf(cells, {
    key: category === null || currency === null ? null : `${category}:${currency}`,
    kind: "summary",
    category,
    objectRef: null,
    payoutRef: null,
    customerRef: null,
    state: null,
    at: momentOf(category, period),
    currency,
    gross: null,
    fee: null,
    tax: null,
    net: cells.amount("net_amount", currency),
  });
  const isPart = reading.kind === "included" && parts.includes(reading.row.category);
  const opens = reading.kind === "included" && reading.row.category === "opening";
  if (opens) return { ...reading, body: openingOf(reading.row) };
  return isPart ? { kind: "excluded", row: reading.row, reason: "part_of_a_total" } : reading;
}

/** Books that begin with this period have it as their opening. */
function openingOf({ at, currency, net }: StatementRow): Uint8Array | null {
  if (at === null || net === null) return null;
  return openingBalanceBody({ at, currency, amount: net, evidence: "stated" });
}

/** Of a balance; what came and went has a whole period. */
function momentOf(category: string | null, { from, to }: StatementPeriod): Instant | null {
  if (category === "opening") return from;
  return category === "closing" ? to : null;
}
