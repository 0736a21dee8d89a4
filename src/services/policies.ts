import type { Policy, PolicyBook } from "../domain/policy/policy.ts";
import type { Store } from "../store/store.ts";
import type { PolicyTerms } from "./read-policy.ts";

/** The policies of one database, which other processes may add to. */
export interface StoredPolicies extends PolicyBook {
  /** The numbers of all versions that were read, the oldest first. */
  versions(): readonly number[];
  /** Reads what was stored since. */
  refresh(): Promise<void>;
}

export const policyUnknown = "policy_unknown";

/** A version was asked for that this process has not read, or that was never stored. */
export class PolicyUnknown extends Error {
  readonly code = policyUnknown;
  constructor(version: number) {
    super(`Policy version ${version} was never stored.`);
  }
}

/** Numbers the terms in force, and reads all versions that charges may be pinned to. */
export async function openPolicies(store: Store, terms: PolicyTerms): Promise<StoredPolicies> {
  return policiesOf(store, { ...terms, version: await store.policyVersion(terms) });
}

/** The same without storing anything: terms that nobody ran with yet are of no version, and no charge is pinned to them. */
export async function readPolicies(store: Store, terms: PolicyTerms): Promise<StoredPolicies> {
  return policiesOf(store, { ...terms, version: (await store.findPolicyVersion(terms)) ?? 0 });
}

async function policiesOf(store: Store, current: Policy): Promise<StoredPolicies> {
  const policies = new Map<number, Policy>();
  const refresh = async () => {
    for (const policy of await store.policies()) policies.set(policy.version, policy);
  };
  await refresh();
  const version = (number: number): Policy => {
    const policy = policies.get(number);
    if (policy === undefined) throw new PolicyUnknown(number);
    return policy;
  };
  return {
    current: policies.get(current.version) ?? current,
    version,
    versions: () => [...policies.keys()],
    refresh,
  };
}
