import type { Metadata } from "../domain/facts/facts.ts";
import { isRecord } from "./json.ts";
import { storable } from "./text.ts";

/**
 * What an app attached to a provider's object; `null` if there is none. Other values than strings are kept as their JSON
 * text. `Object.fromEntries` defines a key `__proto__` like any other. Bound the depth first: JSON.stringify recurses.
 */
export function readMetadata(value: unknown): Metadata | null {
  if (!isRecord(value)) return null;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [storable(key), storable(textOf(entry))]),
  );
}

/** Of several objects as one, the one whose keys win first; `null` if none has any metadata. */
export function readMetadataOf(levels: readonly unknown[]): Metadata | null {
  const read = levels.map(readMetadata).filter((level) => level !== null);
  if (read.length === 0) return null;
  return Object.fromEntries(read.toReversed().flatMap((level) => Object.entries(level)));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
