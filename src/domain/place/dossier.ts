import type { Books, ChargeRecord } from "../books.ts";
import type { Charge } from "../charge/charge.ts";
import { fold } from "../charge/fold.ts";
import {
  agrees,
  assertionsOf,
  type Claim,
  type Contested,
  claimKey,
  nothingContested,
  type RefusedAssertion,
} from "../facts/claims.ts";
import type { ChargeFact, Fact } from "../facts/facts.ts";
import { soldThrough } from "../facts/seller.ts";
import { type ChargeId, chargeId, type EventId, nameKey, type Source, type WalletId } from "../ids.ts";
import { sum } from "../money.ts";
import type { Policy } from "../policy/policy.ts";
import { isDirect, linkingNames, place } from "./place.ts";
import { documentRef, type Known } from "./placement.ts";

/** What facts that are heard now are the first to say, and what stands against what they say. */
interface Heard {
  readonly first: ReadonlyMap<string, { readonly claim: Claim; readonly fact: Fact }>;
  readonly contested: Contested;
}

export function hear(books: Books, source: Source, facts: readonly Fact[]): Heard {
  const first = new Map<string, { claim: Claim; fact: Fact }>();
  const contested: Record<string, Claim> = {};
  for (const fact of facts) {
    for (const says of assertionsOf(fact)) {
      const key = claimKey(says);
      const name = nameKey(source, key);
      const stands = books.claim(name) ?? first.get(name)?.claim;
      const { ref, noun, of } = says;
      if (stands === undefined) first.set(name, { claim: { ref, noun, of }, fact });
      else if (!agrees(says, stands)) contested[key] = stands;
    }
  }
  return { first, contested };
}

/** Keeps for ever what was heard first. */
export function stake(books: Books, { first }: Heard): void {
  for (const [name, { claim, fact }] of first) books.putClaim(name, claim, fact);
}

/**
 * A charge that turns out to be another passes on what it did to its wallet, before the difference is taken: what it
 * topped up was the other's all along, so nothing moves, also if it was spent meanwhile. Gives the other as it then is, pinned
 * as was pinned first; which rules its own lines have is for the caller to say.
 */
export function passOnWalletSide(books: Books, from: ChargeRecord, into: ChargeRecord): ChargeRecord {
  if (from.pin === null) return into;
  books.mergedWalletSides.push({ from: from.id, into: into.id });
  if (from.pin.walletId !== null) renameIn(books, from.pin.walletId, from, into);
  const lines = from.walletLines.map((line) => ({ ...line, chargeId: into.id }));
  return {
    ...into,
    pin: into.pin === null || movedBefore(from, into) ? from.pin : into.pin,
    settledAt: into.settledAt ?? from.settledAt,
    toppedUp: into.toppedUp + from.toppedUp,
    takenBack: into.takenBack + from.takenBack,
    debited: into.debited + from.debited,
    walletLines: [...into.walletLines, ...lines].sort((a, b) => a.seq - b.seq),
  };
}

/** Whether another wallet was pinned before: what is stated first of whose a charge is stands. */
export function wasPinnedBefore(from: ChargeRecord, into: ChargeRecord): boolean {
  return !sharesWallet(from, into) && movedBefore(from, into);
}

function movedBefore(from: ChargeRecord, into: ChargeRecord): boolean {
  const [first, own] = [from, into].map(({ walletLines }) => walletLines[0]?.postedAt ?? null);
  return first != null && (own == null || first < own);
}

/** Only what went to the same wallet can be passed on; what went to another is taken back there, and given here. */
export function sharesWallet(from: ChargeRecord, into: ChargeRecord): boolean {
  return from.pin === null || into.pin === null || from.pin.walletId === into.pin.walletId;
}

/** Of two that are one: whom a person gave one of them to, unless it is pinned to another. */
export function assignedOfBoth(into: ChargeRecord, from: ChargeRecord): string | null {
  const said = [into.assigned, from.assigned].filter((owner) => owner !== null);
  const pinned = into.pin?.owner ?? null;
  return said.find((owner) => pinned === null || owner === pinned) ?? null;
}

function renameIn(books: Books, id: WalletId, from: ChargeRecord, into: ChargeRecord): void {
  const wallet = books.wallet(id);
  if (wallet === undefined) return;
  const owed = wallet.recoveries.filter(({ chargeId }) => chargeId === from.id || chargeId === into.id);
  const others = wallet.recoveries.filter((recovery) => !owed.includes(recovery));
  const open = sum(owed.map((recovery) => recovery.open));
  books.putWallet({
    ...wallet,
    lots: wallet.lots.map((lot) => (lot.chargeId === from.id ? { ...lot, chargeId: into.id } : lot)),
    recoveries: open === 0n ? others : [...others, { chargeId: into.id, open }],
  });
}

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
