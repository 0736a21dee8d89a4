import type { Books, ChargeRecord, Discrepancy } from "./books.ts";
import type { Charge } from "./charge.ts";
import { type Finding, findingsOf } from "./checks.ts";
import type { Circumstances } from "./circumstances.ts";
import { discrepancyId, messageId } from "./ids.ts";

/**
 * Opens what the charge now disagrees on and resolves what has disappeared; one whose two sides changed is the same
 * discrepancy with another hash. Gives the open ones, as the charge's record keeps them.
 */
export function reportFindings(
  books: Books,
  before: ChargeRecord,
  charge: Charge,
  circumstances: Circumstances,
): Readonly<Record<string, string>> {
  const findings = findingsOf(charge);
  const open: Record<string, string> = {};
  for (const finding of findings) {
    open[finding.kind] = JSON.stringify(finding.detail);
    if (before.discrepancies[finding.kind] === open[finding.kind]) continue;
    record(books, charge, finding, "open", circumstances);
    if (before.discrepancies[finding.kind] === undefined)
      announce(books, charge, finding, before.facts.length, circumstances);
  }
  for (const [kind, hash] of Object.entries(before.discrepancies)) {
    if (open[kind] === undefined)
      record(books, charge, { kind, detail: JSON.parse(hash) }, "resolved", circumstances);
  }
  return open;
}

function record(
  books: Books,
  charge: Charge,
  finding: Finding,
  status: Discrepancy["status"],
  { eventId, now }: Circumstances,
): void {
  const id = discrepancyId(finding.kind, charge.id);
  books.discrepancies.set(id, {
    id,
    provider: charge.key.provider,
    account: charge.key.account,
    kind: finding.kind,
    status,
    chargeId: charge.id,
    eventId,
    detail: finding.detail,
    hash: JSON.stringify(finding.detail),
    at: now,
  });
}

function announce(
  books: Books,
  charge: Charge,
  finding: Finding,
  factsBefore: number,
  { eventId, now }: Circumstances,
): void {
  books.messages.push({
    id: messageId("discrepancy.opened", `${finding.kind}:${charge.id}`, factsBefore),
    type: "discrepancy.opened",
    walletId: null,
    seq: null,
    data: { kind: finding.kind, charge_id: charge.id, event_id: eventId, detail: finding.detail },
    createdAt: now,
  });
}
