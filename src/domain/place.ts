import type { ChargeFact, DocumentFact, MovementFact } from "./facts.ts";
import { type Placement, placeDirectly } from "./placement.ts";

/** Which charges there are, by all that is known of objects that name each other, and what belongs to each. */
export function place(facts: readonly ChargeFact[]): Placement[] {
  return placeDirectly(facts.filter(isDirect));
}

function isDirect(fact: ChargeFact): fact is DocumentFact | MovementFact {
  return fact.kind === "document" || fact.kind === "movement";
}

/** @throws if none of the facts is about it */
export function placementOf(ref: string, facts: readonly ChargeFact[]): Placement {
  const found = place(facts).find((placement) => placement.ref === ref);
  if (found === undefined) throw new Error(`Nothing is known of ${ref}.`);
  return found;
}
