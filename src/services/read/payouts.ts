import type { Payout } from "../../domain/transfer/payout.ts";
import { listPayouts, type PayoutFilter } from "../../store/read/payouts.ts";
import type { Services } from "../services.ts";
import type { Page, PageRequest } from "./page.ts";

export function readPayouts(
  services: Services,
  filter: PayoutFilter,
  page: PageRequest,
): Promise<Page<Payout>> {
  return listPayouts(services.store.read, filter, page);
}
