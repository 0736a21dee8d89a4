import { isRolledUp } from "../../domain/book/accounts.ts";
import type { Entry, EntryKind, Posting } from "../../domain/book/journal.ts";
import { type Amount, absolute, sum } from "../../domain/money.ts";
import { formatInstant, type Instant } from "../../domain/time.ts";
import { instant, oneOf, text } from "../../services/documents/parameters.ts";
import { readAccountLedger, readAccounts, readEntryDetail } from "../../services/ledger/read-ledger.ts";
import {
  ClockChoice,
  currencyText,
  Filters,
  ListFilters,
  Mistaken,
  pageSize,
  placeQuery,
  Words,
} from "../kit/lists.tsx";
import { NotFound, type PageContext, page } from "../kit/page.ts";
import { Empty, Money, Pager, postingColumns, type Row, Table, Time, timeText } from "../kit/parts.tsx";
import { clockWords, during } from "../kit/period.ts";
import { lineKindWords } from "../kit/words.ts";

/** Of a trial balance: rolled up there are so few lines that one page mostly has them all. */
const linesOnPage = 200;
/** Of a line that is unfolded so many accounts are looked at for one page, and those that hold something shown. */
const accountsLookedAt = 200;

const balanceQuery = { at: instant, currency: currencyText, line: text, zero: oneOf(["true"]), after: text };

export const accountsPage = page({
  path: "/accounts",
  title: "Accounts",
  periodBy: "effective",
  query: balanceQuery,
  read: async ({ services, clock, period, query }) => {
    const { currency, line, after = null } = query;
    const at = query.at ?? (period.to === undefined ? undefined : period.to - 1n);
    const limit = line === undefined ? linesOnPage : accountsLookedAt;
    const filter = { at, clock, currency, line, isRolledUp: line === undefined };
    return { at, list: await readAccounts(services, filter, { limit, after }) };
  },
  periodOf: ({ at }) => (at === undefined ? "now" : `at ${timeText(at)}`),
  render: ({ at, list: { rows, next } }, context) => {
    const { line, zero, after } = context.query;
    const shown = zero === undefined ? rows.filter(({ amount }) => amount !== 0n) : rows;
    const hidden = rows.length - shown.length;
    const isWhole = line === undefined && next === null && after === undefined;
    return (
      <>
        <h1>{line === undefined ? "Accounts" : "Accounts of one line"}</h1>
        <p>
          What each account of the ledger holds{" "}
          {at === undefined ? (
            "now"
          ) : (
            <>
              at <Time at={at} />, that moment included, by {clockWords[context.clock]}
            </>
          )}
          .{" "}
          {line === undefined ? (
            "Accounts that stand for one wallet, payout, dispute or document each are one line, to be unfolded."
          ) : (
            <>
              All that make up <code>{line}</code>.{" "}
              <a href={context.here({ line: null, after: null })}>All lines</a>
            </>
          )}
        </p>
        <ListFilters context={context}>
          <label>
            At (a day is its beginning)
            <input
              type="text"
              name="at"
              value={context.mistakes.at?.typed ?? (at === undefined ? "" : formatInstant(at))}
              placeholder="now, or 2026-11-01"
              size={22}
            />
            <Mistaken name="at" context={context} />
          </label>
          <ClockChoice label="By" clock={context.clock} />
          <Words name="currency" label="Currency" size={5} context={context} />
          {line === undefined ? null : <input type="hidden" name="line" value={line} />}
        </ListFilters>
        {shown.length === 0 ? (
          <Empty>
            {rows.length === 0
              ? "Nothing was posted by then."
              : `None of the ${rows.length} accounts looked at holds anything.`}
          </Empty>
        ) : (
          <Table
            caption={line === undefined ? "Trial balance, rolled up" : `Accounts of ${line}`}
            columns={[
              { head: "Account" },
              { head: "Currency" },
              { head: "Debit", isNumeric: true },
              { head: "Credit", isNumeric: true },
            ]}
            rows={shown.map((held) => balanceRow(held, context, at))}
            foot={isWhole ? totalsOf(rows) : []}
          />
        )}
        {hidden === 0 ? null : (
          <p class="word">
            {hidden} {hidden === 1 ? "account that holds" : "accounts that hold"} nothing{" "}
            {hidden === 1 ? "is" : "are"} not shown. <a href={context.here({ zero: "true" })}>Show them</a>
          </p>
        )}
        <Pager context={context} first={after === undefined} next={next} label="Pages of accounts" />
      </>
    );
  },
});

function balanceRow(held: Posting, context: PageContext, at: Instant | undefined): Row {
  const { account, currency } = held;
  const unfolded = context.here({ line: account, currency, after: null });
  return sidesRow(held, isRolledUp(account) ? unfolded : ledgerAddress(context, held, at));
}

function sidesRow({ account, currency, amount }: Posting, href: string): Row {
  return {
    key: `${account} ${currency}`,
    cells: [
      <a class="id" key="account" href={href}>
        {account}
      </a>,
      currency,
      <Side key="debit" amount={amount > 0n ? amount : 0n} currency={currency} />,
      <Side key="credit" amount={amount < 0n ? -amount : 0n} currency={currency} />,
    ],
  };
}

/** The ledger of an account, up to the same moment and by the same clock. */
function ledgerAddress(
  context: Pick<PageContext, "to" | "clock">,
  { account, currency }: Pick<Posting, "account" | "currency">,
  at?: Instant,
): string {
  return context.to(`/accounts/${encodeURIComponent(account)}`, {
    currency,
    clock: context.clock,
    at: at === undefined ? null : formatInstant(at),
  });
}

function totalsOf(rows: readonly Posting[]): Row[] {
  return [...Map.groupBy(rows, ({ currency }) => currency)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, own]) => ({
      key: currency,
      cells: [
        "All accounts",
        currency,
        <Money
          key="debit"
          amount={sum(own.map(({ amount }) => (amount > 0n ? amount : 0n)))}
          currency={currency}
        />,
        <Money
          key="credit"
          amount={sum(own.map(({ amount }) => (amount < 0n ? -amount : 0n)))}
          currency={currency}
        />,
      ],
    }));
}

/** One side of a line: nothing, where it is on the other. */
function Side({ amount, currency }: { readonly amount: Amount; readonly currency: string }) {
  return amount === 0n ? <>–</> : <Money amount={amount} currency={currency} />;
}

/** What is held: on which side of the ledger. */
function Held({ amount, currency }: { readonly amount: Amount; readonly currency: string }) {
  const side = amount === 0n ? undefined : amount > 0n ? "debit" : "credit";
  return <Money amount={absolute(amount)} currency={currency} word={side} />;
}

/** Of the first that an account begins with: what it means to hold a debit there, and a credit. */
const whoOwes: readonly (readonly [begins: string, debit: string, credit: string])[] = [
  ["liabilities:customer_credit:", "the customer owes it", "it is owed to the customer"],
  ["liabilities:", "it is owed to us", "we owe it"],
  ["assets:provider:", "the provider owes it to us", "we owe it to the provider"],
  ["assets:recovery:", "the owner of the wallet owes it to us", "we owe it"],
];

/** Of what one owes the other, in words. */
function WhoOwes({ account, amount }: { readonly account: string; readonly amount: Amount }) {
  const found = whoOwes.find(([begins]) => account.startsWith(begins));
  if (found === undefined || amount === 0n) return null;
  const [, debit, credit] = found;
  return <span class="word">: {amount > 0n ? debit : credit}</span>;
}

export const accountPage = page({
  path: "/accounts/:path",
  periodBy: "effective",
  query: { currency: currencyText, at: instant, ...placeQuery },
  read: async ({ services, params: { path = "" }, clock, period: { from, to }, query }) => {
    const { currency, at, after = null, before = null } = query;
    const request = { clock, from, to: at === undefined ? to : at + 1n, currency };
    const found = await readAccountLedger(services, path, request, { limit: pageSize, after, before });
    if (found === undefined) throw new NotFound("account of this name that anything was posted to", path);
    return { path, at, ...found };
  },
  periodOf: ({ at }) => (at === undefined ? null : `up to ${timeText(at)}`),
  title: ({ path }) => `Account ${path}`,
  render: ({ path, at, currency, currencies, lines }, context) => {
    const other = context.clock === "effective" ? "posted" : "effective";
    const [newest] = lines.rows;
    const isNewest = lines.previous === null || lines.previous === undefined;
    return (
      <>
        <h1 class="id">{path}</h1>
        <dl class="facts">
          <dt>Currency</dt>
          <dd>
            {currencies.map((one) => (
              <span key={one}>
                {one === currency ? (
                  <strong>{one}</strong>
                ) : (
                  <a href={context.here({ currency: one, after: null, before: null })}>{one}</a>
                )}{" "}
              </span>
            ))}
          </dd>
          {newest === undefined || !isNewest ? null : (
            <>
              <dt>
                {at !== undefined ? (
                  <>
                    It held at <Time at={at} />
                  </>
                ) : context.period.to === undefined ? (
                  "It holds now"
                ) : (
                  "It held at the end"
                )}
              </dt>
              <dd>
                <Held amount={newest.balance} currency={currency} />
                <WhoOwes account={path} amount={newest.balance} />
              </dd>
            </>
          )}
          <dt>In the order of</dt>
          <dd>
            {clockWords[context.clock]}.{" "}
            <a href={context.here({ clock: other, after: null, before: null })}>By {clockWords[other]}</a>
          </dd>
        </dl>
        <h2>Ledger</h2>
        <Filters context={context}>
          <input type="hidden" name="currency" value={currency} />
          <input type="hidden" name="clock" value={context.clock} />
          {at === undefined ? null : <input type="hidden" name="at" value={formatInstant(at)} />}
        </Filters>
        {lines.rows.length === 0 ? (
          <Empty>Nothing was posted to it {during("in", context.period)}.</Empty>
        ) : (
          <Table
            caption={`What was posted to it in ${currency}, newest first by ${clockWords[context.clock]}`}
            columns={[
              { head: "Entry" },
              { head: "What" },
              { head: "Debit", isNumeric: true },
              { head: "Credit", isNumeric: true },
              { head: "It held then", isNumeric: true },
              { head: "Because of" },
              { head: "When it happened" },
              { head: "When we booked it" },
            ]}
            rows={lines.rows.map(({ entry, amount, balance }) => ({
              key: entry.id,
              cells: [
                <EntryLink key="entry" id={entry.id} context={context} />,
                entryKindWord(entry.kind),
                <Side key="debit" amount={amount > 0n ? amount : 0n} currency={currency} />,
                <Side key="credit" amount={amount < 0n ? -amount : 0n} currency={currency} />,
                <Held key="held" amount={balance} currency={currency} />,
                <Cause key="cause" entry={entry} context={context} />,
                <Time key="effective" at={entry.effectiveAt} />,
                <Time key="posted" at={entry.postedAt} />,
              ],
            }))}
          />
        )}
        <Pager
          context={context}
          first={context.query.after === undefined && context.query.before === undefined}
          next={lines.next}
          previous={lines.previous ?? null}
          label="Pages of the ledger"
        />
      </>
    );
  },
});

export function EntryLink({ id, context }: { id: string; context: Pick<PageContext, "to"> }) {
  return (
    <a class="id" href={context.to(`/entries/${encodeURIComponent(id)}`)}>
      {id}
    </a>
  );
}

export const entryKindWord = (kind: EntryKind): string =>
  kind === "provider"
    ? "what the provider did"
    : kind === "correction"
      ? "booked for a discrepancy"
      : lineKindWords[kind];

/** What an entry is of, and whatever else there is to say. */
function Cause({ entry, context }: { entry: Entry; context: Pick<PageContext, "to"> }) {
  const { chargeId, walletId, payoutId, reason } = entry;
  const links = [
    ["charges", chargeId],
    ["wallets", walletId],
    ["payouts", payoutId],
  ] as const;
  return (
    <>
      {links.map(([place, id]) =>
        id === null ? null : (
          <span key={place}>
            <a class="id" href={context.to(`/${place}/${id}`)}>
              {id}
            </a>{" "}
          </span>
        ),
      )}
      {reason === null ? null : <bdi>{reason}</bdi>}
    </>
  );
}

export const entryPage = page({
  path: "/entries/:id",
  query: {},
  read: async ({ services, params: { id = "" } }) => {
    const found = await readEntryDetail(services, id);
    if (found === undefined) throw new NotFound("entry of this id", id);
    return found;
  },
  title: ({ entry }) => `Entry ${entry.id}`,
  render: ({ entry, undoing }, context) => (
    <>
      <h1>Entry {entry.id}</h1>
      <dl class="facts">
        <dt>What</dt>
        <dd>{entryKindWord(entry.kind)}</dd>
        <dt>Because of</dt>
        <dd>
          <Cause entry={entry} context={context} />
        </dd>
        <dt>Told by</dt>
        <dd>
          {entry.eventId === null ? (
            "no event: a person or the clock did it"
          ) : (
            <a class="id" href={context.to(`/events/${encodeURIComponent(entry.eventId)}`)}>
              {entry.eventId}
            </a>
          )}
        </dd>
        <dt>When it happened</dt>
        <dd>
          <Time at={entry.effectiveAt} />
        </dd>
        <dt>When we booked it</dt>
        <dd>
          <Time at={entry.postedAt} />
        </dd>
        {undoing.undoneBy === null ? null : (
          <>
            <dt>Undone by</dt>
            <dd>
              <EntryLink id={undoing.undoneBy} context={context} />
            </dd>
          </>
        )}
        {undoing.undoes === null ? null : (
          <>
            <dt>Undoes</dt>
            <dd>
              <EntryLink id={undoing.undoes} context={context} />
            </dd>
          </>
        )}
      </dl>
      <h2>Postings</h2>
      {entry.postings.length === 0 ? (
        <Empty>It moved nothing: no value covered what was asked for.</Empty>
      ) : (
        <Table
          caption="What it posted: both sides come to the same in each currency"
          columns={postingColumns}
          rows={entry.postings.map((posting) => sidesRow(posting, ledgerAddress(context, posting)))}
        />
      )}
    </>
  ),
});
