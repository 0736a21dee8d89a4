// Before `npm start` and the like: builds where the compiler is installed, as after `npm ci`. After `npm ci --omit=dev` what
// was built before is run. A script of its own, so that `start` can be one command: `exec` makes it take the place of the shell
// that npm tells to stop (Windows has no exec, and takes what stands behind the bars).
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");

if (existsSync(compiler)) {
  const { status } = spawnSync(process.execPath, [compiler, "--incremental"], {
    cwd: root,
    stdio: "inherit",
  });
  process.exitCode = status ?? 1;
} else if (!existsSync(join(root, "dist", "cli", "main.js"))) {
  process.stderr.write("There is no dist, and no compiler to make it: run npm ci && npm run build first.\n");
  process.exitCode = 1;
}
