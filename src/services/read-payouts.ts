import type { Payout } from "../domain/payout.ts";
import { listPayouts, type PayoutFilter } from "../store/read/payouts.ts";
import type { Page, PageRequest } from "./read-page.ts";
import type { Services } from "./services.ts";

export function readPayouts(
  services: Services,
  filter: PayoutFilter,
  page: PageRequest,
): Promise<Page<Payout>> {
  return listPayouts(services.store.read, filter, page);
}
