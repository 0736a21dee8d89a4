import type { Actor } from "../domain/action.ts";
import type { ProviderName } from "../domain/ids.ts";
import type { Clock } from "../domain/time.ts";
import type { Provider, Secret } from "../providers/provider.ts";
import type { ProviderSource } from "../providers/source.ts";
import type { Store } from "../store/store.ts";
import type { AuditReport } from "./audit/audit.ts";
import type { StoredPolicies } from "./charges/policies.ts";
import type { Log } from "./kit/log.ts";
import type { TokenSettings } from "./people/tokens.ts";
import type { Destinations } from "./running/destinations.ts";

/** A provider, and the secrets its deliveries may be signed with. */
export interface ConfiguredProvider {
  readonly provider: Provider;
  readonly secrets: readonly Secret[];
}

/** A provider that can be asked, and the account that its key is of. */
export interface ConfiguredSource {
  readonly source: ProviderSource;
  readonly account: string;
  /** Whether its key reads real money, as far as a key says. */
  readonly isLive: boolean;
}

/** What the use cases work with. */
export interface Services {
  readonly store: Store;
  readonly providers: ReadonlyMap<ProviderName, ConfiguredProvider>;
  /** Those that a key is configured for. */
  readonly sources: readonly ConfiguredSource[];
  readonly policies: StoredPolicies;
  readonly clock: Clock;
  readonly toleranceSeconds: number;
  /** Which events are let in; those of the other mode are parked. */
  readonly mode: "live" | "test" | "any";
  readonly log: Log;
  /** Who decides; `null`: nobody does, such as where a worker goes on with what is due. */
  readonly actor: Actor | null;
}

/** The same in a process that serves: what would take it long is done beside. */
export interface ServingServices extends Services {
  readonly auditor: { run(): Promise<AuditReport> };
  readonly tokens: TokenSettings;
  readonly destinations: Destinations;
}
