import { NodeTooOld } from "./domain/errors.ts";

/**
 * The oldest Node that better-sqlite3 13 survives is 22 (on Node 20 its binary ends the process without a word), and the
 * oldest 22 on which `require` takes what is written as a module, without a warning, is this.
 */
const oldest = { major: 22, minor: 13 };

/** npm's package of that name is Node itself, and stands first on the path of npx and of npm scripts. */
const remedy =
  'Without changing the system\'s: in an app "npm i node@24", then npx and npm scripts run on that; in a clone they do already ("npm run tallyhook -- …").';

/**
 * What to tell a person whose Node is too old, in one line, or `undefined` if it is new enough.
 *
 * Every entry point (command line, library, test set-up) asks this before it imports the rest dynamically: a static import
 * would load first what an old Node cannot.
 */
export function nodeVersionProblem(version: string = process.versions.node): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > oldest.major || (major === oldest.major && minor >= oldest.minor)) return undefined;
  const needed = `Tallyhook needs Node ${oldest.major}.${oldest.minor} or newer; this is Node ${version}.`;
  return `${needed} ${remedy}`;
}

/** @throws NodeTooOld */
export function refuseOldNode(): void {
  const problem = nodeVersionProblem();
  if (problem !== undefined) throw new NodeTooOld(problem);
}
