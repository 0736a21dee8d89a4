import type { ChargeFact } from "../facts/facts.ts";
import { namesOf, paymentNames } from "../facts/linked-facts.ts";
import { placeLinked } from "./place-linked.ts";
import { type DirectFact, type Known, type Placed, placeDirectly } from "./placement.ts";

/** Which charges there are, by all that is known of objects that name each other, and what belongs to each. */
export function place(known: Known): Placed[] {
  const { facts, contested } = known;
  return facts.every(isDirect) ? placeDirectly(facts, contested) : placeLinked(known);
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

const placed = new WeakMap<readonly ChargeFact[], Map<string, readonly Placed[]>>();

/**
 * One of the charges that follow from what is known. Many may share a dossier, so that each is asked for in turn: all of
 * them are placed once.
 * @throws if none of the facts is about it
 */
export function placementOf(ref: string, known: Known): Placed {
  const { facts, unlessInvoiced, providerSells } = known;
  const reading = `${unlessInvoiced} ${providerSells}`;
  const before = placed.get(facts) ?? new Map<string, readonly Placed[]>();
  const all = before.get(reading) ?? place(known);
  placed.set(facts, before.set(reading, all));
  const found = all.find((placement) => placement.ref === ref);
  if (found === undefined) throw new Error(`Nothing is known of ${ref}.`);
  return found;
}
