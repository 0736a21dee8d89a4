import type { Refusal } from "../provider.ts";
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
 * (JSON.stringify at 10,000) overflows: ask this first, with a limit far below that, since it recurses down to the limit
 * itself. It visits every node of every event, and makes no object on its way.
 */
export function isDeeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (limit < 0) return true;
  if (Array.isArray(value)) return value.some((item) => isDeeperThan(item, limit - 1));
  const record = value as Readonly<Record<string, unknown>>;
  for (const key in record) if (isDeeperThan(record[key], limit - 1)) return true;
  return false;
}
