import type { Entry, Posting } from "../../domain/book/journal.ts";
import type { Usage } from "../../domain/spending/usage.ts";
import type { Snapshot } from "../../store/batch/snapshot.ts";
import type { ChargeView, MovementView } from "../../store/charges/read/charge-view.ts";
import { listCharges } from "../../store/charges/read/charges.ts";
import type { ClockName, Page, PageRequest, TimeWindow } from "../../store/engine/read/page.ts";
import { type AccountFilter, listAccounts } from "../../store/ledger/read/accounts.ts";
import { listEntries } from "../../store/ledger/read/entries.ts";
import type { ListedDiscrepancy } from "../../store/reconciling/nouns/discrepancy.ts";
import {
  listDiscrepancies,
  listResolutions,
  type ResolutionRow,
} from "../../store/reconciling/read/discrepancies.ts";
import type { WalletTotals } from "../../store/wallets/nouns/wallet.ts";
import { listUncovered, listUsage, type Uncovered } from "../../store/wallets/read/usage.ts";
import { listWallets, listWalletsAt, type WalletAt } from "../../store/wallets/read/wallets.ts";
import { readMovementPage } from "../charges/read-charges.ts";
import type { Services } from "../services.ts";

/** What `read` gives of one moment of the database, which is let go when it ends, fails or is given up. */
export async function* overSnapshot<Piece>(
  { store }: Services,
  read: (snapshot: Snapshot) => AsyncGenerator<Piece>,
): AsyncGenerator<Piece> {
  const snapshot = await store.openSnapshot();
  try {
    yield* read(snapshot);
  } finally {
    await snapshot.close();
  }
}

/** What days do not have is summed up anew for every page: so there are few. */
const accountsAtOnce = 2_000;

/** The trial balance, all of one moment, page by page. */
export function exportAccounts(
  services: Services,
  filter: AccountFilter,
): AsyncGenerator<readonly Posting[]> {
  return overSnapshot(services, async function* ({ read }) {
    for (let after: string | null = null, isFirst = true; isFirst || after !== null; isFirst = false) {
      const page: Page<Posting> = await listAccounts(read, filter, { limit: accountsAtOnce, after });
      yield page.rows;
      after = page.next;
    }
  });
}

/** What is exported row by row. */
export interface Exported {
  readonly charges: ChargeView;
  readonly movements: MovementView;
  readonly entries: Entry;
  readonly wallets: WalletTotals | WalletAt;
  readonly discrepancies: ListedDiscrepancy;
  readonly resolutions: ResolutionRow;
  readonly usage: Usage;
  readonly uncovered: Uncovered;
}

export type ExportName = keyof Exported;

interface ExportWindow extends TimeWindow {
  readonly clock?: ClockName | undefined;
}

type ReadPage<Row> = (db: Snapshot["read"], page: PageRequest) => Promise<Page<Row>>;

/** Small enough that a page of charges with long metadata is no burden, large enough that queries are few. */
const pageSize = 200;

/** Newest first, as lists are, all of one moment, page by page: no more than a page is in memory. */
export function exportRows<Name extends ExportName>(
  services: Services,
  name: Name,
  window: ExportWindow,
): AsyncGenerator<readonly Exported[Name][]> {
  const readPage = readers(services, window)[name];
  return overSnapshot(services, async function* ({ read }) {
    for (let after: string | null = null, isFirst = true; isFirst || after !== null; isFirst = false) {
      const page: Page<Exported[Name]> = await readPage(read, { limit: pageSize, after });
      yield page.rows;
      after = page.next;
    }
  });
}

function readers(
  services: Services,
  window: ExportWindow,
): { readonly [Name in ExportName]: ReadPage<Exported[Name]> } {
  return {
    charges: (db, page) => listCharges(db, window, page),
    movements: (db, page) => readMovementPage(services, db, window, page),
    entries: (db, page) => listEntries(db, window, page),
    wallets: walletsOf(window),
    discrepancies: (db, page) => listDiscrepancies(db, window, page),
    resolutions: (db, page) => listResolutions(db, window, page),
    usage: (db, page) => listUsage(db, window, page),
    uncovered: (db, page) =>
      listUncovered(db, { from: window.from ?? earliest, to: window.to ?? latest }, page),
  };
}

const earliest = -(2n ** 63n);
const latest = 2n ** 63n - 1n;

/** As they are; in a window, those that changed in it, as they were booked at its end. */
function walletsOf({ from, to, clock = "effective" }: ExportWindow): ReadPage<WalletTotals | WalletAt> {
  if (from === undefined && to === undefined) return (db, page) => listWallets(db, {}, page);
  return (db, page) => listWalletsAt(db, { from, to: to ?? latest, clock }, page);
}
