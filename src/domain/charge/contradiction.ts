import { canonical } from "../canonical.ts";
import type { Fact } from "../facts/facts.ts";

/**
 * Whether facts state of an object what the facts told before, of the same event at another API version, state
 * otherwise. What only one of them mentions is no contradiction: versions differ in what they mention.
 */
export function contradicts(said: readonly Fact[], told: readonly Fact[]): boolean {
  return said.some((fact) => {
    const before = told.filter((known) => known.kind === fact.kind && known.ref === fact.ref);
    // An event may say several things of one object: it is enough that one of them agrees.
    return before.length > 0 && before.every((known) => statesOther(fact, known));
  });
}

/** Whether every fact was told before, word for word. */
export function wereTold(said: readonly Fact[], told: readonly Fact[]): boolean {
  const known = new Set(told.map(canonical));
  return said.every((fact) => known.has(canonical(fact)));
}

/** Only what has one notation at every version is compared: amounts, times, names and words, not what is nested. */
function statesOther(fact: Fact, known: Fact): boolean {
  return Object.entries(fact).some(([field, value]) => {
    const other: unknown = known[field as keyof Fact];
    return isPlain(value) && isPlain(other) && value !== other;
  });
}

function isPlain(value: unknown): boolean {
  return value !== null && value !== undefined && typeof value !== "object";
}
