import { type Config, ConfigurationError, type Mistake, readConfig, readSecrets } from "./config.ts";
import { type OwnProvider, providerNames } from "./domain/ids.ts";
import type { WebhookHandler } from "./http/webhook-handler.ts";
import { type Logger, silent } from "./services/log.ts";
import type { Provider } from "./services/other-provider.ts";
import { type PolicyInput, readPolicy } from "./services/read-policy.ts";
import type { ConfiguredProvider } from "./services/services.ts";
import { type SpendingWallet, spendingWallet } from "./services/spending/spending-wallet.ts";
import { compose, sayStarted } from "./tallyhook.ts";

export interface TallyhookOptions {
  /** `sqlite:<path>`, `sqlite::memory:` or `postgres://…`; migrations run when it is opened. */
  readonly databaseUrl: string;
  readonly paddle?: ProviderOptions;
  readonly stripe?: ProviderOptions;
  /** Providers of your own, beside those two. */
  readonly otherProviders?: readonly (ProviderOptions & { readonly provider: Provider })[];
  /** As in a policy file. */
  readonly policy?: PolicyInput;
  readonly mode?: Config["mode"];
  readonly toleranceSeconds?: number;
  /** Where the app is told of changes; without it messages wait. */
  readonly outbox?: OutboxOptions;
  /** Silent by default; a pino logger fits, and so does `console`. */
  readonly logger?: Logger;
}

export interface ProviderOptions {
  /** One or several (rotation), each optionally `account=secret`; a blank one is refused. */
  readonly webhookSecrets: string | undefined | readonly (string | undefined)[];
}

export interface OutboxOptions {
  readonly url: string;
  /** `whsec_…`, as the app verifies it with. */
  readonly secret: string;
  /** Whether the URL may be of this machine or a private network. */
  readonly allowPrivate?: boolean;
}

export interface Tallyhook {
  /** `app.use("/webhooks", tallyhook.webhooks)`: mount it before any body parser. */
  readonly webhooks: WebhookHandler;
  /** What an owner prepaid in a currency, to be spent by the app. */
  wallet(of: { readonly owner: string; readonly currency: string }): SpendingWallet;
  /** Finishes what was accepted, and lets the database go. */
  close(): Promise<void>;
}

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
 * @throws ConfigurationError with every mistake in the options
 */
export async function createTallyhook(options: TallyhookOptions): Promise<Tallyhook> {
  const { services, webhooks, work, close } = await compose(configOf(options), {
    logger: options.logger ?? silent,
    otherProviders: (options.otherProviders ?? []).map(configuredProvider),
  });
  work();
  sayStarted(services, {});
  return { webhooks, close, wallet: (of) => spendingWallet(services, of) };
}

/** @throws ConfigurationError */
function configuredProvider({
  provider,
  webhookSecrets,
}: ProviderOptions & { readonly provider: Provider }): ConfiguredProvider {
  const { secrets, problems } = secretsOf(webhookSecrets);
  const mistakes = problems.map((problem) => ({ name: `${provider.name}.webhookSecrets`, problem }));
  if (mistakes.length > 0) throw new ConfigurationError(mistakes);
  return { provider, secrets };
}

function secretsOf(given: ProviderOptions["webhookSecrets"]) {
  return readSecrets([given].flat().flatMap((text) => `${text ?? ""}`.split(",")));
}

/** The options of the library, checked like the variables of the environment that mean the same. */
function configOf(options: TallyhookOptions): Config {
  const mistakes: Mistake[] = [];
  const config = readConfig({
    DATABASE_URL: options.databaseUrl,
    MODE: options.mode,
    WEBHOOK_TOLERANCE_SECONDS: options.toleranceSeconds?.toString(),
    OUTBOX_URL: options.outbox?.url,
    OUTBOX_SECRET: options.outbox?.secret,
    OUTBOX_ALLOW_PRIVATE: options.outbox?.allowPrivate === true ? "on" : "off",
  });
  const providerOf = (name: OwnProvider) => {
    const { secrets, problems } = secretsOf(options[name]?.webhookSecrets ?? []);
    mistakes.push(...problems.map((problem) => ({ name: `${name}.webhookSecrets`, problem })));
    return { ...config.providers[name], secrets };
  };
  const [paddle, stripe] = providerNames.map(providerOf);
  const policy = readPolicy(options.policy ?? {});
  if (policy.kind === "mistakes")
    mistakes.push(...policy.mistakes.map(({ path, problem }) => ({ name: `policy.${path}`, problem })));
  if (mistakes.length > 0 || policy.kind === "mistakes") throw new ConfigurationError(mistakes);
  return {
    ...config,
    providers: { paddle: paddle ?? config.providers.paddle, stripe: stripe ?? config.providers.stripe },
    policy: policy.terms,
  };
}
