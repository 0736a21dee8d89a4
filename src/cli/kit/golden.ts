import { readFileSync, writeFileSync } from "node:fs";
import type { Case } from "./cases.ts";
import { UsageError } from "./command.ts";
import type { World } from "./world.ts";

/** What a case should lead to, or `undefined` if nobody has accepted anything yet. */
export function readGolden({ goldenFile }: Case): World | undefined {
  try {
    return JSON.parse(readFileSync(goldenFile, "utf8")) as World;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    if (error instanceof SyntaxError) throw new UsageError(`${goldenFile} is not JSON.`);
    throw error;
  }
}

/** Accepts what a case led to: whoever commits the file has read it as a diff. */
export function writeGolden({ goldenFile }: Case, world: World): void {
  writeFileSync(goldenFile, `${JSON.stringify(world, null, 2)}\n`);
}
