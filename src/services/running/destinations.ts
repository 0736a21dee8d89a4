import type { Source } from "../../domain/ids.ts";
import { readRefused } from "../inbox/refusals.ts";
import { pacesOf } from "../inbox/silence.ts";
import type { Services } from "../services.ts";
import { askDestinations } from "./diagnose.ts";
import {
  type DoctorFinding,
  destinationFindings,
  type JudgedDestinations,
  refusalFindings,
} from "./findings.ts";

/** What is wrong with where an account's events are sent, as doctor says it. */
export type DestinationFinding = Source & DoctorFinding;

/** `null`: they were not asked yet, or nobody can be. */
export type Destinations = () => Promise<readonly DestinationFinding[] | null>;

const keptMilliseconds = 600_000;
/** Who looks at a page waits no longer: what is answered later is seen by the next one. */
const waitedMilliseconds = 1_000;

/** What providers say of where they send, asked beside whoever looks, once in ten minutes for all who do. */
export function sharedDestinations(
  services: Omit<Services, "policies">,
  judged: JudgedDestinations,
): Destinations {
  let known: readonly DestinationFinding[] | null = null;
  let asking: Promise<void> | undefined;
  let freshUntil = 0;
  const ask = async () => {
    const all = await askDestinations(services);
    known = all.flatMap((asked) =>
      destinationFindings(asked, judged).map((finding) => ({
        provider: asked.provider,
        account: asked.account,
        ...finding,
      })),
    );
    freshUntil = performance.now() + keptMilliseconds;
  };
  const said = async () => {
    if (services.sources.length === 0) return null;
    if (performance.now() >= freshUntil)
      asking ??= ask()
        .catch((error: unknown) => {
          services.log.warn({ error: String(error) }, "Where providers send events could not be asked.");
        })
        .finally(() => {
          asking = undefined;
        });
    if (known === null && asking !== undefined) await withinPatience(asking);
    return known;
  };
  return async () => {
    const [asked, refused] = await Promise.all([said(), refusedNow(services)]);
    return refused.length === 0 ? asked : [...refused, ...(asked ?? [])];
  };
}

/** Nobody needs to be asked for what was refused here. */
async function refusedNow(services: Omit<Services, "policies">): Promise<DestinationFinding[]> {
  const all = await readRefused(services);
  if (all.length === 0) return [];
  const now = services.clock.now();
  const paces = await pacesOf(services.store.read, now);
  return all.flatMap((one) => {
    const account = services.providers.get(one.provider)?.secrets[0]?.account ?? "default";
    const findings = refusalFindings({ now, refused: [one], paces });
    return findings.map((finding) => ({ provider: one.provider, account, ...finding }));
  });
}

async function withinPatience(asking: Promise<void>): Promise<void> {
  let tooLate: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    tooLate = setTimeout(resolve, waitedMilliseconds);
  });
  await Promise.race([asking, limit]);
  clearTimeout(tooLate);
}
