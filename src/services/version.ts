import { existsSync, readFileSync } from "node:fs";

/** The version of this package. */
export function version(): string {
  return String(JSON.parse(readFileSync(packageFile("package.json"), "utf8")).version);
}

/** A file of this package, whichever folder it was compiled into. */
export function packageFile(path: string): URL {
  let folder = new URL("./", import.meta.url);
  while (!existsSync(new URL("package.json", folder))) folder = new URL("../", folder);
  return new URL(path, folder);
}
