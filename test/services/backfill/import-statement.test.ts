import { stripePayoutReport } from "../../../src/providers/stripe/payout-report.ts";
import { importStatement } from "../../../src/services/backfill/import-statement.ts";
import { unixSeconds } from "../../../src/simulator/calendar.ts";
import type { BalanceRow } from "../../../src/simulator/stripe/balance.ts";
import { buildWorld } from "../../../src/simulator/world.ts";
import type { Running } from "../../http/running.ts";
import { disagreementsWith, post, startServer } from "../../simulator/against-a-server.ts";
import { engines } from "../../support/engines.ts";

const world = buildWorld({ customers: 10, months: 3, seed: "report", providers: ["stripe"] });

const columns = [
  "automatic_payout_id",
  "balance_transaction_id",
  "created_utc",
  "currency",
  "gross",
  "fee",
  "net",
  "reporting_category",
  "source_id",
  "description",
];

/** Cents as a report writes them. */
function major(cents: bigint): string {
  const digits = (cents < 0n ? -cents : cents).toString().padStart(3, "0");
  return `${cents < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

function lineOf(row: BalanceRow): string {
  const created = new Date(unixSeconds(row.createdAt) * 1000).toISOString().slice(0, 19).replace("T", " ");
  const amounts = [row.gross, row.fee, row.gross - row.fee].map(major);
  return ["po_1", row.id, created, "usd", ...amounts, row.type, row.source, '"Team, yearly"'].join(",");
}

const reportOf = (lines: readonly string[]) => `${[columns.join(","), ...lines].join("\r\n")}\r\n`;

const wrongs: [what: string, change: (line: string) => string, reason: RegExp][] = [
  ["a decimal comma", (line) => line.replace(/(\d+)\.(\d\d),/, '"$1,$2",'), /decimal_comma: gross/],
  ["a formula", (line) => line.replace(/,-?\d+\.\d\d,/, ",=1+1,"), /amount_invalid: gross/],
  [
    "a net that is another",
    (line) => line.replace(/(\d)(,charge)/, (_, digit, rest) => `${(Number(digit) + 1) % 10}${rest}`),
    /net_differs/,
  ],
  ["an unknown category", (line) => line.replace(",charge,", ",windfall,"), /category_unknown/],
  ["an unknown currency", (line) => line.replace(",usd,", ",xbt,"), /currency_unknown/],
  ["no time", (line) => line.replace(/\d{4}-\d\d-\d\d /, ""), /time_invalid/],
  ["no source", (line) => line.replace(/ch_\w+/, ""), /reference_invalid: source_id/],
  ["half a line", (line) => line.slice(0, 60), /row_broken/],
];

describe.each(engines)("a payout reconciliation of Stripe, on $name", ({ freshDatabaseUrl }) => {
  let server: Running;
  beforeEach(async () => {
    server = await startServer(await freshDatabaseUrl());
  });
  afterEach(() => server.close());

  /** In pieces that end anywhere. */
  async function importing(text: string) {
    const bytes = Buffer.from(text);
    async function* pieces() {
      for (let start = 0; start < bytes.length; start += 1000) yield bytes.subarray(start, start + 1000);
    }
    return importStatement(server.tallyhook.services, pieces(), {
      format: stripePayoutReport,
      account: "default",
    });
  }

  const settling = world.stripe.rows.filter(({ type }) => type === "charge" || type === "refund");
  const charge = lineOf(settling.find(({ type }) => type === "charge") as BalanceRow);

  test("makes fees and nets known to the cent, counts every row, and changes nothing the second time", async () => {
    await post(server, world.emissions, 4);
    const text = `\ufeff${reportOf(world.stripe.rows.map(lineOf).map((line) => line.replace(",adjustment,", ",dispute,").replace(",payout_failure,", ",payout_reversal,")))}`;
    const report = await importing(text);
    expect(report).toMatchObject({ status: "imported", warnings: [], errors: [], included: settling.length });
    expect(report.news).toBe(settling.length);
    const excluded = Object.values(report.excluded).reduce((sum, count) => sum + count, 0);
    expect(report.included + excluded).toBe(world.stripe.rows.length);
    expect(await disagreementsWith(server, { truth: world.settledTruth })).toEqual([]);
    expect((await server.get("/v1/audit")).body).toMatchObject({ ok: true });
    expect(await importing(text)).toMatchObject({ included: settling.length, news: 0, errors: [] });
  });

  test.each(wrongs)(
    "a row with %s is in error with its line, and the others are included",
    async (_, change, reason) => {
      const report = await importing(reportOf([lineOf(settling[1] as BalanceRow), change(charge)]));
      expect(report.errors).toEqual([{ line: 3, reason: expect.stringMatching(reason) }]);
      expect(report).toMatchObject({ included: 1, errorCount: 1 });
    },
  );

  test("a report without a column that is needed is refused whole, and says which", async () => {
    const report = await importing(reportOf([charge]).replace("net,", "netto,"));
    expect(report).toMatchObject({ status: "refused", included: 0 });
    expect(report.problem).toEqual({
      code: "column_missing",
      detail: expect.stringContaining("columns net."),
    });
  });

  test("an unknown column, several currencies and a last line without an end are warnings", async () => {
    const other = charge
      .replace(/txn_\w+/, "txn_other")
      .replace(/ch_\w+/, "ch_other")
      .replace(",usd,", ",eur,");
    const text = reportOf([charge, other]).replace("description", "colour");
    expect((await importing(text.slice(0, -2))).warnings).toEqual([
      "column_unknown: colour",
      "line_unfinished: the last row may have been cut off",
      "currencies_mixed: EUR, USD",
    ]);
  });

  test("a quote that never ends is incomplete from there on; nothing at all is refused", async () => {
    expect(await importing(`${reportOf([charge])}"po_1`)).toMatchObject({
      status: "incomplete",
      problem: { code: "csv_invalid" },
    });
    expect(await importing("")).toMatchObject({ status: "refused", problem: { code: "empty" } });
  });

  test("an earlier report said something else of the same row: that row is in error", async () => {
    await importing(reportOf([charge]));
    const [id = ""] = /txn_\w+/.exec(charge) ?? [];
    const changed = `po_1,${id},2026-10-01 00:00:00,usd,9.00,1.00,8.00,charge,ch_1,x`;
    expect((await importing(reportOf([changed]))).errors).toEqual([
      { line: 2, reason: expect.stringMatching(/^row_differs/) },
    ]);
  });
});
