import { payoutStatuses } from "../../domain/facts/transfer-facts.ts";
import { type Amount, sum } from "../../domain/money.ts";
import { type PaidRow, readPayoutRows } from "../../services/charges/read-charges.ts";
import { oneOf, text } from "../../services/documents/parameters.ts";
import { differenceOf } from "../../services/documents/payout.ts";
import { findPayout, listPayouts } from "../../store/charges/read/payouts.ts";
import { Choice, ListFilters, ProviderChoice, pageSize, Words } from "../kit/lists.tsx";
import { NotFound, type PageContext, page } from "../kit/page.ts";
import { Empty, Money, Pager, Status, Table, Time, type Tone } from "../kit/parts.tsx";
import { providerName, spaced } from "../kit/words.ts";
import { SubjectLink } from "./sides.tsx";

const statusTones: Readonly<Record<(typeof payoutStatuses)[number], Tone>> = {
  pending: "open",
  in_transit: "open",
  paid: "good",
  failed: "bad",
  canceled: "plain",
};

export const payoutsPage = page({
  path: "/payouts",
  title: "Payouts",
  query: { provider: text, status: oneOf(payoutStatuses), currency: text, after: text },
  read: async ({ services, query: { after = null, ...filter } }) => ({
    list: await listPayouts(services.store.read, filter, { limit: pageSize, after }),
    providers: [...services.providers.keys()],
  }),
  render: ({ list: { rows, next }, providers }, context) => (
    <>
      <h1>Payouts</h1>
      <p>What providers sent to the bank, and what is on its way there. The bank itself was not looked at.</p>
      <ListFilters context={context}>
        <ProviderChoice providers={providers} context={context} />
        <Choice
          name="status"
          label="State"
          words={Object.fromEntries(payoutStatuses.map((status) => [status, spaced(status)]))}
          context={context}
        />
        <Words name="currency" label="Currency" size={5} context={context} />
      </ListFilters>
      {rows.length === 0 ? (
        <Empty>
          {Object.keys(context.query).length === 0
            ? "No payout has been heard of."
            : "No payout is like this."}
        </Empty>
      ) : (
        <Table
          caption="Payouts, the last heard of first"
          columns={[
            { head: "Payout" },
            { head: "Provider" },
            { head: "State" },
            { head: "Currency" },
            { head: "Amount", isNumeric: true },
            { head: "In the bank on" },
            { head: "Made" },
          ]}
          rows={rows.map(({ id, key, status, currency, amount, arrivalOn, createdAt }) => ({
            key: id,
            cells: [
              <a class="id" key="id" href={context.to(`/payouts/${id}`)}>
                {key.ref}
              </a>,
              providerName(key.provider),
              <Status key="state" tone={statusTones[status]}>
                {spaced(status)}
              </Status>,
              currency,
              <Money key="amount" amount={amount} currency={currency} provider={key.provider} />,
              <Time key="arrival" at={arrivalOn} of="day" />,
              <Time key="made" at={createdAt} />,
            ],
          }))}
        />
      )}
      <Pager
        context={context}
        first={context.query.after === undefined}
        next={next}
        label="Pages of payouts"
      />
    </>
  ),
});

/** Rows of one payout that are looked at together, so that their sums are of all of them. */
const mostRows = 1_000;

export const payoutPage = page({
  path: "/payouts/:id",
  query: { differing: oneOf(["true"]) },
  read: async ({ services, params: { id = "" } }) => {
    const payout = await findPayout(services.store.read, id);
    if (payout === undefined) throw new NotFound("payout of this id", id);
    const rows = await readPayoutRows(services, id, { limit: mostRows, after: null });
    return { payout, rows: rows?.rows ?? [], isCutOff: rows?.next != null };
  },
  title: ({ payout }) => `Payout ${payout.key.ref}`,
  render: ({ payout, rows, isCutOff }, context) => {
    const { key, status, amount, currency } = payout;
    const money = (of: Amount | null) => (
      <>
        <Money amount={of} currency={currency} provider={key.provider} /> {of === null ? "" : currency}
      </>
    );
    const differing = rows.filter((row) => differenceOf(row) !== 0n);
    const shown = context.query.differing === undefined ? rows : differing;
    const comesTo =
      rows.length === 0 ? null : netOf(rows.map(({ row }) => (row.currency === currency ? row.net : 0n)));
    // What was called off is paid by no row, and a part of the rows says nothing of all of them.
    const besidesRows = comesTo === null || isCutOff || status === "canceled" ? null : comesTo - amount;
    return (
      <>
        <h1>Payout {key.ref}</h1>
        <p class="states">
          <Status tone={statusTones[status]}>{spaced(status)}</Status>
          {rows.length === 0 ? (
            <Status tone="open">no rows known yet</Status>
          ) : (
            <Status tone={differing.length === 0 ? "good" : "bad"}>
              {differing.length === 0
                ? "every row agrees"
                : `${differing.length} ${differing.length === 1 ? "row differs" : "rows differ"}`}
            </Status>
          )}
          {(besidesRows ?? 0n) === 0n ? null : (
            <Status tone="bad">its rows do not come to what they paid</Status>
          )}
        </p>
        {status === "failed" ? (
          <p class="notice">
            The bank did not take it: what was paid came back to the balance at {providerName(key.provider)},
            and is paid out again with a later payout. Its rows were paid by this one all the same, so that
            they must come to what it paid.
          </p>
        ) : null}
        {(besidesRows ?? 0n) === 0n ? null : (
          <p>
            {providerName(key.provider)} states both what it paid and the rows of it, and they do not agree
            with each other: a row is missing from its list, or one too many is in it. A comparison of the
            level payout tells of it among the{" "}
            <a href={context.to("/discrepancies", { provider: key.provider, status: "all" })}>
              discrepancies
            </a>
            .
          </p>
        )}
        <dl class="facts">
          <dt>Provider</dt>
          <dd>{providerName(key.provider)}</dd>
          <dt>In the bank on</dt>
          <dd>
            <Time at={payout.arrivalOn} of="day" /> (the bank was not looked at)
          </dd>
          <dt>Its rows come to</dt>
          <dd>{money(comesTo)}</dd>
          <dt>They paid</dt>
          <dd>{money(amount)}</dd>
          <dt>Its rows, less they paid</dt>
          <dd>
            {money(besidesRows)}
            {besidesRows === null ? null : (
              <span class="word"> both are {providerName(key.provider)}'s figures</span>
            )}
          </dd>
          <dt>What we hold of its rows</dt>
          <dd>{rows.length === 0 ? money(null) : money(netOf(rows.map(({ held }) => held?.net ?? 0n)))}</dd>
          <dt>Its rows, less what we hold</dt>
          <dd>{rows.length === 0 ? money(null) : money(netOf(rows.map((row) => differenceOf(row))))}</dd>
          <dt>Our id</dt>
          <dd>
            <code>{payout.id}</code>
          </dd>
        </dl>
        {isCutOff ? (
          <p class="notice">It has more than {mostRows} rows: only the first are here, and in the sums.</p>
        ) : null}
        <h2>Rows</h2>
        {rows.length === 0 ? (
          <Empty>
            No list or report that was read says which rows it has.{" "}
            {key.provider === "paddle"
              ? "Import Paddle's payout reconciliation: tallyhook import."
              : "A comparison of the level payout asks for them: tallyhook reconcile."}
          </Empty>
        ) : (
          <>
            <p class="links">
              {context.query.differing === undefined ? (
                <a href={context.here({ differing: "true" })}>Only rows that differ</a>
              ) : (
                <a href={context.here({ differing: null })}>All rows</a>
              )}
            </p>
            <RowTable rows={shown} provider={key.provider} context={context} />
          </>
        )}
      </>
    );
  },
});

const netOf = (amounts: readonly (Amount | null)[]): Amount => sum(amounts.map((amount) => amount ?? 0n));

/** What they say less what we say; `null` where the two have no common measure. */
function RowTable({
  rows,
  provider,
  context,
}: {
  readonly rows: readonly PaidRow[];
  readonly provider: string;
  readonly context: PageContext;
}) {
  const head = (text: string) => ({ head: text, isNumeric: true });
  return (
    <Table
      caption="What they state of each row, and what we hold"
      columns={[
        { head: "Row" },
        { head: "What" },
        { head: "When" },
        { head: "Currency" },
        head("They: gross"),
        head("They: fee"),
        head("They: net"),
        head("We: gross"),
        head("We: fee"),
        head("We: net"),
        head("Difference"),
      ]}
      rows={rows.map((one) => {
        const { row, held } = one;
        const money = (amount: Amount | null, currency = row.currency) => (
          <Money amount={amount} currency={currency} provider={provider} />
        );
        const ours = (amount: Amount | null | undefined) =>
          held === null ? <span class="unknown">nothing</span> : money(amount ?? null, held.currency);
        const difference = differenceOf(one);
        return {
          key: row.key,
          cells: [
            <SubjectLink
              key="of"
              subject={held?.subject ?? null}
              name={row.objectRef ?? row.key}
              context={context}
            />,
            spaced(row.category),
            <Time key="at" at={row.at} />,
            row.currency,
            money(row.gross),
            money(row.fee),
            money(row.net),
            ours(held?.gross),
            ours(held?.fee),
            ours(held?.net),
            difference === 0n ? (
              "same"
            ) : difference === null ? (
              <span class="unknown">cannot be told</span>
            ) : (
              money(difference)
            ),
          ],
        };
      })}
    />
  );
}
