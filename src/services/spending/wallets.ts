import type { ChargeId, WalletId } from "../../domain/ids.ts";
import type { Amount } from "../../domain/money.ts";
import type { Instant } from "../../domain/time.ts";
import { emptyWallet, type Lot, type Wallet } from "../../domain/wallet/wallet.ts";
import type { Work } from "../../store/batch/unit-of-work.ts";
import { hasAtMostLots } from "../../store/charges/read/paid-left.ts";
import type { ClockName, Page, PageRequest, TimeWindow } from "../../store/engine/read/page.ts";
import { listRolledUp } from "../../store/ledger/read/accounts.ts";
import type { StatementLine, WalletTotals } from "../../store/wallets/nouns/wallet.ts";
import {
  changesUpTo,
  heldAt,
  type KindOfChange,
  type LotThen,
  lotsThen,
  statementEnd,
} from "../../store/wallets/read/explanation.ts";
import { listUncovered, type Uncovered } from "../../store/wallets/read/usage.ts";
import {
  listLots,
  listStatementLines,
  statementByTime,
  walletById,
} from "../../store/wallets/read/wallets.ts";
import { type ChargeDetail, readCharge } from "../charges/read-charges.ts";
import { taxInWallets } from "../export/tax-in-wallets.ts";
import type { Services } from "../services.ts";

export type { KindOfChange, LotThen } from "../../store/wallets/read/explanation.ts";
export type { Uncovered } from "../../store/wallets/read/usage.ts";

interface OpenWalletRequest {
  readonly owner: string;
  readonly currency: string;
}

interface OpenedWallet {
  readonly kind: "opened" | "exists";
  readonly wallet: Wallet;
}

/** Gives an owner an empty wallet in a currency, or the one there is. */
export function openWallet(services: Services, request: OpenWalletRequest): Promise<OpenedWallet> {
  return services.store.write(
    openingWallet(services.store.walletIds.of(request.owner, request.currency), request),
  );
}

function openingWallet(id: WalletId, { owner, currency }: OpenWalletRequest): Work<OpenedWallet> {
  return {
    needs: { wallets: [id] },
    walletNeeds: () => [{ wallet: id, lots: false, charge: null }],
    decide(books) {
      const known = books.wallet(id);
      if (known !== undefined) return { kind: "exists", wallet: known };
      const wallet = emptyWallet(id, owner, currency);
      books.putWallet(wallet);
      return { kind: "opened", wallet };
    },
  };
}

interface StatementAsked extends TimeWindow {
  /** In whose order, with the balance by that clock; in ours, of a window by the provider's, unless one is named. */
  readonly clock?: ClockName | undefined;
}

/** Newest first; `undefined` if there is no such wallet. */
export async function readStatement(
  services: Services,
  id: WalletId,
  { clock, ...window }: StatementAsked,
  page: PageRequest,
): Promise<Page<StatementLine> | undefined> {
  if ((await walletById(services.store.read, id)) === undefined) return undefined;
  return readLines(services, id, { clock, ...window }, page);
}

/** The same of a wallet that is known. */
export function readLines(
  { store: { read } }: Services,
  id: WalletId,
  { clock, ...window }: StatementAsked,
  page: PageRequest,
): Promise<Page<StatementLine>> {
  return clock === "effective"
    ? statementByTime(read, id, window, page)
    : listStatementLines(read, id, { clock: clock ?? "effective", ...window }, page);
}

/** `undefined` if there is no such wallet. */
export async function readLots(
  services: Services,
  id: WalletId,
  page: PageRequest,
): Promise<Page<Lot> | undefined> {
  if ((await walletById(services.store.read, id)) === undefined) return undefined;
  return listLots(services.store.read, id, page);
}

/** What all wallets held together at a moment, in one currency. */
export interface Owed {
  readonly currency: string;
  readonly paid: Amount;
  readonly promo: Amount;
  /** Owed to us. */
  readonly recovery: Amount;
  /** What of the paid value is tax; `null`: there are too many lots to say that here. The roll-forward of a month says it always. */
  readonly ofWhichTax: Amount | null;
}

/** Lots whose charges are looked at one by one for what of them is tax. */
const mostLots = 10_000;
/** Two lines a currency. */
const mostLines = 1_000;

/** What we owed owners at a moment, that one included, by the accounts of the ledger. To be read from one moment of the database. */
export async function readOwed(
  services: Services,
  { at, clock }: { readonly at: Instant; readonly clock: ClockName },
): Promise<Owed[]> {
  const { read } = services.store;
  const held = async (prefix: string) => {
    const filter = { at, clock, prefix };
    return (await listRolledUp(read, filter, { limit: mostLines, after: null })).rows;
  };
  const owed = await held("liabilities:wallet:");
  const recovery = await held("assets:recovery:");
  const taxes = (await hasAtMostLots(read, mostLots))
    ? await taxInWallets(services, read, { before: at + 1n, clock })
    : null;
  const currencies = [...new Set([...owed, ...recovery].map(({ currency }) => currency))].sort();
  return currencies.map((currency) => {
    const of = (lines: typeof owed, end: string) =>
      lines.find((one) => one.currency === currency && one.account.endsWith(end))?.amount ?? 0n;
    return {
      currency,
      paid: -of(owed, ":paid"),
      promo: -of(owed, ":promo"),
      recovery: of(recovery, ""),
      ofWhichTax: taxes && (taxes.get(currency) ?? 0n),
    };
  });
}

/** What no value paid for, by owner, currency, kind and meter; a window that has passed never changes. */
export function reportUncovered(
  services: Services,
  window: Required<TimeWindow>,
  page: PageRequest,
): Promise<Page<Uncovered>> {
  return listUncovered(services.store.read, window, page);
}

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
