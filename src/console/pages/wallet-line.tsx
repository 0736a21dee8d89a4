import type { WalletId } from "../../domain/ids.ts";
import type { Usage } from "../../domain/spending/usage.ts";
import type { Instant } from "../../domain/time.ts";
import { text } from "../../services/documents/parameters.ts";
import { lotsOfLine, usageOfLine } from "../../store/wallets/read/explanation.ts";
import { findStatementLine, walletById } from "../../store/wallets/read/wallets.ts";
import { pageSize } from "../kit/lists.tsx";
import { NotFound, page } from "../kit/page.ts";
import { Empty, Money, Pager, Table, Time } from "../kit/parts.tsx";
import { lineKindWords } from "../kit/words.ts";
import { EntryLink } from "./accounts.tsx";
import { WalletLink } from "./wallet-lines.tsx";

/** What stands behind one line of a wallet's statement. */
export const walletLinePage = page({
  path: "/wallet-lines/:id",
  query: { after: text },
  read: async ({ services, params: { id = "" }, query: { after = null } }) => {
    const [, owned = "", seq = "0"] = /^(\w+)\.(\d{1,9})$/.exec(id) ?? [];
    const wallet = await walletById(services.store.read, owned as WalletId);
    const line =
      wallet === undefined ? undefined : await findStatementLine(services.store.read, wallet.id, seq);
    if (wallet === undefined || line === undefined) throw new NotFound("such line of a wallet", id);
    const isReversal = line.kind === "usage_reversal";
    const { read } = services.store;
    const usage = await usageOfLine(
      read,
      wallet.id,
      { seq: line.seq, isReversal },
      { limit: pageSize, after },
    );
    const lots = await lotsOfLine(read, wallet.id, line.seq);
    return { wallet, line, lots, usage, occurred: spanOf(usage.rows) };
  },
  title: ({ wallet, line }) => `Line ${line.seq} of the wallet of ${wallet.owner}`,
  render: ({ wallet: { id, owner, currency }, line, lots, usage, occurred }, context) => (
    <>
      <h1>
        Line {line.seq} of the wallet of <bdi>{owner}</bdi>
      </h1>
      <dl class="facts">
        <dt>What</dt>
        <dd>{lineKindWords[line.kind]}</dd>
        <dt>Amount</dt>
        <dd>
          <Money amount={line.amount} currency={currency} /> {currency}
        </dd>
        <dt>Asked for, covered, not covered</dt>
        <dd>
          <Money amount={line.requested} currency={currency} />,{" "}
          <Money amount={line.covered} currency={currency} />,{" "}
          <Money amount={line.uncovered} currency={currency} />
        </dd>
        <dt>Balance then</dt>
        <dd>
          <Money amount={line.balanceAfter} currency={currency} />
        </dd>
        {line.chargeId === null ? null : (
          <>
            <dt>Charge</dt>
            <dd>
              <a class="id" href={context.to(`/charges/${line.chargeId}`)}>
                {line.chargeId}
              </a>
            </dd>
          </>
        )}
        {line.eventId === null ? null : (
          <>
            <dt>Told by</dt>
            <dd>
              <a class="id" href={context.to(`/events/${encodeURIComponent(line.eventId)}`)}>
                {line.eventId}
              </a>
            </dd>
          </>
        )}
        {line.reason === null ? null : (
          <>
            <dt>Why</dt>
            <dd>
              <bdi>{line.reason}</bdi>
            </dd>
          </>
        )}
        <dt>Entry</dt>
        <dd>
          <EntryLink id={line.entryId} context={context} />
        </dd>
        {occurred === null ? null : (
          <>
            <dt>When the usage occurred</dt>
            <dd>
              <Time at={occurred.from} />
              {occurred.to === occurred.from ? null : (
                <>
                  {" "}
                  to <Time at={occurred.to} />
                </>
              )}
              {usage.next === null && context.query.after === undefined ? "" : ", of what is listed below"}
            </dd>
          </>
        )}
        <dt>When it happened</dt>
        <dd>
          <Time at={line.effectiveAt} />
          {line.kind === "usage" ? (
            <span class="word">
              {" "}
              when the app told it: by what the balance was then, it was decided what is covered. By both
              clocks usage counts from that moment, in its month too.
            </span>
          ) : null}
        </dd>
        <dt>When we booked it</dt>
        <dd>
          <Time at={line.postedAt} />
        </dd>
        <dt>Wallet</dt>
        <dd>
          <WalletLink id={id} context={context} />
        </dd>
      </dl>
      <h2>Lots</h2>
      {lots.length === 0 ? (
        <Empty>It took nothing from a lot that was there, and gave nothing back to one.</Empty>
      ) : (
        <Table
          caption="Which lots it took from or gave back to, in that order"
          columns={[
            { head: "Lot" },
            { head: "Kind" },
            { head: "From" },
            { head: `Of what was left, ${currency}`, isNumeric: true },
            { head: `Of what had expired, ${currency}`, isNumeric: true },
          ]}
          rows={lots.map((lot) => ({
            key: lot.id,
            cells: [
              `Lot ${lot.ordinal}`,
              lot.kind === "paid" ? "paid for" : "given",
              lot.chargeId === null ? (
                ""
              ) : (
                <a class="id" key="charge" href={context.to(`/charges/${lot.chargeId}`)}>
                  {lot.chargeId}
                </a>
              ),
              <Money key="remaining" amount={lot.remaining} currency={currency} />,
              <Money key="expired" amount={lot.expired} currency={currency} />,
            ],
          }))}
        />
      )}
      <h2>Usage</h2>
      {usage.rows.length === 0 ? (
        <Empty>It is of no usage.</Empty>
      ) : (
        <Table
          caption="What the app told of it, newest first"
          columns={[
            { head: "Usage" },
            { head: "Meter" },
            { head: "Quantity", isNumeric: true },
            { head: "Price, smallest units", isNumeric: true },
            { head: "Cost, smallest units", isNumeric: true },
            { head: "Covered", isNumeric: true },
            { head: "Not covered", isNumeric: true },
            { head: "When it occurred" },
            { head: "When we applied it" },
          ]}
          rows={usage.rows.map((used) => ({
            key: used.id,
            cells: [
              <bdi class="id" key="id">
                {used.id}
              </bdi>,
              used.metered?.meter ?? "by hand",
              used.metered?.quantity ?? "–",
              used.metered?.price ?? "–",
              used.cost,
              <Money key="covered" amount={used.covered} currency={currency} />,
              <Money key="uncovered" amount={used.uncovered} currency={currency} />,
              used.occurredAt === null ? "not said" : <Time key="occurred" at={used.occurredAt} />,
              <Time key="applied" at={used.appliedAt} />,
            ],
          }))}
        />
      )}
      <Pager
        context={context}
        first={context.query.after === undefined}
        next={usage.next}
        label="Pages of usage"
      />
    </>
  ),
});

/** From when to when these occurred; `null` where the app said it of none. */
function spanOf(usage: readonly Usage[]): { readonly from: Instant; readonly to: Instant } | null {
  const [first, ...others] = usage.flatMap(({ occurredAt }) => occurredAt ?? []);
  if (first === undefined) return null;
  return {
    from: others.reduce((a, b) => (a < b ? a : b), first),
    to: others.reduce((a, b) => (a > b ? a : b), first),
  };
}
