import { readFileSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeVersionProblem } from "../../src/node-version.ts";

/**
 * Brings up the PostgreSQL that the tests share, or takes the one that `TEST_DATABASE_URL` names. Its URL reaches the test
 * files in `TEST_POSTGRES`. A database of each engine is migrated once, to be copied.
 */
export default async function setUp(): Promise<void> {
  const problem = nodeVersionProblem();
  if (problem !== undefined) throw new Error(problem);
  goWhereNobodyWaitsForADisk();
  // What was compiled in one process or thread, types taken away, is not in the next.
  process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), "node-compile-cache");
  const { sharePostgres } = await import("./postgres.ts");
  await sharePostgres({ durable: false });
  const { makeTemplates } = await import("./templates.ts");
  await makeTemplates();
}

const memory = "/dev/shm";
const needed = 8 * 2 ** 30;

/** Databases of tests are files in memory where that is large; `TMPDIR` says otherwise. */
function goWhereNobodyWaitsForADisk(): void {
  if (process.env.TMPDIR !== undefined || process.platform !== "linux") return;
  // A browser and PostgreSQL are run from there, too, which a container may forbid.
  const mayRun = /^\S+ \/dev\/shm \S+ (?!\S*noexec)/m.test(readFileSync("/proc/mounts", "utf8"));
  if (!mayRun) return;
  const { bavail, bsize } = statfsSync(memory);
  if (bavail * bsize >= needed) process.env.TMPDIR = memory;
}
