import { parseArgs } from "node:util";
import Table from "cli-table3";
import { auditBenchmark } from "./audit.ts";
import { type Figure, measure, type NotInstalled } from "./benchmark.ts";
import { bytesBenchmarks } from "./bytes-per-event.ts";
import { consoleBenchmarks } from "./console-pages.ts";
import { dossierBenchmarks } from "./dossier-history.ts";
import { enoughBalanceHttp } from "./enough-balance-http.ts";
import { foldHistory } from "./fold-history.ts";
import { reconcileRows } from "./reconcile-rows.ts";
import { spendingBenchmarks } from "./spending.ts";
import { webhookBenchmarks } from "./webhook-http.ts";

const benchmarks = [
  ...webhookBenchmarks,
  ...bytesBenchmarks,
  enoughBalanceHttp,
  ...spendingBenchmarks,
  reconcileRows,
  foldHistory,
  ...dossierBenchmarks,
  auditBenchmark,
  ...consoleBenchmarks,
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

const figures: (Figure | NotInstalled)[] = [];
for (const benchmark of wanted) {
  const { name, unit, isInstalled } = benchmark;
  const figure =
    isInstalled?.() === false
      ? ({ name, value: "not_installed", unit } as const)
      : await measure(benchmark, { quick: values.quick });
  figures.push(figure);
  if (values.json) console.log(JSON.stringify(figure));
}
if (!values.json) print(figures);

function print(rows: readonly (Figure | NotInstalled)[]): void {
  const table = new Table({
    head: [
      "benchmark",
      "ours",
      "baseline",
      "ratio",
      "from",
      "to",
      "unit",
      "n",
      "runs",
      "peak MB",
      "CPU µs",
      "bytes",
    ],
  });
  for (const row of rows) {
    const { name, value, unit } = row;
    if (value === "not_installed") {
      table.push([name, value, "", "", "", "", unit, "", "", "", "", ""]);
      continue;
    }
    const { baseline, ratio, ratio_low: low, ratio_high: high, n, runs } = row as Figure;
    const { peak_memory_mb: peak = "", bytes = "", bytes_ratio: times } = row as Figure;
    const { cpu = "", cpu_ratio: cpuTimes } = row as Figure;
    const spent = cpuTimes === undefined ? cpu : `${cpu}, ${cpuTimes} times`;
    const written = times === undefined ? bytes : `${bytes}, ${times} times`;
    table.push([name, value, baseline, ratio, low, high, unit, n, runs, peak, spent, written]);
  }
  console.log(table.toString());
  for (const { name, parts = {}, held_ms: held } of rows as Figure[])
    if (Object.keys(parts).length > 0) {
      const each = new Table({ head: [name, "ours", "baseline"] });
      for (const [part, [ours, baseline]] of Object.entries(parts)) each.push([part, ours, baseline]);
      console.log(each.toString());
      if (held !== undefined) console.log(`The serving thread was held for ${held} ms at most.`);
    }
}
