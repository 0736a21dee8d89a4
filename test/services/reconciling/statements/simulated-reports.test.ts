import { readStatementLines } from "../../../../src/services/reconciling/read-runs.ts";
import { importStatement } from "../../../../src/services/reconciling/statements/import-statement.ts";
import { reportFormats } from "../../../../src/services/reconciling/statements/report-formats.ts";
import type { Report } from "../../../../src/simulator/reports/report.ts";
import { reportsOf } from "../../../../src/simulator/reports/reports.ts";
import { buildWorld } from "../../../../src/simulator/world.ts";
import type { Running } from "../../../http/running.ts";
import { disagreementsWith, post, startServer } from "../../../simulator/against-a-server.ts";
import { engines } from "../../../support/engines.ts";

const world = buildWorld({ customers: 12, months: 3, seed: "statements" });
const period = { from: 0n, to: world.endsAt };
const reports = reportsOf(world, period);

describe.each(engines)("the reports of a simulated world, on $name", ({ freshDatabaseUrl }) => {
  let server: Running;
  beforeEach(async () => {
    server = await startServer(await freshDatabaseUrl());
  });
  afterEach(() => server.close());

  async function importing({ provider, format: name, csv }: Report) {
    const format = reportFormats.find((known) => known.provider === provider && known.name === name);
    if (format === undefined) throw new Error(`There is no format ${name}.`);
    const { services } = server.tallyhook;
    const report = { format, account: "default", period };
    async function* chunks() {
      yield Buffer.from(csv);
    }
    const statement = await importStatement(services, chunks(), report);
    const errors = await readStatementLines(
      services,
      statement.id,
      { status: "error" },
      { limit: 5, after: null },
    );
    return { format: `${provider} ${name}`, statement, errors: errors?.rows };
  }

  test("are imported whole, no row in error and no column unknown, and the books stay true", async () => {
    await post(server, world.emissions, 8);
    for (const report of reports) {
      const imported = await importing(report);
      const rows = report.csv.trimEnd().split("\n").length - 1;
      expect(imported).toMatchObject({
        statement: { status: "complete", warnings: [], counts: { included: rows, inError: 0 } },
        errors: [],
      });
      expect(rows).toBeGreaterThan(1);
    }
    expect((await server.get("/v1/audit")).body).toMatchObject({ ok: true });
    const fees = await disagreementsWith(server, { truth: world.settledTruth });
    expect(fees.filter(({ field }) => field === "fee")).toEqual([]);
  });
});
