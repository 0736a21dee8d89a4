import type { Charge } from "../charge/charge.ts";
import type { Finding } from "../charge/finding.ts";
import { type Metadata, type Unreadable, unreadableAt } from "../facts/metadata.ts";
import { ownerKeysRead } from "./owner.ts";
import { matchableOf } from "./pin.ts";
import { metadataKeysRead, type Policy } from "./policy.ts";

/** Where the policy looked for the owner and found what is no text: the charge is the customer's own until somebody looks. */
export function ownerMetadataFindings(charge: Charge, policy: Policy): Finding[] {
  const { keys } = ownerKeysRead(charge, policy);
  return unreadableFindings("owner_unreadable", [charge.metadata], keys);
}

/** The same of the rules it tried on the charge's lines: they do not match. */
export function ruleMetadataFindings(charge: Charge, policy: Policy): Finding[] {
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
