import type { ComponentChildren } from "preact";
import { z } from "zod";
import type { WalletId } from "../../domain/ids.ts";
import { type Amount, maximum, sum } from "../../domain/money.ts";
import type { Hold } from "../../domain/spending/hold.ts";
import { formatInstant, type Instant } from "../../domain/time.ts";
import type { Lot } from "../../domain/wallet/wallet.ts";
import { tables } from "../../services/documents/exports/tables.ts";
import { bothClocks, instant, oneOf, text } from "../../services/documents/parameters.ts";
import { type Owed, readLines, readOwed } from "../../services/spending/wallets.ts";
import { type ClockName, firstOf, type Page, type PageRequest } from "../../store/engine/read/page.ts";
import type { StatementLine, WalletTotals } from "../../store/wallets/nouns/wallet.ts";
import {
  happenedUntil,
  type KindOfChange,
  type LineOfLot,
  type LotThen,
  reversedAmong,
  storyOfLot,
  type WalletAtTime,
  walletAt,
} from "../../store/wallets/read/explanation.ts";
import { listHolds } from "../../store/wallets/read/holds.ts";
import { listWallets, listWalletsAt, lotsToSpend, walletById } from "../../store/wallets/read/wallets.ts";
import { StepChart } from "../chart.tsx";
import { FileLinks, listFile } from "../kit/files.tsx";
import {
  ClockChoice,
  currencyText,
  ListFilters,
  Mistaken,
  pageSize,
  placeQuery,
  Words,
} from "../kit/lists.tsx";
import { NotFound, type PageContext, page } from "../kit/page.ts";
import { Empty, Money, moneyText, Pager, Table, Time } from "../kit/parts.tsx";
import { clockWords } from "../kit/period.ts";
import { lineKindWords } from "../kit/words.ts";
import { EntryLink } from "./accounts.tsx";
import { ByHandForm } from "./by-hand.tsx";
import { WalletLink } from "./wallet-lines.tsx";

const walletsQuery = {
  owner: text,
  currency: currencyText,
  at: instant,
  clock: oneOf(bothClocks),
};

export const walletsPage = page({
  path: "/wallets",
  title: "Wallets",
  query: { ...walletsQuery, after: text },
  read: async ({ services, query: { at, clock = "effective", after = null, ...filter } }) => {
    const page = { limit: pageSize, after };
    if (at === undefined) return { past: null, list: await listWallets(services.store.read, filter, page) };
    const owed = await readOwed(services, { at, clock });
    return {
      past: {
        at,
        clock,
        owed: owed.filter(({ currency }) => currency === (filter.currency ?? currency)),
      },
      list: await listWalletsAt(services.store.read, { ...filter, clock, to: at + 1n }, page),
    };
  },
  render: ({ past, list: { rows, next } }, context) => (
    <>
      <h1>Wallets</h1>
      {past === null ? (
        <p>What we owe customers as it is now, the newest wallet first.</p>
      ) : (
        <>
          {past.at > context.asOf.at ? (
            <p class="notice">
              <Time at={past.at} /> is still to come: this is what will be owed then by what is booked until
              now, and nothing else.
            </p>
          ) : null}
          <p>
            What we owed customers at <Time at={past.at} />, that moment included, by {clockWords[past.clock]}
            . What was reserved then is on each wallet's own page.{" "}
            {past.clock === "posted"
              ? "All that was booked by then is in it, also what is dated later."
              : "What is dated later is not in it, even where it is booked already: by when we booked it, it is."}{" "}
            {usageCounts} What was used before and told later is not taken off yet.
          </p>
        </>
      )}
      <p class="word">
        What made the sum in a month is in its roll-forward, a file:{" "}
        <a href={context.to("/exports")}>Exports</a>. It calls a top-up “sold”, what is given “promo”, and
        what is owed to us “recovery”.
      </p>
      <ListFilters context={context}>
        <Words name="owner" label="Owner" size={26} context={context} />
        <Words name="currency" label="Currency" size={5} context={context} />
        <label>
          At (a day is its beginning)
          <input
            type="text"
            name="at"
            value={context.mistakes.at?.typed ?? (past === null ? "" : formatInstant(past.at))}
            placeholder="now, or 2026-11-01"
            size={22}
          />
          <Mistaken name="at" context={context} />
        </label>
        <ClockChoice label="By" clock={context.query.clock ?? "effective"} />
      </ListFilters>
      {past === null ? null : <OwedThen owed={past.owed} />}
      {rows.length === 0 ? (
        <Empty>
          {Object.keys(context.query).length === 0
            ? "There is no wallet yet: the first charge that settles opens one."
            : "No wallet is like this."}
        </Empty>
      ) : (
        <Table
          caption="Wallets, newest first"
          columns={[
            { head: "Owner" },
            { head: "Currency" },
            { head: "Balance", isNumeric: true },
            { head: "Of it paid for", isNumeric: true },
            { head: "Of it given", isNumeric: true },
            ...(past === null ? [{ head: "Reserved", isNumeric: true }] : []),
            { head: "Owed to us", isNumeric: true },
            { head: "Lines", isNumeric: true },
            { head: "Wallet" },
          ]}
          rows={rows.map((wallet) => {
            const { id, owner, currency, paid, promo, recovery, seq } = wallet;
            const held = "held" in wallet ? [wallet.held] : [];
            const when = past === null ? {} : { at: formatInstant(past.at), clock: past.clock };
            return {
              key: id,
              cells: [
                <a class="id" key="owner" href={context.to(`/wallets/${id}`, when)}>
                  {owner}
                </a>,
                currency,
                ...[paid + promo, paid, promo, ...held, recovery].map((amount, index) => (
                  <Money key={String(index)} amount={amount} currency={currency} />
                )),
                String(seq),
                <WalletLink key="id" id={id} context={context} />,
              ],
            };
          })}
        />
      )}
      <Pager
        context={context}
        first={context.query.after === undefined}
        next={next}
        label="Pages of wallets"
      />
      {rows.length === 0 ? null : <FileLinks context={context} list="/wallets" />}
    </>
  ),
});

/** A balance decides on usage when it is told: that moment is both clocks' of it. */
const usageCounts = "Usage counts from when the app told it, not from when it occurred.";

function OwedThen({ owed }: { readonly owed: readonly Owed[] }) {
  if (owed.length === 0) return <Empty>Nothing was in any wallet by then.</Empty>;
  return (
    <Table
      caption="What all wallets held together, by the accounts of the ledger"
      columns={[
        { head: "Currency" },
        { head: "Owed to customers", isNumeric: true },
        { head: "Paid", isNumeric: true },
        { head: "Of which tax", isNumeric: true },
        { head: "Given away", isNumeric: true },
        { head: "Owed to us", isNumeric: true },
      ]}
      rows={owed.map(({ currency, paid, promo, recovery, ofWhichTax }) => ({
        key: currency,
        cells: [
          currency,
          <Money key="all" amount={paid + promo} currency={currency} />,
          <Money key="paid" amount={paid} currency={currency} />,
          <TaxContained key="tax" amount={ofWhichTax} currency={currency} />,
          <Money key="promo" amount={promo} currency={currency} />,
          <Money key="recovery" amount={recovery} currency={currency} />,
        ],
      }))}
    />
  );
}

/** Charge by charge, of what was left of it; where those are too many for a page, a file says it. */
export function TaxContained({
  amount,
  currency,
}: {
  readonly amount: Amount | null;
  readonly currency: string;
}) {
  return amount === null ? (
    <span class="unknown">in the roll-forward of its month</span>
  ) : (
    <Money amount={amount} currency={currency} />
  );
}

export const walletsFile = listFile({
  name: "wallets.csv",
  query: walletsQuery,
  table: tables.wallets,
  read: ({ query: { at, clock = "effective", ...filter } }, db, page) =>
    at === undefined
      ? listWallets(db, filter, page)
      : listWalletsAt(db, { ...filter, clock, to: at + 1n }, page),
});

/** Steps that are drawn. */
const mostDrawn = 120;

/** Lots with value that are shown. */
const mostLots = 200;

export const walletPage = page({
  path: "/wallets/:id",
  query: {
    clock: oneOf(bothClocks),
    at: instant,
    lot: z
      .string()
      .regex(/^\d{1,9}$/)
      .optional(),
    ...placeQuery,
  },
  read: async ({ services, params: { id = "" }, query }) => {
    const { clock = "posted", at, lot, after = null, before = null } = query;
    const wallet = await walletById(services.store.read, id as WalletId);
    if (wallet === undefined) throw new NotFound("wallet of this id", id);
    const { read } = services.store;
    const lines = (page: PageRequest) => readLines(services, wallet.id, { clock }, page);
    const isFirst = after === null && before === null;
    const [drawn, asked, lots, holds, asOf] = await Promise.all([
      lines({ limit: mostDrawn, after: null }),
      isFirst ? null : lines({ limit: pageSize, after, before }),
      lotsToSpend(read, wallet.id, mostLots),
      listHolds(read, wallet.id, { status: "open" }, { limit: pageSize, after: null }),
      at === undefined ? null : readThen(read, wallet.id, { at, clock, lot }),
    ]);
    const statement = asked ?? firstOf(drawn, pageSize, ({ seq }) => String(seq));
    const shown = statement.rows.map(({ seq }) => seq);
    const reversed = await reversedAmong(read, wallet.id, shown);
    return { wallet, clock, statement, drawn: drawn.rows.toReversed(), lots, holds, reversed, asOf };
  },
  title: ({ wallet }) => `Wallet of ${wallet.owner}`,
  render: ({ wallet, clock, statement, drawn, lots, holds, asOf, reversed }, context) => {
    const { id, owner, currency, paid, promo, held, recovery, pending } = wallet;
    const money = (amount: Amount) => (
      <>
        <Money amount={amount} currency={currency} /> {currency}
      </>
    );
    return (
      <>
        <h1>
          Wallet of <bdi>{owner}</bdi>
        </h1>
        <dl class="facts">
          <dt>Can be spent now</dt>
          <dd>
            <strong>{money(maximum(0n, paid + promo - held))}</strong>
          </dd>
          <dt>Balance</dt>
          <dd>{money(paid + promo)}</dd>
          <dt>Of it paid for</dt>
          <dd>{money(paid)}</dd>
          <dt>Of it given</dt>
          <dd>{money(promo)}</dd>
          <dt>Reserved</dt>
          <dd>{money(held)}</dd>
          <dt>Owed to us</dt>
          <dd>{money(recovery)}</dd>
          <dt>Used, and less than the smallest unit</dt>
          <dd>
            {pending} <span class="word">of a smallest unit, taken once it comes to a whole one</span>
          </dd>
          <dt>Charges</dt>
          <dd>
            <a href={context.to("/charges", { owner, currency })}>of this owner in {currency}</a>
          </dd>
          <dt>Our id</dt>
          <dd>
            <code>{id}</code>
          </dd>
        </dl>
        <h2>How the balance came about</h2>
        <p>{usageCounts} Each line of it says when it occurred.</p>
        <ListFilters context={context}>
          <ClockChoice label="In the order of" clock={clock} />
          <label>
            And what it was at (a day is its beginning)
            <input
              type="text"
              name="at"
              value={context.mistakes.at?.typed ?? (asOf === null ? "" : formatInstant(asOf.at))}
              placeholder="2026-11-01T00:00:00Z"
              size={22}
            />
            <Mistaken name="at" context={context} />
          </label>
        </ListFilters>
        {asOf === null ? null : <WalletThen wallet={wallet} asOf={asOf} context={context} />}
        {statement.rows.length === 0 ? (
          <Empty>Nothing has happened to it yet.</Empty>
        ) : (
          <>
            <Balances wallet={wallet} drawn={drawn} clock={clock} />
            <Statement wallet={wallet} lines={statement.rows} clock={clock} context={context} />
            <Pager
              context={context}
              first={context.query.after === undefined && context.query.before === undefined}
              next={statement.next}
              previous={statement.previous ?? null}
              label="Pages of the statement"
            />
          </>
        )}
        <Holds holds={holds.rows} currency={currency} />
        <ByHandForm wallet={wallet} lines={statement.rows} reversed={reversed} context={context} />
        <h2>Lots, in the order in which they are spent</h2>
        {lots.length === 0 ? (
          <Empty>No lot has anything left.</Empty>
        ) : (
          <LotTable
            caption={`${lots.length === mostLots ? `The first ${mostLots} lots` : "Every lot"} with value: the lowest priority first, then what expires first, then the oldest`}
            lots={lots}
            currency={currency}
            context={context}
          />
        )}
      </>
    );
  },
});

export function LotTable({
  caption,
  lots,
  currency,
  context,
  more = { heads: [], of: () => [] },
}: {
  readonly caption: string;
  readonly lots: readonly Lot[];
  readonly currency: string;
  readonly context: Pick<PageContext, "to">;
  /** Columns of what else is known of each. */
  readonly more?: { readonly heads: readonly string[]; of(lot: Lot): readonly ComponentChildren[] };
}) {
  return (
    <Table
      caption={caption}
      columns={[
        { head: "Lot" },
        { head: "Kind" },
        { head: "From" },
        { head: `Put in, ${currency}`, isNumeric: true },
        { head: `Left, ${currency}`, isNumeric: true },
        { head: `Expired, ${currency}`, isNumeric: true },
        { head: "Priority", isNumeric: true },
        { head: "Until" },
        ...more.heads.map((head) => ({ head })),
      ]}
      rows={lots.map((lot) => ({
        key: lot.id,
        cells: [
          `Lot ${lot.ordinal}`,
          lot.kind === "paid" ? "paid for" : "given",
          lot.chargeId === null ? (
            `line ${lot.openedBy}`
          ) : (
            <a class="id" key="charge" href={context.to(`/charges/${lot.chargeId}`)}>
              {lot.chargeId}
            </a>
          ),
          ...[lot.amount, lot.remaining, lot.expired].map((amount, index) => (
            <Money key={String(index)} amount={amount} currency={currency} />
          )),
          String(lot.priority),
          lot.expiresAt === null ? "it is spent" : <Time key="until" at={lot.expiresAt} />,
          ...more.of(lot),
        ],
      }))}
    />
  );
}

function Holds({ holds, currency }: { readonly holds: readonly Hold[]; readonly currency: string }) {
  if (holds.length === 0) return null;
  return (
    <>
      <h2>Reserved</h2>
      <Table
        caption={`Holds that are open, newest first, in ${currency}`}
        columns={[
          { head: "Hold" },
          { head: `Reserved, ${currency}`, isNumeric: true },
          { head: "Placed" },
          { head: "Until" },
        ]}
        rows={holds.map(({ id, amount, createdAt, expiresAt }) => ({
          key: id,
          cells: [
            <span class="id" key="id">
              {id}
            </span>,
            <Money key="amount" amount={amount} currency={currency} />,
            <Time key="placed" at={createdAt} />,
            <Time key="until" at={expiresAt} />,
          ],
        }))}
      />
    </>
  );
}

/** What is explained of a wallet at a moment: by our clock down to its lots, since those were decided on when we booked. */
interface Explained {
  readonly at: Instant;
  readonly clock: ClockName;
  readonly balance: Amount;
  readonly changes: readonly KindOfChange[];
  readonly booked: WalletAtTime | null;
  /** Of the lot that is looked into. */
  readonly story: (Awaited<ReturnType<typeof storyOfLot>> & { readonly ordinal: string }) | null;
}

/** Lines of a lot that are shown. */
const mostOfLot = 200;

async function readThen(
  read: PageContext["services"]["store"]["read"],
  wallet: WalletId,
  { at, clock, lot }: { readonly at: Instant; readonly clock: ClockName; readonly lot: string | undefined },
): Promise<Explained> {
  if (clock === "effective") {
    const changes = await happenedUntil(read, wallet, at);
    const balance = sum(changes.map(({ amount }) => amount));
    return { at, clock, balance, changes, booked: null, story: null };
  }
  const booked = await walletAt(read, wallet, at);
  const { seq, balance, changes } = booked;
  const story =
    lot === undefined
      ? undefined
      : await storyOfLot(read, wallet, { seq, ordinal: BigInt(lot), most: mostOfLot });
  return {
    at,
    clock,
    balance,
    changes,
    booked,
    story: story === undefined || lot === undefined ? null : { ...story, ordinal: lot },
  };
}

function WalletThen({
  wallet: { currency },
  asOf: { at, clock, balance, changes, booked, story },
  context,
}: {
  readonly wallet: WalletTotals;
  readonly asOf: Explained;
  readonly context: PageContext;
}) {
  return (
    <>
      <h3>
        As it was at <Time at={at} />, by {clockWords[clock]}
      </h3>
      {at > context.asOf.at ? (
        <p class="notice">
          That is still to come: it is what there will be then by what is booked until now, and nothing else.
        </p>
      ) : null}
      <p>
        It had <Money amount={balance} currency={currency} /> {currency}
        {booked === null ? null : (
          <>
            , of it <Money amount={booked.held} currency={currency} /> reserved,{" "}
            {booked.seq === 0 ? "and no line yet" : `after line ${booked.seq}`}
          </>
        )}
        .
      </p>
      {changes.length === 0 ? null : (
        <Table
          caption="What made that balance"
          columns={[
            { head: "What" },
            { head: "Lines", isNumeric: true },
            { head: `Amount, ${currency}`, isNumeric: true },
          ]}
          rows={changes.map(({ kind, lines, amount }) => ({
            key: kind,
            cells: [
              lineKindWords[kind],
              String(lines),
              <Money key="amount" amount={amount} currency={currency} />,
            ],
          }))}
        />
      )}
      {booked === null ? (
        <p class="word">
          Which lots were used was decided in the order in which we booked:{" "}
          <a href={context.here({ clock: "posted", after: null, before: null })}>its lots by that clock</a>.
        </p>
      ) : (
        <LotsThen lots={booked.lots} currency={currency} context={context} />
      )}
      {story === null ? null : <LotStory story={story} currency={currency} context={context} />}
    </>
  );
}

function LotsThen({
  lots: { rows, next },
  currency,
  context,
}: {
  readonly lots: Page<LotThen>;
  readonly currency: string;
  readonly context: PageContext;
}) {
  if (rows.length === 0) return null;
  return (
    <LotTable
      caption={`${next === null ? "The lots" : "The newest lots"} it consisted of, newest first`}
      lots={rows.map(({ lot }) => lot)}
      currency={currency}
      context={context}
      more={{
        heads: ["Put there by", "What became of it"],
        of: (lot) => {
          const one = rows.find(({ lot: { id } }) => id === lot.id);
          return [
            one === undefined ? null : <EntryLink id={one.opening.id} context={context} />,
            <>
              {one === undefined || one.changes.length === 0
                ? "nothing"
                : one.changes.map(({ kind, lines, amount }) => (
                    <div key={kind}>
                      {lineKindWords[kind]}, {lines} {lines === 1 ? "line" : "lines"}:{" "}
                      <Money amount={amount} currency={currency} />
                    </div>
                  ))}{" "}
              <a href={context.here({ lot: String(lot.ordinal) })}>line by line</a>
            </>,
          ];
        },
      }}
    />
  );
}

function LotStory({
  story: { ordinal, lines, isWhole },
  currency,
  context,
}: {
  readonly story: {
    readonly ordinal: string;
    readonly lines: readonly LineOfLot[];
    readonly isWhole: boolean;
  };
  readonly currency: string;
  readonly context: PageContext;
}) {
  return (
    <Table
      caption={`${isWhole ? "What" : `The last ${lines.length} lines of what`} was done to lot ${ordinal} by then, in ${currency}, newest first`}
      columns={[
        { head: "Line" },
        { head: "What" },
        { head: `Amount, ${currency}`, isNumeric: true },
        { head: `Left, ${currency}`, isNumeric: true },
        { head: "Of what had expired", isNumeric: true },
        { head: "Entry" },
        { head: "Told by" },
        { head: "When we booked it" },
      ]}
      rows={lines.map(({ seq, kind, amount, left, expired, entryId, eventId, postedAt }) => ({
        key: String(seq),
        cells: [
          String(seq),
          lineKindWords[kind],
          <Money key="amount" amount={amount} currency={currency} />,
          <Money key="left" amount={left} currency={currency} />,
          expired === 0n ? "–" : <Money key="expired" amount={expired} currency={currency} />,
          <EntryLink key="entry" id={entryId} context={context} />,
          eventId === null ? (
            "no event: a person, the app or the clock"
          ) : (
            <a key="event" class="id" href={context.to(`/events/${encodeURIComponent(eventId)}`)}>
              {eventId}
            </a>
          ),
          <Time key="posted" at={postedAt} />,
        ],
      }))}
    />
  );
}

interface BalancesProps {
  readonly wallet: WalletTotals;
  readonly drawn: readonly StatementLine[];
  readonly clock: ClockName;
}

function Balances({ wallet, drawn, clock }: BalancesProps) {
  return (
    <StepChart
      id="balance"
      title={`Balance in ${wallet.currency} after each of ${drawn.length === mostDrawn ? `the last ${mostDrawn}` : "all"} lines, in the order of ${clockWords[clock]}`}
      points={drawn.map(({ seq, postedAt, effectiveAt, balanceAfter }) => ({
        at: `line ${seq}, ${formatInstant(clock === "posted" ? postedAt : effectiveAt).slice(0, 10)}`,
        value: balanceAfter,
      }))}
      format={(amount) => moneyText(amount, wallet.currency)}
    >
      <Table
        caption={`Balance after each line, in ${wallet.currency}`}
        columns={[{ head: "Line" }, { head: "Balance", isNumeric: true }]}
        rows={drawn.map(({ seq, balanceAfter }) => ({
          key: String(seq),
          cells: [String(seq), <Money key="balance" amount={balanceAfter} currency={wallet.currency} />],
        }))}
      />
    </StepChart>
  );
}

function Statement({
  wallet: { id, currency },
  lines,
  clock,
  context,
}: {
  readonly wallet: WalletTotals;
  readonly lines: readonly StatementLine[];
  readonly clock: ClockName;
  readonly context: PageContext;
}) {
  return (
    <Table
      caption={`Its statement in ${currency}, newest first, in the order of ${clockWords[clock]}`}
      columns={[
        { head: "Line" },
        { head: "What" },
        { head: `Amount, ${currency}`, isNumeric: true },
        { head: `Balance, ${currency}`, isNumeric: true },
        { head: "Not covered", isNumeric: true },
        { head: "Because of" },
        { head: "When it happened" },
        { head: "When we booked it" },
      ]}
      rows={lines.map((line) => ({
        key: String(line.seq),
        cells: [
          <a key="line" href={context.to(`/wallet-lines/${id}.${line.seq}`)}>
            {line.seq}
          </a>,
          lineKindWords[line.kind],
          <Money key="amount" amount={line.amount} currency={currency} />,
          <Money key="balance" amount={line.balanceAfter} currency={currency} />,
          line.uncovered === 0n ? "–" : <Money key="uncovered" amount={line.uncovered} currency={currency} />,
          <>
            {line.chargeId === null ? null : (
              <a class="id" href={context.to(`/charges/${line.chargeId}`)}>
                {line.chargeId}
              </a>
            )}
            {line.usageId == null ? null : <bdi class="id">{line.usageId}</bdi>}
            {line.reason === null ? null : <bdi>{line.reason}</bdi>}
          </>,
          <Time key="effective" at={line.effectiveAt} />,
          <Time key="posted" at={line.postedAt} />,
        ],
      }))}
    />
  );
}
