/** The library's entry. It refuses an old Node before anything native is loaded. */
import { nodeVersionProblem } from "./node-version.ts";

const problem = nodeVersionProblem();
if (problem !== undefined) throw new Error(problem);

export const { createTallyhook } = await import("./tallyhook.ts");
export type { ProviderOptions, Tallyhook, TallyhookOptions } from "./tallyhook.ts";
export { nodeVersionProblem };
