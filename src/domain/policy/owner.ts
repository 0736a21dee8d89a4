import type { Charge } from "../charge/charge.ts";
import type { Policy } from "./policy.ts";

/**
 * Whose wallet a charge belongs to: an explicit link, then the metadata path the policy names, then the customer's own
 * key. `null` if no customer is known at all: then nothing is topped up until one is linked.
 */
export function ownerOf(charge: Charge, policy: Policy, linkedOwner: string | undefined): string | null {
  if (linkedOwner !== undefined) return linkedOwner;
  for (const path of policy.ownerFrom[charge.key.provider] ?? []) {
    const key = keyOf(path);
    const value = Object.hasOwn(charge.metadata, key) ? charge.metadata[key] : undefined;
    if (value !== undefined && value !== "") return value;
  }
  return charge.customerRef === null ? null : `${charge.key.provider}:${charge.customerRef}`;
}

/** `custom_data.owner` and `metadata.owner` both name the key `owner` of what is folded into a charge's metadata. */
function keyOf(path: string): string {
  return path.replace(/^(?:.*\.)?(?:custom_data|metadata)\./, "");
}
