import { randomBytes } from "node:crypto";
import { readConfig } from "../../config.ts";
import type { OwnProvider } from "../../domain/ids.ts";
import { type Clock, type Instant, systemClock } from "../../domain/time.ts";
import type { Logger } from "../../services/kit/log.ts";
import type { Services } from "../../services/services.ts";
import { compose } from "../../tallyhook.ts";
import { quietLog } from "./output.ts";
import { Target } from "./target.ts";

export interface ScratchOptions {
  readonly databaseUrl: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly policyFile: string | null;
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Where the providers' APIs are, with their keys; without it they cannot be asked. */
  readonly apis?: ScratchApis;
}

export interface ScratchApis {
  readonly url: string;
  readonly keys: Readonly<Record<OwnProvider, string>>;
}

/** A server of our own in this process, with secrets that were made a moment ago. */
export interface Scratch {
  readonly url: string;
  /** Of the role `finance`. */
  readonly apiKey: string;
  /** Who may sign in to the console. */
  readonly person: { readonly name: string; readonly password: string };
  /** That webhooks are signed with. */
  readonly secrets: Readonly<Record<OwnProvider, string>>;
  /** What a command needs to be told to work on the same books. */
  readonly environment: Readonly<Record<string, string>>;
  readonly services: Services;
  readonly target: Target;
  close(): Promise<void>;
}

export async function openScratch(options: ScratchOptions): Promise<Scratch> {
  const { clock = systemClock, logger = quietLog() } = options;
  const secrets = { paddle: `pdl_ntfset_${newSecret()}`, stripe: `whsec_${newSecret()}` };
  const apiKey = newSecret();
  const person = { name: "demo", password: randomBytes(12).toString("base64url") };
  const environment = environmentOf(options, { secrets, apiKey, person });
  const config = readConfig({ ...environment, INSTALLATION_KEY: fixedKey, PORT: String(options.port) });
  const tallyhook = await compose(config, { clock, logger });
  const server = await tallyhook.listen();
  return {
    url: server.url,
    apiKey,
    person,
    secrets,
    environment,
    services: tallyhook.services,
    target: new Target({ url: server.url, secrets, apiKey, now: () => clock.now() }),
    close: async () => {
      await server.stop();
      await tallyhook.close();
    },
  };
}

function environmentOf(
  { databaseUrl, policyFile, apis }: ScratchOptions,
  { secrets, apiKey, person }: Pick<Scratch, "secrets" | "apiKey" | "person">,
): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    PADDLE_WEBHOOK_SECRET: secrets.paddle,
    STRIPE_WEBHOOK_SECRET: secrets.stripe,
    API_KEYS: `scratch:finance:${apiKey}`,
    CONSOLE_USERS: `${person.name}:finance:${person.password}`,
    ...(apis === undefined ? {} : askedAt(apis)),
    ...(policyFile === null ? {} : { POLICY_FILE: policyFile }),
  };
}

function askedAt({ url, keys }: ScratchApis): Record<string, string> {
  return {
    PADDLE_API_KEY: keys.paddle,
    PADDLE_API_URL: url,
    STRIPE_API_KEY: keys.stripe,
    STRIPE_API_URL: url,
  };
}

/** So that wallets are called the same in every scratch database, and in the golden files of recorded cases. */
const fixedKey = "of-scratch-databases-and-recorded-cases";

const newSecret = (): string => randomBytes(24).toString("base64url");

/** A clock that stands still until it is set. */
export class StandingClock implements Clock {
  #now: Instant;
  constructor(now: Instant) {
    this.#now = now;
  }
  now = (): Instant => this.#now;
  set(now: Instant): void {
    this.#now = now;
  }
}
