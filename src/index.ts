/**
 * The library's entry. What it imports statically runs on any Node, so that an old one is refused before anything native is
 * loaded; and nothing here waits, so that `require("tallyhook")` works as well as `import`.
 */
import type { Tallyhook, TallyhookOptions } from "./library.ts";
import { refuseOldNode } from "./node-version.ts";

export {
  Closed,
  ConfigurationError,
  type Mistake,
  NodeTooOld,
  type SpendingRefusal,
  SpendingRefused,
  StorageUnavailable,
  TallyhookError,
} from "./domain/errors.ts";
export type { OutboxOptions, ProviderOptions, Tallyhook, TallyhookOptions } from "./library.ts";
export { nodeVersionProblem } from "./node-version.ts";
export type { Logger } from "./services/log.ts";
export type * from "./services/other-provider.ts";
export type {
  Enough,
  NotEnough,
  Paid,
  PlacedHold,
  Reserved,
  SpendingWallet,
  Used,
  Wanted,
} from "./services/spending/spending-wallet.ts";

refuseOldNode();

/**
 * Tallyhook inside another program.
 *
 * ```ts
 * const tallyhook = await createTallyhook({
 *   databaseUrl: "sqlite:./data/tallyhook.db",
 *   paddle: { webhookSecrets: process.env.PADDLE_WEBHOOK_SECRET },
 * });
 * app.use("/webhooks", tallyhook.webhooks);
 * const wallet = tallyhook.wallet({ owner: "acme", currency: "USD" });
 * const { enough } = await wallet.enoughBalance({ meter: "tokens", quantity: 1200 });
 * ```
 * @throws ConfigurationError with every mistake in the options, each by the option's name
 */
export async function createTallyhook(options: TallyhookOptions): Promise<Tallyhook> {
  const library = await import("./library.ts");
  return library.createTallyhook(options);
}
