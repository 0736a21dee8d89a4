/**
 * The library's entry. What it imports statically runs on any Node, so that an old one is refused before anything native is
 * loaded; and nothing here waits, so that `require("tallyhook")` works as well as `import`.
 */
import type { TallyhookOptions } from "./library/options.ts";
import type { Tallyhook } from "./library.ts";
import { refuseOldNode } from "./node-version.ts";

export {
  Closed,
  ConfigurationError,
  type Mistake,
  NodeTooOld,
  RefusedInput,
  type SpendingRefusal,
  SpendingRefused,
  StorageUnavailable,
  TallyhookError,
} from "./domain/errors.ts";
export type { Admitted, Authenticate, SignIn } from "./http/kit/who-asks.ts";
export type { MountedHandler } from "./http/mounted.ts";
export type { Answer, Page } from "./library/answer.ts";
export type {
  Audit,
  Backfill,
  BookedLine,
  Charge,
  ExplainedLot,
  Explanation,
  Hold,
  Limit,
  Link,
  Lot,
  OutboxData,
  OwnerToken,
  Quote,
  Rebooked,
  Reconciliation,
  StatementLine,
  Usage,
  UsageSum,
  Wallet,
} from "./library/answers.ts";
export type { Moment, PageAsked, Window } from "./library/asked.ts";
export type { BackfillAsked, ExportAsked, RebookAsked, ReconcileAsked } from "./library/books.ts";
export type { ConsoleOptions, MountOptions } from "./library/mount.ts";
export type {
  AppClock,
  EveryMinutes,
  OtherProviderOptions,
  OutboxOptions,
  ProviderOptions,
  TallyhookOptions,
} from "./library/options.ts";
export type { OutboxFunction, OutboxMessage } from "./library/outbox.ts";
export type {
  ChargesAsked,
  Customer,
  LimitAsked,
  Owner,
  TokenAsked,
  UsageReportAsked,
} from "./library/owner.ts";
export type {
  Debit,
  Enough,
  ForMember,
  Grant,
  HoldAsked,
  LimitReached,
  NotEnough,
  Paid,
  PlacedHold,
  Recovery,
  Reserved,
  SpendingWallet,
  Used,
  Wanted,
} from "./library/wallet.ts";
export type { Tallyhook } from "./library.ts";
export { nodeVersionProblem } from "./node-version.ts";
export type { PolicyInput } from "./services/charges/policy-input.ts";
export type { Logger } from "./services/kit/log.ts";
export type * from "./services/kit/other-provider.ts";
export type { DoneRound } from "./services/running/run-due.ts";

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
