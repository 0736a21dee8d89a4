import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import Database from "better-sqlite3";
import { readConfig } from "../../src/config.ts";
import { compose } from "../../src/tallyhook.ts";
import { type BalanceRows, balanceRows, differing, fillWithBalanceRows } from "./balance-rows.ts";
import type { Benchmark, Side } from "./benchmark.ts";
import type { MeasuredRun } from "./reconcile-once.ts";

const script = fileURLToPath(new URL("reconcile-once.js", import.meta.url));
const rows = ({ quick }: { readonly quick: boolean }) => (quick ? 20_000 : 1_000_000);

/**
 * A settlement run over a balance of so many rows on SQLite, in a process of its own, with the memory that the run takes; the
 * baseline is the full outer join of both sides alone.
 */
export const reconcileRows: Benchmark = {
  name: "reconcile_rows",
  unit: "rows/s",
  n: rows,
  runs: 3,
  ours: (options) => ourSide(rows(options)),
  baseline: async (options) => outerJoin(rows(options)),
};

async function ourSide(count: number): Promise<Side> {
  const folder = mkdtempSync(join(tmpdir(), "tallyhook-bench-"));
  const filled = join(folder, "filled.db");
  await (await compose(readConfig({ DATABASE_URL: `sqlite:${filled}`, LOG_LEVEL: "silent" }))).close();
  const balance = fillWithBalanceRows(filled, count);
  let memory = 0;
  return {
    run: async () => {
      const file = join(folder, "run.db");
      copyFileSync(filled, file);
      const measured = await reconcileOnce(file, balance);
      rmSync(file);
      checkCounts(measured, count);
      memory = Math.max(memory, measured.memory);
      return count / measured.seconds;
    },
    peakMemory: () => memory,
    close: async () => rmSync(folder, { recursive: true }),
  };
}

async function reconcileOnce(file: string, { statement, from, to }: BalanceRows): Promise<MeasuredRun> {
  const args = [script, `sqlite:${file}`, statement, String(from), String(to)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as MeasuredRun;
}

/** @throws if the run does not find exactly what was made to differ: a benchmark of wrong answers says nothing */
function checkCounts({ counts }: MeasuredRun, count: number): void {
  const { matched = 0, differs = 0, missing_here: missing = 0 } = counts;
  if (differs !== differing || missing !== differing || matched !== count - 2 * differing)
    throw new Error(`The run found ${JSON.stringify(counts)} of ${count} rows.`);
}

/** Both sides as two tables with their keys, joined and counted. */
function outerJoin(count: number): Side {
  const folder = mkdtempSync(join(tmpdir(), "tallyhook-bench-"));
  const database = new Database(join(folder, "plain.db"));
  database.pragma("journal_mode = wal");
  for (const side of ["stated", "held"]) fillSide(database, side, count);
  const joined = database.prepare(`
    select count(*) filter (where stated.key is null) as missing_there,
      count(*) filter (where held.key is null) as missing_here,
      count(*) filter (where stated.gross = held.gross and stated.fee = held.fee and stated.at = held.at
        and stated.currency = held.currency) as matched
    from stated full outer join held on held.key = stated.key
  `);
  return {
    run: async () => {
      const begin = performance.now();
      joined.get();
      return (count * 1_000) / (performance.now() - begin);
    },
    close: async () => {
      database.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function fillSide(database: Database.Database, side: string, count: number): void {
  database.exec(
    `create table ${side} (key text primary key, currency text, gross integer, fee integer, at integer) strict`,
  );
  const insert = database.prepare(`insert into ${side} values (?, 'USD', ?, ?, ?)`);
  const fill = database.transaction(() => {
    for (const { ref, gross, fee, at } of balanceRows(count)) insert.run(ref, gross, fee, at);
  });
  fill();
}
