import { type Parked, parked } from "../kit/parked.ts";

/**
 * A body can have a field of before Basil (2025-03-31) and the one that replaced it. The newer one counts; two that are
 * both there and say different things are not to be trusted. `null` says nothing.
 */
export interface Pair {
  readonly newer: unknown;
  readonly older: unknown;
  /** Where the newer one stands. */
  readonly path: string;
}

export function disagreeing(pairs: Iterable<Pair>): Parked | null {
  for (const { newer, older, path } of pairs) {
    if (newer == null || older == null || newer === older) continue;
    return parked("shapes_disagree", `${path}: says something else than the field it replaced.`);
  }
  return null;
}
