import type { Page, PageRequest, TimeWindow } from "../../store/engine/read/page.ts";
import { listUncovered, type Uncovered } from "../../store/wallets/read/uncovered.ts";
import type { Services } from "../services.ts";

export type { Uncovered } from "../../store/wallets/read/uncovered.ts";

/** What no value paid for, by owner, currency, kind and meter; a window that has passed never changes. */
export function reportUncovered(
  services: Services,
  window: Required<TimeWindow>,
  page: PageRequest,
): Promise<Page<Uncovered>> {
  return listUncovered(services.store.read, window, page);
}
