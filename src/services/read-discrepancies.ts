import type { Discrepancy } from "../domain/books.ts";
import { type DiscrepancyFilter, listDiscrepancies } from "../store/read/discrepancies.ts";
import type { Page, PageRequest } from "./read-page.ts";
import type { Services } from "./services.ts";

export function readDiscrepancies(
  services: Services,
  filter: DiscrepancyFilter,
  page: PageRequest,
): Promise<Page<Discrepancy>> {
  return listDiscrepancies(services.store.read, filter, page);
}
