import type { Policy, PolicyBook } from "../domain/policy.ts";
import type { Store } from "../store/store.ts";
import type { PolicyTerms } from "./read-policy.ts";

/** Numbers the terms in force, and reads all versions that charges may be pinned to. */
export async function openPolicies(store: Store, terms: PolicyTerms): Promise<PolicyBook> {
  const current = await store.policyVersion(terms);
  const policies = new Map((await store.policies()).map((policy) => [policy.version, policy]));
  const version = (number: number): Policy => {
    const policy = policies.get(number);
    if (policy === undefined) throw new Error(`Policy version ${number} was never stored.`);
    return policy;
  };
  return { current: version(current), version };
}
