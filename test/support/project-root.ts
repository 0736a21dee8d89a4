import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder of package-lock.json, whether this file runs as TypeScript or compiled into dist-test. */
export const projectRoot = findProjectRoot(import.meta.dirname);

function findProjectRoot(folder: string): string {
  if (existsSync(join(folder, "package-lock.json"))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error("No package-lock.json in any folder above test/support.");
  return findProjectRoot(parent);
}
