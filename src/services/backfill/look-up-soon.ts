import type { Instant } from "../../domain/time.ts";
import { SourceError } from "../../providers/kit/asking.ts";
import { lastChargeNumber, unseenRefs } from "../../store/inbox/read/waiting-refs.ts";
import { tell } from "../inbox/tell.ts";
import { leased, startWorker, type Worker } from "../kit/worker.ts";
import type { ConfiguredSource, Services } from "../services.ts";
import { leaseOfAsking } from "./ask-for-named.ts";

const pageSize = 30;
/** What belongs to a payment mostly comes with it: it is asked for where it did not. */
const patientFor = 10_000_000_000n;
/** Of the charges from before this process began so many may be ones that the last process had no time to ask for. */
const perhapsNotAsked = 1_000n;
/** Whoever could not answer is left alone for a while; a backfill asks for everything anyway. */
const pauseAfterProblem = 60_000_000_000n;

/** How far one source was asked, up to which charge it may be, and which was the last one when. */
interface Progress {
  readonly source: ConfiguredSource;
  asked: bigint | null;
  ripe: bigint;
  readonly marks: { readonly at: Instant; readonly no: bigint }[];
  pausedUntil: Instant;
}

/**
 * Asks soon, not only when everything is asked for: since Basil a payment that no invoice is told of waits for the provider's word
 * that there is none. All but the last charges from before this process began are left to the backfill.
 */
export function startLookingUpSoon(
  services: Services,
  options: { readonly everyMilliseconds: number },
): Worker {
  const progress: Progress[] = services.sources.map((source) => ({
    source,
    asked: null,
    ripe: -1n,
    marks: [],
    pausedUntil: 0n,
  }));
  return startWorker(async (stopping) => {
    try {
      for (const each of progress) await lookUpRipe(services, each, stopping);
    } catch (error) {
      services.log.error({ error: String(error) }, "What charges wait for could not be asked for.");
    }
  }, options);
}

async function lookUpRipe(services: Services, progress: Progress, stopping: AbortSignal): Promise<void> {
  const { marks, source } = progress;
  const now = services.clock.now();
  const latest = await lastChargeNumber(services.store.read);
  progress.asked ??= latest > perhapsNotAsked ? latest - perhapsNotAsked : -1n;
  if (marks.at(-1)?.no !== latest) marks.push({ at: now, no: latest });
  for (let [first] = marks; first !== undefined && first.at <= now - patientFor; [first] = marks) {
    progress.ripe = first.no;
    marks.shift();
  }
  const { asked, ripe } = progress;
  if (ripe <= asked || now < progress.pausedUntil) return;
  const { provider } = source.source;
  const { account } = source;
  const asking = { provider, account, after: asked, limit: pageSize };
  const refs = (await unseenRefs(services.store.read, asking)).filter(({ no }) => no <= ripe);
  if (refs.length === 0) {
    progress.asked = ripe;
    return;
  }
  await leased(
    services,
    `thin:${provider}:${account}`,
    async () => {
      try {
        for (const { no, ref } of refs) {
          if (stopping.aborted) return;
          for await (const page of source.source.lookUp([ref]))
            for (const telling of page.tellings) await tell(services, source, telling);
          progress.asked = no;
        }
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        progress.pausedUntil = services.clock.now() + pauseAfterProblem;
        services.log.warn({ provider, problem: error.code }, "What charges wait for could not be asked for.");
      }
    },
    leaseOfAsking,
  );
}
