import type { Discrepancy } from "../../domain/books.ts";
import { type DiscrepancyFilter, listDiscrepancies } from "../../store/read/discrepancies.ts";
import type { Services } from "../services.ts";
import type { Page, PageRequest } from "./page.ts";

export function readDiscrepancies(
  services: Services,
  filter: DiscrepancyFilter,
  page: PageRequest,
): Promise<Page<Discrepancy>> {
  return listDiscrepancies(services.store.read, filter, page);
}
