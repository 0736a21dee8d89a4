import type { Entry, Posting } from "../../domain/book/journal.ts";
import { type AccountFilter, listAccounts } from "../../store/read/accounts.ts";
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

/** The trial balance. */
export function readAccounts(
  services: Services,
  filter: AccountFilter,
  page: PageRequest,
): Promise<Page<Posting>> {
  return listAccounts(services.store.read, filter, page);
}
