import { canonical } from "../../domain/canonical.ts";
import type { LineFact } from "../../domain/facts/facts.ts";

/** A line as it was read, and what else the provider calls it by. */
export interface ReadLine {
  readonly line: LineFact;
  readonly uniqueId: string | null;
}

/**
 * Lines by refs that tell them apart. Where several share an id, each goes by what else names it alone, or else by its number
 * among them: not in the order of the list, which may be another one next time, but of what they say.
 */
export function distinctLines(read: readonly ReadLine[]): LineFact[] {
  const byId = Map.groupBy(read, ({ line }) => line.ref);
  const shared = [...byId.values()].filter((lines) => lines.length > 1).flat();
  if (shared.length === 0) return read.map(({ line }) => line);
  const taken = new Set(byId.keys());
  const refs = new Map<LineFact, string>();
  for (const { line, uniqueId } of shared.toSorted(byContent)) {
    const ref = uniqueId !== null && !taken.has(uniqueId) ? uniqueId : numbered(line.ref, taken);
    taken.add(ref);
    refs.set(line, ref);
  }
  return read.map(({ line }) => {
    const ref = refs.get(line);
    return ref === undefined ? line : { ...line, ref, sharedId: line.ref };
  });
}

function numbered(id: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) if (!taken.has(`${id}#${number}`)) return `${id}#${number}`;
}

/** By its other name and its price first: those stay, whatever else is said of it later. */
function byContent(a: ReadLine, b: ReadLine): number {
  const [left, right] = [a, b].map(({ line, uniqueId }) => canonical([uniqueId, line.priceRef, line])) as [
    string,
    string,
  ];
  return left < right ? -1 : Number(left > right);
}
