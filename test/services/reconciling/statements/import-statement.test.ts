import { fromUnixSeconds } from "../../../../src/domain/time.ts";
import { stripePayoutReconciliation } from "../../../../src/providers/stripe/reports.ts";
import { receiveTelling } from "../../../../src/services/inbox/receive.ts";
import { readReport, readStatementLines } from "../../../../src/services/reconciling/read-runs.ts";
import { importStatement } from "../../../../src/services/reconciling/statements/import-statement.ts";
import type { BalanceRow } from "../../../../src/simulator/stripe/balance.ts";
import { buildWorld } from "../../../../src/simulator/world.ts";
import { unixSeconds } from "../../../../src/testing/written.ts";
import type { Running } from "../../../http/running.ts";
import { disagreementsWith, post, startServer } from "../../../simulator/against-a-server.ts";
import { dump } from "../../../support/dump.ts";
import { engines } from "../../../support/engines.ts";

const world = buildWorld({ customers: 6, months: 2, seed: "report", providers: ["stripe"] });

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
  return ["po_1", row.id, created, "usd", ...amounts, row.category, row.source ?? "", '"Team, yearly"'].join(
    ",",
  );
}

const reportOf = (lines: readonly string[]) => `${[columns.join(","), ...lines].join("\r\n")}\r\n`;

describe.each(engines)("a payout reconciliation of Stripe, on $name", ({ freshDatabaseUrl }) => {
  let server: Running;
  beforeAll(async () => {
    server = await startServer(await freshDatabaseUrl());
  }, 60_000);
  afterAll(() => server.close());
  /** Each test has an account of its own, of which the books know nothing. */
  let account = "default";
  beforeEach(() => {
    account = `of ${expect.getState().currentTestName}`;
  });

  /** In pieces that end anywhere. */
  async function importing(text: string, failing?: Error) {
    const bytes = Buffer.from(text);
    async function* pieces() {
      for (let start = 0; start < bytes.length; start += 1000) yield bytes.subarray(start, start + 1000);
      if (failing !== undefined) throw failing;
    }
    const period = { from: null, to: null };
    const format = stripePayoutReconciliation;
    const { services } = server.tallyhook;
    const statement = await importStatement(services, pieces(), { format, account, period });
    const rows = await readStatementLines(services, statement.id, {}, { limit: 10_000, after: null });
    const lines = rows?.rows ?? [];
    const errors = lines.filter(({ status }) => status === "error");
    return { ...statement, lines, errors: errors.map(({ line, reason }) => ({ line, reason })) };
  }

  const settling = world.stripe.rows.filter(({ type }) => type === "charge" || type === "refund");
  const bill = settling.find(({ type }) => type === "charge") as BalanceRow;
  const charge = lineOf(bill);

  test("makes fees and nets known to the cent, counts every row, and changes nothing the second time", async () => {
    account = "default";
    await post(server, world.emissions, 4);
    const text = `\ufeff${reportOf(world.stripe.rows.map(lineOf))}`;
    const report = await importing(text);
    const every = world.stripe.rows.length;
    expect(report).toMatchObject({ status: "complete", warnings: [], errors: [] });
    expect(report.counts).toEqual({ included: every, excluded: 0, inError: 0, news: every });
    expect(await disagreementsWith(server, { truth: world.settledTruth })).toEqual([]);
    expect((await server.get("/v1/audit")).body).toMatchObject({ ok: true });
    const again = await importing(text);
    expect(again).toMatchObject({ counts: { included: every, news: 0 }, errors: [], lines: report.lines });
    expect(again.id).not.toBe(report.id);
  });

  test("keeps what each row says, in minor units, with its payout and its object", async () => {
    const row = settling.find(({ type }) => type === "refund") as BalanceRow;
    const { lines } = await importing(reportOf([lineOf(row)]));
    expect(lines).toEqual([
      {
        line: 2,
        status: "included",
        reason: null,
        row: {
          key: row.id,
          kind: "balance",
          category: "refund",
          objectRef: row.source,
          payoutRef: "po_1",
          customerRef: null,
          state: null,
          at: fromUnixSeconds(unixSeconds(row.createdAt)),
          currency: "USD",
          gross: row.gross,
          fee: row.fee,
          tax: null,
          net: row.gross - row.fee,
        },
      },
    ]);
  });

  test("a row that cannot be read is in error with its line and what could be read; the others are included", async () => {
    const wrong = charge.replace(",usd,", ",xbt,");
    const report = await importing(reportOf([lineOf(settling[1] as BalanceRow), wrong]));
    expect(report.errors).toEqual([{ line: 3, reason: "currency_unknown: currency" }]);
    expect(report.lines[1]?.row).toMatchObject({ key: /txn_\w+/.exec(charge)?.[0], gross: null });
    expect(report.counts).toMatchObject({ included: 1, inError: 1 });
  });

  test("a report without a column that is needed is refused whole, and says which", async () => {
    const report = await importing(reportOf([charge]).replace("net,", "netto,"));
    expect(report).toMatchObject({ status: "refused", lines: [] });
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

  test.each([
    ["a quote that never ends", `${reportOf([charge])}"po_1`, "csv_invalid"],
    [
      "a quote in the middle of a field",
      `${reportOf([charge, 'po_1,"a"b'])}${lineOf(settling[1] as BalanceRow)}\r\n`,
      "csv_invalid",
    ],
    ["half a line at its end", `${reportOf([charge])}po_1,txn_2,2026-`, "line_unfinished"],
  ])("a report with %s is incomplete, and keeps every row before it", async (_, text, code) => {
    const report = await importing(text);
    expect(report).toMatchObject({ status: "incomplete", problem: { code }, counts: { included: 1 } });
    expect(report.lines[0]).toMatchObject({ line: 2, status: "included" });
  });

  test("a report that breaks off on its way is incomplete, whatever broke it", async () => {
    const next = lineOf(settling[1] as BalanceRow);
    const report = await importing(reportOf([charge, next]), new Error("aborted"));
    expect(report).toMatchObject({ status: "incomplete", problem: { code: "cut_off" } });
    expect(report.counts).toMatchObject({ included: 1, news: 1 });
  });

  test.each([
    ["nothing in it", "", "empty"],
    ["other delimiters", reportOf([charge]).replaceAll(",", ";"), "delimiter_wrong"],
    ["a column twice", reportOf([charge]).replace("description", "gross"), "column_repeated"],
  ])("a report with %s is refused", async (_, text, code) => {
    expect(await importing(text)).toMatchObject({ status: "refused", problem: { code }, lines: [] });
  });

  test("the same row twice is in error the second time, with its amounts, also far behind the first", async () => {
    const fee = charge.replace(",charge,", ",fee,");
    const others = Array.from({ length: 600 }, (_, index) => fee.replace(/txn_\w+/, `txn_other${index}`));
    const { counts, lines, errors } = await importing(reportOf([charge, charge, ...others, charge]));
    expect(errors).toEqual([
      { line: 3, reason: "row_duplicated" },
      { line: 604, reason: "row_duplicated" },
    ]);
    expect(lines[1]?.row).toEqual(lines[0]?.row);
    expect(counts).toMatchObject({ included: 601, inError: 2 });
  });

  test.each([
    ["from an earlier report", () => importing(reportOf([charge]))],
    ["from Stripe's own list", () => listing(bill)],
  ])(
    "a row that says something else than the books know %s is kept for comparing, and changes nothing",
    async (_, tell) => {
      await tell();
      const before = await dump(server.tallyhook.services.store.read, { withoutOurClock: true });
      const cheaper = lineOf({ ...bill, fee: bill.fee - 1n });
      const report = await importing(reportOf([cheaper]));
      expect(report).toMatchObject({ counts: { included: 1, inError: 0, news: 0 } });
      expect(report.warnings).toEqual([expect.stringMatching(/^rows_differ: 1/)]);
      const { store } = server.tallyhook.services;
      const after = await dump(store.read, { withoutOurClock: true });
      const isToldOfIt = /^discrepancies |"type":"discrepancy.opened"/;
      expect(lineDiff(before, after).filter((line) => !isToldOfIt.test(line))).toEqual([]);
      expect((await server.get("/v1/audit")).body).toMatchObject({ ok: true });
    },
  );

  /** As backfill would tell it. */
  function listing({ id, source, createdAt, ...row }: BalanceRow) {
    const [amount, fee, created] = [Number(row.gross), Number(row.fee), unixSeconds(createdAt)];
    const net = amount - fee;
    const object = { id, amount, fee, net, source, created, currency: "usd", type: "charge" };
    const event = {
      id: `bt:${id}`,
      object: "event",
      created,
      type: "balance_transaction.created",
      data: { object },
    };
    const { services } = server.tallyhook;
    const receivedAt = services.clock.now();
    const body = Buffer.from(JSON.stringify(event));
    const told = {
      provider: "stripe",
      account,
      body,
      origin: "backfill",
      receivedAt,
      unlessKnown: true,
    } as const;
    return receiveTelling(services, told);
  }

  test("why rows are not included is counted by reason", async () => {
    const { id } = await importing(reportOf([charge, charge, charge.replace(",usd,", ",xbt,")]));
    const detail = await readReport(server.tallyhook.services, id);
    expect(detail?.reasons).toEqual([
      { status: "error", reason: "currency_unknown: currency", count: 1 },
      { status: "error", reason: "row_duplicated", count: 1 },
    ]);
  });
});

function lineDiff(before: string, after: string): string[] {
  const known = new Set(before.split("\n"));
  return after.split("\n").filter((line) => !known.has(line));
}
