import { type Metadata, type Unreadable, wholeAttachment } from "../../domain/facts/metadata.ts";
import { isRecord } from "./json.ts";
import { storableText } from "./text.ts";

/**
 * What an app attached to a provider's object; `null` if there is nothing. `Object.fromEntries` defines a key `__proto__`
 * like any other. Bound the depth first: JSON.stringify recurses.
 */
export function readMetadata(value: unknown): Metadata | null {
  if (value === null || value === undefined) return null;
  if (!isRecord(value)) return { [wholeAttachment]: unreadable(value) };
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, entry]) =>
      entry === null ? [] : [[storableText(key), textOf(entry)] as const],
    ),
  );
}

/** Of several objects as one, the one whose keys win first; `null` if none has any metadata. */
export function readMetadataOf(levels: readonly unknown[]): Metadata | null {
  const read = levels.map(readMetadata).filter((level) => level !== null);
  if (read.length === 0) return null;
  return Object.fromEntries(read.toReversed().flatMap((level) => Object.entries(level)));
}

function textOf(value: unknown): string | Unreadable {
  if (typeof value === "string") return storableText(value);
  return isExact(value) ? String(value) : unreadable(value);
}

/** A larger number was rounded by JSON.parse: two that were sent as different ones would name the same owner. */
function isExact(value: unknown): boolean {
  return typeof value === "number" && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}

function unreadable(value: unknown): Unreadable {
  return { json: storableText(JSON.stringify(value)) };
}
