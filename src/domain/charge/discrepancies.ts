import type { Books, Discrepancy } from "../books.ts";
import type { Circumstances } from "../circumstances.ts";
import { type ChargeId, discrepancyId, messageId, type Source } from "../ids.ts";
import type { Finding } from "./finding.ts";

/** What a discrepancy is about: a charge, a customer's credit that a charge spent, or money that moved without one. */
export interface FindingSubject {
  readonly source: Source;
  readonly subject: string;
  readonly chargeId: ChargeId | null;
}

/**
 * Opens what is now disagreed on and resolves what has disappeared; one whose two sides changed is the same discrepancy with
 * another hash. `before` are those that were open, and the open ones are given back, as a record keeps them.
 */
export function reportFindings(
  books: Books,
  about: FindingSubject,
  before: Readonly<Record<string, string>>,
  findings: readonly Finding[],
  circumstances: Circumstances,
): Readonly<Record<string, string>> {
  const open: Record<string, string> = {};
  for (const finding of findings) {
    const hash = JSON.stringify(finding.detail);
    open[finding.kind] = hash;
    const known = before[finding.kind];
    if (known !== hash) openFinding(books, about, finding, { isNew: known === undefined, ...circumstances });
  }
  for (const [kind, hash] of Object.entries(before)) {
    if (open[kind] === undefined)
      resolveFinding(books, about, { kind, detail: JSON.parse(hash) }, circumstances);
  }
  return open;
}

/** Opens a discrepancy, or gives one that is open its changed sides; a new one is announced. */
export function openFinding(
  books: Books,
  about: FindingSubject,
  finding: Finding,
  { isNew, eventId, now }: Pick<Circumstances, "eventId" | "now"> & { readonly isNew: boolean },
): void {
  put(books, about, finding, "open", { eventId, now });
  if (!isNew) return;
  books.messages.push({
    id: messageId("discrepancy.opened", `${finding.kind}:${about.subject}`, eventId ?? now.toString()),
    type: "discrepancy.opened",
    walletId: null,
    fromSeq: null,
    seq: null,
    chargeId: null,
    data: { kind: finding.kind, charge_id: about.chargeId, event_id: eventId, detail: finding.detail },
    createdAt: now,
  });
}

export function resolveFinding(
  books: Books,
  about: FindingSubject,
  finding: Finding,
  circumstances: Pick<Circumstances, "eventId" | "now">,
): void {
  put(books, about, finding, "resolved", circumstances);
}

function put(
  books: Books,
  { source, subject, chargeId }: FindingSubject,
  { kind, detail }: Finding,
  status: Discrepancy["status"],
  { eventId, now }: Pick<Circumstances, "eventId" | "now">,
): void {
  const id = discrepancyId(kind, subject);
  const { provider, account } = source;
  const hash = JSON.stringify(detail);
  books.discrepancies.set(id, {
    id,
    provider,
    account,
    kind,
    status,
    chargeId,
    eventId,
    detail,
    hash,
    at: now,
    row: null,
    resolution: status === "open" ? null : "disappeared",
  });
}
