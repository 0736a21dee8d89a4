import { ConfigurationError } from "../../domain/errors.ts";
import type { Policy, PolicyBook } from "../../domain/policy/policy.ts";
import type { Snapshot } from "../../store/batch/snapshot.ts";
import { storedPolicies } from "../../store/charges/policies.ts";
import { accountWithInvoices } from "../../store/charges/read/charges.ts";
import type { Store } from "../../store/store.ts";
import { defaultTerms, type PolicyTerms } from "./read-policy.ts";

/** All policies of one database, as they were read. */
export interface ReadPolicies extends PolicyBook {
  /** The numbers of all versions that were read, the oldest first. */
  versions(): readonly number[];
}

/** The same, of a database that other processes may add to. */
export interface StoredPolicies extends ReadPolicies {
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

/**
 * The policies of a process that books. Terms that it was given are put in force, as a version that charges can be pinned
 * to. One that was given none takes those that were put in force last, by whoever: it follows when another process puts
 * other ones in force, and adds none of its own, but where there are none at all.
 * @throws ConfigurationError if they say that there are no invoices, and there are
 */
export async function openPolicies(store: Store, given: PolicyTerms | null): Promise<StoredPolicies> {
  if (given === null) await store.policyInForce(defaultTerms);
  else {
    await refuseUntrue(store, given);
    await store.putPolicyInForce(given);
  }
  return readPolicies(store, given);
}

/** Value would stand twice where an invoice and its payment are told apart. */
async function refuseUntrue(store: Store, { standalone }: PolicyTerms): Promise<void> {
  if (standalone !== "unless_invoiced") return;
  const account = await accountWithInvoices(store.read);
  if (account === null) return;
  const problem = `standalone is unless_invoiced, but ${account} has told invoices: say evidence`;
  throw new ConfigurationError([{ name: "POLICY_FILE", code: "invalid", problem }]);
}

/** The same for one that only looks, and stores nothing: terms that were never in force have the number they would get. */
export async function readPolicies(store: Store, given: PolicyTerms | null): Promise<StoredPolicies> {
  const givenVersion = given === null ? undefined : await store.findPolicyVersion(given);
  const stored = new Map<number, Policy>();
  let current: Policy = { ...(given ?? defaultTerms), version: givenVersion ?? 0 };
  const refresh = async () => {
    const read = await store.policies();
    for (const policy of read) if (!stored.has(policy.version)) stored.set(policy.version, policy);
    const last = read.at(-1)?.version;
    const inForce = stored.get((given === null ? last : givenVersion) ?? 0);
    current = inForce ?? { ...current, version: read.length + 1 };
  };
  await refresh();
  return {
    get current() {
      return current;
    },
    version: (number) => {
      const policy = number === current.version ? current : stored.get(number);
      if (policy === undefined) throw new PolicyUnknown(number);
      return policy;
    },
    versions: () => [...stored.keys()].sort((a, b) => a - b),
    refresh,
  };
}

/** The policies as a snapshot has them. */
export async function policiesAt({ read }: Pick<Snapshot, "read">, current: Policy): Promise<ReadPolicies> {
  const policies = await storedPolicies(read);
  const stored = new Map(policies.map((policy) => [policy.version, policy]));
  const version = (number: number): Policy => {
    const policy = stored.get(number) ?? (number === current.version ? current : undefined);
    if (policy === undefined) throw new PolicyUnknown(number);
    return policy;
  };
  return { current, version, versions: () => [...stored.keys()].sort((a, b) => a - b) };
}

/** The policies as they are now: a work must decide under the policy that it was loaded for. */
export function asTheyAre({ current, version }: PolicyBook): PolicyBook {
  return { current, version };
}
