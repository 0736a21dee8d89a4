import type { Deed } from "../../domain/action.ts";
import type { Books, ChargeRecord } from "../../domain/books.ts";
import { applyFacts, repinTo } from "../../domain/decide.ts";
import { type ChargeId, customerKey, type Source, type WalletId } from "../../domain/ids.ts";
import type { Amount } from "../../domain/money.ts";
import type { PolicyBook } from "../../domain/policy/policy.ts";
import type { Instant } from "../../domain/time.ts";
import { leavingWith, moveToOwner } from "../../domain/wallet/link.ts";
import type { WalletNeed, Work } from "../../store/batch/unit-of-work.ts";
import { chargesOfCustomer } from "../../store/charges/read/to-book-anew.ts";
import { type OwnedWallet, walletsOfOwner } from "../../store/wallets/read/wallets.ts";
import { recorded } from "../people/acting.ts";
import type { Services } from "../services.ts";
import type { Bookable } from "../spending/book-by-hand.ts";
import { asTheyAre } from "./policies.ts";

export interface LinkRequest extends Source {
  readonly customerRef: string;
  readonly owner: string;
  /** Whether what is left of the customer's charges goes to the owner too; a customer who is linked is moved only on request. */
  readonly move: boolean | null;
}

export type LinkResult =
  | { readonly kind: "linked"; readonly moved: readonly MovedValue[] }
  /** To another owner, and `move` was not asked for. */
  | { readonly kind: "already_linked"; readonly owner: string }
  /** Value is reserved in this wallet: it cannot leave now. */
  | { readonly kind: "open_holds"; readonly walletId: WalletId };

export interface MovedValue {
  readonly currency: string;
  readonly amount: Amount;
  readonly from: WalletId;
  readonly to: WalletId;
}

/**
 * Says whose a customer is. What is left of the customer's charges moves to the owner's wallets by postings, later facts
 * of them are booked there, and charges that waited for an owner top up. Linking again the same way changes nothing.
 */
export async function linkCustomer(services: Services, request: LinkRequest): Promise<LinkResult> {
  const { work, deedOf } = await linking(services, request);
  return services.store.write(recorded(services, work, deedOf));
}

export async function linking(services: Services, request: LinkRequest): Promise<Bookable<LinkResult>> {
  const charges = await chargesOfCustomer(services.store.read, request, request.customerRef);
  const own = await walletsOfOwner(services.store.read, defaultOwner(request));
  const work = linkingCustomer(request, { charges, own }, services.policies);
  const deedOf = (result: LinkResult): Deed | null => {
    if (result.kind !== "linked") return null;
    const { provider, account, customerRef, owner } = request;
    const moved = result.moved.map(({ currency, amount, to }) => `${amount} ${currency} to ${to}`).join(", ");
    const after = { owner, ...(moved === "" ? {} : { moved }) };
    const subject = `${provider}:${account}:${customerRef}`;
    return { action: "customer.link", subject, reason: null, before: null, after };
  };
  return { work, deedOf };
}

/** Whose a customer is while nobody has said otherwise. */
const defaultOwner = ({ provider, customerRef }: LinkRequest): string => `${provider}:${customerRef}`;

interface Affected {
  readonly charges: readonly ChargeId[];
  /** The wallets that are the customer's own: they also hold what came from no charge. */
  readonly own: readonly OwnedWallet[];
}

interface Linking extends Affected {
  readonly request: LinkRequest;
  readonly policies: PolicyBook;
}

function linkingCustomer(request: LinkRequest, affected: Affected, policyBook: PolicyBook): Work<LinkResult> {
  const link: Linking = { ...affected, request, policies: asTheyAre(policyBook) };
  return {
    needs: { charges: affected.charges, customers: [customerKey(request, request.customerRef)] },
    walletNeeds: (books) => walletsOfLinking(books, link),
    decide: (books, now) => decideLink(books, link, now),
  };
}

function walletsOfLinking(books: Books, { request: { owner }, own, charges }: Linking): WalletNeed[] {
  const ofOwn = own.flatMap(({ id, currency }) =>
    [id, books.walletIds.of(owner, currency)].map((wallet) => ({ wallet, lots: true, charge: null })),
  );
  const ofCharges = recordsOf(books, charges).flatMap(({ id, pin, charge }) => {
    const current = pin?.walletId ?? null;
    const wallets = [current, charge === null ? null : books.walletIds.of(owner, charge.currency)];
    return wallets.flatMap((wallet) => (wallet === null ? [] : [{ wallet, lots: true, charge: id }]));
  });
  return [...ofOwn, ...ofCharges];
}

function decideLink(books: Books, link: Linking, now: Instant): LinkResult {
  const { request, charges, policies } = link;
  const { owner, customerRef, move } = request;
  const linked = books.linkedOwner(customerKey(request, customerRef));
  if (linked !== undefined && linked !== owner && move !== true)
    return { kind: "already_linked", owner: linked };
  const moving = move === false ? [] : walletsToLeave(books, link);
  const held = moving.find((wallet) => (books.wallet(wallet)?.held ?? 0n) > 0n);
  if (held !== undefined) return { kind: "open_holds", walletId: held };
  books.putLink({ ...request, at: now });
  const moved = moving.flatMap((wallet) => moveFrom(books, wallet, link, now));
  const reason = `linked to ${owner}`;
  const circumstances = { policies, eventId: null, reason, occurredAt: now, now };
  for (const { key } of recordsOf(books, charges))
    applyFacts(books, { ...key, names: [] }, [], circumstances);
  return { kind: "linked", moved };
}

const recordsOf = (books: Books, charges: readonly ChargeId[]): ChargeRecord[] =>
  charges.flatMap((id) => books.knownCharge(id) ?? []);

/** What a person gave to somebody stays there: it says that its owner differs. */
const movingOf = (books: Books, charges: readonly ChargeId[]): ChargeRecord[] =>
  recordsOf(books, charges).filter(({ assigned }) => assigned === null);

function walletsToLeave(books: Books, { request, charges, own }: Linking): WalletId[] {
  const wallets = movingOf(books, charges).flatMap(({ pin }) =>
    pin === null || pin.walletId === null || pin.owner === request.owner ? [] : [pin.walletId],
  );
  const ownWallets = defaultOwner(request) === request.owner ? [] : own.map(({ id }) => id);
  return [...new Set([...wallets, ...ownWallets])];
}

function moveFrom(books: Books, id: WalletId, link: Linking, now: Instant): MovedValue[] {
  const from = books.wallet(id);
  if (from === undefined) return [];
  const { request, policies } = link;
  const { owner } = request;
  const charges = movingOf(books, link.charges);
  // A wallet that is the customer's own is left altogether; in a shared one others keep what is theirs. What usage gave
  // back to a lot here, after its charge had moved on, goes along too.
  const isOwn = from.owner === defaultOwner(request);
  const leaving = leavingWith(from, new Set(charges.map((charge) => charge.id)), isOwn);
  const to = books.walletIds.of(owner, from.currency);
  const cause = {
    chargeId: null,
    eventId: null,
    reason: `linked to ${owner}`,
    effectiveAt: now,
    postedAt: now,
  };
  const amount = moveToOwner(books, from, owner, to, { leaving, cause, policy: policies.current });
  for (const charge of charges.filter(({ pin }) => pin?.walletId === id)) repinTo(books, charge.id, owner);
  return amount === 0n ? [] : [{ currency: from.currency, amount, from: id, to }];
}
