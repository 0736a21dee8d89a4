import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeLeftovers } from "./postgres.ts";

test("the server of a killed runner is stopped and removed at the next start", async () => {
  const module = JSON.stringify(join(import.meta.dirname, "postgres.ts"));
  const script = `const { startPostgres } = await import(${module}); await startPostgres(); console.log("up"); setInterval(() => {}, 1000);`;
  const runner = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(runner.stdout, "data");
  const folder = readdirSync(tmpdir()).find((name) => name.startsWith(`tallyhook-postgres-${runner.pid}-`));
  const path = join(tmpdir(), String(folder));
  const server = Number.parseInt(readFileSync(join(path, "data", "postmaster.pid"), "utf8"), 10);

  runner.kill("SIGKILL");
  await once(runner, "exit");
  expect(isAlive(server)).toBe(true);
  await removeLeftovers();

  expect(isAlive(server)).toBe(false);
  expect(existsSync(path)).toBe(false);
});

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
}
