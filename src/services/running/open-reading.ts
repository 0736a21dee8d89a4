import type { ProviderName } from "../../domain/ids.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import type { Clock, Instant } from "../../domain/time.ts";
import { ownProviders } from "../../providers/kit/own-providers.ts";
import type { ProviderSource } from "../../providers/source.ts";
import { openStore, type StoreOptions } from "../../store/store.ts";
import { readPolicies, type StoredPolicies } from "../charges/policies.ts";
import type { Log } from "../kit/log.ts";
import type { Services } from "../services.ts";

/** What a thread is told of its process, so that it can read what that would read: data only. */
export interface ReadingTask
  extends Pick<StoreOptions, "databaseUrl" | "schema">,
    Pick<Services, "mode" | "toleranceSeconds"> {
  /** The accounts that deliveries may be of, and those that can be asked. */
  readonly accounts: readonly { readonly provider: ProviderName; readonly account: string }[];
  readonly asked: readonly AskedAccount[];
}

/** What is known of a source without asking it. */
interface AskedAccount
  extends Pick<ProviderSource, "provider" | "kinds" | "lists" | "newestVersion" | "knownAccount"> {
  readonly account: string;
  readonly isLive: boolean;
}

export function readingTask(
  services: Services,
  where: Pick<StoreOptions, "databaseUrl" | "schema">,
): ReadingTask {
  const { providers, sources, mode, toleranceSeconds } = services;
  const accounts = [...providers.values()].flatMap(({ provider: { name }, secrets }) =>
    secrets.map(({ account }) => ({ provider: name, account })),
  );
  const asked = sources.map(({ source, account, isLive }) => {
    const { provider, kinds, lists, newestVersion, knownAccount } = source;
    return { provider, kinds, lists, newestVersion, knownAccount, account, isLive };
  });
  const { databaseUrl, schema = null } = where;
  return { databaseUrl, schema, mode, toleranceSeconds, accounts, asked };
}

/** The use cases that read, over a store of the thread's own, as of when they are asked and under the policy that is then in force. */
export interface PagesReading {
  servicesAt(now: Instant, policy: Policy): Promise<Services>;
}

export async function openReading(
  { accounts, asked, ...task }: ReadingTask,
  log: Log,
): Promise<PagesReading> {
  // The store's: of the page that was asked for last. Each page has a clock of its own, since several are made at once.
  let latest: Instant = 0n;
  const clock: Clock = { now: () => latest };
  const { databaseUrl, schema = null, mode, toleranceSeconds } = task;
  const where = { databaseUrl, schema, mustExist: true, migrate: false, isForPages: true };
  const store = await openStore({ ...where, clock, log });
  const stored = await readPolicies(store, null);
  // Nothing is verified here and nobody asked: no secret and no key is known.
  const providers: Services["providers"] = new Map(
    Object.entries(ownProviders).map(([name, provider]) => [
      name,
      {
        provider,
        secrets: accounts
          .filter((of) => of.provider === name)
          .map(({ account }) => ({ account, secret: "" })),
      },
    ]),
  );
  const sources = asked.map(({ account, isLive, ...known }) => ({
    source: { ...known, ...askingNobody },
    account,
    isLive,
  }));
  const services = { store, providers, sources, mode, toleranceSeconds, log, actor: null };
  return {
    servicesAt: async (now, policy) => {
      latest = now;
      if (!stored.versions().includes(policy.version)) await stored.refresh();
      return { ...services, clock: { now: () => now }, policies: under(policy, stored) };
    },
  };
}

const nobodyIsAsked = (): never => {
  throw new Error("Whoever only reads asks no provider.");
};

const askingNobody = {
  pages: nobodyIsAsked,
  listed: nobodyIsAsked,
  lookUp: nobodyIsAsked,
  balancesAt: nobodyIsAsked,
  destinations: nobodyIsAsked,
  unreadable: nobodyIsAsked,
  told: nobodyIsAsked,
  ownAccount: nobodyIsAsked,
};

/** The policies that are stored, of which this one is in force. */
function under(current: Policy, stored: StoredPolicies): StoredPolicies {
  const version = (number: number) => (number === current.version ? current : stored.version(number));
  return { current, version, versions: stored.versions, refresh: stored.refresh };
}
