import { fromUnixSeconds, type Instant } from "../../domain/time.ts";
import { type AuditReport, audit } from "../../services/audit/audit.ts";
import type { Services } from "../../services/services.ts";
import { type PostOptions, postAll, unexpectedRepeats } from "../post.ts";
import type { Case, RecordedEvent } from "./cases.ts";
import { type Difference, differences } from "./differences.ts";
import { readGolden, writeGolden } from "./golden.ts";
import { openScratch, StandingClock } from "./scratch.ts";
import type { DeliveryReply } from "./target.ts";
import { orderFree, readWorld, type World } from "./world.ts";

/** `accepted`: the golden file is what this run led to. `none`: there is no golden file to compare with. */
export type CaseVerdict = "matched" | "differs" | "accepted" | "none";

export interface CaseResult {
  readonly name: string;
  readonly verdict: CaseVerdict;
  readonly differences: readonly Difference[];
  readonly events: readonly DeliveryReply[];
  /** `null` where only the outcomes could be seen. */
  readonly world: World | null;
  /** `null` where the books are not ours to audit. */
  readonly audit: AuditReport | null;
}

/** Posts a case to a server and a database of its own, and holds what it led to against its golden file. */
export async function replayCase(
  recorded: Case,
  options: PostOptions & { readonly accept: boolean },
): Promise<CaseResult> {
  const clock = new StandingClock(fallbackNow);
  const { policyFile } = recorded;
  const scratch = await openScratch({ databaseUrl: "sqlite::memory:", port: 0, policyFile, clock });
  try {
    clock.set(latestOccurrence(scratch.services, recorded.events));
    const passes = await postAll(scratch.target, recorded.events, options);
    const [events = []] = passes;
    const world = await readWorld(scratch.target, events);
    const report = await audit(scratch.services);
    const judged = options.accept ? accept(recorded, world) : compare(recorded, world, options);
    const found = [...judged.differences, ...unexpectedRepeats(passes)];
    const verdict = found.length > 0 ? "differs" : judged.verdict;
    return { name: recorded.name, verdict, differences: found, events, world, audit: report };
  } finally {
    await scratch.close();
  }
}

type Judged = Pick<CaseResult, "verdict" | "differences">;

function accept(recorded: Case, world: World): Judged {
  writeGolden(recorded, world);
  return { verdict: "accepted", differences: [] };
}

/** In another order than the file's, only what does not depend on the order is compared. */
function compare(recorded: Case, world: World, { shuffleSeed }: PostOptions): Judged {
  const golden = readGolden(recorded);
  if (golden === undefined) return { verdict: "none", differences: [] };
  const found =
    shuffleSeed === null
      ? differences(golden, toJson(world))
      : differences(orderFree(golden), toJson(orderFree(world)));
  return { verdict: found.length > 0 ? "differs" : "matched", differences: found };
}

const toJson = (value: object): unknown => JSON.parse(JSON.stringify(value));

/** Ours is the time of the latest event: golden files depend on nothing but the recorded bodies. */
function latestOccurrence({ providers }: Services, events: readonly RecordedEvent[]): Instant {
  const times = events.flatMap(({ provider, body }) => {
    const envelope = providers.get(provider)?.provider.readEnvelope(body);
    return envelope?.kind === "envelope" && envelope.occurredAt !== null ? [envelope.occurredAt] : [];
  });
  return times.reduce((latest, time) => (time > latest ? time : latest), times[0] ?? fallbackNow);
}

/** 2026-01-01, for cases without a time of their own. */
const fallbackNow = fromUnixSeconds(1_767_225_600);
