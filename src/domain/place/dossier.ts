import type { Books, ChargeRecord } from "../books.ts";
import type { Charge } from "../charge/charge.ts";
import { fold } from "../charge/fold.ts";
import { type Contested, nothingContested, type RefusedAssertion } from "../facts/claims.ts";
import type { ChargeFact } from "../facts/facts.ts";
import { soldThrough } from "../facts/seller.ts";
import { type ChargeId, chargeId, type EventId, nameKey, type Source } from "../ids.ts";
import type { Policy } from "../policy/policy.ts";
import { isDirect, linkingNames, place } from "./place.ts";
import { documentRef, type Known } from "./placement.ts";
import { type Heard, hear } from "./stake-claims.ts";

/**
 * What facts are about: the document that all of them name by `ref`, or objects that are known by several names, of which
 * `ref` is one. Facts about objects that name each other are filed together, in one dossier.
 */
export interface Subject extends Source {
  readonly ref: string;
  readonly names: readonly string[];
}

/** A dossier with new facts in it, and the charges that follow from all of them. */
export interface Dossier {
  /** `null` if its facts can be about one charge only. */
  readonly id: ChargeId | null;
  /** Dossiers that turn out to be parts of this one. */
  readonly joins: readonly ChargeId[];
  readonly facts: readonly ChargeFact[];
  /** Of all that was ever heard. */
  readonly factCount: number;
  readonly contested: Contested;
  readonly unlessInvoiced: boolean;
  readonly providerSells: boolean;
  readonly charges: readonly DossierCharge[];
  /** What the new facts say of objects, against what was heard before. */
  readonly heard: Heard;
}

export interface DossierCharge {
  readonly before: ChargeRecord;
  readonly charge: Charge;
  /** Of everything that is about it. */
  readonly names: ReadonlySet<string>;
  /** Charges that turn out to be this one: payments that have found their invoice. */
  readonly absorbs: readonly ChargeRecord[];
  /** What was said of it, and does not stand. */
  readonly refused: readonly RefusedAssertion[];
}

/** What a dossier becomes with these facts, under the policy that is in force. */
export function openDossier(
  books: Books,
  subject: Subject,
  added: readonly ChargeFact[],
  { standalone }: Pick<Policy, "standalone">,
): Dossier {
  const parts = partsOf(books, subject);
  const heard = hear(books, subject, added);
  const contested = Object.assign({}, ...parts.map((part) => part.contested), heard.contested);
  const known = parts.flatMap(({ records }) => records);
  // Under which a payment settled stands, whatever the policy says by now.
  const settledSo = known.some(({ pin, unlessInvoiced }) => pin !== null && unlessInvoiced);
  const unlessInvoiced = settledSo || standalone === "unless_invoiced";
  const sells = (fact: ChargeFact) => soldThrough(fact).some((ref) => books.sells(nameKey(subject, ref)));
  const providerSells = known.some((record) => record.providerSells) || added.some(sells);
  const { facts, charges } = foldOnto(
    parts.map((part) => part.facts),
    subject,
    { added, contested, unlessInvoiced, providerSells },
  );
  const [first, ...joins] = parts.flatMap(({ id }) => id ?? []);
  const begins = chargeId(charges[0]?.charge.key ?? subject);
  const isLinked = subject.names.length > 0 || first !== undefined;
  const placed = new Set(charges.map(({ charge }) => charge.id));
  const gone = known.filter(
    ({ id, mergedInto, charge }) => charge !== null && mergedInto === null && !placed.has(id),
  );
  for (const { key } of gone) {
    if (!charges.some(({ names }) => names.has(key.ref)))
      throw new Error(`${key.ref} is a charge no more, but has become no other.`);
  }
  return {
    id: isLinked ? (first ?? begins) : null,
    joins,
    facts,
    factCount: added.length + parts.reduce((count, part) => count + part.factCount, 0),
    contested,
    unlessInvoiced,
    providerSells,
    heard,
    charges: charges.map(({ charge, names, refused }) => ({
      before: books.charge(charge.id, charge.key),
      charge,
      names,
      refused,
      absorbs: gone.filter(({ key }) => names.has(key.ref)),
    })),
  };
}

/** Whether a charge is seen now that was not, or not as itself. */
export function isArriving({ before, charge, absorbs }: DossierCharge): boolean {
  return charge.kind !== "unseen" && (before.charge?.kind !== charge.kind || absorbs.length > 0);
}

/** The charges that these facts of a dossier are about. */
export function chargesOf(dossier: Dossier, facts: readonly ChargeFact[]): Charge[] {
  const about = dossier.charges.filter((found) => facts.some((fact) => isAbout(fact, found)));
  return about.map(({ charge }) => charge);
}

function isAbout(fact: ChargeFact, { charge, names }: DossierCharge): boolean {
  if (isDirect(fact)) return documentRef(fact) === charge.key.ref;
  return linkingNames(fact).some((name) => names.has(name));
}

/** Events that need to wait for nothing more: every charge that they say something of is seen. */
export function eventsHeardOut(dossier: Dossier): EventId[] {
  const unseen = dossier.charges.filter(({ charge }) => charge.kind === "unseen");
  const byEvent = Map.groupBy(dossier.facts, (fact) => fact.stamp.eventId);
  const waits = (facts: readonly ChargeFact[]) =>
    facts.some((fact) => unseen.some((found) => isAbout(fact, found)));
  return [...byEvent].flatMap(([event, facts]) => (waits(facts) ? [] : [event]));
}

/** All that is filed so far under the names of a subject. */
export function knownFacts(books: Books, subject: Subject): ChargeFact[] {
  return partsOf(books, subject).flatMap(({ facts }) => facts);
}

/** What is stored under the names of a subject: one dossier, several that now turn out to be one, or a charge alone. */
interface Part {
  readonly id: ChargeId | null;
  readonly records: readonly ChargeRecord[];
  readonly facts: readonly ChargeFact[];
  readonly factCount: number;
  readonly contested: Contested;
}

function partsOf(books: Books, subject: Subject): Part[] {
  const alone = books.charge(chargeId(subject), subject);
  if (subject.names.length === 0 && alone.dossier === null) return [{ ...alone, id: null, records: [alone] }];
  const names = subject.names.map((name) => nameKey(subject, name));
  const ids = alone.dossier === null || names.length > 0 ? books.dossiersOf(names) : [alone.dossier];
  return ids.map((id) => {
    const records = books.chargesIn(id);
    // A charge that was merged is told nothing more: it keeps the facts it had by then.
    const living = records.find((each) => each.mergedInto === null);
    const { facts = [], factCount = 0, contested = nothingContested } = living ?? {};
    return { id, records, facts, factCount, contested };
  });
}

interface Folded {
  readonly facts: readonly ChargeFact[];
  readonly charges: readonly {
    readonly charge: Charge;
    readonly names: ReadonlySet<string>;
    readonly refused: readonly RefusedAssertion[];
  }[];
}

const folded = new WeakMap<
  readonly ChargeFact[],
  Folded & { readonly onto: readonly (readonly ChargeFact[])[]; readonly said: string }
>();

/** Asking for the wallets and deciding need the same fold: it is made once. */
function foldOnto(
  stored: readonly (readonly ChargeFact[])[],
  { provider, account }: Source,
  { added, ...known }: { readonly added: readonly ChargeFact[] } & Omit<Known, "facts">,
): Folded {
  const last = folded.get(added);
  const said = JSON.stringify(known);
  const isSame =
    last?.onto.length === stored.length &&
    last.said === said &&
    stored.every((facts, n) => facts === last.onto[n]);
  if (last !== undefined && isSame) return last;
  const facts = [...stored.flat(), ...added];
  const charges = place({ facts, ...known }).map((placed) => ({
    charge: fold({ provider, account, ref: placed.ref }, placed),
    names: new Set(placed.names),
    refused: placed.refused,
  }));
  const fresh = { onto: stored, said, facts, charges };
  folded.set(added, fresh);
  return fresh;
}
