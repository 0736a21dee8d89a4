import type { Action } from "../../domain/action.ts";
import type { Entry, Posting } from "../../domain/book/journal.ts";
import type {
  AddedFact,
  BookChanges,
  Books,
  ChargeRecord,
  CustomerLink,
  Discrepancy,
  Merged,
  Message,
  NewClaim,
  PayoutRecord,
  PersonsWord,
  Seller,
} from "../../domain/books.ts";
import {
  type CreditMemo,
  type CustomerCredit,
  customerCreditId,
} from "../../domain/credit/customer-credit.ts";
import type { Rendering, StoredEvent } from "../../domain/event.ts";
import type { KeptDecision } from "../../domain/idempotency.ts";
import {
  type ChargeId,
  customerKey,
  type DiscrepancyId,
  type EventId,
  type UsageId,
} from "../../domain/ids.ts";
import type { Delivery } from "../../domain/outbox/delivery.ts";
import type { Run } from "../../domain/reconciling/run.ts";
import type { StatementMark } from "../../domain/reconciling/statement.ts";
import type { PutRows } from "../../domain/rows.ts";
import type { Hold } from "../../domain/spending/hold.ts";
import type { Instant } from "../../domain/time.ts";
import type { Wallet, WalletLine } from "../../domain/wallet/wallet.ts";
import { loadCharges, lockCharges, saveCharges } from "../charges/charges.ts";
import { loadCredits, saveCredits, saveMemos } from "../charges/customer-credits.ts";
import { loadLinks, saveLinks } from "../charges/links.ts";
import { saveMovements } from "../charges/movements.ts";
import { keyOf } from "../charges/nouns/charge.ts";
import { loadPayouts, savePayouts } from "../charges/payouts.ts";
import { ascending, type Session } from "../engine/statements.ts";
import { applyWaiting } from "../inbox/arrivals.ts";
import { loadClaims, saveClaims } from "../inbox/claims.ts";
import { type LockedDossiers, saveMerges, saveNames } from "../inbox/dossiers.ts";
import { loadEvents, saveEvents, saveRenderings } from "../inbox/events.ts";
import { type HeardFacts, saveFacts } from "../inbox/facts.ts";
import { loadSellers, saveSellers } from "../inbox/sellers.ts";
import { type BatchAccounts, saveAccounts } from "../ledger/accounts.ts";
import { saveEntries } from "../ledger/journal.ts";
import type { Loaded, Numbers } from "../loaded.ts";
import { loadDeliveries, saveDeliveries } from "../outbox/deliveries.ts";
import { saveMessages } from "../outbox/messages.ts";
import { insertActions } from "../people/people.ts";
import {
  doingOf,
  loadDiscrepancies,
  newlySaid,
  saveDiscrepancies,
  saveWords,
} from "../reconciling/discrepancies.ts";
import { saveMarks } from "../reconciling/provider-statements.ts";
import { saveRuns } from "../reconciling/reconciliations.ts";
import type { ChargeRow } from "../schema.ts";
import { saveHolds } from "../wallets/holds.ts";
import { loadHolders, saveLimits } from "../wallets/limits.ts";
import { saveLots } from "../wallets/lots.ts";
import { loadUsage, type PutUsage, saveUsage, talliedUsage } from "../wallets/usage.ts";
import { saveLines } from "../wallets/wallet-lines.ts";
import { saveWallets } from "../wallets/wallets.ts";
import { loadDecisions, saveDecisions } from "./idempotency-keys.ts";
import type { Needed, NeededIds, Needs } from "./unit-of-work.ts";

/** The first round of reading, as far as it has come. */
export interface Reading {
  readonly session: Session;
  readonly loaded: Loaded;
  /** Whether charges are read with all their facts. */
  readonly whole: boolean;
  /** What all works of the batch need of a noun. */
  ids<Noun extends Needed>(noun: Noun): readonly NeededIds[Noun][];
  /** The charges, once they are locked: what else is read may depend on what they say. */
  locked: Promise<LockedDossiers>;
}

/** What deciding has put, and what storing it needs. */
export interface Saving {
  readonly session: Session;
  readonly loaded: Loaded;
  readonly books: Books;
  readonly numbers: Numbers;
  readonly changes: BookChanges;
  readonly accounts: BatchAccounts;
  readonly now: Instant;
  /** For what has a number that nothing else refers to. */
  nextNumber(): bigint;
  /** The numbers that facts were given. */
  heard: HeardFacts;
}

/** A noun of a batch; what of it is not said there is none of. */
interface Noun<Id, Put> {
  /** By which works that need the same one are known to depend on each other. */
  readonly key?: (id: Id) => string;
  /** Reads it, locked where it is to be changed. What is asked for before the first answer is asked for together. */
  readonly load?: (reading: Reading) => Promise<unknown>;
  /** Whose being needed makes it be read, if not its own alone. */
  readonly readFor?: readonly Needed[];
  /** What is to be stored of it. */
  readonly put?: (saving: Saving) => Put;
  readonly save?: (saving: Saving, put: Put) => Promise<unknown>;
  /** Of what is put: what gets an internal number, by name. */
  readonly names?: (put: Put) => readonly string[];
  /** Of what is put: how many numbers it takes that nothing asks for by name. */
  readonly unnamed?: (put: Put) => number;
}

const noun = <Id, Put = never>(said: Noun<Id, Put>): Noun<Id, Put> => said;

const itself = (id: string): string => id;
const idsOf = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id);
/**
 * Sorted as their rows are stored, so that the numbers of a batch rise with them: a row that does not come last in its table moves
 * others. Of charges, messages and entries that takes a third of their bytes, and of the log half a frame an event.
 */
const newOf = ({ added }: PutRows<{ readonly id: string }>): string[] => idsOf(added).sort(ascending);
const announcementOf = ({ announcement }: Discrepancy): readonly Message[] =>
  announcement === undefined ? [] : [announcement];
const allOf = <Row>({ added, changed }: PutRows<Row>): Row[] => [...added, ...changed];

/**
 * Everything that a batch reads and stores. **This is the order in which rows are locked and tables written**, everywhere: what
 * is referred to before what refers, so that every writer waits for another in one direction. Credits and the links of customers are
 * read once charges are, and wallets after that.
 */
export const nouns = {
  charges: noun<ChargeId, PutRows<ChargeRecord>>({
    key: itself,
    readFor: ["charges", "names"],
    load: async (reading) => {
      const { session, loaded, whole } = reading;
      reading.locked = lockCharges(session, { ids: reading.ids("charges"), names: reading.ids("names") });
      await loadCharges(session, loaded, await reading.locked, { whole });
    },
    put: ({ changes }) => changes.charges,
    save: ({ session, numbers }, put) => saveCharges(session, numbers, put),
    names: newOf,
  }),
  names: noun<string, ReadonlyMap<string, ChargeId>>({
    key: itself,
    put: ({ books }) => books.newNames,
    save: ({ session, loaded }) => saveNames(session, loaded),
  }),
  payouts: noun<string, PutRows<PayoutRecord>>({
    key: itself,
    load: ({ session, loaded, ids }) => loadPayouts(session, loaded, ids("payouts")),
    put: ({ changes }) => changes.payouts,
    save: ({ session, numbers }, put) => savePayouts(session, numbers, put),
    names: newOf,
  }),
  events: noun<EventId, PutRows<StoredEvent>>({
    key: itself,
    load: ({ session, loaded, ids }) => loadEvents(session, loaded, ids("events")),
    put: ({ changes }) => changes.events,
    save: ({ session, numbers }, put) => saveEvents(session, numbers, put),
    names: newOf,
  }),
  renderings: noun<never, readonly Rendering[]>({
    put: ({ books }) => books.renderings,
    save: ({ session, numbers }, put) => saveRenderings(session, numbers, put),
  }),
  wallets: noun<string, PutRows<Wallet>>({
    key: itself,
    put: ({ changes }) => changes.wallets,
    save: ({ session, numbers }, put) => saveWallets(session, numbers, put),
    names: ({ added }) => idsOf(added),
  }),
  accounts: noun<never, readonly Pick<Posting, "account" | "currency">[]>({
    put: ({ accounts }) => accounts.missing,
    save: ({ session, accounts, nextNumber }) => saveAccounts(session, accounts, nextNumber),
    unnamed: ({ length }) => length,
  }),
  facts: noun<never, readonly AddedFact[]>({
    put: ({ books }) => books.facts,
    save: async (saving, put) => {
      saving.heard = await saveFacts(saving.session, saving.loaded, put, saving.nextNumber);
    },
    unnamed: ({ length }) => length,
  }),
  claims: noun<string, ReadonlyMap<string, NewClaim>>({
    key: (name) => `claim ${name}`,
    load: ({ session, loaded, ids }) => loadClaims(session, loaded, ids("claims")),
    put: ({ books }) => books.newClaims,
    save: ({ session, books, heard }) => saveClaims(session, books, heard),
  }),
  sellers: noun<string, ReadonlyMap<string, Seller>>({
    key: (name) => `seller ${name}`,
    load: ({ session, loaded, ids }) => loadSellers(session, loaded, ids("sellers")),
    put: ({ books }) => books.newSellers,
    save: ({ session, books }) => saveSellers(session, books),
  }),
  movements: noun<never, readonly ChargeRecord[]>({
    put: ({ changes }) => allOf(changes.charges),
    save: ({ session, loaded }, put) => saveMovements(session, loaded, put),
    names: (put) => put.flatMap(({ charge }) => idsOf(charge?.movements ?? [])),
  }),
  entries: noun<never, readonly Entry[]>({
    put: ({ books }) => books.entries,
    save: ({ session, numbers, accounts }, put) => saveEntries(session, numbers, accounts.numbers, put),
    names: idsOf,
  }),
  lots: noun<never, readonly Wallet[]>({
    put: ({ changes }) => allOf(changes.wallets),
    save: ({ session, loaded }, put) => saveLots(session, loaded, put),
  }),
  walletLines: noun<never, readonly WalletLine[]>({
    put: ({ books }) => books.walletLines,
    save: ({ session, numbers }, put) => saveLines(session, numbers, put),
  }),
  limits: noun<string, readonly Wallet[]>({
    key: (limit) => `limit ${limit}`,
    load: ({ session, loaded, ids }) => loadHolders(session, loaded, ids("limits")),
    put: ({ changes }) => allOf(changes.wallets),
    save: ({ session, loaded }, put) => saveLimits(session, loaded, put),
  }),
  holds: noun<never, PutRows<Hold>>({
    put: ({ changes }) => changes.holds,
    save: ({ session, numbers }, put) => saveHolds(session, numbers, put),
  }),
  // Works that need the same usage depend on each other through its wallet.
  usage: noun<UsageId, PutUsage>({
    load: ({ session, loaded, ids }) => loadUsage(session, loaded, ids("usage")),
    put: ({ changes }) => talliedUsage(changes.usage),
    save: ({ session, loaded, nextNumber }, put) => saveUsage(session, loaded, put, nextNumber),
    unnamed: ({ added, tallies }) => added.length + tallies.length,
  }),
  customers: noun<string, readonly CustomerLink[]>({
    key: itself,
    readFor: ["charges", "names", "customers"],
    load: async ({ session, loaded, ids, locked }) => {
      const { charges } = await locked;
      await loadLinks(session, loaded, [...ids("customers"), ...customersOf(charges)]);
    },
    put: ({ books }) => books.newLinks,
    save: ({ session }, put) => saveLinks(session, put),
  }),
  credits: noun<string, PutRows<CustomerCredit>>({
    key: itself,
    readFor: ["charges", "names", "customers", "credits"],
    load: async ({ session, loaded, ids, locked }) => {
      const { charges } = await locked;
      await loadCredits(session, loaded, [...ids("credits"), ...creditsOf(charges, ids("customers"))]);
    },
    put: ({ changes }) => changes.credits,
    save: ({ session }, put) => saveCredits(session, put),
  }),
  creditMemos: noun<never, readonly CreditMemo[]>({
    put: ({ books }) => books.creditMemos,
    save: ({ session, numbers, nextNumber }, put) => saveMemos(session, numbers, put, nextNumber),
    unnamed: ({ length }) => length,
  }),
  discrepancies: noun<string, ReadonlyMap<DiscrepancyId, Discrepancy>>({
    key: itself,
    load: ({ session, loaded, ids }) => loadDiscrepancies(session, loaded, ids("discrepancies")),
    put: ({ books }) => books.discrepancies,
    save: async ({ session, numbers, books }) => {
      const said = await newlySaid(session, books);
      await saveDiscrepancies(session, numbers, said, ({ id, status }) =>
        doingOf(status, books.personsWords.get(id), numbers),
      );
      await saveMessages(session, numbers, said.flatMap(announcementOf));
    },
    names: (put) => [...put.values()].flatMap((one) => [one.id, ...idsOf(announcementOf(one))]),
  }),
  personsWords: noun<never, ReadonlyMap<DiscrepancyId, PersonsWord>>({
    put: ({ books }) => books.personsWords,
    save: ({ session, numbers }, put) => saveWords(session, numbers, put),
  }),
  runs: noun<never, readonly Run[]>({
    put: ({ books }) => books.newRuns,
    save: ({ session, numbers }, put) => saveRuns(session, numbers, put),
    names: idsOf,
  }),
  messages: noun<bigint, readonly Message[]>({
    key: (no) => `message ${no}`,
    load: ({ session, loaded, ids }) => loadDeliveries(session, loaded, ids("messages")),
    put: ({ books }) => books.messages,
    save: ({ session, numbers }, put) => saveMessages(session, numbers, put),
    names: idsOf,
  }),
  deliveries: noun<never, readonly Delivery[]>({
    put: ({ changes }) => changes.deliveries.changed,
    save: ({ session, numbers }, put) => saveDeliveries(session, numbers, put),
  }),
  merges: noun<never, readonly Merged[]>({
    put: ({ books }) => [...books.mergedDossiers, ...books.mergedWalletSides],
    save: ({ session, loaded }) => saveMerges(session, loaded),
  }),
  idempotencyKeys: noun<string, readonly KeptDecision[]>({
    key: itself,
    load: ({ session, loaded, ids }) => loadDecisions(session, loaded, ids("idempotencyKeys")),
    put: ({ changes }) => changes.decisions.added,
    save: ({ session }, put) => saveDecisions(session, put),
  }),
  statementMarks: noun<never, readonly StatementMark[]>({
    put: ({ books }) => books.statementMarks,
    save: ({ session }, put) => saveMarks(session, put),
  }),
  actions: noun<never, readonly Action[]>({
    put: ({ books }) => books.actions,
    save: ({ session }, put) => insertActions(session, put),
  }),
  arrivals: noun<never, ReadonlySet<EventId>>({
    put: ({ books }) => books.heardOut,
    save: ({ session, changes, now }, put) => applyWaiting(session, put, changes.events, now),
  }),
  // biome-ignore lint/suspicious/noExplicitAny: whatever is put.
} satisfies { readonly [Name in Needed]: Noun<NeededIds[Name], any> } & Record<string, Noun<never, any>>;

/** As the batch goes through them: what one is, only it itself knows. */
type AnyNoun = Noun<unknown, unknown>;
export const inOrder = Object.entries(nouns) as unknown as readonly (readonly [Needed, AnyNoun])[];

const keysKnown = new WeakMap<Needs, readonly string[]>();

/** The first-round keys of a work: works that share one depend on each other. Asked for four times a work, and made once. */
export function keysOf(needs: Needs): readonly string[] {
  const known = keysKnown.get(needs);
  if (known !== undefined) return known;
  const keys: string[] = [];
  for (const [name, { key }] of inOrder)
    if (key !== undefined) for (const id of needs[name] ?? []) keys.push(key(id));
  keysKnown.set(needs, keys);
  return keys;
}

/**
 * Of charges whose credit may become known by an event that does not speak of it (a refund says what its note gave), or may
 * turn out to be another customer's: an event names one customer, and the charge is another's or was.
 */
function creditsOf(charges: readonly ChargeRow[], named: readonly string[]): string[] {
  const currencies = [...new Set(charges.map(({ currency }) => currency))];
  const own = charges.flatMap((row) =>
    row.customer_ref === null ? [] : [customerCreditId(keyOf(row), row.customer_ref, row.currency)],
  );
  return [...own, ...currencies.flatMap((currency) => named.map((customer) => `${customer}:${currency}`))];
}

/**
 * Customers whose link decides an owner, or is held against the one that is pinned, though the works at hand need not name
 * them: an earlier event did.
 */
function customersOf(charges: readonly ChargeRow[]): string[] {
  return charges.flatMap((row) =>
    row.customer_ref === null ? [] : [customerKey(keyOf(row), row.customer_ref)],
  );
}
