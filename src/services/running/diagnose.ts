import type { OwnProvider, ProviderName } from "../../domain/ids.ts";
import { policyWarnings } from "../../domain/policy/policy-warnings.ts";
import type { Instant } from "../../domain/time.ts";
import { isAway, SourceError, type SourceProblem } from "../../providers/kit/asking.ts";
import { simulatedEventPrefix } from "../../providers/paddle/paddle.ts";
import type { Destination, UnreadableList } from "../../providers/source.ts";
import { workedAt } from "../../store/engine/worked-at.ts";
import { thinWithoutKey } from "../../store/inbox/read/due-events.ts";
import {
  bookedBeginning,
  eventTypes,
  lastDelays,
  type OpenCount,
  type OpenDiscrepancies,
  openDiscrepancies,
  openEvents,
  type UnreadableEvents,
  unreadableEvents,
} from "../../store/inbox/read/inbox-state.ts";
import { unreadLists, type Watermark } from "../../store/inbox/watermarks.ts";
import { defaultTerms, type PolicyTerms } from "../charges/read-policy.ts";
import { type RefusedDeliveries, readRefused } from "../inbox/refusals.ts";
import { type Pace, pacesOf } from "../inbox/silence.ts";
import type { Services } from "../services.ts";

export type { OpenCount } from "../../store/inbox/read/inbox-state.ts";

export interface DiagnoseOptions {
  /** `null`: none are configured, those in force are used. */
  readonly terms: PolicyTerms | null;
  /** Whether a start would migrate. */
  readonly migrate: boolean;
}

export interface ArrivedType {
  readonly provider: ProviderName;
  readonly type: string;
  /** Whether the books need it, so that it should arrive sooner or later. */
  readonly expected: boolean;
  readonly count: number;
  readonly lastReceivedAt: Instant | null;
}

/** What a provider says of where it sends its events; or why it could not be asked. */
export interface AskedDestinations {
  readonly provider: OwnProvider;
  readonly account: string;
  readonly destinations: readonly Destination[];
  /** What they should be subscribed to. */
  readonly subscriptions: readonly string[];
  /** The newest version of its API that is known here. */
  readonly newestVersion: string;
  /** `null`: it answered. */
  readonly problem: { readonly code: SourceProblem; readonly detail: string } | null;
  /** The lists that its key does not get, of all that are ever read here. */
  readonly unreadable: readonly UnreadableList[];
}

export interface Diagnosis {
  readonly now: Instant;
  readonly policy: {
    /** Of what is configured, or else of what is in force; `null`: not stored yet, the next version at the next start. */
    readonly version: number | null;
    /** The version that was put in force last, by whichever process; `null`: none yet. */
    readonly inForce: number | null;
    readonly stored: readonly number[];
    /** What is configured, or else what is in force, or else would be first. */
    readonly terms: PolicyTerms;
    readonly warnings: readonly string[];
  };
  readonly database: {
    readonly engine: string;
    readonly settings: Readonly<Record<string, string>>;
    readonly pendingMigrations: readonly string[];
    /** Those that a newer version applied. */
    readonly unknownMigrations: readonly string[];
    /** What of the file is damaged. */
    readonly damage: readonly string[];
    readonly migratesAtStart: boolean;
  };
  /** When some process worked last; `null` if none ever has. */
  readonly workedAt: Instant | null;
  readonly clock: {
    /** Over how many deliveries. */
    readonly deliveries: number;
    /** Of the fastest one, from the provider's clock to ours; below zero our clock is behind. */
    readonly smallestDelay: bigint | null;
    readonly windowSeconds: number;
  };
  readonly eventTypes: readonly ArrivedType[];
  /** Of each provider that a key is configured for. */
  readonly asked: readonly AskedDestinations[];
  /** Of the last events, those that Paddle's simulator made and that were booked. */
  readonly simulatedBooked: number;
  /** Events that only name their object, and came without a key to ask for it; those beyond some are not counted. */
  readonly thinWithoutKey: number;
  /** Lists that the last backfill could not read to their end. */
  readonly unreadLists: readonly Watermark[];
  /** Deliveries that were answered with an error. */
  readonly refused: readonly RefusedDeliveries[];
  /** Of each account that delivered in the last thirty days. */
  readonly paces: readonly Pace[];
  readonly openEvents: readonly OpenCount[];
  readonly unreadable: readonly UnreadableEvents[];
  readonly openDiscrepancies: readonly OpenDiscrepancies[];
}

/** Counting all events of a large inbox would take minutes; who never came among so many is not subscribed to. */
const eventsLookedAt = 100_000;
const deliveriesLookedAt = 200;

/** How this installation stands. Changes nothing, also in a database that was never migrated. */
export async function diagnose(
  services: Omit<Services, "policies">,
  { terms, migrate }: DiagnoseOptions,
): Promise<Diagnosis> {
  const { store, clock, toleranceSeconds } = services;
  const { pending, unknown } = await store.schema();
  const damage = await store.damage();
  const database = {
    engine: store.engine,
    settings: await store.settings(),
    pendingMigrations: pending,
    unknownMigrations: unknown,
    damage,
    migratesAtStart: migrate,
  };
  // Without its tables there is nothing to count, and what a damaged file counts is not so.
  const isReadable = pending.length === 0 && damage.length === 0;
  const state = !isReadable ? nothingArrived : await readState(services, terms);
  const { smallestDelay, deliveries } = state;
  const held = terms ?? state.inForce ?? defaultTerms;
  return {
    now: clock.now(),
    policy: {
      version: state.version,
      inForce: state.inForce?.version ?? null,
      stored: state.versions,
      terms: held,
      warnings: policyWarnings(held),
    },
    database,
    workedAt: state.workedAt,
    clock: { deliveries, smallestDelay, windowSeconds: toleranceSeconds },
    eventTypes: withExpected(services, state.arrived),
    asked: await askDestinations(services),
    simulatedBooked: Number(state.simulated),
    thinWithoutKey: state.thin,
    unreadLists: state.unread,
    refused: state.refused,
    paces: state.paces,
    openEvents: state.events,
    unreadable: state.unreadable,
    openDiscrepancies: state.discrepancies,
  };
}

type State = Awaited<ReturnType<typeof readState>>;

async function readState(services: Omit<Services, "policies">, terms: PolicyTerms | null) {
  const { store, clock } = services;
  const policies = await store.policies();
  const inForce = policies.at(-1);
  const delays = await lastDelays(store.read, deliveriesLookedAt);
  return {
    version: (terms === null ? inForce?.version : await store.findPolicyVersion(terms)) ?? null,
    inForce,
    versions: policies.map(({ version }) => version).sort((a, b) => a - b),
    deliveries: delays.length,
    smallestDelay: delays.reduce<bigint | null>(
      (least, delay) => (least === null || delay < least ? delay : least),
      null,
    ),
    workedAt: await workedAt(store.read),
    arrived: await eventTypes(store.read, eventsLookedAt),
    simulated: await bookedBeginning(store.read, { prefix: simulatedEventPrefix, among: eventsLookedAt }),
    thin: (await thinWithoutKey(store.read, { provider: "stripe", limit: 10_000, isOpen: true })).length,
    unread: await unreadLists(store.read),
    refused: await readRefused(services),
    paces: await pacesOf(store.read, clock.now()),
    events: await openEvents(store.read),
    unreadable: await unreadableEvents(store.read),
    discrepancies: await openDiscrepancies(store.read, clock.now()),
  };
}

const nothingArrived: State = {
  version: null,
  inForce: undefined,
  versions: [],
  deliveries: 0,
  smallestDelay: null,
  workedAt: null,
  arrived: [],
  simulated: 0n,
  thin: 0,
  unread: [],
  refused: [],
  paces: [],
  events: [],
  unreadable: [],
  discrepancies: [],
};

/** Each says for itself what it can: one that does not answer keeps nothing back of the others. */
export function askDestinations({
  sources,
  providers,
}: Omit<Services, "policies">): Promise<AskedDestinations[]> {
  return Promise.all(
    sources.map(async ({ source, account }) => {
      const subscriptions = providers.get(source.provider)?.provider.subscribedEventTypes ?? [];
      const { newestVersion } = source;
      const about = { provider: source.provider, account, subscriptions, newestVersion };
      try {
        const destinations = await source.destinations();
        return { ...about, destinations, problem: null, unreadable: await source.unreadable() };
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        const problem = { code: error.code, detail: error.message };
        // Whoever is away, or does not know the key, has no more to say of other lists.
        const unreadable = isAway(error) || error.code === "unauthenticated" ? [] : await source.unreadable();
        return { ...about, destinations: [], problem, unreadable };
      }
    }),
  );
}

/** What arrived, and what should have, of each provider that is in use. */
function withExpected({ providers }: Omit<Services, "policies">, arrived: State["arrived"]): ArrivedType[] {
  return [...providers.values()].flatMap(({ provider, secrets }) => {
    const own = arrived.filter((row) => row.provider === provider.name);
    if (secrets.length === 0 && own.length === 0) return [];
    const types = [
      ...new Set([...provider.expectedEventTypes, ...own.map(({ type }) => type.replace(/^v1\./, ""))]),
    ];
    return types.map((type) => {
      // An event that only names its object says the same.
      const rows = own.filter((candidate) => candidate.type === type || candidate.type === `v1.${type}`);
      return {
        provider: provider.name,
        type,
        expected: provider.expectedEventTypes.includes(type),
        count: rows.reduce((sum, { count }) => sum + Number(count), 0),
        lastReceivedAt: rows.reduce<Instant | null>(
          (last, { lastReceivedAt: at }) => (last === null || at > last ? at : last),
          null,
        ),
      };
    });
  });
}
