import { discrepancyStatuses } from "../../domain/books.ts";
import { oneOf, text } from "../../services/documents/parameters.ts";
import { ageOf } from "../../services/read/ages.ts";
import {
  type ListedDiscrepancy,
  readDiscrepancies,
  readDiscrepancy,
} from "../../services/read/discrepancies.ts";
import { ageingOf, mostAged } from "../../services/read/overview.ts";
import { openDifferences } from "../../store/read/overview.ts";
import { Choice, ListFilters, ProviderChoice, pageSize, Words } from "../kit/lists.tsx";
import { Missing, type PageContext, page } from "../kit/page.ts";
import { Empty, Money, Pager, Status, Table, Time } from "../kit/parts.tsx";
import { levelWords, providerName, spaced } from "../kit/words.ts";
import { AgeingTable } from "./ageing.tsx";
import { Sides, sidesOf } from "./sides.tsx";

export const discrepanciesPage = page({
  path: "/discrepancies",
  title: "Discrepancies",
  query: { status: oneOf(discrepancyStatuses), kind: text, provider: text, after: text },
  read: async ({ services, query: { after = null, ...filter }, asOf }) => ({
    list: await readDiscrepancies(services, filter, { limit: pageSize, after }),
    ageing: ageingOf(await openDifferences(services.store.read, mostAged + 1), asOf.at, mostAged),
    providers: [...services.providers.keys()],
  }),
  render: ({ list: { rows, next }, ageing, providers }, context) => (
    <>
      <h1>Discrepancies</h1>
      <p>Where what a provider states and what we hold do not agree.</p>
      <h2>Open ones by age</h2>
      <AgeingTable ageing={ageing} context={context} />
      <h2>The list</h2>
      <ListFilters context={context}>
        <Choice
          name="status"
          label="State"
          words={Object.fromEntries(discrepancyStatuses.map((status) => [status, status]))}
          context={context}
        />
        <ProviderChoice providers={providers} context={context} />
        <Words name="kind" label="Kind" size={22} context={context} />
      </ListFilters>
      {rows.length === 0 ? (
        <Empty>
          {Object.keys(context.query).length === 0
            ? "Nothing has ever differed."
            : "No discrepancy is like this."}
        </Empty>
      ) : (
        <Table
          caption="Discrepancies, newest first"
          columns={[
            { head: "What differs" },
            { head: "State" },
            { head: "Provider" },
            { head: "Level" },
            { head: "They say less we say" },
            { head: "Days since due", isNumeric: true },
            { head: "Opened" },
            { head: "About" },
          ]}
          rows={rows.map((discrepancy) => ({
            key: discrepancy.id,
            cells: [
              <a key="id" href={context.to(`/discrepancies/${discrepancy.id}`)}>
                {spaced(discrepancy.kind)}
              </a>,
              <State key="state" discrepancy={discrepancy} />,
              providerName(discrepancy.provider),
              discrepancy.row === null ? "its own figures" : levelWords[discrepancy.row.level],
              <Differences key="differences" discrepancy={discrepancy} />,
              discrepancy.status === "open"
                ? String(ageOf(dueAt(discrepancy), context.asOf.at) ?? "not due")
                : "–",
              <Time key="opened" at={discrepancy.openedAt} />,
              <About key="about" discrepancy={discrepancy} context={context} />,
            ],
          }))}
        />
      )}
      <Pager
        context={context}
        first={context.query.after === undefined}
        next={next}
        label="Pages of discrepancies"
      />
    </>
  ),
});

interface Props {
  readonly discrepancy: ListedDiscrepancy;
}

const dueAt = ({ row, openedAt }: ListedDiscrepancy): bigint => row?.dueAt ?? openedAt;

function State({ discrepancy: { status, resolution } }: Props) {
  return (
    <Status tone={status === "open" ? "bad" : "good"}>
      {status === "open" ? "open" : spaced(resolution ?? "resolved")}
    </Status>
  );
}

function Differences({ discrepancy: { row, provider } }: Props) {
  const differences = row?.differences ?? [];
  if (differences.length === 0) return <span class="unknown">no amount</span>;
  return (
    <>
      {differences.map(({ currency, amount }) => (
        <div key={currency}>
          <Money amount={amount} currency={currency} provider={provider} /> {currency}
        </div>
      ))}
    </>
  );
}

function About({
  discrepancy: { chargeId, row },
  context,
}: Props & { readonly context: Pick<PageContext, "to"> }) {
  if (chargeId !== null)
    return (
      <a class="id" href={context.to(`/charges/${chargeId}`)}>
        {chargeId}
      </a>
    );
  return row === null ? (
    ""
  ) : (
    <a class="id" href={context.to("/search", { q: row.key })}>
      {row.key}
    </a>
  );
}

export const discrepancyPage = page({
  path: "/discrepancies/:id",
  query: {},
  read: async ({ services, params: { id = "" } }) => {
    const found = await readDiscrepancy(services, id);
    if (found === undefined) throw new Missing("discrepancy of this id", id);
    return found;
  },
  title: ({ discrepancy }) => `Discrepancy: ${spaced(discrepancy.kind)}`,
  render: ({ discrepancy, steps }, context) => {
    const { provider, row } = discrepancy;
    const sides = sidesOf(discrepancy.detail, { currency: null, provider });
    return (
      <>
        <h1>{spaced(discrepancy.kind)}</h1>
        <p class="states">
          <State discrepancy={discrepancy} />
        </p>
        <dl class="facts">
          <dt>Provider</dt>
          <dd>
            {providerName(provider)}
            {discrepancy.account === "default" ? "" : `, account ${discrepancy.account}`}
          </dd>
          <dt>Level</dt>
          <dd>{row === null ? "the figures of one document" : levelWords[row.level]}</dd>
          <dt>About</dt>
          <dd>
            <About discrepancy={discrepancy} context={context} />
          </dd>
          <dt>They say less we say</dt>
          <dd>
            <Differences discrepancy={discrepancy} />
          </dd>
          <dt>It should have agreed from</dt>
          <dd>
            <Time at={dueAt(discrepancy)} />
            {discrepancy.status === "open"
              ? `, ${ageOf(dueAt(discrepancy), context.asOf.at) ?? 0} days ago`
              : ""}
          </dd>
          <dt>Opened</dt>
          <dd>
            <Time at={discrepancy.openedAt} />
          </dd>
          {discrepancy.eventId === null ? null : (
            <>
              <dt>Event</dt>
              <dd>
                <a class="id" href={context.to(`/events/${encodeURIComponent(discrepancy.eventId)}`)}>
                  {discrepancy.eventId}
                </a>
              </dd>
            </>
          )}
          <dt>Our id</dt>
          <dd>
            <code>{discrepancy.id}</code>
          </dd>
        </dl>
        <h2>Each side, field by field</h2>
        {sides.length === 0 ? (
          <Empty>Neither side states more.</Empty>
        ) : (
          <Table
            caption="What each side says"
            columns={[{ head: "Field" }, { head: "Said" }]}
            rows={sides.map(([name, said]) => ({ key: name, cells: [name, <bdi key="said">{said}</bdi>] }))}
          />
        )}
        <h2>History</h2>
        {steps.length === 0 ? (
          <Empty>Nobody and nothing has done anything to it.</Empty>
        ) : (
          <Table
            caption="Who or what did what to it, oldest first"
            columns={[
              { head: "What" },
              { head: "When" },
              { head: "By" },
              { head: "Why" },
              { head: "Posted" },
              { head: "Each side then" },
            ]}
            rows={steps.map((step, index) => ({
              key: String(index),
              cells: [
                `${spaced(step.action)}${step.resolution === null ? "" : `: ${spaced(step.resolution)}`}`,
                <Time key="at" at={step.at} />,
                step.actor === null ? (
                  step.reconciliationId === null ? (
                    "an event"
                  ) : (
                    "a comparison"
                  )
                ) : (
                  <bdi>{step.actor}</bdi>
                ),
                step.reason === null ? "" : <bdi key="why">{step.reason}</bdi>,
                step.entryId ?? "",
                <Sides key="sides" detail={step.detail} currency={null} provider={provider} />,
              ],
            }))}
          />
        )}
        {discrepancy.status === "open" ? (
          <>
            <h2>What can be done</h2>
            <p>
              It goes away by itself once both sides agree. If it stays,{" "}
              <code>tallyhook resolve {discrepancy.id}</code> settles it: as <em>provider_fixed</em> or{" "}
              <em>accepted</em> nothing is posted; as <em>written_off</em> the difference goes to{" "}
              <code>expenses:differences</code>; as <em>posted</em> to an account that you name.
            </p>
          </>
        ) : null}
      </>
    );
  },
});
