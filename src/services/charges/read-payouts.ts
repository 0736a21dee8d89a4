import type { HeldRow } from "../../domain/reconciling/held-row.ts";
import type { StatedRow } from "../../domain/reconciling/reconciled-row.ts";
import { findPayout } from "../../store/charges/read/payouts.ts";
import type { Page, PageRequest } from "../../store/engine/read/page.ts";
import { listPayoutRows } from "../../store/reconciling/read/payout-rows.ts";
import { heldOfPaidRows, payoutItself } from "../reconciling/levels/payout.ts";
import type { Services } from "../services.ts";

/** A row of a payout as the provider states it, and what we hold of it. */
export interface PaidRow {
  readonly row: StatedRow;
  readonly held: HeldRow | null;
}

/** What makes a payout, as far as reports and lists that were read say it; `undefined` if there is no such payout. */
export async function readPayoutRows(
  services: Services,
  id: string,
  page: PageRequest,
): Promise<Page<PaidRow> | undefined> {
  const payout = await findPayout(services.store.read, id);
  if (payout === undefined) return undefined;
  const { key, remittanceRef } = payout;
  const names = remittanceRef === null ? [key.ref] : [key.ref, remittanceRef];
  const { rows, next } = await listPayoutRows(
    services.store.read,
    key,
    { names, without: payoutItself },
    page,
  );
  const held = await heldOfPaidRows({ services, run: key }, rows);
  return { rows: rows.map((row) => ({ row, held: held.get(row.key) ?? null })), next };
}
