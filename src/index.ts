/** The library's entry. It refuses an old Node before anything native is loaded. */
import { nodeVersionProblem } from "./node-version.ts";

const problem = nodeVersionProblem();
if (problem !== undefined) throw new Error(problem);

export const { createTallyhook } = await import("./library.ts");
export type { OutboxOptions, ProviderOptions, Tallyhook, TallyhookOptions } from "./library.ts";
export type { Logger } from "./services/log.ts";
export type * from "./services/other-provider.ts";
export type {
  Enough,
  NotEnough,
  Paid,
  PlacedHold,
  SpendingRefused,
  SpendingWallet,
  Used,
} from "./services/spending/spending-wallet.ts";
export { nodeVersionProblem };
