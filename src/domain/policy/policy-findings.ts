import type { Charge } from "../charge/charge.ts";
import { type Finding, named } from "../charge/finding.ts";
import { ruleMetadataFindings } from "./metadata.ts";
import type { Policy } from "./policy.ts";

/** Where a charge is not what the policy that it is booked under takes for granted. */
export function policyFindings(charge: Charge, policy: Policy): Finding[] {
  return [...ruleMetadataFindings(charge, policy), ...invoiceFindings(charge, policy)];
}

/** A shop that says it has no invoices has one: until its payment is known to be the invoice's, both count. */
function invoiceFindings({ kind, key }: Charge, { standalone }: Policy): Finding[] {
  return standalone === "unless_invoiced" && kind === "invoice" ? named("invoice_told", [key]) : [];
}
