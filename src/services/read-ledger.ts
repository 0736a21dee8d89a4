import type { Entry, Posting } from "../domain/journal.ts";
import { type AccountFilter, listAccounts } from "../store/read/accounts.ts";
import { type EntryFilter, listEntries } from "../store/read/entries.ts";
import type { Page, PageRequest } from "./read-page.ts";
import type { Services } from "./services.ts";

export function readEntries(
  services: Services,
  filter: EntryFilter,
  page: PageRequest,
): Promise<Page<Entry>> {
  return listEntries(services.store.read, filter, page);
}

/** The trial balance. */
export function readAccounts(
  services: Services,
  filter: AccountFilter,
  page: PageRequest,
): Promise<Page<Posting>> {
  return listAccounts(services.store.read, filter, page);
}
