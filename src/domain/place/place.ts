import { type Contested, nothingContested } from "../facts/claims.ts";
import type { ChargeFact } from "../facts/facts.ts";
import { namesOf, paymentNames } from "../facts/linked-facts.ts";
import { placeLinked } from "./place-linked.ts";
import { type DirectFact, type Placed, placeDirectly } from "./placement.ts";

/** Which charges there are, by all that is known of objects that name each other, and what belongs to each. */
export function place(facts: readonly ChargeFact[], contested: Contested = nothingContested): Placed[] {
  return facts.every(isDirect) ? placeDirectly(facts, contested) : placeLinked(facts, contested);
}

/** The names that connect a fact with others about the same money; none if it names its document, and nothing else could. */
export function linkingNames(fact: ChargeFact): string[] {
  if (fact.kind === "movement" || fact.kind === "warning_row") return [];
  if (fact.kind !== "document") return namesOf(fact);
  if (fact.invoice === null) return [];
  const { payment } = fact.invoice;
  return [fact.ref, ...(payment === null || payment === "none" ? [] : paymentNames(payment))];
}

/** A document whose payments are no objects of their own, and what names its document. */
export function isDirect(fact: ChargeFact): fact is DirectFact {
  if (fact.kind === "document") return fact.invoice === null;
  return fact.kind === "movement" || fact.kind === "warning_row";
}

const placed = new WeakMap<readonly ChargeFact[], readonly Placed[]>();

/**
 * One of the charges that follow from these facts. Many may share a dossier, so that each is asked for in turn: all of
 * them are placed once.
 * @throws if none of the facts is about it
 */
export function placementOf(
  ref: string,
  facts: readonly ChargeFact[],
  contested: Contested = nothingContested,
): Placed {
  const all = placed.get(facts) ?? place(facts, contested);
  placed.set(facts, all);
  const found = all.find((placement) => placement.ref === ref);
  if (found === undefined) throw new Error(`Nothing is known of ${ref}.`);
  return found;
}
