import { readFileSync, writeFileSync } from "node:fs";
import type { Fact } from "../../src/domain/facts/facts.ts";
import { factIn, factText } from "../../src/store/inbox/nouns/fact.ts";
import * as paddle from "../providers/paddle/bodies.ts";
import * as stripe from "../providers/stripe/bodies.ts";

/**
 * Facts of recorded events as they were stored, a few of each kind. A field of a fact is kept at its place in a list: one that is
 * put between others would make every stored fact say something else. `UPDATE_GOLDEN=1` writes them anew, which is right only
 * where what was stored before need not be read any more, or where there is a new kind.
 */
const file = new URL("./golden/facts.json", import.meta.url);
const mostOfAKind = 4;

/** Those with the longest texts say most. */
function recorded(): Map<string, Fact[]> {
  const facts = [paddle, stripe].flatMap(({ allEvents, normalised }) =>
    allEvents().flatMap(([, event]) => {
      const said = normalised(event as never);
      return said.kind === "facts" ? [...said.facts] : [];
    }),
  );
  const byKind = Map.groupBy(facts as readonly Fact[], ({ kind }) => kind);
  const longest = (a: Fact, b: Fact) => factText(b).length - factText(a).length;
  return new Map([...byKind].map(([kind, all]) => [kind, all.toSorted(longest).slice(0, mostOfAKind)]));
}

const now = recorded();
if (process.env.UPDATE_GOLDEN !== undefined) {
  const texts = Object.fromEntries([...now].map(([kind, facts]) => [kind, facts.map(factText)]));
  writeFileSync(file, `${JSON.stringify(texts, null, 2)}\n`);
}
const stored = new Map(Object.entries(JSON.parse(readFileSync(file, "utf8")) as Record<string, string[]>));

test.each([...now])("a %s that was stored before is read as what it said", (kind, facts) => {
  const texts = stored.get(kind) ?? [];
  expect(texts.length).toBeGreaterThan(0);
  const isStored = (fact: Fact) => facts.some(({ stamp }) => stamp.eventId === fact.stamp.eventId);
  const known = texts.map((text) => factIn<Fact>(text)).filter(isStored);
  expect(known.length).toBeGreaterThan(0);
  for (const fact of known) expect(facts.map(withoutAdded(fact))).toContainEqual(fact);
});

/** What was added since is not in what was stored: the other fields are as they were. */
function withoutAdded(before: Fact) {
  const names = new Set(Object.keys(before));
  return (fact: Fact) => Object.fromEntries(Object.entries(fact).filter(([name]) => names.has(name)));
}
