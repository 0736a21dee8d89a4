import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readConfig } from "../../src/config.ts";
import { systemClock } from "../../src/domain/time.ts";
import { receive } from "../../src/services/inbox/receive.ts";
import { compose } from "../../src/tallyhook.ts";
import type { Benchmark, Side } from "./benchmark.ts";
import { benchSecret, SignedEvents } from "./signed-events.ts";

const command = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const inFlight = 64;
const large = ({ quick }: { readonly quick: boolean }) => (quick ? 1_000 : 100_000);

/**
 * How long the audit of books on SQLite takes for each thousand events, by the command, in a process of its own; the baseline
 * is the same of books of a tenth. A ratio of one means that it grows with the books and no faster.
 */
export const auditBenchmark: Benchmark = {
  name: "audit",
  unit: "s/1,000 events",
  n: large,
  runs: 3,
  ours: (options) => auditOf(large(options)),
  baseline: (options) => auditOf(large(options) / 10),
};

async function auditOf(events: number): Promise<Side> {
  const folder = mkdtempSync(join(tmpdir(), "tallyhook-bench-"));
  const databaseUrl = `sqlite:${join(folder, "books.db")}`;
  await fill(databaseUrl, events);
  return {
    run: async () => {
      const begin = performance.now();
      const env = { ...process.env, DATABASE_URL: databaseUrl };
      const { stdout } = await promisify(execFile)(process.execPath, [command, "audit", "--json"], { env });
      const { ok, checked } = JSON.parse(stdout) as { ok: boolean; checked: { events: number } };
      if (!ok || checked.events !== events) throw new Error(`The audit of ${events} events said ${stdout}`);
      return (performance.now() - begin) / events;
    },
    close: async () => rmSync(folder, { recursive: true }),
  };
}

async function fill(databaseUrl: string, events: number): Promise<void> {
  const environment = { DATABASE_URL: databaseUrl, PADDLE_WEBHOOK_SECRET: benchSecret, LOG_LEVEL: "silent" };
  const { services, close } = await compose(readConfig(environment));
  const signed = SignedEvents.ofPaddle();
  let left = events;
  const deliver = async () => {
    while (left-- > 0) {
      const received = await receive(services, {
        provider: "paddle",
        ...signed.next(),
        receivedAt: systemClock.now(),
      });
      if (received.kind !== "accepted" || received.outcome !== "applied")
        throw new Error(JSON.stringify(received));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, deliver));
  await close();
}
