import {
  compareStamps,
  type DocumentFact,
  type InvoiceTerms,
  type PaymentAttempt,
  type Stage,
} from "../facts/facts.ts";
import type { Instant } from "../time.ts";

/**
 * How far each stage outranks another. `past_due` and `open` may alternate, so time decides between them; `void` wins
 * only over what was not paid. Sources: Paddle's and Stripe's state diagrams; a Stripe invoice can be paid after it was
 * marked uncollectible.
 */
const ranks: Record<Stage, number> = {
  draft: 0,
  ready: 1,
  open: 2,
  past_due: 2,
  uncollectible: 3,
  void: 4,
  paid: 5,
  completed: 6,
};

/** All that the facts of one document say together. */
export interface MergedDocument {
  /** The fact that outranks all others: its kind, stage and currency are the document's. */
  readonly latest: DocumentFact;
  /** By payment ref, from all facts; `null` if no fact lists payments. */
  readonly payments: readonly PaymentAttempt[] | null;
  readonly statusChangedAt: Instant;
  /** The greatest known value of a field. */
  value<Field extends keyof DocumentFact>(field: Field): DocumentFact[Field] | null;
  /** The same of what an invoice says about its payment. */
  term<Field extends keyof InvoiceTerms>(field: Field): InvoiceTerms[Field] | null;
  /** The same, of the facts of the present stage alone: how it was paid is not known before it is. */
  termNow<Field extends keyof InvoiceTerms>(field: Field): InvoiceTerms[Field] | null;
  /** When it first was at one of these stages. */
  firstAt(...stages: readonly Stage[]): Instant | null;
}

export function mergeDocuments(facts: readonly DocumentFact[]): MergedDocument | null {
  const ordered = facts.toSorted(
    (a, b) => ranks[a.stage] - ranks[b.stage] || compareStamps(a.stamp, b.stamp),
  );
  const latest = ordered.at(-1);
  if (latest === undefined) return null;
  const binding = withoutOutdatedDrafts(ordered).toReversed();
  return {
    latest,
    payments: mergePayments(ordered),
    statusChangedAt: startOfLastStage(ordered, latest),
    term: (field) => termOf(binding, field),
    termNow: (field) =>
      termOf(
        binding.filter((fact) => fact.stage === latest.stage),
        field,
      ),
    // What an event has no field for it does not say either.
    value: (field) => binding.find((fact) => (fact[field] ?? null) !== null)?.[field] ?? null,
    firstAt: (...stages) => reachedFirst(ordered.filter((fact) => stages.includes(fact.stage))),
  };
}

/** The first known value, of facts that come greatest first. */
function termOf<Field extends keyof InvoiceTerms>(
  facts: readonly DocumentFact[],
  field: Field,
): InvoiceTerms[Field] | null {
  return facts.find((fact) => (fact.invoice?.[field] ?? null) !== null)?.invoice?.[field] ?? null;
}

/**
 * Until a document is billed it may still be edited, and a null then means that something was removed: of the drafts
 * only the last one counts. From there on a null only means that this event did not say.
 */
function withoutOutdatedDrafts(ordered: readonly DocumentFact[]): readonly DocumentFact[] {
  const firstBilled = ordered.findIndex((fact) => ranks[fact.stage] >= ranks.open);
  const drafts = firstBilled === -1 ? ordered.length : firstBilled;
  return ordered.slice(Math.max(drafts - 1, 0));
}

/** Each attempt once, as the greatest fact states it; what was captured once stays captured (money comes back as a refund). */
function mergePayments(ordered: readonly DocumentFact[]): PaymentAttempt[] | null {
  const lists = ordered.flatMap((fact) => (fact.payments === null ? [] : [fact.payments]));
  if (lists.length === 0) return null;
  const byRef = new Map<string, PaymentAttempt>();
  for (const payment of lists.flat()) {
    if (payment.captured || byRef.get(payment.ref)?.captured !== true) byRef.set(payment.ref, payment);
  }
  return [...byRef.values()].sort((a, b) => (a.ref < b.ref ? -1 : 1));
}

/** When the unbroken run of facts with the present stage began. */
function startOfLastStage(ordered: readonly DocumentFact[], latest: DocumentFact): Instant {
  const before = ordered.findLastIndex((fact) => fact.stage !== latest.stage);
  return (ordered[before + 1] ?? latest).stamp.occurredAt;
}

/** By the events of that moment; where none was heard, by what others say of it. */
function reachedFirst(facts: readonly DocumentFact[]): Instant | null {
  const ofTheMoment = facts.filter(({ reachedAt }) => reachedAt === null);
  const telling = ofTheMoment.length > 0 ? ofTheMoment : facts;
  const times = telling.map((fact) => fact.reachedAt ?? fact.stamp.occurredAt);
  return times.length === 0 ? null : times.reduce((first, time) => (time < first ? time : first));
}
