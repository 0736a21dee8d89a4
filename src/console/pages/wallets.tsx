import type { WalletId } from "../../domain/ids.ts";
import { type Amount, maximum } from "../../domain/money.ts";
import { formatInstant } from "../../domain/time.ts";
import { tables } from "../../services/documents/exports/tables.ts";
import { text } from "../../services/documents/parameters.ts";
import {
  readLots,
  readStatement,
  readWallet,
  readWallets,
  type StatementLine,
  type WalletTotals,
} from "../../services/read/wallets.ts";
import { listWallets } from "../../store/read/wallets.ts";
import { StepChart } from "../chart.tsx";
import { FileLinks, listFile } from "../kit/files.tsx";
import { ListFilters, pageSize, Words } from "../kit/lists.tsx";
import { Missing, type PageContext, page } from "../kit/page.ts";
import { Empty, Money, moneyText, Pager, Table, Time } from "../kit/parts.tsx";
import { lineKindWords } from "../kit/words.ts";
import { ByHand } from "./by-hand.tsx";
import { WalletLink } from "./wallet-lines.tsx";

export const walletsPage = page({
  path: "/wallets",
  title: "Wallets",
  query: { owner: text, currency: text, after: text },
  read: ({ services, query: { owner, currency, after = null } }) =>
    readWallets(services, { owner, currency }, { limit: pageSize, after }),
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
  query: { owner: text, currency: text },
  table: tables.wallets,
  read: ({ query }, db, page) => listWallets(db, query, page),
});

/** Steps that are drawn. */
const mostDrawn = 120;

export const walletPage = page({
  path: "/wallets/:id",
  query: { after: text },
  read: async ({ services, params: { id = "" }, query: { after = null } }) => {
    const wallet = await readWallet(services, id as WalletId);
    if (wallet === undefined) throw new Missing("wallet of this id", id);
    const page = { limit: pageSize, after };
    const statement = await readStatement(services, wallet.id, {}, page);
    const drawn = await readStatement(services, wallet.id, {}, { limit: mostDrawn, after: null });
    const lots = await readLots(services, wallet.id, { limit: 200, after: null });
    const none = { rows: [], next: null };
    return {
      wallet,
      statement: statement ?? none,
      drawn: drawn?.rows.toReversed() ?? [],
      lots: lots ?? none,
    };
  },
  title: ({ wallet }) => `Wallet of ${wallet.owner}`,
  render: ({ wallet, statement, drawn, lots }, context) => {
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
        {statement.rows.length === 0 ? (
          <Empty>Nothing has happened to it yet.</Empty>
        ) : (
          <>
            <Balances wallet={wallet} drawn={drawn} />
            <Statement wallet={wallet} lines={statement.rows} context={context} />
            <Pager
              context={context}
              first={context.query.after === undefined}
              next={statement.next}
              label="Pages of the statement"
            />
          </>
        )}
        <ByHand wallet={wallet} lines={statement.rows} context={context} />
        <h2>Lots</h2>
        {lots.rows.length === 0 ? (
          <Empty>Nothing was put in yet.</Empty>
        ) : (
          <Table
            caption="Which top-up or grant still has value, newest first; the lowest priority is spent first, then what expires first"
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
            rows={lots.rows.map((lot) => ({
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
        )}
      </>
    );
  },
});

function Balances({ wallet, drawn }: { wallet: WalletTotals; drawn: readonly StatementLine[] }) {
  return (
    <StepChart
      id="balance"
      title={`Balance in ${wallet.currency} after each of ${drawn.length === mostDrawn ? `the last ${mostDrawn}` : "all"} lines, in the order in which we booked them`}
      points={drawn.map(({ seq, postedAt, balanceAfter }) => ({
        at: `line ${seq}, ${formatInstant(postedAt).slice(0, 10)}`,
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
  wallet: { currency },
  lines,
  context,
}: {
  readonly wallet: WalletTotals;
  readonly lines: readonly StatementLine[];
  readonly context: PageContext;
}) {
  return (
    <Table
      caption={`Its statement in ${currency}, newest first, in the order in which we booked it`}
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
          String(line.seq),
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
