import type { ApiRow, DeliveryReply, Target } from "./target.ts";

/** What posting a case has led to: the content of its golden file. */
export interface World {
  readonly events: readonly DeliveryReply[];
  readonly charges: readonly ApiRow[];
  readonly movements: readonly ApiRow[];
  readonly wallets: readonly ApiRow[];
  /** With their entries: a payout has no wallet to be seen in. */
  readonly payouts: readonly ApiRow[];
  readonly discrepancies: readonly ApiRow[];
}

/** Everything the API shows that a golden file holds, in an order that does not depend on who came first. */
export async function readWorld(target: Target, events: readonly DeliveryReply[]): Promise<World> {
  return {
    events,
    charges: await readCharges(target),
    movements: sorted(await target.list("/v1/movements"), "ref", "id"),
    wallets: await readWallets(target),
    payouts: await readPayouts(target),
    discrepancies: sorted(await target.list("/v1/discrepancies"), "kind", "id").map(withoutAge),
  };
}

/** How old it is depends on who looks when. */
function withoutAge({ age, age_days, ...discrepancy }: ApiRow): ApiRow {
  return discrepancy as ApiRow;
}

/** Charges with their lines and entries; movements and events stand beside them already. */
async function readCharges(target: Target): Promise<ApiRow[]> {
  const charges: ApiRow[] = [];
  for (const { id } of sorted(await target.list("/v1/charges"), "ref", "id")) {
    const { movements, events, ...charge } = await target.get<ApiRow>(`/v1/charges/${id}`);
    charges.push(charge as ApiRow);
  }
  return charges;
}

/** Wallets with their statements, oldest line first. */
async function readWallets(target: Target): Promise<ApiRow[]> {
  const wallets: ApiRow[] = [];
  for (const wallet of sorted(await target.list("/v1/wallets"), "owner", "currency")) {
    const entries = await target.list(`/v1/wallets/${wallet.id}/entries`);
    wallets.push({ ...wallet, entries: entries.reverse() });
  }
  return wallets;
}

async function readPayouts(target: Target): Promise<ApiRow[]> {
  const payouts = sorted(await target.list("/v1/payouts"), "ref", "id");
  if (payouts.length === 0) return [];
  const entries = (await target.list("/v1/entries")).reverse();
  return payouts.map((payout) => ({
    ...payout,
    entries: entries.filter(({ payout_id }) => payout_id === payout.id),
  }));
}

/**
 * What is promised whatever the order of the events: charges, movements and balances; not how many entries it took, nor
 * what each event was answered.
 */
export function orderFree({ charges, movements, wallets, payouts }: World): object {
  const without = (row: ApiRow, ...names: readonly string[]) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
  return {
    charges: charges.map((row) => without(row, "entries")),
    movements,
    wallets: wallets.map((row) => without(row, "entries", "seq")),
    payouts: payouts.map((row) => without(row, "entries")),
  };
}

function sorted(rows: readonly ApiRow[], ...names: readonly string[]): ApiRow[] {
  const key = (row: ApiRow) => JSON.stringify(names.map((name) => row[name]));
  return [...rows].sort((a, b) => (key(a) < key(b) ? -1 : Number(key(a) > key(b))));
}
