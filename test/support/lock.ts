/**
 * `npm run lock`, after every `npm install`: writes `"gypfile": false` on better-sqlite3 in package-lock.json.
 *
 * Its binaries are inside the package, but npm sees a binding.gyp and would compile it, which fails where there is no
 * compiler. `npm install` drops the mark again; test/lockfile.test.ts notices.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./project-root.ts";

const file = join(projectRoot, "package-lock.json");
const lock = JSON.parse(readFileSync(file, "utf8")) as { packages: Record<string, { gypfile?: boolean }> };
const sqlite = lock.packages["node_modules/better-sqlite3"];
if (sqlite === undefined) throw new Error("package-lock.json has no node_modules/better-sqlite3.");
sqlite.gypfile = false;
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
