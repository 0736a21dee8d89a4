import type { Charge } from "../charge/charge.ts";
import { textAt } from "../facts/metadata.ts";
import type { Policy } from "./policy.ts";

/**
 * Whose wallet a charge belongs to: an explicit link, then the metadata path the policy names, then the customer's own
 * key. `null` if no customer is known at all: then nothing is topped up until one is linked.
 */
export function ownerOf(charge: Charge, policy: Policy, linkedOwner: string | undefined): string | null {
  if (linkedOwner !== undefined) return linkedOwner;
  const { named } = ownerKeysRead(charge, policy);
  if (named !== null) return named;
  return charge.customerRef === null ? null : `${charge.key.provider}:${charge.customerRef}`;
}

/** The owner that metadata names, and the keys that were looked at until then. */
export function ownerKeysRead(
  { key: { provider }, metadata }: Charge,
  policy: Policy,
): { readonly named: string | null; readonly keys: readonly string[] } {
  const keys = (policy.ownerFrom[provider] ?? []).map(keyOf);
  const found = keys.findIndex((key) => (textAt(metadata, key) ?? "") !== "");
  if (found < 0) return { named: null, keys };
  return { named: textAt(metadata, keys[found] as string), keys: keys.slice(0, found) };
}

/** `custom_data.owner` and `metadata.owner` both name the key `owner` of what is folded into a charge's metadata. */
function keyOf(path: string): string {
  return path.replace(/^(?:.*\.)?(?:custom_data|metadata)\./, "");
}
