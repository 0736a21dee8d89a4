import type { Books } from "../books.ts";
import { agrees, assertionsOf, type Claim, type Contested, claimKey } from "../facts/claims.ts";
import type { Fact } from "../facts/facts.ts";
import { nameKey, type Source } from "../ids.ts";

/** What facts that are heard now are the first to say, and what stands against what they say. */
export interface Heard {
  readonly first: ReadonlyMap<string, { readonly claim: Claim; readonly fact: Fact }>;
  readonly contested: Contested;
}

export function hear(books: Books, source: Source, facts: readonly Fact[]): Heard {
  const first = new Map<string, { claim: Claim; fact: Fact }>();
  const contested: Record<string, Claim> = {};
  for (const fact of facts) {
    for (const says of assertionsOf(fact)) {
      const key = claimKey(says);
      const name = nameKey(source, key);
      const stands = books.claim(name) ?? first.get(name)?.claim;
      const { ref, noun, of } = says;
      if (stands === undefined) first.set(name, { claim: { ref, noun, of }, fact });
      else if (!agrees(says, stands)) contested[key] = stands;
    }
  }
  return { first, contested };
}

/** Keeps for ever what was heard first. */
export function stake(books: Books, { first }: Heard): void {
  for (const [name, { claim, fact }] of first) books.putClaim(name, claim, fact);
}
