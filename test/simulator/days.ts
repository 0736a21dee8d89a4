import { rolledUpPath } from "../../src/domain/book/accounts.ts";
import type { Entry } from "../../src/domain/book/journal.ts";
import { compareInstants, type Instant, nanosecondsPerDay } from "../../src/domain/time.ts";
import { audit } from "../../src/services/audit/audit.ts";
import { inOneMoment } from "../../src/services/kit/moment.ts";
import { addDays } from "../../src/services/ledger/account-days.ts";
import { readAccounts } from "../../src/services/ledger/read-ledger.ts";
import type { Services } from "../../src/services/services.ts";
import { readStatement } from "../../src/services/spending/wallets.ts";
import type { World } from "../../src/simulator/world.ts";
import type { ClockName, Page, PageRequest } from "../../src/store/engine/read/page.ts";
import {
  accountLedger,
  accountsOfPath,
  type LedgerLine,
} from "../../src/store/ledger/read/account-ledger.ts";
import { listEntries } from "../../src/store/ledger/read/entries.ts";
import type { StatementLine } from "../../src/store/wallets/nouns/wallet.ts";
import { listWallets, statementByTime } from "../../src/store/wallets/read/wallets.ts";
import { composed } from "../services/composed.ts";

/** A sum that is not what it should be, at an instant of a clock. */
interface Wrong {
  readonly of: string;
  readonly at: Instant;
  readonly clock: ClockName;
  readonly is: string;
  readonly should: string;
}

/**
 * Hears a world over weeks of our own clock, some of which is summed up day by day and some is not, and looks at twenty
 * instants of both clocks: whether the trial balance is what the postings by then come to, account by account and rolled up,
 * and whether what wallets owe is what their statements say.
 */
export async function wrongDays(
  world: World,
  databaseUrl: string,
): Promise<{ readonly wrong: Wrong[]; readonly entries: number }> {
  const { tallyhook, clock, receive } = await composed(databaseUrl);
  const { services } = tallyhook;
  for (const [index, { provider, body }] of world.emissions.entries()) {
    clock.advance((index * 7_919) % 10_800);
    await receive(Buffer.from(body), provider);
    if (index % 50 === 49) await services.store.addAccountDays(20 + (index % 3) * 40);
  }
  const entries = await all((page) => listEntries(services.store.read, {}, page));
  const lines = await linesOf(services);
  const wrong: Wrong[] = [];
  const look = (instants: number) =>
    inOneMoment(services, async (moment) => {
      for (const by of ["effective", "posted"] as const)
        for (const at of instantsOf(entries, by, instants))
          wrong.push(...(await wrongAt(moment, { entries, lines, at, by })));
    });
  await look(20);
  wrong.push(...(await wrongLedgers(services, entries)), ...(await wrongStatements(services, lines)));
  await addDays(services);
  await look(3);
  const { problems } = await audit(services);
  const unsound = problems.map(({ kind, subject, detail }) => ({
    of: `${kind} ${subject}`,
    at: 0n,
    clock: "posted" as const,
    is: detail,
    should: "",
  }));
  await tallyhook.close();
  return { wrong: [...wrong, ...unsound], entries: entries.length };
}

interface Look {
  readonly entries: readonly Entry[];
  readonly lines: readonly StatementLine[];
  readonly at: Instant;
  readonly by: ClockName;
}

async function wrongAt(services: Services, { entries, lines, at, by }: Look): Promise<Wrong[]> {
  const isBy = (of: { readonly effectiveAt: Instant; readonly postedAt: Instant }) =>
    (by === "effective" ? of.effectiveAt : of.postedAt) <= at;
  const should = new Map<string, bigint>();
  const shouldRolledUp = new Map<string, bigint>();
  for (const { account, currency, amount } of entries.filter(isBy).flatMap(({ postings }) => postings)) {
    add(should, `${account} ${currency}`, amount);
    add(shouldRolledUp, `${rolledUpPath(account)} ${currency}`, amount);
  }
  const held = (isRolledUp: boolean) =>
    all((page) => readAccounts(services, { at, clock: by, isRolledUp }, page));
  const is = new Map((await held(false)).map((of) => [`${of.account} ${of.currency}`, of.amount]));
  const isRolledUp = new Map((await held(true)).map((of) => [`${of.account} ${of.currency}`, of.amount]));
  const owed = (held: ReadonlyMap<string, bigint>) =>
    [...held]
      .filter(([name]) => name.startsWith("liabilities:wallet:"))
      .reduce((sum, [, of]) => sum - of, 0n);
  const stated = lines.filter(isBy).reduce((sum, { amount }) => sum + amount, 0n);
  return [
    ...differing(should, is),
    ...differing(shouldRolledUp, isRolledUp),
    ...differing(new Map([["wallets", stated]]), new Map([["wallets", owed(is)]])),
  ].map((one) => ({ ...one, at, clock: by }));
}

/**
 * The ledgers of the accounts that most and least was posted to, by both clocks, page by page into the past and back: as they
 * are read of few postings, and as they are read of many.
 */
async function wrongLedgers(services: Services, entries: readonly Entry[]): Promise<Wrong[]> {
  const counts = new Map<string, bigint>();
  for (const { account, currency } of entries.flatMap(({ postings }) => postings))
    add(counts, `${currency} ${account}`, 1n);
  const byCount = [...counts].sort(([, a], [, b]) => Number(b - a)).map(([name]) => name);
  const wrong: Wrong[] = [];
  for (const name of [byCount[0] ?? "", byCount[3] ?? "", byCount.at(-1) ?? ""])
    for (const clock of ["effective", "posted"] as const)
      for (const few of [2_000n, 0n])
        await inOneMoment(services, async ({ store: { read } }) => {
          const [currency = "", path = ""] = name.split(" ");
          const account = (await accountsOfPath(read, path)).find((one) => one.currency === currency);
          if (account === undefined) throw new Error(name);
          const should = shouldBe(entries, { path, currency, clock }).join("\n");
          const there: LedgerLine[] = [];
          let page: Page<LedgerLine> = { rows: [], next: null };
          for (let after: string | null = null, isFirst = true; isFirst || after !== null; isFirst = false) {
            page = await accountLedger(read, account, { clock }, { limit: 7, after }, few);
            there.push(...page.rows);
            after = page.next;
          }
          const back: LedgerLine[][] = [[...page.rows]];
          for (let before = page.previous ?? null; before !== null; before = page.previous ?? null) {
            page = await accountLedger(read, account, { clock }, { limit: 7, after: null, before }, few);
            back.unshift([...page.rows]);
          }
          for (const lines of [there, back.flat()]) {
            const is = lines
              .map(({ entry, amount, balance }) => `${entry.id} ${amount} ${balance}`)
              .join("\n");
            if (is !== should) wrong.push({ of: `${name}, few ${few}`, at: 0n, clock, is, should });
          }
        });
  return wrong;
}

/** Newest first: entries come so, by their numbers. */
function shouldBe(
  entries: readonly Entry[],
  { path, currency, clock }: { readonly path: string; readonly currency: string; readonly clock: ClockName },
): string[] {
  const timeOf = ({ effectiveAt, postedAt }: Entry) => (clock === "effective" ? effectiveAt : postedAt);
  let balance = 0n;
  return entries
    .toReversed()
    .toSorted((a, b) => compareInstants(timeOf(a), timeOf(b)))
    .flatMap(({ id, postings }) => {
      const own = postings.find((one) => one.account === path && one.currency === currency);
      if (own === undefined) return [];
      balance += own.amount;
      return [`${id} ${own.amount} ${balance}`];
    })
    .reverse();
}

/** Statements by the provider's clock, page by page: each line once, with the balance that all before it come to. */
async function wrongStatements(services: Services, lines: readonly StatementLine[]): Promise<Wrong[]> {
  const wrong: Wrong[] = [];
  for (const [wallet, own] of Map.groupBy(lines, ({ walletId }) => walletId)) {
    let balance = 0n;
    const should = own
      .toSorted((a, b) => compareInstants(a.effectiveAt, b.effectiveAt) || a.seq - b.seq)
      .map(({ seq, amount }) => {
        balance += amount;
        return `${seq} ${balance}`;
      })
      .reverse()
      .join("\n");
    const read: StatementLine[] = [];
    for (let after: string | null = null, isFirst = true; isFirst || after !== null; isFirst = false) {
      const page: Page<StatementLine> = await statementByTime(
        services.store.read,
        wallet,
        {},
        { limit: 3, after },
      );
      read.push(...page.rows);
      after = page.next;
    }
    const is = read.map(({ seq, balanceAfter }) => `${seq} ${balanceAfter}`).join("\n");
    if (is !== should) wrong.push({ of: wallet, at: 0n, clock: "effective", is, should });
  }
  return wrong;
}

function differing(should: ReadonlyMap<string, bigint>, is: ReadonlyMap<string, bigint>) {
  return [...new Set([...should.keys(), ...is.keys()])]
    .filter((name) => should.get(name) !== is.get(name))
    .map((of) => ({ of, is: String(is.get(of)), should: String(should.get(of)) }));
}

/** Between the first entry and the last: some within a day, some where one begins, one at an entry's own moment. */
function instantsOf(entries: readonly Entry[], by: ClockName, count: number): Instant[] {
  const times = entries
    .map(({ effectiveAt, postedAt }) => (by === "effective" ? effectiveAt : postedAt))
    .sort(compareInstants);
  return Array.from({ length: count }, (_, index) => {
    const at = times[Math.floor(((index + 0.5) * times.length) / count)] ?? 0n;
    return index % 3 === 0 ? at - (at % nanosecondsPerDay) : index % 3 === 1 ? at : at + 1_234_567_891n;
  });
}

async function linesOf(services: Services): Promise<StatementLine[]> {
  const wallets = await all((page) => listWallets(services.store.read, {}, page));
  const none = { rows: [], next: null };
  const statements = await Promise.all(
    wallets.map(({ id }) => all(async (page) => (await readStatement(services, id, {}, page)) ?? none)),
  );
  return statements.flat();
}

async function all<Row>(read: (page: PageRequest) => Promise<Page<Row>>): Promise<Row[]> {
  const rows: Row[] = [];
  for (let after: string | null = null, isFirst = true; isFirst || after !== null; isFirst = false) {
    const page: Page<Row> = await read({ limit: 200, after });
    rows.push(...page.rows);
    after = page.next;
  }
  return rows;
}

function add(sums: Map<string, bigint>, name: string, amount: bigint): void {
  sums.set(name, (sums.get(name) ?? 0n) + amount);
}
