import type { Refusal } from "./provider.ts";
import { refused } from "./signature.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** The JSON value of a body. Bytes that are not UTF-8 are not JSON (RFC 8259, section 8.1). */
export function parseJson(body: Uint8Array): { readonly kind: "json"; readonly value: unknown } | Refusal {
  try {
    return { kind: "json", value: JSON.parse(utf8.decode(body)) };
  } catch {
    return refused("body_not_json", "The body is not JSON in UTF-8.");
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Whether a JSON value is nested deeper than `limit`. JSON.parse takes 900,000 levels, but whatever recurses afterwards
 * (JSON.stringify at 10,000) overflows: ask this first. It goes level by level, without recursion.
 */
export function isDeeperThan(value: unknown, limit: number): boolean {
  let level = containersOf([value]);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    const next: object[] = [];
    for (const container of level) containersOf(Object.values(container), next);
    level = next;
  }
  return false;
}

/** The objects and arrays among some values, added to `found`: this runs over every node of every event. */
function containersOf(values: readonly unknown[], found: object[] = []): object[] {
  for (const value of values) {
    if (typeof value === "object" && value !== null) found.push(value);
  }
  return found;
}
