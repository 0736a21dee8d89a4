import { hash } from "node:crypto";
import type { ListedObjectRow } from "./listed-rows.ts";

/**
 * The id of an event that we make of a listed object: what is said by it, and when. The same words give the same id, so
 * listing again changes nothing; other words are another event.
 */
export function ownKey(
  object: string,
  { ref, at, row }: { ref: string; at: string; row: ListedObjectRow },
): string {
  return `obj:${object}:${ref}:${hash("sha256", `${at} ${JSON.stringify(row)}`, "hex").slice(0, 16)}`;
}

/** Bytes of an event. */
export const bodyOf = (event: ListedObjectRow): Uint8Array => new TextEncoder().encode(JSON.stringify(event));
