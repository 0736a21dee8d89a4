import {
  type DiscrepancyFilter,
  findDiscrepancy,
  type ListedDiscrepancy,
  listDiscrepancies,
} from "../../store/read/discrepancies.ts";
import { type DiscrepancyStep, stepsOfDiscrepancy } from "../../store/read/reconciliations.ts";
import type { Services } from "../services.ts";
import type { Page, PageRequest } from "./page.ts";

export type { ListedDiscrepancy } from "../../store/read/discrepancies.ts";

export function readDiscrepancies(
  services: Services,
  filter: DiscrepancyFilter,
  page: PageRequest,
): Promise<Page<ListedDiscrepancy>> {
  return listDiscrepancies(services.store.read, filter, page);
}

export interface DiscrepancyDetail {
  readonly discrepancy: ListedDiscrepancy;
  readonly steps: readonly DiscrepancyStep[];
}

export async function readDiscrepancy(
  { store }: Services,
  id: string,
): Promise<DiscrepancyDetail | undefined> {
  const discrepancy = await findDiscrepancy(store.read, id);
  if (discrepancy === undefined) return undefined;
  return { discrepancy, steps: await stepsOfDiscrepancy(store.read, id) };
}
