import type { Actor } from "./domain/action.ts";
import type { MountedHandler } from "./http/mounted.ts";
import type { WebhookHandler } from "./http/webhook-handler.ts";
import { type Answer, withJson } from "./library/answer.ts";
import { readSeconds } from "./library/asked.ts";
import { Asking } from "./library/asking.ts";
import { type Books, booksOf } from "./library/books.ts";
import { type ConsoleOptions, type MountOptions, mountedApi, mountedConsole } from "./library/mount.ts";
import { inWordsOfOptions, readOptions, type TallyhookOptions } from "./library/options.ts";
import { type Owner, ownerOf } from "./library/owner.ts";
import { type SpendingWallet, spendingWallet } from "./library/wallet.ts";
import type { DoneRound } from "./services/running/run-due.ts";
import { compose, sayMode, sayStarted } from "./tallyhook.ts";

/** Tallyhook inside an app. Whatever is asked after `close()` throws Closed. */
export interface Tallyhook extends Books {
  /** `app.use("/webhooks", tallyhook.webhooks)`: mount it before any body parser. */
  readonly webhooks: WebhookHandler;
  /**
   * The same for whoever has a `Request` (Next.js, Hono, Fastify, Lambda): the last segment of its path names the provider, and its
   * body has not been read.
   */
  handleWebhook(request: Request): Promise<Response>;
  /**
   * The API (`/v1/…`, `/openapi.json`, `/docs`) as a handler of Node's, at any path of the app, also behind a body parser:
   * `app.use("/billing", tallyhook.api({ authenticate }))`. `authenticate` says who asks; without it the option `apiKeys` does.
   * @throws ConfigurationError if an option is wrong
   */
  api(options?: MountOptions): MountedHandler;
  /**
   * Finance's pages as such a handler: `app.use("/finance", tallyhook.console({ authenticate, signOutUrl: "/logout" }))`, for the roles
   * `read` and `finance`. Our own sign-in is off; `{ signIn: url }` sends people to the app's.
   * @throws ConfigurationError if an option is wrong
   */
  console(options?: ConsoleOptions): MountedHandler;
  /**
   * What an owner prepaid in a currency.
   * @throws SpendingRefused if that names no owner or no currency
   */
  wallet(of: { readonly owner: string; readonly currency: string }): SpendingWallet;
  /**
   * One of the app's own customers.
   * @throws SpendingRefused if that is no owner
   */
  owner(owner: string): Owner;
  /**
   * One bounded round of everything that is due, where no process works all the time (`workers: false`; cron, Lambda): events that
   * failed or wait, expiry, the outbox, reconciliations, and what `everyMinutes` says. It ends when nothing is left, or soon after so
   * many seconds (25 unless said otherwise); `complete` says which. Safe on many processes at once.
   */
  runDue(options?: { readonly seconds?: number }): Promise<DoneRound & Answer>;
  /** Finishes what was accepted, and lets the database go. May be called again. */
  close(): Promise<void>;
}

/** See `index.ts`. */
export async function createTallyhook(options: TallyhookOptions): Promise<Tallyhook> {
  const { config, others, logger, clock, works, sender } = readOptions(options);
  const tallyhook = await inWordsOfOptions(() =>
    compose(config, { logger, otherProviders: others, ...(clock && { clock }), ...(sender && { sender }) }),
  );
  if (works) tallyhook.work();
  sayStarted(tallyhook.services, {});
  sayMode(tallyhook.services);
  const asking = new Asking({ ...tallyhook.services, actor });
  const stopping = new AbortController();
  let closing: Promise<void> | undefined;
  return {
    webhooks: tallyhook.webhooks,
    handleWebhook: tallyhook.handleWebhook,
    api: (options) => mountedApi(tallyhook, options),
    console: (options) => mountedConsole(tallyhook, options),
    wallet: (of) => spendingWallet(asking, of),
    owner: (owner) => ownerOf(asking, owner),
    ...booksOf(asking, stopping.signal),
    runDue: async (due) => {
      const round = await asking.ask(() => tallyhook.runDue({ seconds: readSeconds(due) }));
      return withJson(round, () => ({ ...round }));
    },
    close: () => {
      asking.close();
      stopping.abort();
      closing ??= tallyhook.close();
      return closing;
    },
  };
}

/** The app decides: who within it, it knows itself. */
const actor: Actor = {
  kind: "library",
  name: "library",
  role: null,
  requestId: null,
  address: null,
  formId: null,
};
