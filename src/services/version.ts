import { existsSync, readFileSync } from "node:fs";

/** The version of this package, whichever folder it was compiled into. */
export function version(): string {
  let folder = new URL("./", import.meta.url);
  while (!existsSync(new URL("package.json", folder))) folder = new URL("../", folder);
  return String(JSON.parse(readFileSync(new URL("package.json", folder), "utf8")).version);
}
