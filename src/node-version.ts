/** The oldest Node that better-sqlite3 13 survives: on Node 20 its binary ends the process without a word. */
const oldestMajor = 22;

/**
 * What to tell a person whose Node is too old, in one line, or `undefined` if it is new enough.
 *
 * This file imports nothing, and every entry point (command line, library, test set-up) asks it before it imports the rest
 * dynamically: a static import would load the database driver first.
 */
export function nodeVersionProblem(version: string = process.versions.node): string | undefined {
  const major = Number.parseInt(version, 10);
  if (major >= oldestMajor) return undefined;
  return `Tallyhook needs Node ${oldestMajor} or newer; this is Node ${version}. npm scripts bring the right one: npm run tallyhook -- …`;
}
