import { differingFields, type Problem } from "../domain/audit.ts";
import type { AuditedEvent, unbalancedEntries, WalletSums } from "../store/read/audit.ts";
import type { Services } from "./services.ts";

/** Reads an event's bytes anew, and compares with the facts that were stored of it. */
export function auditEvent({ providers }: Services, { event, facts }: AuditedEvent): Problem[] {
  const problem = (kind: string, detail: string): Problem[] => [{ kind, subject: event.id, detail }];
  if (event.outcome !== "applied" && event.outcome !== "waiting") {
    return facts.length === 0 ? [] : problem("facts_unexpected", `it is ${event.outcome}, and has facts`);
  }
  const provider = providers.get(event.provider)?.provider;
  if (provider === undefined) throw new Error(`No provider ${event.provider} is known.`);
  const envelope = provider.readEnvelope(event.body);
  if (envelope.kind === "refused") return problem("body_differs", envelope.code);
  const normalised = provider.normalise(envelope, event.id);
  if (normalised.kind !== "facts") return problem("facts_differ", `its bytes now read as ${normalised.kind}`);
  const differences = differingFields(byRef(normalised.facts), byRef(facts));
  return differences.flatMap((ref) => problem("facts_differ", `of ${ref}, its bytes say something else`));
}

function byRef(facts: readonly { readonly ref: string }[]): Record<string, unknown> {
  return Object.fromEntries(facts.map((fact) => [fact.ref, fact]));
}

export function problemOfEntry({
  id,
  currency,
  rest,
}: Awaited<ReturnType<typeof unbalancedEntries>>[number]): Problem {
  const detail = rest === null ? "it has no postings" : `${rest} ${currency} are left over`;
  return { kind: "entry_unbalanced", subject: id, detail };
}

/** A wallet's row against its lots, its statement and the ledger. */
export function auditWallet(sums: WalletSums): Problem[] {
  const compared: [string, bigint, bigint][] = [
    ["paid, by its lots", sums.paid, sums.lots_paid],
    ["promo, by its lots", sums.promo, sums.lots_promo],
    ["paid, by the ledger", sums.paid, sums.posted_paid],
    ["promo, by the ledger", sums.promo, sums.posted_promo],
    ["recovery, by the ledger", sums.recovery, sums.posted_recovery],
    ["recovery, by its statement", sums.recovery, sums.recovery_moves],
    ["balance, by its statement", sums.paid + sums.promo, sums.lines_amount],
    ["seq", sums.seq, sums.last_seq],
    ["statement lines", sums.seq, sums.lines],
    ["lots", sums.lot_count, sums.lots],
  ];
  return compared
    .filter(([, is, should]) => is !== should)
    .map(([what, is, should]) => ({
      kind: "wallet_differs",
      subject: sums.id,
      detail: `${what}: ${is} is stored, ${should} follows`,
    }));
}
