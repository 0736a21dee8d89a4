import { stripePayoutReconciliation } from "../../../../src/providers/stripe/reports.ts";
import { importStatement } from "../../../../src/services/reconciling/statements/import-statement.ts";
import { endInterrupted, whileReading } from "../../../../src/services/reconciling/statements/interrupted.ts";
import { StatementWriter } from "../../../../src/services/reconciling/statements/statement-writer.ts";
import { listStatements } from "../../../../src/store/reconciling/read/statements.ts";
import { engines } from "../../../support/engines.ts";
import { until } from "../../../support/until.ts";
import { type Composed, closeAll, composed, MovedClock } from "../../composed.ts";

afterEach(closeAll);

const columns =
  "automatic_payout_id balance_transaction_id created_utc currency gross fee net reporting_category";
const header = `${columns.replaceAll(" ", ",")},source_id,description\n`;
const report = {
  format: stripePayoutReconciliation,
  account: "default",
  period: { from: null, to: null },
};

describe.each(engines)("a statement whose process was killed, on $name", ({ freshDatabaseUrl }) => {
  async function twoProcesses() {
    const databaseUrl = await freshDatabaseUrl();
    const clock = new MovedClock();
    return {
      clock,
      one: await composed(databaseUrl, { clock }),
      other: await composed(databaseUrl, { clock }),
    };
  }

  async function statementsOf({ tallyhook }: Composed) {
    const { rows } = await listStatements(tallyhook.services.store.read, {}, { limit: 10, after: null });
    return rows.map(({ status, problem }) => [status, problem?.code ?? null]);
  }

  /** It reads until it is let go: to others it looks as if it were dead, once its lease has expired. */
  async function hanging(reader: Composed) {
    const { promise: goesOn, resolve: letGo } = Promise.withResolvers<void>();
    async function* chunks() {
      yield Buffer.from(header);
      await goesOn;
    }
    const ended = importStatement(reader.tallyhook.services, chunks(), report);
    await until(async () => (await statementsOf(reader)).length > 0);
    return { letGo, ended };
  }

  test("is running for a while, and then interrupted for good, also for whoever comes back late", async () => {
    const { clock, one, other } = await twoProcesses();
    const { letGo, ended } = await hanging(one);
    expect(await endInterrupted(other.tallyhook.services)).toBe(0);
    expect(await statementsOf(other)).toEqual([["running", null]]);
    clock.advance(121);
    expect(await endInterrupted(other.tallyhook.services)).toBe(1);
    expect(await statementsOf(other)).toEqual([["incomplete", "interrupted"]]);
    letGo();
    expect(await ended).toMatchObject({ status: "incomplete", problem: { code: "interrupted" } });
  });

  test("is found by the next import", async () => {
    const { clock, one, other } = await twoProcesses();
    const { letGo, ended } = await hanging(one);
    clock.advance(121);
    async function* empty() {
      yield Buffer.from(header);
    }
    await importStatement(other.tallyhook.services, empty(), report);
    expect(await statementsOf(other)).toEqual([
      ["complete", null],
      ["incomplete", "interrupted"],
    ]);
    letGo();
    await ended;
  });

  test("is told apart from one that takes long", async () => {
    const { clock, one, other } = await twoProcesses();
    const { services } = one.tallyhook;
    const about = { provider: "stripe", account: "default", format: "charges", origin: "list" } as const;
    const writer = await StatementWriter.open(services, { ...about, covered: report.period });
    clock.advance(600);
    await whileReading(services, writer.id, async () => {
      expect(await endInterrupted(other.tallyhook.services)).toBe(0);
      await writer.finish({ status: "complete", problem: null, warnings: [] });
    });
    expect(await endInterrupted(other.tallyhook.services)).toBe(0);
    expect(await statementsOf(other)).toEqual([["complete", null]]);
  });
});
