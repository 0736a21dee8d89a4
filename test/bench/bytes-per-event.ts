import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import type { Benchmark, Side } from "./benchmark.ts";
import { postEvents } from "./load.ts";
import { startServer } from "./server-process.ts";
import { benchSecret, SignedEvents } from "./signed-events.ts";

const scriptAt = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const n = ({ quick }: { readonly quick: boolean }) => (quick ? 320 : 1_280);

/** What is written for an event at 64 connections on SQLite; the baseline is the floor's. */
function bytesPerEvent(name: string, of: (file: string, reader: Database.Database) => number): Benchmark {
  return {
    name,
    unit: "bytes",
    n,
    runs: 3,
    ours: async (options) =>
      written(n(options), of, (file) =>
        startServer(scriptAt("../../src/cli/main.js"), ["serve"], {
          DATABASE_URL: `sqlite:${file}`,
          PADDLE_WEBHOOK_SECRET: benchSecret,
        }),
      ),
    baseline: async (options) =>
      written(n(options), of, (file) =>
        startServer(scriptAt("servers/floor-sqlite.js"), [], { DATABASE_FILE: file }),
      ),
  };
}

const pageBytes = 4_096;

/** How much the database grows, and how much goes through the write-ahead log, where a page is written each time it changes. */
export const bytesBenchmarks: readonly Benchmark[] = [
  bytesPerEvent(
    "bytes_per_event",
    (_, reader) => pageBytes * Number(reader.pragma("page_count", { simple: true })),
  ),
  bytesPerEvent("bytes_per_event_wal", (file) => statSync(`${file}-wal`).size),
];

async function written(
  count: number,
  of: (file: string, reader: Database.Database) => number,
  start: (file: string) => ReturnType<typeof startServer>,
): Promise<Side> {
  const folder = mkdtempSync(join(tmpdir(), "tallyhook-bench-"));
  const file = join(folder, "books.db");
  const server = await start(file);
  const events = SignedEvents.ofPaddle();
  const post = () => postEvents(server.origin, events, { n: count, connections: 64 });
  await post();
  const reader = new Database(file);
  return {
    run: async () => {
      reader.pragma("wal_checkpoint(truncate)");
      const before = of(file, reader);
      // Who reads keeps the log from starting anew: afterwards its length is all that was written.
      reader.exec("begin");
      reader.prepare("select count(*) from events where no < 0").get();
      await post();
      reader.exec("commit");
      return (of(file, reader) - before) / count;
    },
    close: async () => {
      reader.close();
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}
