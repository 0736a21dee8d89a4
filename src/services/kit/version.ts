import { existsSync, readFileSync } from "node:fs";

/** The version of this package. */
export function version(): string {
  return String(JSON.parse(readFileSync(packageFile("package.json"), "utf8")).version);
}

/** A file of this package, whichever folder it was compiled into. */
export function packageFile(path: string): URL {
  for (let folder = new URL("./", import.meta.url); ; folder = new URL("../", folder)) {
    if (existsSync(new URL("package.json", folder))) return new URL(path, folder);
    // Above the topmost folder is itself.
    if (folder.href === new URL("../", folder).href)
      throw new Error("There is no package.json above this file: a bundler must leave tallyhook as it is.");
  }
}
