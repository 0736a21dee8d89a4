import type { OwnProvider } from "../domain/ids.ts";
import type { Instant } from "../domain/time.ts";

/** An event of the world: what a provider says, and when. */
export interface Emission {
  readonly provider: OwnProvider;
  readonly id: string;
  readonly type: string;
  readonly at: Instant;
  /** The exact text that is signed and posted. */
  readonly body: string;
}

/** By time; what happened at one moment stays in the order it was said in. */
export function inOrder(emissions: readonly Emission[]): Emission[] {
  return emissions.toSorted((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
}
