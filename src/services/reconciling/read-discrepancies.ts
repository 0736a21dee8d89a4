import { type AgeingGroup, dueOf } from "../../domain/reconciling/ages.ts";
import type { Instant } from "../../domain/time.ts";
import type { ListedDiscrepancy } from "../../store/reconciling/nouns/discrepancy.ts";
import {
  type DiscrepancyFilter,
  discrepanciesByDue,
  findDiscrepancy,
} from "../../store/reconciling/read/discrepancies.ts";
import { type DiscrepancyStep, stepsOfDiscrepancy } from "../../store/reconciling/read/reconciliations.ts";
import type { Services } from "../services.ts";

export interface DiscrepancyDetail {
  readonly discrepancy: ListedDiscrepancy;
  readonly steps: readonly DiscrepancyStep[];
}

/** What should have agreed for the longest time first, of an age or of all. */
export function readDiscrepanciesByDue(
  { store }: Services,
  { age, ...filter }: DiscrepancyFilter & { readonly age?: AgeingGroup | undefined },
  { now, ...page }: { readonly limit: number; readonly after: string | null; readonly now: Instant },
): Promise<{ readonly rows: readonly ListedDiscrepancy[]; readonly next: string | null }> {
  return discrepanciesByDue(store.read, { ...filter, ...(age === undefined ? {} : dueOf(age, now)) }, page);
}

export async function readDiscrepancy(
  { store }: Services,
  id: string,
): Promise<DiscrepancyDetail | undefined> {
  const discrepancy = await findDiscrepancy(store.read, id);
  if (discrepancy === undefined) return undefined;
  return { discrepancy, steps: await stepsOfDiscrepancy(store.read, id) };
}
