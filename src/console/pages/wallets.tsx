import type { WalletId } from "../../domain/ids.ts";
import { type Amount, maximum } from "../../domain/money.ts";
import type { Hold } from "../../domain/spending/hold.ts";
import { formatInstant } from "../../domain/time.ts";
import type { Lot } from "../../domain/wallet/wallet.ts";
import { tables } from "../../services/documents/exports/tables.ts";
import { instant, oneOf, text } from "../../services/documents/parameters.ts";
import { readStatementBy } from "../../services/spending/read-wallets.ts";
import type { ClockName, Page } from "../../store/engine/read/page.ts";
import type { WalletTotals } from "../../store/wallets/nouns/wallet.ts";
import type { StatementLine } from "../../store/wallets/nouns/wallet-line.ts";
import { type WalletAtTime, walletAt } from "../../store/wallets/read/explanation.ts";
import { listHolds } from "../../store/wallets/read/holds.ts";
import { reversedAmong } from "../../store/wallets/read/wallet-line.ts";
import { listWallets, lotsToSpend, walletById } from "../../store/wallets/read/wallets.ts";
import { StepChart } from "../chart.tsx";
import { FileLinks, listFile } from "../kit/files.tsx";
import { Choice, currencyText, ListFilters, pageSize, placeQuery, Words } from "../kit/lists.tsx";
import { NotFound, type PageContext, page } from "../kit/page.ts";
import { Empty, Money, moneyText, Pager, Table, Time } from "../kit/parts.tsx";
import { clockWords } from "../kit/period.ts";
import { lineKindWords } from "../kit/words.ts";
import { ByHandForm } from "./by-hand.tsx";
import { WalletLink } from "./wallet-lines.tsx";

export const walletsPage = page({
  path: "/wallets",
  title: "Wallets",
  query: { owner: text, currency: currencyText, after: text },
  read: ({ services, query: { owner, currency, after = null } }) =>
    listWallets(services.store.read, { owner, currency }, { limit: pageSize, after }),
  render: ({ rows, next }, context) => (
    <>
      <h1>Wallets</h1>
      <p>What we owe customers as it is now, the newest wallet first.</p>
      <ListFilters context={context}>
        <Words name="owner" label="Owner" size={26} context={context} />
        <Words name="currency" label="Currency" size={5} context={context} />
      </ListFilters>
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
            { head: "Reserved", isNumeric: true },
            { head: "Owed to us", isNumeric: true },
            { head: "Lines", isNumeric: true },
            { head: "Wallet" },
          ]}
          rows={rows.map(({ id, owner, currency, paid, promo, held, recovery, seq }) => ({
            key: id,
            cells: [
              <a class="id" key="owner" href={context.to(`/wallets/${id}`)}>
                {owner}
              </a>,
              currency,
              ...[paid + promo, paid, promo, held, recovery].map((amount, index) => (
                <Money key={String(index)} amount={amount} currency={currency} />
              )),
              String(seq),
              <WalletLink key="id" id={id} context={context} />,
            ],
          }))}
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

export const walletsFile = listFile({
  name: "wallets.csv",
  query: { owner: text, currency: currencyText },
  table: tables.wallets,
  read: ({ query }, db, page) => listWallets(db, query, page),
});

/** Steps that are drawn. */
const mostDrawn = 120;

/** Lots with value that are shown. */
const mostLots = 200;

export const walletPage = page({
  path: "/wallets/:id",
  query: { clock: oneOf(["effective", "posted"]), at: instant, ...placeQuery },
  read: async ({ services, params: { id = "" }, query }) => {
    const { clock = "posted", at, after = null, before = null } = query;
    const wallet = await walletById(services.store.read, id as WalletId);
    if (wallet === undefined) throw new NotFound("wallet of this id", id);
    const { read } = services.store;
    const none: Page<StatementLine> = { rows: [], next: null };
    const statement = await readStatementBy(services, wallet.id, clock, { limit: pageSize, after, before });
    const drawn = await readStatementBy(services, wallet.id, clock, { limit: mostDrawn, after: null });
    return {
      wallet,
      clock,
      statement: statement ?? none,
      drawn: drawn?.rows.toReversed() ?? [],
      lots: await lotsToSpend(read, wallet.id, mostLots),
      holds: await listHolds(read, wallet.id, { status: "open" }, { limit: pageSize, after: null }),
      reversed: await reversedAmong(
        read,
        wallet.id,
        (statement ?? none).rows.map(({ seq }) => seq),
      ),
      asOf: at === undefined ? null : await walletAt(read, wallet.id, at),
    };
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
          <dt>Used, and less than one unit</dt>
          <dd>{pending}</dd>
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
        <ListFilters context={context}>
          <Choice name="clock" label="In the order of" words={clockWords} context={context} />
          <label>
            And what it was at
            <input
              type="text"
              name="at"
              value={asOf === null ? "" : formatInstant(asOf.at)}
              placeholder="2026-11-01T00:00:00Z"
              size={22}
            />
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
}: {
  readonly caption: string;
  readonly lots: readonly Lot[];
  readonly currency: string;
  readonly context: Pick<PageContext, "to">;
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

function WalletThen({
  wallet: { currency },
  asOf: { at, seq, balance, held, changes, lots },
  context,
}: {
  readonly wallet: WalletTotals;
  readonly asOf: WalletAtTime;
  readonly context: PageContext;
}) {
  return (
    <>
      <h3>
        As it was at <Time at={at} />, by when we booked it
      </h3>
      <p>
        It had <Money amount={balance} currency={currency} /> {currency}, of it{" "}
        <Money amount={held} currency={currency} /> reserved,{" "}
        {seq === 0 ? "and no line yet" : `after line ${seq}`}.
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
      {lots.rows.length === 0 ? null : (
        <LotTable
          caption={`${lots.next === null ? "The lots" : "The newest lots"} it consisted of, newest first`}
          lots={lots.rows.map(({ lot }) => lot)}
          currency={currency}
          context={context}
        />
      )}
    </>
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
