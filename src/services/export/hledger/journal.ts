import type { Posting } from "../../../domain/book/journal.ts";
import type { Instant } from "../../../domain/time.ts";
import type { Snapshot } from "../../../store/batch/snapshot.ts";
import type { TimeWindow } from "../../../store/engine/read/page.ts";
import {
  accountsAfter,
  balancesAfter,
  entriesAfter,
  ledgerCurrencies,
} from "../../../store/ledger/read/ledger-at.ts";
import type { Services } from "../../services.ts";
import { overSnapshot } from "../over-snapshot.ts";
import { accountName, commodityName } from "./names.ts";
import { assertionText, entryText, localDayOf, postingText } from "./transactions.ts";

type Read = Snapshot["read"];

const pageSize = 200;
const latest = 2n ** 63n - 1n;

/**
 * The ledger for `hledger check --strict`, in integer minor units: every account and commodity declared, a transaction for
 * each entry that was posted in the window, and what each account holds at its end. With `from`, what the accounts held
 * before it comes first.
 */
export function exportJournal(services: Services, window: TimeWindow): AsyncGenerator<string> {
  return overSnapshot(services, async function* ({ read }) {
    yield* declarations(read);
    const { from = -latest, to = latest } = window;
    const opened = window.from === undefined ? null : localDayOf(window.from);
    if (opened !== null) yield* opening(read, opened, from);
    let lastDay = opened;
    for (let after = -1n; ; ) {
      const { entries, last } = await entriesAfter(read, { from, to }, after, pageSize);
      if (last === null) break;
      for (const { postedAt } of entries) lastDay = later(lastDay, localDayOf(postedAt));
      yield entries.map(entryText).join("");
      after = last;
    }
    if (lastDay !== null) yield* assertions(read, lastDay, to);
  });
}

async function* declarations(read: Read): AsyncGenerator<string> {
  yield "; The ledger in integer minor units: USDc counts the smallest units of USD, as the provider does.\n\n";
  for (const currency of await ledgerCurrencies(read)) yield `commodity 1. ${commodityName(currency)}\n`;
  let declared: string | null = null;
  for (let page = await accountsAfter(read, null, pageSize); page.length > 0; ) {
    const paths = page.map(({ account }) => account);
    const news = paths.filter((path, index) => path !== (index === 0 ? declared : paths[index - 1]));
    yield news.map((path) => `account ${accountName(path)}\n`).join("");
    declared = paths.at(-1) ?? null;
    page = await accountsAfter(read, page.at(-1) ?? null, pageSize);
  }
  yield "\n";
}

/** It balances without an account of its own: all that was posted by then sums to zero. */
async function* opening(read: Read, day: string, before: Instant): AsyncGenerator<string> {
  let title = `${day} opening balances\n`;
  for await (const balances of allBalances(read, before)) {
    const held = balances.filter(({ amount }) => amount !== 0n);
    if (held.length === 0) continue;
    yield title + held.map(postingText).join("");
    title = "";
  }
  yield "\n";
}

async function* assertions(read: Read, day: string, before: Instant): AsyncGenerator<string> {
  yield `${day} balance assertions\n`;
  for await (const balances of allBalances(read, before)) yield balances.map(assertionText).join("");
}

async function* allBalances(read: Read, before: Instant): AsyncGenerator<readonly Posting[]> {
  const at = { before, clock: "posted" } as const;
  for (let page = await balancesAfter(read, at, null, pageSize); page.length > 0; ) {
    yield page;
    page = await balancesAfter(read, at, page.at(-1) ?? null, pageSize);
  }
}

const later = (a: string | null, b: string): string => (a === null || b > a ? b : a);
