/**
 * `npm run packed`: test/packed.test.ts on the newest Node 20 (which must be refused), 22 and 26 as well. They come from npm's
 * package `node`, into the system's temporary folder.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { projectRoot } from "./project-root.ts";

const folder = mkdtempSync(join(tmpdir(), "tallyhook-nodes-"));

/** The path of the newest Node of a line. */
function fetched(line: string): string {
  const home = join(folder, line);
  const words = ["install", "--prefix", home, "--no-save", "--no-audit", "--no-fund", `node@${line}`];
  const { status } = spawnSync("npm", words, { stdio: "inherit" });
  if (status !== 0) throw new Error(`npm could not install node@${line}.`);
  return join(home, "node_modules/node/bin/node");
}

try {
  const { status } = spawnSync("npm", ["run", "-s", "jest", "--", "test/packed.test.ts"], {
    cwd: projectRoot,
    stdio: "inherit",
    env: {
      ...process.env,
      PACKED_ON: ["22", "26"].map(fetched).join(delimiter),
      PACKED_NOT_ON: fetched("20"),
    },
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
