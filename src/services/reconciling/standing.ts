import type { Instant } from "../../domain/time.ts";
import {
  type OpenCount,
  openEvents,
  type UnreadableEvents,
  unreadableEvents,
} from "../../store/inbox/read/inbox-state.ts";
import { allReadUntil, type ReadUntil } from "../../store/inbox/watermarks.ts";
import { type OutboxState, outboxState } from "../../store/outbox/read/outbox.ts";
import { type LastRun, lastRuns, type OpenByAge, openByAge } from "../../store/wallets/read/standing.ts";
import { type Pace, pacesOf } from "../inbox/silence.ts";
import type { Services } from "../services.ts";

export type { CommittedBatch } from "../../store/batch/batch.ts";

/** What is open in the books, and how long ago they were last held against the providers. */
export interface Standing {
  readonly at: Instant;
  readonly events: readonly OpenCount[];
  readonly discrepancies: OpenByAge;
  readonly outbox: OutboxState;
  readonly backfills: readonly Backfilled[];
  readonly reconciliations: readonly LastRun[];
  readonly paces: readonly Pace[];
  readonly unreadable: readonly UnreadableEvents[];
}

export interface Backfilled {
  readonly provider: string;
  readonly account: string;
  /** Up to when all of its lists were read; `null`: some never was. */
  readonly until: Instant | null;
}

const keptMilliseconds = 5_000;
/** Where counting takes long it is done less often, so that it takes a small part of the time. */
const keptPerMillisecond = 20;

/**
 * Counts once for everybody who asks within some seconds, and for all who ask while it is counting. `null` where the
 * database does not answer.
 */
export function sharedStanding(services: Services): () => Promise<Standing | null> {
  let shared: Promise<Standing | null> | undefined;
  return () => {
    if (shared !== undefined) return shared;
    const begun = performance.now();
    const counting = readStanding(services).catch(() => null);
    shared = counting;
    void counting.then(() => {
      const kept = Math.max(keptMilliseconds, keptPerMillisecond * (performance.now() - begun));
      setTimeout(() => {
        shared = undefined;
      }, kept).unref();
    });
    return counting;
  };
}

/** Of each account that can be asked, by what its lists were read. */
export function backfillsOf(
  { sources }: Pick<Services, "sources">,
  read: readonly ReadUntil[],
): Backfilled[] {
  return sources.map(({ source: { provider, kinds }, account }) => {
    const own = read.filter((list) => list.provider === provider && list.account === account);
    const until = kinds.map(({ name }) => own.find(({ kind }) => kind === name)?.until ?? null);
    return { provider, account, until: earliest(until) };
  });
}

async function readStanding(services: Services): Promise<Standing> {
  const { store, clock } = services;
  const at = clock.now();
  return {
    at,
    events: await openEvents(store.aside),
    discrepancies: await openByAge(store.aside, at),
    outbox: await outboxState(store.aside),
    backfills: backfillsOf(services, await allReadUntil(store.read)),
    reconciliations: await lastRuns(store.aside),
    paces: await pacesOf(store.aside, at),
    unreadable: await unreadableEvents(store.aside),
  };
}

function earliest(instants: readonly (Instant | null)[]): Instant | null {
  return instants.reduce((first, other) =>
    first === null || other === null || first < other ? first : other,
  );
}
