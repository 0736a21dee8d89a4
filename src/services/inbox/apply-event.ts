import { isDeepStrictEqual } from "node:util";
import type { Books } from "../../domain/books.ts";
import { canonical } from "../../domain/canonical.ts";
import { creditNamedBy } from "../../domain/credit/customer-credit.ts";
import { applyFacts, walletsAtHand } from "../../domain/decide.ts";
import { lacksItsObject, type Outcome, readAgain, type StoredEvent } from "../../domain/event.ts";
import { assertionsOf, claimKey } from "../../domain/facts/claims.ts";
import type { Fact } from "../../domain/facts/facts.ts";
import { soldThrough } from "../../domain/facts/seller.ts";
import { isTransfer, transferRef } from "../../domain/facts/transfer-facts.ts";
import { chargeId, customerKey, discrepancyId, messageId, nameKey, payoutId } from "../../domain/ids.ts";
import { isDirect, linkingNames } from "../../domain/place/place.ts";
import { documentRef } from "../../domain/place/placement.ts";
import type { PolicyBook } from "../../domain/policy/policy.ts";
import type { Instant } from "../../domain/time.ts";
import { applyTransferFacts } from "../../domain/transfer/apply-transfer.ts";
import { isDeeperThan } from "../../providers/kit/fields.ts";
import type { Envelope, Normalised, Provider, Refusal } from "../../providers/provider.ts";
import type { WalletNeed, Work } from "../../store/batch/unit-of-work.ts";
import {
  type AboutCharge,
  type AboutTransfer,
  type Novelty,
  noveltyOf,
  toldBefore,
} from "../backfill/known-facts.ts";
import { asTheyAre } from "../charges/policies.ts";

/** An event as it was delivered or stored, and what it says. */
export interface ReadEvent {
  readonly provider: Provider;
  readonly event: StoredEvent;
  readonly normalised: Normalised;
  /** Of what a provider states when asked: whether it is left out if the last that was heard of its object says the same. */
  readonly unlessKnown: boolean;
}

/** An event as it was delivered, and whether it says something. */
export interface ReadBytes {
  readonly event: StoredEvent;
  readonly isReadable: boolean;
}

export interface Applied {
  readonly outcome: Outcome;
  readonly reason: string | null;
}

/** Stores an event once and applies its facts, or says what became of it before. */
export function applyingEvent(read: ReadEvent, policies: PolicyBook): Work<Applied> {
  const { event, normalised } = read;
  const hasFacts = normalised.kind === "facts";
  const subjects = subjectsOf(event, hasFacts ? normalised.facts : []);
  const sellers = hasFacts ? (normalised.providerSells ?? []) : [];
  let same: boolean | undefined;
  const isSameAs = (stored: StoredEvent) => {
    same ??= sameContent(read, stored);
    return same;
  };
  const at: EventAtHand = { ...read, policies: asTheyAre(policies), subjects, sellers, isSameAs };
  return {
    needs: {
      events: [event.id],
      charges: subjects.charges.flatMap(({ subject }) =>
        subject.names.length === 0 ? chargeId(subject) : [],
      ),
      names: subjects.charges.flatMap(({ subject }) => subject.names.map((name) => nameKey(subject, name))),
      payouts: subjects.payouts.map(({ key }) => payoutId(key)),
      customers: subjects.customers,
      credits: subjects.credits,
      claims: subjects.claims,
      sellers: [...subjects.sellers, ...sellers.map((ref) => nameKey(event, ref))],
    },
    bytes: event.body.byteLength,
    walletNeeds: (books) => walletsOf(books, at),
    decide: (books, now) => decideEvent(books, at, now),
  };
}

/** An event that is to be applied, and what follows from it alone. */
interface EventAtHand extends ReadEvent {
  readonly policies: PolicyBook;
  readonly subjects: Subjects;
  /** Through which it says that the provider sells. */
  readonly sellers: readonly string[];
  /** Compared once: what is stored of it says the same, or never does. */
  readonly isSameAs: (stored: StoredEvent) => boolean;
}

function walletsOf(books: Books, at: EventAtHand): readonly WalletNeed[] {
  const { event, subjects, policies } = at;
  const stored = books.event(event.id);
  if (stored !== undefined && isDone(stored) && !isRendering(stored, at)) return [];
  return subjects.charges.flatMap(({ subject, facts }) => walletsAtHand(books, subject, facts, policies));
}

function decideEvent(books: Books, at: EventAtHand, now: Instant): Applied {
  const { event, normalised } = at;
  const stored = books.event(event.id);
  if (normalised.kind === "named") return askLater(books, stored, at, now);
  if (stored !== undefined && isRendering(stored, at)) return applyRendering(books, stored, at, now);
  if (stored !== undefined && !at.isSameAs(stored)) {
    if (isDone(stored) || normalised.kind !== "facts") return reportOtherContent(books, event, stored, now);
    // The other way round the same would be said: which of the two could be read does not depend on which came first.
    reportOtherContent(books, stored, event, now);
  }
  if (stored !== undefined && isDone(stored)) return { outcome: "duplicate", reason: null };
  const novelty = noveltyIn(books, at);
  if (novelty !== "news") return { outcome: "duplicate", reason: novelty };
  const applied = apply(books, at, now);
  const appliedAt = applied.outcome === "applied" || applied.outcome === "waiting" ? now : null;
  const attempts = (stored?.attempts ?? 0) + 1;
  const heard =
    stored === undefined
      ? event
      : hearAgain(books, stored, {
          event,
          isReadable: normalised.kind === "facts" || lacksItsObject(stored),
        });
  books.putEvent({ ...heard, ...applied, appliedAt, attempts, retryAt: null });
  return applied;
}

/** What it names is asked for soon; what is done with is not asked for again. */
function askLater(
  books: Books,
  stored: StoredEvent | undefined,
  { provider, event }: EventAtHand,
  now: Instant,
): Applied {
  const isSettled = isDone(stored) || (stored !== undefined && stored.outcome === "applied");
  if (isSettled) return { outcome: "duplicate", reason: null };
  // What came with its object, and could not be read, is not unsaid by what comes without.
  const namesOnly = stored === undefined || isNamedOnly(provider.readEnvelope(stored.body));
  if (!namesOnly) return { outcome: stored.outcome, reason: stored.reason };
  const waits = { outcome: "waiting", reason: "thin" } as const;
  books.putEvent({ ...(stored ?? event), ...waits, retryAt: now });
  return waits;
}

/** The object is rendered at the version of the destination it is sent to: two destinations get two bodies of one event. */
const isRendering = (stored: StoredEvent, { event, isSameAs }: EventAtHand): boolean =>
  stored.type === event.type &&
  event.apiVersion !== null &&
  stored.apiVersion !== null &&
  stored.apiVersion !== event.apiVersion &&
  !isSameAs(stored);

function noveltyIn(
  books: Books,
  { unlessKnown, normalised, event, subjects, sellers }: EventAtHand,
): Novelty {
  if (!unlessKnown || normalised.kind !== "facts") return "news";
  if (sellers.some((ref) => !books.sells(nameKey(event, ref)))) return "news";
  const novelty = noveltyOf(books, subjects.charges, subjects.payouts);
  // A report is compared with the books, row by row; what it says otherwise does not become theirs. Of the provider's own
  // list nobody else would tell.
  return novelty === "known_otherwise" && event.origin !== "import" ? "news" : novelty;
}

/**
 * What the event says in other words is said by the same event; a version that came before says nothing new. Where
 * two versions contradict each other both are kept, so that it does not matter which came first, and it is shown.
 */
function applyRendering(books: Books, stored: StoredEvent, at: EventAtHand, now: Instant): Applied {
  const { event, normalised, subjects } = at;
  const duplicate = { outcome: "duplicate", reason: null } as const;
  const apiVersion = event.apiVersion ?? "";
  if (normalised.kind !== "facts") return duplicate;
  const told = toldBefore(books, event.id, subjects.charges, subjects.payouts);
  if (stored.otherVersions.includes(apiVersion)) {
    return wereTold(normalised.facts, told) ? duplicate : reportOtherContent(books, event, stored, now);
  }
  const applied = apply(books, at, now);
  const outcome = isDone(stored) ? {} : { ...applied, appliedAt: now, retryAt: null };
  books.putEvent({ ...stored, ...outcome, otherVersions: [...stored.otherVersions, apiVersion] });
  books.renderings.push({ eventId: event.id, apiVersion, body: event.body, receivedAt: event.receivedAt });
  return contradicts(normalised.facts, told) ? reportOtherContent(books, event, stored, now) : duplicate;
}

function apply(
  books: Books,
  { event, normalised, policies, subjects, sellers }: EventAtHand,
  now: Instant,
): Applied & { readonly outcome: StoredEvent["outcome"] } {
  if (normalised.kind === "named") throw new Error("What only names its object is not applied.");
  if (normalised.kind === "ignored") return { outcome: "ignored", reason: normalised.reason };
  if (normalised.kind === "parked") return { outcome: "parked", reason: reasonOf(normalised) };
  const circumstances = {
    policies,
    eventId: event.id,
    reason: null,
    occurredAt: event.occurredAt ?? now,
    now,
  };
  const { provider, account } = event;
  for (const ref of sellers) books.putSeller({ provider, account, ref, toldAt: now });
  for (const { key, facts } of subjects.payouts) applyTransferFacts(books, key, facts, circumstances);
  const charges = subjects.charges.flatMap(({ subject, facts }) =>
    applyFacts(books, subject, facts, circumstances),
  );
  const waits = charges.some((charge) => charge.kind === "unseen");
  return waits ? { outcome: "waiting", reason: "charge_unseen" } : { outcome: "applied", reason: null };
}

/**
 * The event as it is to be read from now on: from its last bytes that can be, which are kept if they are others. What came
 * at another API version stands beside them.
 */
export function hearAgain(books: Books, stored: StoredEvent, { event, isReadable }: ReadBytes): StoredEvent {
  const isAtItsVersion = stored.apiVersion === null || stored.apiVersion === event.apiVersion;
  if (!isReadable || !isAtItsVersion || Buffer.compare(event.body, stored.body) === 0) return stored;
  const again = readAgain(stored, event);
  books.renderings.push(again.rendering);
  return again.event;
}

/**
 * What is failed or parked is tried again when it is delivered again, and so is what was never heard with its object;
 * everything else has happened.
 */
export function isDone(stored: StoredEvent | undefined): boolean {
  if (stored === undefined || lacksItsObject(stored)) return false;
  return stored.outcome !== "failed" && stored.outcome !== "parked";
}

function reasonOf({ reason, detail }: Extract<Normalised, { kind: "parked" }>): string {
  return detail === "" ? reason : `${reason}: ${detail}`;
}

/** Comparing recurses: what is nested deeper than any event of a provider is compared by its bytes alone. */
const deepestCompared = 64;

/**
 * The same bytes, or the same content in another envelope (Paddle sends one event as several notifications). What only names
 * its object says the same as what carries it.
 */
function sameContent(read: ReadEvent, stored: StoredEvent): boolean {
  const { provider, event } = read;
  if (Buffer.compare(event.body, stored.body) === 0) return true;
  const envelopes = [event, stored].map(({ body }) => provider.readEnvelope(body));
  if (envelopes.some(isNamedOnly)) return true;
  const [ours, theirs] = envelopes.map((envelope) =>
    envelope.kind === "envelope" ? provider.contentOf(envelope) : null,
  );
  if (isDeeperThan(ours, deepestCompared) || isDeeperThan(theirs, deepestCompared)) return false;
  return isDeepStrictEqual(ours, theirs) || meansTheSame(read, stored);
}

const isNamedOnly = (envelope: Envelope | Refusal): boolean =>
  envelope.kind === "envelope" && envelope.named !== undefined;

/** What was asked for is compared by what it means: the `status` of a balance row moves on, its amounts never do. */
function meansTheSame({ provider, event, normalised }: ReadEvent, { id, body }: StoredEvent): boolean {
  if (event.origin === "webhook") return false;
  const envelope = provider.readEnvelope(body);
  return envelope.kind === "envelope" && isDeepStrictEqual(provider.normalise(envelope, id), normalised);
}

/** At one version an event is what was said first: the same id with other content is shown, and changes nothing. */
function reportOtherContent(books: Books, event: StoredEvent, stored: StoredEvent, now: Instant): Applied {
  const id = discrepancyId("event_content_differs", event.id);
  const { provider, account } = event;
  const detail = { event_type: event.type, stored_type: stored.type };
  const hash = JSON.stringify(detail);
  const kind = "event_content_differs";
  books.discrepancies.set(id, {
    id,
    provider,
    account,
    kind,
    status: "open",
    chargeId: null,
    eventId: event.id,
    detail,
    hash,
    at: now,
    row: null,
    resolution: null,
    announcement: {
      id: messageId("discrepancy.opened", id, now.toString()),
      type: "discrepancy.opened",
      walletId: null,
      chargeId: null,
      fromSeq: null,
      seq: null,
      data: { id, kind, provider, account, charge_id: null, event_id: event.id, detail },
      createdAt: now,
    },
  });
  return { outcome: "duplicate", reason: kind };
}

/** What an event's facts are about, and whose customers and credits that may concern. */
interface Subjects {
  readonly charges: readonly AboutCharge[];
  readonly payouts: readonly AboutTransfer[];
  readonly customers: readonly string[];
  readonly credits: readonly string[];
  /** Of all objects that the facts name. */
  readonly claims: readonly string[];
  /** Subscriptions and links through which what they tell of was sold. */
  readonly sellers: readonly string[];
}

/** What the facts are about: charges and payouts. */
function subjectsOf(event: StoredEvent, facts: readonly Fact[]): Subjects {
  const { provider, account } = event;
  const transfers = Map.groupBy(facts.filter(isTransfer), transferRef);
  const ofCharges = facts.filter((fact) => !isTransfer(fact));
  const direct = Map.groupBy(ofCharges.filter(isDirect), documentRef);
  const linked = ofCharges.filter((fact) => !isDirect(fact));
  const names = [...new Set(linked.flatMap(linkingNames))];
  const customers = ofCharges.flatMap((fact) =>
    "customerRef" in fact && fact.customerRef !== null ? [customerKey(event, fact.customerRef)] : [],
  );
  return {
    charges: [
      ...[...direct].map(([ref, own]) => ({ subject: { provider, account, ref, names: [] }, facts: own })),
      ...(linked.length === 0
        ? []
        : [{ subject: { provider, account, ref: names[0] ?? "", names }, facts: linked }]),
    ],
    payouts: [...transfers].map(([ref, own]) => ({ key: { provider, account, ref }, facts: own })),
    customers,
    credits: ofCharges.flatMap((fact) => creditNamedBy(event, fact) ?? []),
    sellers: ofCharges.flatMap(soldThrough).map((ref) => nameKey(event, ref)),
    claims: facts.flatMap(assertionsOf).map((says) => nameKey(event, claimKey(says))),
  };
}

/**
 * Whether facts state of an object what the facts told before, of the same event at another API version, state
 * otherwise. What only one of them mentions is no contradiction: versions differ in what they mention.
 */
function contradicts(said: readonly Fact[], told: readonly Fact[]): boolean {
  return said.some((fact) => {
    const before = told.filter((known) => known.kind === fact.kind && known.ref === fact.ref);
    // An event may say several things of one object: it is enough that one of them agrees.
    return before.length > 0 && before.every((known) => statesOther(fact, known));
  });
}

/** Whether every fact was told before, word for word. */
function wereTold(said: readonly Fact[], told: readonly Fact[]): boolean {
  const known = new Set(told.map(canonical));
  return said.every((fact) => known.has(canonical(fact)));
}

/** Only what has one notation at every version is compared: amounts, times, names and words, not what is nested. */
function statesOther(fact: Fact, known: Fact): boolean {
  return Object.entries(fact).some(([field, value]) => {
    const other: unknown = known[field as keyof Fact];
    return isPlain(value) && isPlain(other) && value !== other;
  });
}

function isPlain(value: unknown): boolean {
  return value !== null && value !== undefined && typeof value !== "object";
}
