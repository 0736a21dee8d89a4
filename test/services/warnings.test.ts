import { paddlePayoutReconciliation } from "../../src/providers/paddle/reports.ts";
import { audit } from "../../src/services/audit/audit.ts";
import { linkCustomer } from "../../src/services/charges/link-customer.ts";
import { importStatement } from "../../src/services/reconciling/statements/import-statement.ts";
import { listDiscrepancies } from "../../src/store/reconciling/read/discrepancies.ts";
import { engines } from "../support/engines.ts";
import { adjustmentBody } from "../support/paddle-bodies.ts";
import { type Composed, closeAll, composed, eventOf, lineOf, saleOf, transactionEvent } from "./composed.ts";

afterEach(closeAll);

const sale = saleOf(1, [lineOf("txnitm_1", "pri_1", 1000)]);
const warning = adjustmentBody(sale, {
  id: "adj_1",
  action: "chargeback_warning",
  status: "approved",
  amount: 1000,
  named: [{ line: 0, amount: 1000 }],
  taxOnly: false,
  toBalance: null,
});
const told = eventOf("adjustment.created", "warning", warning);

/** The row of an alert whose fee was 15.00, and which moved so much. */
function reportOf(moved: string): string {
  const row = {
    remittance_reference: "REM-1",
    transaction_id: "txn_1",
    adjustment_id: "adj_1",
    balance_movement_type: "chargeback_warning",
    balance_movement_date: "2026-01-05T00:00:00Z",
    balance_currency: "USD",
    gross_in_balance_currency: "0.00",
    tax_in_balance_currency: "0.00",
    paddle_fee_in_balance_currency: "0.00",
    chargeback_fee_in_balance_currency: "15.00",
    balance_movement_in_balance_currency: moved,
  };
  return `${Object.keys(row).join(",")}\n${Object.values(row).join(",")}\n`;
}

describe.each(engines)("a card scheme's alert that Paddle announced, on $name", ({ freshDatabaseUrl }) => {
  async function importing({ tallyhook }: Composed, csv: string) {
    async function* chunks() {
      yield Buffer.from(csv);
    }
    const period = { from: null, to: null };
    const report = { format: paddlePayoutReconciliation, account: "default", period };
    return importStatement(tallyhook.services, chunks(), report);
  }

  async function discrepancies({ tallyhook }: Composed) {
    const { rows } = await listDiscrepancies(tallyhook.services.store.read, {}, { limit: 10, after: null });
    return rows.map(({ kind, status, detail }) => [kind, status, detail]);
  }

  async function announced(): Promise<Composed> {
    const books = await composed(await freshDatabaseUrl());
    await books.receive(transactionEvent(sale));
    const customer = { provider: "paddle", account: "default", customerRef: "ctm_1", owner: "acme" } as const;
    await linkCustomer(books.tallyhook.services, { ...customer, move: true });
    await books.receive(told);
    expect(await discrepancies(books)).toEqual([["chargeback_warning", "open", { refs: "adj_1" }]]);
    return books;
  }

  test("is answered by a report's row that moved its fee alone, once", async () => {
    const books = await announced();
    expect((await importing(books, reportOf("-15.00"))).counts).toMatchObject({ included: 1, news: 1 });
    expect(await discrepancies(books)).toEqual([["chargeback_warning", "resolved", { refs: "adj_1" }]]);
    expect((await importing(books, reportOf("-15.00"))).counts).toMatchObject({ included: 1, news: 0 });
    expect(await audit(books.tallyhook.services)).toMatchObject({ ok: true, problems: [] });
  });

  test("stays open where cash moved, and says how much", async () => {
    const books = await announced();
    await importing(books, reportOf("-25.00"));
    const detail = { refs: "adj_1", cash_by_report: "adj_1 1000 USD" };
    expect(await discrepancies(books)).toEqual([["chargeback_warning", "open", detail]]);
    expect(await audit(books.tallyhook.services)).toMatchObject({ ok: true, problems: [] });
  });

  test("is never asked about where the report came first", async () => {
    const books = await composed(await freshDatabaseUrl());
    await importing(books, reportOf("-15.00"));
    await books.receive(told);
    await books.receive(transactionEvent(sale));
    expect(await discrepancies(books)).toEqual([]);
    expect(await audit(books.tallyhook.services)).toMatchObject({ ok: true, problems: [] });
  });
});
