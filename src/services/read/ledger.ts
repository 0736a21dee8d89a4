import type { Entry, Posting } from "../../domain/book/journal.ts";
import { type AccountFilter, listAccounts, listRolledUp } from "../../store/read/accounts.ts";
import { type EntryFilter, findEntry, listEntries } from "../../store/read/entries.ts";
import type { Services } from "../services.ts";
import type { Page, PageRequest } from "./page.ts";

export function readEntries(
  services: Services,
  filter: EntryFilter,
  page: PageRequest,
): Promise<Page<Entry>> {
  return listEntries(services.store.read, filter, page);
}

export function readEntry({ store }: Services, id: string): Promise<Entry | undefined> {
  return findEntry(store.read, id);
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
