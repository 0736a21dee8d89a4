import type { Entry, Posting } from "../../domain/book/journal.ts";
import { formatInstant, type Instant } from "../../domain/time.ts";
import type { Snapshot } from "../../store/batch/snapshot.ts";
import type { TimeWindow } from "../../store/engine/read/page.ts";
import {
  accountsAfter,
  balancesAfter,
  entriesAfter,
  ledgerCurrencies,
} from "../../store/ledger/read/rollforward.ts";
import type { Services } from "../services.ts";
import { overSnapshot } from "./export-rows.ts";

/**
 * Names as hledger reads them, in plain ASCII, so that any locale will do. A customer's id at its provider is part of a path
 * and may hold anything: two spaces would end the name, a semicolon begin a comment, an empty part be dropped. What is not
 * plain is written as its bytes (`%20`), the percent sign too: different paths keep different names.
 */
export function accountName(path: string): string {
  return path.replaceAll(/[^\w.:+@/-]+/g, bytesOf).replaceAll(/(?<=^|:):|:$/g, "%3A");
}

/** A commodity that counts the minor units of a currency: with decimals an imbalance below the last one would not show. */
const commodityName = (currency: string): string => `${currency}c`;

function bytesOf(text: string): string {
  return [...Buffer.from(text, "utf8")]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
    .join("");
}

/** The day in UTC: hledger's dates have no time. */
const localDayOf = (instant: Instant): string => formatInstant(instant).slice(0, 10);

/**
 * A transaction on the day of our commit, by which the assertions hold, with the provider's day as its second date: `hledger
 * --date2` shows the books by the provider's clock. A statement line that covered nothing has no postings, and is told of as a comment.
 */
function entryText(entry: Entry): string {
  const days = `${localDayOf(entry.postedAt)}=${localDayOf(entry.effectiveAt)}`;
  const title = `${days} ${entry.kind} ${entry.id}`;
  if (entry.postings.length === 0) return `; ${title}: nothing was posted\n\n`;
  const tags = [`effective: ${formatInstant(entry.effectiveAt)}`, `posted: ${formatInstant(entry.postedAt)}`];
  return `${title}\n    ; ${tags.join(", ")}\n${entry.postings.map(postingText).join("")}\n`;
}

function postingText({ account, currency, amount }: Posting): string {
  return `    ${accountName(account)}  ${amount} ${commodityName(currency)}\n`;
}

/** Says what the account holds when all before has happened, and moves nothing. */
function assertionText({ account, currency, amount }: Posting): string {
  const commodity = commodityName(currency);
  return `    ${accountName(account)}  0 ${commodity} = ${amount} ${commodity}\n`;
}

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
