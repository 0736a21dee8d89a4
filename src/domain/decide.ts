import { book } from "./book/book.ts";
import { DatedBalances } from "./book/dated.ts";
import { postDifference } from "./book/post-difference.ts";
import type { Books, ChargeRecord, ExpectedOwner } from "./books.ts";
import type { Charge } from "./charge/charge.ts";
import { findingsOf, ownerFinding } from "./charge/checks.ts";
import { reportFindings } from "./charge/discrepancies.ts";
import { fold } from "./charge/fold.ts";
import type { Circumstances } from "./circumstances.ts";
import { countCredit } from "./credit/count-credit.ts";
import { contestedOf, type RefusedAssertion } from "./facts/claims.ts";
import type { ChargeFact } from "./facts/facts.ts";
import { subscriptionsOf } from "./facts/seller.ts";
import { type ChargeId, chargeId, customerKey, nameKey, type WalletId } from "./ids.ts";
import { maximum } from "./money.ts";
import { chargeMessages } from "./outbox/messages.ts";
import {
  assignedOfBoth,
  chargesOf,
  type Dossier,
  type DossierCharge,
  eventsHeardOut,
  isArriving,
  openDossier,
  passOnWalletSide,
  type Subject,
  sharesWallet,
  stake,
  wasPinnedBefore,
} from "./place/dossier.ts";
import { placementOf } from "./place/place.ts";
import { ownerMetadataFindings, ownerOf, policyFindings } from "./policy/owner.ts";
import { pinTo, settledAt, withOwner } from "./policy/pin.ts";
import type { Pin, Policy, PolicyBook } from "./policy/policy.ts";
import { balanceOf, type Wallet, type WalletLine } from "./wallet/wallet.ts";
import { moveWallet } from "./wallet/wallet-side.ts";

/**
 * The way through the house: facts → place → fold → pin → book → journal → wallet → messages. What the books should say
 * is a pure function of the facts; only the difference to what was posted before is posted.
 */
export function applyFacts(
  books: Books,
  subject: Subject,
  facts: readonly ChargeFact[],
  circumstances: Circumstances,
): Charge[] {
  const dossier = openDossier(books, subject, facts, circumstances.policies.current);
  fileFacts(books, subject, dossier, facts);
  learnSellers(books, subject, dossier, circumstances);
  for (const found of dossier.charges) applyToCharge(books, dossier, found, circumstances);
  if (dossier.charges.some(isArriving))
    for (const event of eventsHeardOut(dossier)) books.heardOut.add(event);
  return chargesOf(dossier, facts);
}

/** A subscription of which one sale is the provider's is the provider's in all others. */
function learnSellers(
  books: Books,
  { provider, account }: Subject,
  { facts, charges }: Dossier,
  { now }: Circumstances,
): void {
  if (!charges.some(({ charge }) => charge.linked?.providerSells)) return;
  for (const ref of facts.flatMap(subscriptionsOf)) books.putSeller({ provider, account, ref, toldAt: now });
}

/**
 * Books a charge anew as one that the provider sells itself, since a subscription or link of it is known as such by now: dated as it
 * was.
 */
export function recogniseSeller(books: Books, id: ChargeId, circumstances: Circumstances): void {
  const record = books.knownCharge(id);
  if (record === undefined || record.charge === null) return;
  books.putCharge({ ...record, providerSells: true });
  applyFacts(books, subjectOf(record), [], circumstances);
}

/** The wallets of the charges that it may change. */
export function walletsRecognising(books: Books, id: ChargeId, policies: PolicyBook): WalletAtHand[] {
  const record = books.knownCharge(id);
  return record === undefined ? [] : walletsAtHand(books, subjectOf(record), [], policies);
}

function applyToCharge(
  books: Books,
  dossier: Dossier,
  { before: stored, charge, absorbs, refused }: DossierCharge,
  circumstances: Circumstances,
): void {
  const { id, facts, factCount, contested, unlessInvoiced, providerSells } = dossier;
  const known = { facts, factCount, contested, unlessInvoiced, providerSells };
  const own = { ...stored, ...known, dossier: id, mergedInto: null };
  const before = absorbs.reduce((into, from) => absorb(books, from, into, circumstances), own);
  const policy = policyFor(before, circumstances.policies);
  const isMerged = absorbs.some(({ pin }) => pin !== null);
  const pin = isMerged ? mergedPin(books, before, charge, policy) : pinOf(books, before, charge, policy);
  const after = postCharge(books, before, { charge, refused, pin, policy, circumstances, isMerged });
  books.messages.push(...chargeMessages(before, after, circumstances.now));
}

/** Keeps the facts, and the names by which later ones find them. */
function fileFacts(
  books: Books,
  subject: Subject,
  { id, joins, heard }: Dossier,
  facts: readonly ChargeFact[],
): void {
  const filed = id ?? chargeId(subject);
  const { contested } = heard;
  for (const fact of facts)
    books.facts.push({ subject: filed, fact, contested: contestedOf(fact, contested) });
  stake(books, heard);
  for (const name of subject.names) books.putName(nameKey(subject, name), filed);
  for (const from of joins) books.mergeDossiers({ from, into: filed });
}

/** A charge that turns out to be another one leaves nothing of its own in the books. */
function absorb(
  books: Books,
  from: ChargeRecord,
  own: ChargeRecord,
  circumstances: Circumstances,
): ChargeRecord {
  const into = wasPinnedBefore(from, own) ? unpinned(books, own, circumstances) : own;
  const passesOn = sharesWallet(from, into);
  const onto = passesOn ? passOnWalletSide(books, from, into) : into;
  const policy = policyFor(from, circumstances.policies);
  const walletSide = { toppedUp: 0n, takenBack: 0n, debited: 0n, walletLines: [] };
  if (!passesOn && from.charge !== null) {
    const { charge, pin } = from;
    moveWallet(books, from, { charge, pin, settled: null, policy, circumstances, isMerged: false });
  }
  books.putCharge({
    ...from,
    charge: from.charge === null ? null : { ...from.charge, movements: [] },
    ...walletSide,
    ...postDifference(books, from, new DatedBalances(), { chargeId: from.id, payoutId: null }, circumstances),
    dossier: into.dossier,
    facts: into.facts,
    factCount: into.factCount,
    contested: into.contested,
    mergedInto: into.id,
    pin: null,
    assigned: null,
    expected: null,
    settledAt: null,
    discrepancies: reportFindings(books, aboutCharge(from), from.discrepancies, [], circumstances),
  });
  return { ...onto, assigned: assignedOfBoth(onto, from) };
}

/** What of two charges that are one came second to another wallet is taken back there: the owner pinned first stays. */
function unpinned(books: Books, record: ChargeRecord, circumstances: Circumstances): ChargeRecord {
  const { charge, pin } = record;
  if (charge === null || pin === null) return record;
  const policy = policyFor(record, circumstances.policies);
  const settling = { charge, pin, settled: null, policy, circumstances, isMerged: false };
  return { ...record, ...moveWallet(books, record, settling), pin: null, settledAt: null };
}

/**
 * Books a charge under another version of the policy, a settled one with its owner and wallet as they are: the deliberate
 * act of changing the past. What that changes is posted as entries on top. `null` if nothing of it is to be booked: one
 * that would settle now does so with its next fact, and is pinned then.
 */
export function rebookCharge(
  books: Books,
  id: ChargeId,
  policy: Policy,
  circumstances: Circumstances,
): ChargeRecord | null {
  const before = books.knownCharge(id);
  if (before === undefined || before.charge === null || before.mergedInto !== null) return null;
  const unlessInvoiced = policy.standalone === "unless_invoiced";
  const placed = placementOf(before.key.ref, { ...before, unlessInvoiced });
  const charge = fold(before.key, placed);
  if (before.pin === null && settledAt(charge, policy) !== null) return null;
  const pin = before.pin === null ? null : repinned(before.pin, pinTo(policy, charge));
  return postCharge(
    books,
    { ...before, unlessInvoiced },
    {
      charge,
      refused: placed.refused,
      pin,
      policy,
      circumstances,
      isMerged: false,
    },
  );
}

/** Version, owner and wallet are those that were pinned first; its lines are its own, and what that version says of them. */
function mergedPin(books: Books, before: ChargeRecord, charge: Charge, policy: Policy): Pin | null {
  const { pin } = before;
  if (pin === null) return pinOf(books, before, charge, policy);
  const again = repinned(pin, pinTo(policy, charge));
  return withOwner(again, charge, ownerNow(books, before, charge, policy), books.walletIds);
}

const repinned = ({ owner, walletId }: Pin, pin: Pin): Pin => ({ ...pin, owner, walletId });

interface Decided {
  readonly charge: Charge;
  readonly refused: readonly RefusedAssertion[];
  readonly pin: Pin | null;
  readonly policy: Policy;
  readonly circumstances: Circumstances;
  readonly isMerged: boolean;
}

/** Posts what this charge, under this pin, differs by from what was posted of it. */
function postCharge(books: Books, before: ChargeRecord, decided: Decided): ChargeRecord {
  const { charge, pin, policy } = decided;
  const settled = settledAt(charge, policy);
  // A credit that lowered an invoice may be told after the invoice was paid; it counts with it, not before.
  const occurredAt = maximum(decided.circumstances.occurredAt, settled ?? 0n);
  const circumstances = { ...decided.circumstances, occurredAt };
  const target = book(charge, { settledAt: settled, booksStartAt: policy.booksStartAt });
  const subject = { chargeId: before.id, payoutId: null };
  const findings = [
    ...findingsOf(charge, before.facts, decided.refused),
    ...policyFindings(charge, policy),
    ...(linkedOwner(books, charge) === undefined ? ownerMetadataFindings(charge, policy) : []),
    ...ownerFinding(pin?.owner ?? before.assigned, toldOwner(books, charge, policy)),
  ];
  const after: ChargeRecord = {
    ...before,
    ...postDifference(books, before, target, subject, circumstances),
    ...moveWallet(books, before, { ...decided, circumstances, settled }),
    charge,
    pin,
    expected: pin === null ? expectedOwner(books, before, charge, policy) : null,
    settledAt: settled,
    discrepancies: reportFindings(books, aboutCharge(before), before.discrepancies, findings, circumstances),
  };
  countCredit(books, before.charge, charge, circumstances);
  books.putCharge(after);
  return after;
}

/**
 * Looks again at a charge that has not settled under the policy in force: another one may read elsewhere whose it would be, and
 * whether a payment that waits has no invoice. Nothing else changes.
 */
export function followPolicy(books: Books, id: ChargeId, circumstances: Circumstances): void {
  const record = books.knownCharge(id);
  if (record === undefined || record.charge === null || record.expected === null) return;
  const { current } = circumstances.policies;
  if (waitsOtherwise(record, current)) applyFacts(books, subjectOf(record), [], circumstances);
  else books.putCharge({ ...record, expected: expectedOwner(books, record, record.charge, current) });
}

/** The wallets that following the policy in force may change. */
export function walletsFollowing(books: Books, id: ChargeId, policies: PolicyBook): WalletAtHand[] {
  const record = books.knownCharge(id);
  if (record === undefined || !waitsOtherwise(record, policies.current)) return [];
  return walletsAtHand(books, subjectOf(record), [], policies);
}

/** Of a provider that tells payments apart, one that was read by another word. */
function waitsOtherwise({ charge, dossier, unlessInvoiced }: ChargeRecord, { standalone }: Policy): boolean {
  return charge?.linked != null && dossier !== null && unlessInvoiced !== (standalone === "unless_invoiced");
}

const subjectOf = ({ key }: ChargeRecord): Subject => ({ ...key, names: [] });

const expectedOwner = (books: Books, record: Owned, charge: Charge, policy: Policy): ExpectedOwner => ({
  owner: ownerNow(books, record, charge, policy),
  policyVersion: policy.version,
});

const aboutCharge = ({ id, key }: ChargeRecord) => ({ source: key, subject: id, chargeId: id });

/** Gives a charge to another owner: what it tops up and takes back from here on is that owner's wallet's. */
export function repinTo(books: Books, id: ChargeId, owner: string): void {
  const record = books.knownCharge(id);
  if (record?.pin == null || record.charge === null) return;
  const pin = { ...record.pin, owner, walletId: books.walletIds.of(owner, record.charge.currency) };
  books.putCharge({ ...record, pin });
}

export type Assigned =
  /** `owner` is whose it is from now on, `null` if nobody's. */
  | {
      readonly kind: "assigned";
      readonly id: ChargeId;
      readonly before: string | null;
      readonly owner: string | null;
    }
  | { readonly kind: "unchanged"; readonly id: ChargeId }
  | { readonly kind: "charge_unknown" }
  /** Its customer is known, or it is somebody's. */
  | { readonly kind: "has_owner"; readonly owner: string }
  /** What it topped up was drawn on: it cannot be taken away whole. */
  | { readonly kind: "already_spent"; readonly owner: string }
  | { readonly kind: "open_holds"; readonly walletId: WalletId };

/**
 * A person says whose a charge without a customer is; `null` takes that back, while nothing of what it topped up was spent.
 * It tops up as if that had been known when it settled; before it settles it is remembered.
 */
export function assignCharge(
  books: Books,
  asked: ChargeId,
  owner: string | null,
  circumstances: Circumstances,
): Assigned {
  const record = survivorIn(books, asked);
  if (record === undefined || record.charge === null) return { kind: "charge_unknown" };
  const { id, assigned, charge, pin } = record;
  if (assigned !== null && assigned === owner) return { kind: "unchanged", id };
  if (assigned !== null)
    return owner === null
      ? unassigned(books, { ...record, assigned }, circumstances)
      : { kind: "has_owner", owner: assigned };
  const told = toldOwner(books, charge, policyFor(record, circumstances.policies));
  const known = pin?.owner ?? (charge.customerRef === null ? null : told);
  if (known !== null) return { kind: "has_owner", owner: known };
  if (owner === null) return { kind: "unchanged", id };
  books.putCharge({ ...record, assigned: owner });
  bookAgain(books, record, circumstances);
  return { kind: "assigned", id, before: null, owner };
}

function unassigned(
  books: Books,
  record: ChargeRecord & { readonly assigned: string },
  circumstances: Circumstances,
): Assigned {
  const { id, assigned, pin } = record;
  const trial = books.copy();
  givenUp(trial, record, circumstances);
  if (!trial.walletLines.every((line) => isOfOwnLots(line, trial.wallet(line.walletId))))
    return { kind: "already_spent", owner: assigned };
  const wallet = pin?.walletId == null ? undefined : trial.wallet(pin.walletId);
  if (wallet !== undefined && wallet.held > balanceOf(wallet))
    return { kind: "open_holds", walletId: wallet.id };
  books.putCharge(givenUp(books, record, circumstances));
  bookAgain(books, record, circumstances);
  return { kind: "assigned", id, before: assigned, owner: null };
}

/** Whether a line of a charge moves nothing but what that charge itself topped up. */
function isOfOwnLots(
  { chargeId: of, uncovered, uncoveredMoves, lotMoves }: WalletLine,
  wallet?: Wallet,
): boolean {
  if (of === null) return true;
  const own = new Set(wallet?.lots.filter((lot) => lot.chargeId === of).map(({ ordinal }) => ordinal));
  return uncovered === 0n && uncoveredMoves.length === 0 && lotMoves.every(({ ordinal }) => own.has(ordinal));
}

/** The charge as nobody's: what it did to its wallet is taken back there. */
function givenUp(books: Books, record: ChargeRecord, circumstances: Circumstances): ChargeRecord {
  const { charge, pin } = record;
  if (charge === null || pin === null) return { ...record, assigned: null };
  const policy = policyFor(record, circumstances.policies);
  const settling = { charge, pin, settled: null, policy, circumstances, isMerged: false };
  const nobodys = { ...pin, owner: null, walletId: null };
  return { ...record, ...moveWallet(books, record, settling), pin: nobodys, assigned: null };
}

function bookAgain(books: Books, record: ChargeRecord, circumstances: Circumstances): void {
  applyFacts(books, subjectOf(record), [], circumstances);
}

function survivorIn(books: Books, id: ChargeId): ChargeRecord | undefined {
  const record = books.knownCharge(id);
  return record?.mergedInto == null ? record : survivorIn(books, record.mergedInto);
}

/** The wallets that giving a charge to an owner, or taking that back, may change. */
export function walletsOfAssigning(
  books: Books,
  asked: ChargeId,
  owner: string | null,
  policies: PolicyBook,
): WalletAtHand[] {
  const record = survivorIn(books, asked);
  if (record === undefined || record.charge === null) return [];
  const { id, charge, pin } = record;
  const next = owner ?? toldOwner(books, charge, policyFor(record, policies));
  const wallets = [pin?.walletId ?? null, next === null ? null : books.walletIds.of(next, charge.currency)];
  return [...new Set(wallets)].flatMap((wallet) =>
    wallet === null ? [] : [{ wallet, charge: id, lots: true }],
  );
}

/** What of its wallet must be at hand before facts are applied to a charge. */
export interface WalletAtHand {
  readonly wallet: WalletId;
  readonly charge: ChargeId;
  /** Value may leave it, or return to the lots it came from: then its lots are needed, and the charge's own lines. */
  readonly lots: boolean;
}

/** The wallets that applying these facts may change: those charges are pinned to, or are about to be. */
export function walletsAtHand(
  books: Books,
  subject: Subject,
  facts: readonly ChargeFact[],
  policies: PolicyBook,
): WalletAtHand[] {
  return openDossier(books, subject, facts, policies.current).charges.flatMap(
    ({ before, charge, absorbs }) => {
      const policy = policyFor(before, policies);
      const pin = pinOf(books, before, charge, policy);
      const isBelowZero = charge.total !== null && charge.total < 0n;
      const mayLeave =
        before.pin !== null || charge.movements.length > 0 || absorbs.length > 0 || isBelowZero;
      const own = walletOf(pin, before.id, mayLeave || mayDebit(pin));
      return [...own, ...absorbs.flatMap((absorbed) => walletOf(absorbed.pin, absorbed.id, true))];
    },
  );
}

function walletOf(pin: Pin | null, charge: ChargeId, lots: boolean): WalletAtHand[] {
  return pin === null || pin.walletId === null ? [] : [{ wallet: pin.walletId, charge, lots }];
}

function mayDebit(pin: Pin | null): boolean {
  return Object.values(pin?.rules ?? {}).some((rule) => rule.effect === "debit");
}

function policyFor(before: ChargeRecord, policies: PolicyBook): Policy {
  return before.pin === null ? policies.current : policies.version(before.pin.policyVersion);
}

function pinOf(books: Books, before: ChargeRecord, charge: Charge, policy: Policy): Pin | null {
  if (before.pin === null && settledAt(charge, policy) === null) return null;
  const owner = ownerNow(books, before, charge, policy);
  return withOwner(before.pin ?? firstPin(policy, charge), charge, owner, books.walletIds);
}

const pinned = new WeakMap<Charge, { readonly policy: Policy; readonly pin: Pin }>();

/** Asking for the wallets and deciding pin the same fold: its lines are held against the policy's rules once. */
function firstPin(policy: Policy, charge: Charge): Pin {
  const last = pinned.get(charge);
  if (last?.policy === policy) return last.pin;
  const pin = pinTo(policy, charge);
  pinned.set(charge, { policy, pin });
  return pin;
}

type Owned = Pick<ChargeRecord, "assigned">;

/** Whose the charge would be if it were pinned now. */
function ownerNow(books: Books, { assigned }: Owned, charge: Charge, policy: Policy): string | null {
  return assigned ?? toldOwner(books, charge, policy);
}

/** Whose it is by what providers, links and metadata say. */
function toldOwner(books: Books, charge: Charge, policy: Policy): string | null {
  return ownerOf(charge, policy, linkedOwner(books, charge));
}

function linkedOwner(books: Books, { key, customerRef }: Charge): string | undefined {
  return customerRef === null ? undefined : books.linkedOwner(customerKey(key, customerRef));
}
