import type { Source } from "../../domain/ids.ts";
import type { Services } from "../services.ts";
import { askDestinations } from "./diagnose.ts";
import { type DoctorFinding, destinationFindings, type JudgedDestinations } from "./findings.ts";

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
  return async () => {
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
}

async function withinPatience(asking: Promise<void>): Promise<void> {
  let tooLate: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    tooLate = setTimeout(resolve, waitedMilliseconds);
  });
  await Promise.race([asking, limit]);
  clearTimeout(tooLate);
}
