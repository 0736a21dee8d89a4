import type { Charge } from "../charge/charge.ts";
import { type Finding, named } from "../charge/finding.ts";
import { type Metadata, textAt, type Unreadable, unreadableAt } from "../facts/metadata.ts";
import { matchableOf } from "./pin.ts";
import { metadataKeysRead, type Policy } from "./policy.ts";

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
function ownerKeysRead(
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

/** Where the policy looked for the owner and found what is no text: the charge is the customer's own until somebody looks. */
export function ownerMetadataFindings(charge: Charge, policy: Policy): Finding[] {
  const { keys } = ownerKeysRead(charge, policy);
  return unreadableFindings("owner_unreadable", [charge.metadata], keys);
}

/** The same of the rules it tried on the charge's lines: they do not match. */
function ruleMetadataFindings(charge: Charge, policy: Policy): Finding[] {
  const read = charge.lines.map((line) => matchableOf(charge, line));
  const keys = read.flatMap((line) => metadataKeysRead(policy, line));
  return unreadableFindings(
    "metadata_unreadable",
    [charge.metadata, ...read.map(({ metadata: [own] }) => own ?? {})],
    keys,
  );
}

function unreadableFindings(kind: string, levels: readonly Metadata[], keys: readonly string[]): Finding[] {
  const found = [...new Set(keys)].flatMap((key) => {
    const unreadable = levels.map((level) => unreadableAt(level, key)).find((one) => one !== null);
    return unreadable == null ? [] : [{ key, what: kindOf(unreadable) }];
  });
  if (found.length === 0) return [];
  const detail = {
    keys: found.map(({ key }) => key).join(", "),
    provider_says: found.map(({ what }) => what).join(", "),
  };
  return [{ kind, detail }];
}

/** What it is, never what it says: that could be personal. */
function kindOf({ json }: Unreadable): string {
  const kinds = { "[": "list", "{": "object", '"': "text", t: "flag", f: "flag" };
  return kinds[json[0] as keyof typeof kinds] ?? "number";
}

/** Where a charge is not what the policy that it is booked under takes for granted. */
export function policyFindings(charge: Charge, policy: Policy): Finding[] {
  return [...ruleMetadataFindings(charge, policy), ...invoiceFindings(charge, policy)];
}

/** A shop that says it has no invoices has one: until its payment is known to be the invoice's, both count. */
function invoiceFindings({ kind, key }: Charge, { standalone }: Policy): Finding[] {
  return standalone === "unless_invoiced" && kind === "invoice" ? named("invoice_told", [key]) : [];
}
