import { canonical } from "../canonical.ts";
import {
  type ChargeFact,
  compareStamps,
  type DocumentFact,
  type MovementFact,
  type Stage,
  saidAt,
} from "../facts/facts.ts";
import type { DisputeFact, PaymentFact } from "../facts/linked-facts.ts";
import { saysProviderSells } from "../facts/seller.ts";

/**
 * The facts that still matter: with them, and with whatever else is ever said, charges come out as with all facts. So a
 * charge that is told of a thousand times is folded from a few: `live(live(a) ∪ b)` folds as `a ∪ b` does, for every b. Of
 * facts that nothing stands against; what can be told apart only by all facts is kept.
 */
export function live(facts: readonly ChargeFact[]): ReadonlySet<ChargeFact> {
  const kept = new Set<ChargeFact>();
  for (const own of Map.groupBy(facts, ({ kind, ref }) => `${kind} ${ref}`).values())
    for (const fact of liveOf(own)) kept.add(fact);
  return kept;
}

/** Of one object. */
function liveOf(facts: readonly ChargeFact[]): Iterable<ChargeFact> {
  const [{ kind }] = facts as [ChargeFact];
  switch (kind) {
    case "document":
      return liveDocuments(facts as readonly DocumentFact[]);
    case "movement":
      return liveByClass(facts as readonly MovementFact[], ({ movement, status }) => [movement, status], [
        "toCustomerBalance",
        "fee",
        "earnings",
        "payout",
        "customerRef",
        "reason",
        "linked",
      ]);
    case "payment":
      return liveByClass(facts as readonly PaymentFact[], wordsBut(...paymentFields), paymentFields);
    case "dispute":
      // Since when it is decided is since the last fact that says otherwise, and such a one may yet be heard of between them.
      return liveByClass(facts as readonly DisputeFact[], (fact) =>
        fact.state === "won" || fact.state === "lost" ? fact : wordsBut()(fact),
      );
    case "invoice_payment":
    case "checkout":
    case "refund":
    case "credit_note":
    case "balance_row":
      return liveByClass(facts, wordsBut());
    case "warning_row":
      return facts;
    default:
      return kind satisfies never;
  }
}

/** Of what a payment says beside the money: what is known last counts, and nothing else. */
const paymentFields = ["capturedAt", "method", "customerRef", "description", "livemode", "metadata"] as const;

const wordsBut =
  <Fact extends ChargeFact>(...fields: readonly (keyof Fact)[]) =>
  (fact: Fact): unknown => ({
    ...fact,
    stamp: null,
    ...Object.fromEntries(fields.map((field) => [field, null])),
  });

/**
 * Facts of one class differ at most in their stamps and in fields of which the last that is known counts. What is asked of
 * many such is asked of the first or the last of them: by the provider's clock, by when it was said, or by event.
 */
function liveByClass<Fact extends ChargeFact>(
  facts: readonly Fact[],
  classOf: (fact: Fact) => unknown,
  fields: readonly (keyof Fact)[] = [],
): Fact[] {
  const classes = Map.groupBy(facts, (fact) => canonical(classOf(fact)));
  return [...classes.values()].flatMap((own) => [
    ...orders.flatMap((order) => ends(own, order)),
    ...lastKnown(own, fields),
  ]);
}

type Order = (a: ChargeFact, b: ChargeFact) => number;

/** Two facts are never equal, unless one event says one thing in two ways. */
const byTime: Order = (a, b) => compareStamps(a.stamp, b.stamp) || compareText(canonical(a), canonical(b));
const bySaying: Order = (a, b) => {
  const [left, right] = [saidAt(a.stamp), saidAt(b.stamp)];
  return left === right ? byTime(a, b) : left < right ? -1 : 1;
};
const byEvent: Order = (a, b) => compareText(a.stamp.eventId, b.stamp.eventId) || byTime(a, b);
const orders = [byTime, bySaying, byEvent];

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function ends<Fact extends ChargeFact>(facts: readonly Fact[], order: Order): Fact[] {
  return facts.length === 0 ? [] : [least(facts, order), greatest(facts, order)];
}

function least<Fact extends ChargeFact>(facts: readonly Fact[], order: Order): Fact {
  return facts.reduce((first, fact) => (order(fact, first) < 0 ? fact : first));
}

function greatest<Fact extends ChargeFact>(facts: readonly Fact[], order: Order): Fact {
  return facts.reduce((last, fact) => (order(fact, last) > 0 ? fact : last));
}

/** Of each field the last fact that knows it. */
function lastKnown<Fact extends ChargeFact>(facts: readonly Fact[], fields: readonly (keyof Fact)[]): Fact[] {
  const ordered = facts.toSorted(byTime);
  return fields.flatMap((field) => ordered.findLast((fact) => fact[field] !== null) ?? []);
}

/** Stages that may alternate: when the present one began is known only from all of them, until another follows. */
const alternating: readonly Stage[] = ["open", "past_due"];
const before: readonly Stage[] = ["draft", "ready"];

/** What merging the facts of a document asks of them. */
function liveDocuments(facts: readonly DocumentFact[]): DocumentFact[] {
  const isBeyond = facts.some(({ stage }) => !alternating.includes(stage) && !before.includes(stage));
  const byStage = [...Map.groupBy(facts, ({ stage }) => stage)];
  return byStage.flatMap(([stage, own]) => {
    if (alternating.includes(stage) && !isBeyond) return own;
    const ofTheMoment = own.filter(({ reachedAt }) => reachedAt === null);
    const later = own.filter(({ reachedAt }) => reachedAt !== null);
    return [
      ...ends(own, byTime),
      ...ends(ofTheMoment, byTime),
      ...(later.length === 0 ? [] : [later.reduce(reachedFirst)]),
      ...lastKnown(own, documentFields(own)),
      ...lastTerms(own),
      ...naming(own),
      ...attempts(own),
      ...ends(own.filter(saysProviderSells), byTime),
    ];
  });
}

const reachedFirst = (a: DocumentFact, b: DocumentFact): DocumentFact =>
  (b.reachedAt as bigint) < (a.reachedAt as bigint) || (b.reachedAt === a.reachedAt && byTime(b, a) < 0)
    ? b
    : a;

function documentFields(facts: readonly DocumentFact[]): (keyof DocumentFact)[] {
  return Object.keys(facts[0] as DocumentFact) as (keyof DocumentFact)[];
}

function lastTerms(facts: readonly DocumentFact[]): DocumentFact[] {
  const ordered = facts.filter(({ invoice }) => invoice !== null).toSorted(byTime);
  const terms = Object.keys(ordered[0]?.invoice ?? {}) as (keyof NonNullable<DocumentFact["invoice"]>)[];
  return terms.flatMap((term) => ordered.findLast(({ invoice }) => invoice?.[term] != null) ?? []);
}

/** A payment that is named once is named, and has since when and until when. */
function naming(facts: readonly DocumentFact[]): DocumentFact[] {
  const named = facts.filter(({ invoice }) => invoice !== null && invoice.payment !== null);
  const byPayment = Map.groupBy(named, ({ invoice }) => canonical(invoice?.payment));
  return [...byPayment.values()].flatMap((own) => ends(own, byTime));
}

/** Each attempt as it was told last, and as it was told last that it was captured. */
function attempts(facts: readonly DocumentFact[]): DocumentFact[] {
  const told = new Map<string, DocumentFact>();
  for (const fact of facts.toSorted(byTime))
    for (const { ref, captured } of fact.payments ?? []) told.set(`${captured} ${ref}`, fact);
  return [...told.values()];
}
