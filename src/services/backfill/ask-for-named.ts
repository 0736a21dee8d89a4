import { lacksItsObject, type StoredEvent } from "../../domain/event.ts";
import type { EventId } from "../../domain/ids.ts";
import { isAway, SourceError } from "../../providers/kit/asking.ts";
import type { Named } from "../../providers/provider.ts";
import type { ListedObject } from "../../providers/source.ts";
import type { Work } from "../../store/batch/unit-of-work.ts";
import { dueThinEvents, thinWithoutKey } from "../../store/inbox/read/due-events.ts";
import { storedEvent } from "../../store/inbox/read/events.ts";
import { receiveTelling, retryEvent } from "../inbox/receive.ts";
import { retryDelay } from "../inbox/record-failure.ts";
import { tell } from "../inbox/tell.ts";
import { leased, startWorker, type Worker } from "../kit/worker.ts";
import type { ConfiguredSource, Services } from "../services.ts";

const pageSize = 64;
/** Customers wait for what they paid: where the process that asked was killed, another one goes on soon. */
export const leaseOfAsking = { seconds: 15 } as const;
/** A provider answers several at once, and lets a key ask no more than some dozens in a second. */
const askedAtOnce = 8;

/**
 * Asks for what events name and do not carry, until it is stopped: the event as it is with its object, else the object as it is
 * by now. One process at a time asks; while the provider does not answer, the others of a round wait for the next one.
 */
export function startAskingForNamed(
  services: Services,
  options: { readonly everyMilliseconds: number },
): Worker {
  return startWorker(async (stopping) => {
    try {
      await askForNamed(services, stopping);
    } catch (error) {
      services.log.error({ error: String(error) }, "What events name could not be asked for.");
    }
  }, options);
}

/** Asks once for all that is due; gives how many events that were. */
export async function askForNamed(services: Services, stopping?: AbortSignal): Promise<number> {
  let count = 0;
  for (const source of services.sources) {
    await takeUpParked(services, source);
    const { provider } = source.source;
    const first = { provider, now: services.clock.now(), after: -1n, limit: 1 };
    if ((await dueThinEvents(services.store.read, first)).length === 0) continue;
    const asked = await leased(
      services,
      `thin:${provider}:${source.account}`,
      () => askInTurn(services, source, stopping),
      leaseOfAsking,
    );
    count += asked ?? 0;
  }
  return count;
}

/** Those that came before there was a key. */
async function takeUpParked(services: Services, { source }: ConfiguredSource): Promise<void> {
  const parked = await thinWithoutKey(services.store.read, { provider: source.provider, limit: pageSize });
  for (const { id } of parked) await retryEvent(services, id);
}

async function askInTurn(
  services: Services,
  source: ConfiguredSource,
  stopping?: AbortSignal,
): Promise<number> {
  const now = services.clock.now();
  const { provider } = source.source;
  let count = 0;
  for (let after = -1n; ; ) {
    const page = await dueThinEvents(services.store.read, { provider, now, after, limit: pageSize });
    for (let at = 0; at < page.length; at += askedAtOnce) {
      if (stopping?.aborted) return count;
      const together = page.slice(at, at + askedAtOnce);
      const answered = await Promise.all(together.map(({ id }) => ask(services, source, id)));
      count += together.length;
      if (!answered.every(Boolean)) return count;
    }
    if (page.length < pageSize) return count;
    after = page.at(-1)?.no ?? after;
  }
}

/** Whether the provider was there to answer. */
async function ask(services: Services, source: ConfiguredSource, id: EventId): Promise<boolean> {
  const event = await storedEvent(services.store.read, id);
  const provider = services.providers.get(source.source.provider)?.provider;
  if (event === undefined || provider === undefined || event.provider !== provider.name) return true;
  const envelope = provider.readEnvelope(event.body);
  // What came with its object meanwhile is no business of ours.
  if (envelope.kind === "refused" || envelope.named === undefined) return true;
  try {
    await close(services, event, await answerTo(services, source, { event, named: envelope.named }));
    return true;
  } catch (error) {
    if (!(error instanceof SourceError)) {
      services.log.error({ event: id, error: String(error) }, "What an event names could not be applied.");
      return true;
    }
    services.log.warn({ event: id, problem: error.code }, "What an event names could not be asked for.");
    await close(services, event, {
      outcome: "waiting",
      reason: `thin: ${error.message}`.slice(0, 500),
      error,
    });
    return !isAway(error);
  }
}

interface Closing {
  readonly outcome: "applied" | "ignored" | "parked" | "waiting";
  readonly reason: string;
  readonly error?: SourceError;
}

/** `null`: it was told with its object, as the event that it is. */
async function answerTo(
  services: Services,
  { source, account }: ConfiguredSource,
  { event, named }: { readonly event: StoredEvent; readonly named: Named },
): Promise<Closing | null> {
  const isOwn = event.account === account || event.account === (await source.ownAccount());
  const told = await source.told(named, { type: event.type, connected: isOwn ? null : event.account });
  const about = isOwn ? account : event.account;
  const closing = await tellAll(services, { source, account: about }, told);
  if (event.account === about || closing?.outcome === "parked") return closing;
  // It came before the account that it names was known to be our own, where what it says belongs.
  return { outcome: "ignored", reason: `thin_own_account: it is told of the account ${account}` };
}

async function tellAll(
  services: Services,
  { source, account }: Pick<ConfiguredSource, "source" | "account">,
  told: ListedObject,
): Promise<Closing | null> {
  switch (told.kind) {
    case "event":
      await receiveTelling(services, {
        provider: source.provider,
        account,
        body: told.telling.body,
        origin: "backfill",
        receivedAt: services.clock.now(),
        unlessKnown: false,
      });
      return null;
    case "objects":
      for (const telling of told.tellings) await tell(services, { source, account }, telling);
      return { outcome: "applied", reason: "thin_object" };
    case "gone":
      return { outcome: "parked", reason: "thin_gone: the provider has neither this event nor its object" };
    case "differs":
      return { outcome: "parked", reason: `thin_differs: ${told.detail}` };
    default:
      return told satisfies never;
  }
}

async function close({ store }: Services, { id }: StoredEvent, closing: Closing | null): Promise<void> {
  if (closing !== null) await store.write(closingThin(id, closing));
}

/** Writes down what became of an event whose object it only names; what it says was told in other words. */
function closingThin(id: EventId, { outcome, reason, error }: Closing): Work<void> {
  return {
    needs: { events: [id] },
    decide(books, now) {
      const stored = books.event(id);
      if (stored === undefined || stored.outcome !== "waiting" || !lacksItsObject(stored)) return;
      const attempts = stored.attempts + 1;
      const pause = BigInt(error?.retryAfterMilliseconds ?? 0) * 1_000_000n;
      const delay = retryDelay(attempts);
      const retryAt = outcome === "waiting" ? now + (pause > delay ? pause : delay) : null;
      books.putEvent({
        ...stored,
        outcome,
        reason,
        attempts,
        retryAt,
        appliedAt: outcome === "applied" ? now : null,
      });
    },
  };
}
