import type { Entry, Posting } from "../../domain/book/journal.ts";
import type { Page, PageRequest } from "../../store/engine/read/page.ts";
import {
  accountLedger,
  accountsOfPath,
  type LedgerLine,
  type LedgerRequest,
} from "../../store/ledger/read/account-ledger.ts";
import { type AccountFilter, listAccounts, listRolledUp } from "../../store/ledger/read/accounts.ts";
import { findEntry, type Undoing, undoingOf } from "../../store/ledger/read/entries.ts";
import type { Services } from "../services.ts";

/** An entry, and what undid it or it undid. */
export interface EntryDetail {
  readonly entry: Entry;
  readonly undoing: Undoing;
}

export async function readEntryDetail(services: Services, id: string): Promise<EntryDetail | undefined> {
  const entry = await findEntry(services.store.read, id);
  if (entry === undefined) return undefined;
  return { entry, undoing: await undoingOf(services.store.read, entry) };
}

/** Which currencies an account has, and its lines in one of them. */
export interface AccountDetail {
  readonly currencies: readonly string[];
  readonly currency: string;
  readonly lines: Page<LedgerLine>;
}

/** In the first currency there is unless one is asked for; `undefined` if nothing was ever posted to it. To be read from one moment. */
export async function readAccountLedger(
  { store }: Services,
  path: string,
  { currency, ...request }: LedgerRequest & { readonly currency?: string | undefined },
  page: PageRequest,
): Promise<AccountDetail | undefined> {
  const all = await accountsOfPath(store.read, path);
  const account = currency === undefined ? all[0] : all.find((one) => one.currency === currency);
  if (account === undefined) return undefined;
  return {
    currencies: all.map((one) => one.currency),
    currency: account.currency,
    lines: await accountLedger(store.read, account, request, page),
  };
}

export interface TrialBalanceFilter extends AccountFilter {
  /** Whether all accounts that stand for one object of a kind each are one line. */
  readonly isRolledUp?: boolean;
}

/** The trial balance, to be read from one moment of the database. */
export function readAccounts(
  { store }: Services,
  { isRolledUp = false, ...filter }: TrialBalanceFilter,
  page: PageRequest,
): Promise<Page<Posting>> {
  return (isRolledUp ? listRolledUp : listAccounts)(store.read, filter, page);
}
