import { parseArgs } from "node:util";
import Table from "cli-table3";
import { auditBenchmark } from "./audit.ts";
import { type Figure, measure } from "./benchmark.ts";
import { dossierBenchmarks } from "./dossier-history.ts";
import { enoughBalanceHttp } from "./enough-balance-http.ts";
import { reconcileRows } from "./reconcile-rows.ts";
import { spendingBenchmarks } from "./spending.ts";
import { webhookBenchmarks } from "./webhook-http.ts";

const benchmarks = [
  ...webhookBenchmarks,
  enoughBalanceHttp,
  ...spendingBenchmarks,
  reconcileRows,
  ...dossierBenchmarks,
  auditBenchmark,
];

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    only: { type: "string", multiple: true },
    quick: { type: "boolean", default: false },
  },
});

const wanted = benchmarks.filter(({ name }) => values.only?.includes(name) ?? true);
const unknown = (values.only ?? []).filter(
  (name) => !benchmarks.some((benchmark) => benchmark.name === name),
);
if (unknown.length > 0) {
  console.error(
    `No benchmark is called ${unknown.join(", ")}; there are ${benchmarks.map(({ name }) => name).join(", ")}.`,
  );
  process.exit(64);
}

const figures: Figure[] = [];
for (const benchmark of wanted) {
  const figure = await measure(benchmark, { quick: values.quick });
  figures.push(figure);
  if (values.json) console.log(JSON.stringify(figure));
}
if (!values.json) print(figures);

function print(rows: readonly Figure[]): void {
  const table = new Table({
    head: ["benchmark", "ours", "baseline", "ratio", "unit", "n", "runs", "peak MB"],
  });
  for (const { name, value, baseline, ratio, unit, n, runs, peak_memory_mb: peak = "" } of rows) {
    table.push([name, value, baseline, ratio, unit, n, runs, peak]);
  }
  console.log(table.toString());
}
