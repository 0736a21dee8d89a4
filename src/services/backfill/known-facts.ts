import { isDeepStrictEqual } from "node:util";
import type { Books } from "../../domain/books.ts";
import { type ChargeFact, compareStamps, type Fact } from "../../domain/facts/facts.ts";
import type { TransferFact } from "../../domain/facts/transfer-facts.ts";
import { type EventId, type ObjectKey, payoutId } from "../../domain/ids.ts";
import { knownFacts, type Subject } from "../../domain/place/dossier.ts";

/**
 * What the books know of what is stated: nothing else (`news`), the same as the last they heard of it (`known`), something
 * else that was said of a later moment (`known_later`), which the telling would lose against, or, of a row of the
 * provider's balance, which never changes, something else at all (`known_otherwise`).
 */
export type Novelty = "news" | "known" | "known_later" | "known_otherwise";

export interface AboutCharge {
  readonly subject: Subject;
  readonly facts: readonly ChargeFact[];
}

export interface AboutTransfer {
  readonly key: ObjectKey;
  readonly facts: readonly TransferFact[];
}

export function noveltyOf(
  books: Books,
  charges: readonly AboutCharge[],
  transfers: readonly AboutTransfer[],
): Novelty {
  const each = [
    ...charges.flatMap(({ subject, facts }) => novelties(facts, knownFacts(books, subject))),
    ...transfers.flatMap(({ key, facts }) => novelties(facts, books.payout(payoutId(key), key).facts)),
  ];
  if (each.every((novelty) => novelty === "known")) return "known";
  if (each.includes("known_otherwise")) return "known_otherwise";
  return each.includes("known_later") ? "known_later" : "news";
}

/** What an event has said of these objects, at other API versions. */
export function toldBefore(
  books: Books,
  event: EventId,
  charges: readonly AboutCharge[],
  transfers: readonly AboutTransfer[],
): Fact[] {
  const known: Fact[] = [
    ...charges.flatMap(({ subject }) => knownFacts(books, subject)),
    ...transfers.flatMap(({ key }) => books.payout(payoutId(key), key).facts),
  ];
  return known.filter(({ stamp }) => stamp.eventId === event);
}

function novelties(facts: readonly Fact[], known: readonly Fact[]): Novelty[] {
  return facts.map((fact) => {
    const told = known
      .filter(({ kind, ref }) => kind === fact.kind && ref === fact.ref)
      .toSorted((a, b) => compareStamps(a.stamp, b.stamp));
    // A row that moves no charge has no later state: whoever says more of it is heard.
    if (fact.kind === "provider_row" || fact.kind === "payout_row")
      return told.some((each) => saysNothingNew(fact, each)) ? "known" : "news";
    const last = told.at(-1);
    if (last === undefined) return "news";
    if (saysNothingNew(fact, last)) return "known";
    if (contradictsRow(fact, last)) return "known_otherwise";
    return compareStamps(last.stamp, fact.stamp) < 0 ? "news" : "known_later";
  });
}

/** A row of a report has no exchange rate: where it says nothing, it takes nothing back. */
function saysNothingNew(fact: Fact, last: Fact): boolean {
  if (fact.kind !== "balance_row" || last.kind !== "balance_row")
    return isDeepStrictEqual(contentOf(last), contentOf(fact));
  const said = Object.entries(fact.row).filter(([, value]) => value !== null);
  const known: Readonly<Record<string, unknown>> = { ...last.row };
  const saysCharge = fact.chargeRef !== null && fact.chargeRef !== last.chargeRef;
  return (
    fact.sourceRef === last.sourceRef && !saysCharge && said.every(([name, value]) => known[name] === value)
  );
}

/** Whether both say something of the row, and not the same. */
function contradictsRow(fact: Fact, last: Fact): boolean {
  if (fact.kind !== "balance_row" || last.kind !== "balance_row") return false;
  if (fact.sourceRef !== last.sourceRef) return true;
  const known: Readonly<Record<string, unknown>> = { ...last.row };
  return Object.entries(fact.row).some(
    ([name, value]) => value !== null && known[name] !== null && known[name] !== value,
  );
}

/** That a stage was reached is said by an event of that moment, and said again by a list: no news. */
function contentOf({ stamp: _, ...content }: Fact): object {
  return "reachedAt" in content ? { ...content, reachedAt: null } : content;
}
