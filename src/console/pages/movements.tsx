import type { MovementStatus } from "../../domain/facts/facts.ts";
import type { Amount } from "../../domain/money.ts";
import {
  type MovementStory,
  readMovementPage as moreMovements,
  readMovementStory,
  readMovementsByTime,
} from "../../services/charges/read-charges.ts";
import { movementFilterOf, movementWords } from "../../services/documents/charge.ts";
import { tables } from "../../services/documents/exports/tables.ts";
import type { MovementView } from "../../store/charges/read/charge-view.ts";
import { FileLinks, listFile } from "../kit/files.tsx";
import { Choice, Filters, pageSize, placeQuery } from "../kit/lists.tsx";
import { NotFound, type PageContext, page } from "../kit/page.ts";
import { Empty, Money, Pager, postingCells, postingColumns, Status, Table, Time } from "../kit/parts.tsx";
import { during } from "../kit/period.ts";
import { movementKindWords, movementStatusWords, movementWord, providerName } from "../kit/words.ts";
import { EntryLink } from "./accounts.tsx";
import { WalletLineTable, WalletLink } from "./wallet-lines.tsx";

const statuses = Object.keys(movementStatusWords) as MovementStatus[];

export const movementsPage = page({
  path: "/movements",
  title: "Movements",
  periodBy: "effective",
  query: { ...movementWords, ...placeQuery },
  read: async ({ services, query: { after = null, before = null, ...words }, period }) => {
    const filter = { ...movementFilterOf(words), from: period.from, to: period.to };
    return readMovementsByTime(services, filter, { limit: pageSize, after, before });
  },
  render: ({ rows, next, previous }, context) => (
    <>
      <h1>Movements</h1>
      <p>Money or credit that went the other way: refunds, disputes, credits, and what undid them.</p>
      <Filters context={context}>
        <Choice name="kind" label="Kind" words={movementKindWords} context={context} />
        <Choice
          name="status"
          label="Status"
          words={Object.fromEntries(statuses.map((status) => [status, movementStatusWords[status][0]]))}
          context={context}
        />
        <Choice
          name="uncovered"
          label="Not covered"
          words={{ true: "something is not covered now" }}
          context={context}
        />
        <Choice name="no_wallet" label="Wallet" words={{ true: "has none" }} context={context} />
      </Filters>
      {rows.length === 0 ? (
        <Empty>
          No movement {during("of", context.period)} is like this.{" "}
          <a href={context.to("/movements")}>All movements of all time</a>
        </Empty>
      ) : (
        movementTable(rows, context, {
          caption: `Movements ${during("of", context.period)}, newest first`,
          withCharge: true,
        })
      )}
      <Pager
        context={context}
        first={context.query.after === undefined && context.query.before === undefined}
        next={next}
        previous={previous}
        label="Pages of movements"
      />
      {rows.length === 0 ? null : <FileLinks context={context} list="/movements" />}
    </>
  ),
});

export const movementsFile = listFile({
  name: "movements.csv",
  periodBy: "effective",
  query: movementWords,
  table: tables.movements,
  read: ({ services, query, period: { from, to } }, db, page) =>
    moreMovements(services, db, { ...movementFilterOf(query), from, to }, page),
});

/** Not a component of its own: what its columns are depends on where it stands. */
export function movementTable(
  movements: readonly MovementView[],
  context: Pick<PageContext, "to">,
  { caption, withCharge }: { readonly caption: string; readonly withCharge: boolean },
) {
  return (
    <Table
      caption={caption}
      columns={[
        { head: "Movement" },
        { head: "Kind" },
        { head: "Status" },
        { head: "When" },
        ...(withCharge ? [{ head: "Charge" }] : []),
        { head: "Currency" },
        { head: "Amount", isNumeric: true },
        { head: "Asked of the wallet", isNumeric: true },
        { head: "Taken from the wallet", isNumeric: true },
        { head: "Not covered now", isNumeric: true },
      ]}
      rows={movements.map(({ movement, provider, takenBack, uncovered }) => {
        const [word, tone] = movementWord(movement);
        const money = (amount: Amount | null) => (
          <Money amount={amount} currency={movement.currency} provider={provider} />
        );
        return {
          key: movement.id,
          cells: [
            <a class="id" key="id" href={context.to(`/movements/${movement.id}`)}>
              {movement.ref}
            </a>,
            movementKindWords[movement.kind],
            <>
              <Status tone={tone}>{word}</Status>
              {movement.effective ? null : <span class="word"> nothing has moved</span>}
            </>,
            <Time key="at" at={movement.occurredAt} />,
            ...(withCharge
              ? [
                  <a class="id" key="charge" href={context.to(`/charges/${movement.chargeId}`)}>
                    {movement.chargeId}
                  </a>,
                ]
              : []),
            movement.currency,
            money(movement.amount),
            money(takenBack),
            money(takenFrom({ takenBack, uncovered })),
            money(uncovered),
          ],
        };
      })}
    />
  );
}

/** What of it the wallet has borne, so far. */
const takenFrom = ({ takenBack, uncovered }: Pick<MovementView, "takenBack" | "uncovered">): Amount | null =>
  takenBack === null ? null : takenBack - (uncovered ?? 0n);

export const movementPage = page({
  path: "/movements/:id",
  query: {},
  read: async ({ services, params: { id = "" } }) => {
    const story = await readMovementStory(services, id);
    if (story === undefined) throw new NotFound("movement of this id", id);
    return story;
  },
  title: ({ view }) => `${movementKindWords[view.movement.kind]} ${view.movement.ref}`,
  render: ({ view, on, walletLines, left, booked, entries }, context) => {
    const { movement, provider, settled, takenBack, uncovered, taxBack } = view;
    const [word, tone] = movementWord(movement);
    const money = (amount: Amount | null, currency = movement.currency) => (
      <>
        <Money amount={amount} currency={currency} provider={provider} /> {amount === null ? "" : currency}
      </>
    );
    const kind = movementKindWords[movement.kind];
    const taken = walletLines.filter((line) => /^(?:take_back|restore)/.test(line.kind));
    return (
      <>
        <h1>
          {kind} {movement.ref}
        </h1>
        <p class="states">
          <Status tone={tone}>{word}</Status>
          {movement.effective ? null : <Status tone="plain">nothing has moved</Status>}
          {movement.warning ? (
            <span>
              A dispute may follow. By itself it moves no money but what {providerName(provider)} takes for
              it.
            </span>
          ) : null}
        </p>
        <dl>
          <dt>Amount</dt>
          <dd>{money(movement.amount)}</dd>
          <dt>Of that, tax that goes back</dt>
          <dd>{money(taxBack)}</dd>
          <dt>On</dt>
          <dd>
            <a href={context.to(`/charges/${movement.chargeId}`)}>
              {providerName(provider)} {on.charge.key.ref}
            </a>
            {on.charge.invoiceNumber === null ? null : `, invoice ${on.charge.invoiceNumber}`}
          </dd>
          <dt>When it happened</dt>
          <dd>
            <Time at={movement.occurredAt} />
          </dd>
          {movement.undoneAt === null ? null : (
            <>
              <dt>Undone</dt>
              <dd>
                <Time at={movement.undoneAt} />
              </dd>
            </>
          )}
          {movement.reason === null ? null : (
            <>
              <dt>Reason</dt>
              <dd>{movement.reason}</dd>
            </>
          )}
          {settled?.disputeFee == null || settled.disputeFee === 0n ? null : (
            <>
              <dt>What {providerName(provider)} takes for it, besides</dt>
              <dd>
                {money(settled.disputeFee, settled.currency)}{" "}
                <span class="word">
                  {settled.disputeFee < 0n ? "given back to us" : "fee of the dispute"}
                </span>
              </dd>
            </>
          )}
          {settled?.fee == null || settled.fee === 0n ? null : (
            <>
              <dt>Fee</dt>
              <dd>
                {money(settled.fee, settled.currency)}{" "}
                <span class="word">{settled.fee < 0n ? "given back to us" : "taken"}</span>
                {settled.retainedFee === null ? null : (
                  <span class="word">, {money(settled.retainedFee, settled.currency)} kept</span>
                )}
              </dd>
            </>
          )}
          <dt>On our balance at {providerName(provider)}</dt>
          <dd>{settled === null ? money(null) : money(settled.net, settled.currency)}</dd>
          <dt>Our id</dt>
          <dd>
            <code>{movement.id}</code>
          </dd>
        </dl>
        <h2>Which wallet, and how much was not covered</h2>
        {on.pin?.walletId == null ? (
          <Empty>
            {on.charge.kind === "unseen"
              ? "Its document has not been seen yet: nothing is taken from a wallet before that."
              : "Its charge has no wallet: nothing was taken from one."}
          </Empty>
        ) : (
          <>
            <p>
              {money(takenBack)} had to come from <WalletLink id={on.pin.walletId} context={context} /> of{" "}
              <a href={context.to("/charges", { owner: on.pin.owner ?? "" })}>{on.pin.owner}</a>;{" "}
              {money(takenFrom(view))} of it were taken, {money(uncovered)} of it are not covered now.
            </p>
            {uncovered === null || uncovered === 0n ? null : (
              <p>
                What all of this charge leaves uncovered: {money(left.write_off)} written off,{" "}
                {money(left.recovery)} owed to us, which later top-ups repay.
              </p>
            )}
            {taken.length === 0 ? (
              <Empty>Nothing was taken from it so far.</Empty>
            ) : (
              <WalletLineTable
                caption={`What this charge took from wallets, oldest first, in ${on.charge.currency}`}
                lines={taken}
                currency={on.charge.currency}
                provider={provider}
                context={context}
              />
            )}
          </>
        )}
        <Books booked={booked} entries={entries} provider={provider} context={context} />
        {movement.lines.length === 0 ? null : (
          <>
            <h2>Which lines of the document</h2>
            <Table
              caption={`What of it belongs to which line, in ${movement.currency}`}
              columns={[{ head: "Line" }, { head: movement.currency, isNumeric: true }]}
              rows={movement.lines.map(({ lineRef, amount }, index) => ({
                key: `${lineRef} ${index}`,
                cells: [
                  on.charge.lines.find(({ ref }) => ref === lineRef)?.description ?? lineRef,
                  <Money key="amount" amount={amount} currency={movement.currency} provider={provider} />,
                ],
              }))}
            />
          </>
        )}
      </>
    );
  },
});

/** What it alone comes to, and where it was posted: an entry has all that became known of the document in one breath. */
function Books({
  booked,
  entries,
  provider,
  context,
}: Pick<MovementStory, "booked" | "entries"> & {
  readonly provider: string;
  readonly context: PageContext;
}) {
  const rows = booked.flatMap(({ at, balances }) => balances.postings().map((posting) => ({ at, posting })));
  return (
    <>
      <h2>Books</h2>
      {rows.length === 0 ? (
        <Empty>
          It moved nothing between {providerName(provider)} and us, so nothing was posted of that.
        </Empty>
      ) : (
        <>
          <Table
            caption={`What it alone comes to between ${providerName(provider)} and us; both sides are equal in each currency`}
            columns={[...postingColumns, { head: "When it happened" }]}
            rows={rows.map(({ at, posting }) => ({
              key: `${at} ${posting.account} ${posting.currency}`,
              cells: [...postingCells(posting, provider), <Time key="at" at={at} />],
            }))}
          />
          <p>
            {entries.length === 0 ? (
              "It is not posted yet."
            ) : (
              <>
                Posted with{" "}
                {entries.map(({ id }, index) => (
                  <span key={id}>
                    {index === 0 ? "" : ", "}
                    <EntryLink id={id} context={context} />
                  </span>
                ))}
                <span class="word">
                  , which also {entries.length === 1 ? "has" : "have"} whatever else became known of the
                  document for the same quarter of an hour.
                </span>
              </>
            )}
          </p>
        </>
      )}
    </>
  );
}
