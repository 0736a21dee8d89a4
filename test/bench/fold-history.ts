import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { readConfig } from "../../src/config.ts";
import { compose } from "../../src/tallyhook.ts";
import type { Benchmark, BenchmarkOptions, Side } from "./benchmark.ts";
import { deliver, fillBooks } from "./fill-books.ts";
import { benchSecret, SignedEvents } from "./signed-events.ts";

const measured = ({ quick }: BenchmarkOptions) => (quick ? 500 : 4_000);

/**
 * What the next event costs the server's process, with so many charges stored; the baseline has ten thousand. `bytes` is
 * what went through the write-ahead log.
 */
export const foldHistory: Benchmark = {
  name: "fold_history",
  unit: "µs of CPU",
  n: measured,
  ours: (options) => nextEvents(options.quick ? 50_000 : 1_000_000, options),
  baseline: (options) => nextEvents(10_000, options),
};

async function nextEvents(charges: number, options: BenchmarkOptions): Promise<Side> {
  const folder = mkdtempSync(join(tmpdir(), "tallyhook-bench-"));
  const file = join(folder, "books.db");
  const events = SignedEvents.ofPaddle();
  const open = () =>
    compose(
      readConfig({
        DATABASE_URL: `sqlite:${file}`,
        PADDLE_WEBHOOK_SECRET: benchSecret,
        LOG_LEVEL: "silent",
      }),
    );
  await fillBooks(`sqlite:${file}`, events, { charges, open });
  const tallyhook = await open();
  const reader = new Database(file);
  let bytes = 0;
  return {
    run: async () => {
      reader.pragma("wal_checkpoint(truncate)");
      reader.exec("begin");
      reader.prepare("select count(*) from events where no < 0").get();
      const before = process.cpuUsage();
      await deliver(tallyhook, events, measured(options));
      const { user, system } = process.cpuUsage(before);
      reader.exec("commit");
      bytes = statSync(`${file}-wal`).size / measured(options);
      return (user + system) / measured(options);
    },
    bytes: () => bytes,
    close: async () => {
      reader.close();
      await tallyhook.close();
      rmSync(folder, { recursive: true });
    },
  };
}
