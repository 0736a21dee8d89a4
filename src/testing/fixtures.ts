import { existsSync, readdirSync, readFileSync } from "node:fs";
import { nearestName } from "../domain/nearest-name.ts";

/** The folder of recorded events that comes with this package, whichever folder this file was compiled into. */
function folder(): URL {
  let at = new URL("./", import.meta.url);
  while (!existsSync(new URL("package.json", at))) at = new URL("../", at);
  return new URL("fixtures/", at);
}

/** The names of all recorded events and stories: `paddle/transaction.completed/seed`, `scenarios/upgrade-2023`. */
export function fixtures(): string[] {
  return readdirSync(folder(), { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => /\.jsonl?$/.test(file) && !/\.(?:expected|policy)\.json$/.test(file))
    .map((file) => file.replace(/\.jsonl?$/, ""))
    .sort();
}

/** The bodies of a story, in the order in which they came. */
export function fixture(name: `scenarios/${string}`): string[];
/** The body of a recorded event, as it was posted; `JSON.parse` it to change something. */
export function fixture(name: string): string;
export function fixture(name: string): string | string[] {
  const known = fixtures();
  if (!known.includes(name))
    throw new RangeError(`There is no fixture ${name}; the nearest is ${nearestName(known, name)}.`);
  if (!name.startsWith("scenarios/")) return readFileSync(new URL(`${name}.json`, folder()), "utf8");
  const lines = readFileSync(new URL(`${name}.jsonl`, folder()), "utf8").split("\n");
  return lines.filter((line) => line.trim() !== "");
}
