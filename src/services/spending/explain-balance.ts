import type { ChargeId, WalletId } from "../../domain/ids.ts";
import type { Amount } from "../../domain/money.ts";
import type { Instant } from "../../domain/time.ts";
import type { Page, PageRequest } from "../../store/engine/read/page.ts";
import type { WalletTotals } from "../../store/wallets/nouns/wallet.ts";
import {
  changesUpTo,
  heldAt,
  type KindOfChange,
  type LotThen,
  lotsThen,
  statementEnd,
} from "../../store/wallets/read/explanation.ts";
import { walletById } from "../../store/wallets/read/wallets.ts";
import { type ChargeDetail, readCharge } from "../charges/read-charges.ts";
import type { Services } from "../services.ts";

export type { KindOfChange, LotThen } from "../../store/wallets/read/explanation.ts";

/** A balance at a time, and what it consists of, down to the events that providers sent. */
export interface Explanation {
  readonly wallet: WalletTotals;
  readonly at: Instant;
  /** Number of the last statement line by then. */
  readonly seq: number;
  readonly balance: Amount;
  readonly held: Amount;
  /** What made the balance; the amounts sum to it. */
  readonly changes: readonly KindOfChange[];
  /** What the balance consisted of; over all pages, what was left of the lots sums to it. */
  readonly lots: Page<ExplainedLot>;
}

/** A lot as it was then, with the charge it came from: the charge as it is now, its entries and events as of then. */
export interface ExplainedLot extends LotThen {
  readonly charge: ChargeDetail | null;
}

/**
 * Explains a wallet's balance at a time on our clock, this moment included; now if none is given. `undefined` if there is no
 * such wallet.
 */
export async function explainBalance(
  services: Services,
  id: WalletId,
  { at = services.clock.now() }: { readonly at?: Instant | undefined },
  page: PageRequest,
): Promise<Explanation | undefined> {
  const wallet = await walletById(services.store.read, id);
  if (wallet === undefined) return undefined;
  const { read } = services.store;
  const { seq, balance } = await statementEnd(read, id, at);
  const { rows, next } = await lotsThen(read, id, seq, page);
  const charges = await chargesOf(services, rows, at);
  const explained = rows.map((row) => ({ ...row, charge: charges.get(row.lot.chargeId) ?? null }));
  return {
    wallet,
    at,
    seq,
    balance,
    held: await heldAt(read, id, at),
    changes: await changesUpTo(read, id, seq),
    lots: { rows: explained, next },
  };
}

async function chargesOf(
  services: Services,
  lots: readonly LotThen[],
  at: Instant,
): Promise<ReadonlyMap<ChargeId | null, ChargeDetail>> {
  const found = new Map<ChargeId | null, ChargeDetail>();
  for (const id of new Set(lots.map(({ lot }) => lot.chargeId))) {
    const charge = id === null ? undefined : await readCharge(services, id);
    if (charge !== undefined) found.set(id, asOf(charge, at));
  }
  return found;
}

/** What came later cannot explain what was. */
function asOf(charge: ChargeDetail, at: Instant): ChargeDetail {
  return {
    ...charge,
    entries: charge.entries.filter(({ postedAt }) => postedAt <= at),
    events: charge.events.filter(({ appliedAt, receivedAt }) => (appliedAt ?? receivedAt) <= at),
  };
}
