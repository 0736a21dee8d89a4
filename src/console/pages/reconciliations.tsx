import { differencesOf } from "../../domain/reconciling/conclude.ts";
import { isUnexplained, levels, type RowClass, rowClasses } from "../../domain/reconciling/level.ts";
import type { Stated } from "../../domain/reconciling/reconciled-row.ts";
import { type Run, runStatuses } from "../../domain/reconciling/run.ts";
import { oneOf, text } from "../../services/documents/parameters.ts";
import { readRun, readRunRows } from "../../services/reconciling/read-runs.ts";
import type { KeptRow } from "../../store/reconciling/nouns/run.ts";
import { listRuns } from "../../store/reconciling/read/reconciliations.ts";
import { Choice, ListFilters, ProviderChoice, pageSize } from "../kit/lists.tsx";
import { NotFound, type PageContext, page } from "../kit/page.ts";
import { Empty, Money, Pager, Status, Table, Time } from "../kit/parts.tsx";
import {
  creditDifferenceWord,
  creditWord,
  headsOfSides,
  levelWords,
  providerName,
  rowClassWords,
  runStatusWords,
  spaced,
  wordsBy,
} from "../kit/words.ts";
import { ReportLink } from "./reports.tsx";
import { SubjectLink } from "./sides.tsx";

export const reconciliationsPage = page({
  path: "/reconciliations",
  title: "Comparisons",
  query: { provider: text, level: oneOf(levels), status: oneOf(runStatuses), after: text },
  read: async ({ services, query: { after = null, ...filter } }) => ({
    list: await listRuns(services.store.read, filter, { limit: pageSize, after }),
    providers: [...services.providers.keys()],
  }),
  render: ({ list: { rows, next }, providers }, context) => (
    <>
      <h1>Comparisons</h1>
      <p>What was compared with what providers state, level by level, and what came of it.</p>
      <ListFilters context={context}>
        <ProviderChoice providers={providers} context={context} />
        <Choice
          name="level"
          label="Level"
          words={wordsBy(levels, (level) => levelWords[level])}
          context={context}
        />
        <Choice
          name="status"
          label="Result"
          words={wordsBy(runStatuses, (status) => runStatusWords[status][0])}
          context={context}
        />
      </ListFilters>
      {rows.length === 0 ? (
        <Empty>
          {Object.keys(context.query).length === 0
            ? "Nothing was compared yet: tallyhook reconcile, or POST /v1/reconciliations."
            : "No comparison is like this."}
        </Empty>
      ) : (
        <Table
          caption="Comparisons, the last one asked for first"
          columns={[
            { head: "Level" },
            { head: "Provider" },
            { head: "Result" },
            { head: "Of what" },
            { head: "Rows that differ", isNumeric: true },
            { head: "Begun" },
            { head: "Asked for by" },
          ]}
          rows={rows.map((run) => ({
            key: run.id,
            cells: [
              <a key="id" href={context.to(`/reconciliations/${run.id}`)}>
                {levelWords[run.level]}
              </a>,
              providerName(run.provider),
              <Result key="result" run={run} />,
              <Window key="window" run={run} />,
              toldElsewhere(run) === 0
                ? String(differing(run))
                : `${differing(run)}, and ${toldElsewhere(run)} told by another row`,
              <Time key="begun" at={run.startedAt} />,
              <bdi key="by">{run.requestedBy}</bdi>,
            ],
          }))}
        />
      )}
      <Pager
        context={context}
        first={context.query.after === undefined}
        next={next}
        label="Pages of comparisons"
      />
    </>
  ),
});

/** Seconds after which one that goes on is looked at again. */
const lookAgain = 3;

export const reconciliationPage = page({
  path: "/reconciliations/:id",
  query: { class: oneOf(rowClasses), after: text },
  read: async ({ services, params: { id = "" }, query: { after = null, class: rowClass } }) => {
    const run = await readRun(services, id);
    if (run === undefined) throw new NotFound("comparison of this id", id);
    const shown = rowClass ?? firstShown(run);
    const list = await readRunRows(services, id, { class: shown }, { limit: pageSize, after });
    return { run, shown, rows: list?.rows ?? [], next: list?.next ?? null };
  },
  title: ({ run }) => `Comparison: ${levelWords[run.level]}, ${providerName(run.provider)}`,
  refreshAfter: ({ run }) => (run.status === "running" ? lookAgain : null),
  render: ({ run, shown, rows, next }, context) => {
    const { id, provider, account, level } = run;
    return (
      <>
        <h1>
          {providerName(provider)}: {levelWords[level]}
        </h1>
        <p class="states">
          <Result run={run} />
        </p>
        {run.status === "running" ? <p class="notice">It goes on. This page asks again by itself.</p> : null}
        {run.missing.map(({ code, detail }) => (
          <p class="notice" key={`${code} ${detail}`}>
            Could not be decided, {spaced(code)}: <bdi>{detail}</bdi>
          </p>
        ))}
        <dl class="facts">
          <dt>Of what</dt>
          <dd>
            <Window run={run} />
            {run.currency === null ? "" : `, ${run.currency} alone`}
            {run.payoutRef === null ? null : (
              <>
                , payout <span class="id">{run.payoutRef}</span> alone
              </>
            )}
          </dd>
          <dt>Account</dt>
          <dd>{account}</dd>
          <dt>They state it in</dt>
          <dd>
            {level === "posting" || level === "wallets" ? (
              "nothing: our own figures are held against each other"
            ) : run.statementIds.length === 0 ? (
              "what they answer when they are asked, or the reports that were imported"
            ) : (
              <ul class="plain">
                {run.statementIds.map((statement) => (
                  <li key={statement}>
                    <ReportLink id={statement} context={context} />
                  </li>
                ))}
              </ul>
            )}
          </dd>
          <dt>Begun</dt>
          <dd>
            <Time at={run.startedAt} />, asked for by <bdi>{run.requestedBy}</bdi>
          </dd>
          <dt>Ended</dt>
          <dd>{run.finishedAt === null ? "not yet" : <Time at={run.finishedAt} />}</dd>
          <dt>Our id</dt>
          <dd>
            <code>{id}</code>
          </dd>
        </dl>
        <Totals run={run} />
        <h2>Rows</h2>
        <Classes run={run} shown={shown} context={context} />
        {rows.length === 0 ? (
          <Empty>
            {shown === undefined
              ? "It looked at no row."
              : `No row is of the kind “${rowClassWords[shown]}”.`}
          </Empty>
        ) : (
          <Rows rows={rows} run={run} context={context} />
        )}
        <Pager
          context={context}
          first={context.query.after === undefined}
          next={next}
          label="Pages of rows"
        />
      </>
    );
  },
});

const differs = rowClasses.filter(isUnexplained);
const differing = ({ counts }: Run): number =>
  differs.reduce((sum, rowClass) => sum + (counts[rowClass] ?? 0), 0);

const toldElsewhere = ({ counts }: Run): number => counts.reported ?? 0;

/** What somebody comes for: what differs, if anything does. */
const firstShown = ({ counts }: Run): RowClass | undefined =>
  [...differs, ...rowClasses].find((rowClass) => (counts[rowClass] ?? 0) > 0);

function Result({ run }: { readonly run: Run }) {
  const { status } = run;
  const [word, tone] = runStatusWords[status];
  const isToldElsewhere = status === "discrepancies" && differing(run) === 0;
  return (
    <Status tone={isToldElsewhere ? "open" : tone}>
      {isToldElsewhere ? "explained: what differs is told by other rows" : word}
    </Status>
  );
}

function Window({ run: { from, to, zone } }: { readonly run: Run }) {
  return (
    <>
      <Time at={from} /> to <Time at={to} />
      {zone === "UTC" ? "" : ` (days of ${zone})`}
    </>
  );
}

function Totals({ run: { totals, provider, level } }: { readonly run: Run }) {
  if (totals.length === 0) return null;
  const [theirs, ours] = headsOfSides(level);
  return (
    <>
      <h2>What both sides come to</h2>
      <Table
        caption={`Sums of the level ${levelWords[level]}, by currency`}
        columns={[
          { head: "Currency" },
          { head: theirs, isNumeric: true },
          { head: ours, isNumeric: true },
          { head: "Difference", isNumeric: true },
          { head: "Of it explained", isNumeric: true },
          { head: "Of it not", isNumeric: true },
        ]}
        rows={totals.map(({ currency, left, right, difference, explained, unexplained }) => ({
          key: currency,
          cells: [
            currency,
            ...[left, right, difference, explained, unexplained].map((amount, index) => (
              <Money key={String(index)} amount={amount} currency={currency} provider={provider} />
            )),
          ],
        }))}
      />
    </>
  );
}

/** Which rows there are, and how many of each kind. */
function Classes({
  run: { counts },
  shown,
  context,
}: {
  readonly run: Run;
  readonly shown: RowClass | undefined;
  readonly context: PageContext;
}) {
  const there = rowClasses.filter((rowClass) => (counts[rowClass] ?? 0) > 0);
  if (there.length === 0) return null;
  return (
    <nav class="links" aria-label="Kinds of rows">
      {there.map((rowClass) => (
        <a
          key={rowClass}
          href={context.here({ class: rowClass, after: null })}
          aria-current={rowClass === shown ? "true" : undefined}
        >
          {rowClassWords[rowClass]} ({counts[rowClass]})
        </a>
      ))}
    </nav>
  );
}

function Rows({
  rows,
  run: { provider, level },
  context,
}: {
  readonly rows: readonly KeptRow[];
  readonly run: Run;
  readonly context: PageContext;
}) {
  const side = (stated: Stated | null, wordOf: (amount: bigint) => string = creditWord) =>
    stated === null ? (
      <span class="unknown">nothing</span>
    ) : (
      <>
        <Money {...stated} provider={provider} /> {stated.currency}
        {level === "customer_credit" ? <span class="word"> {wordOf(stated.amount)}</span> : null}
      </>
    );
  const [theirs, ours] = headsOfSides(level);
  return (
    <Table
      caption="Both sides of each row, and why they may differ"
      columns={[
        { head: "Row" },
        { head: "What came of it" },
        { head: theirs, isNumeric: true },
        { head: ours, isNumeric: true },
        { head: "Difference", isNumeric: true },
        { head: "Why" },
        { head: "Since" },
        { head: "Discrepancy" },
      ]}
      rows={rows.map((row) => ({
        key: row.key,
        cells: [
          <SubjectLink key="row" subject={row.subject} name={row.key} context={context} />,
          rowClassWords[row.class],
          side(row.left),
          side(row.right),
          differencesOf(row).length === 0
            ? "–"
            : differencesOf(row).map((one) => side(one, creditDifferenceWord)),
          row.kind === null ? "" : spaced(row.kind),
          row.dueAt === null ? "" : <Time key="due" at={row.dueAt} />,
          <Told key="told" row={row} context={context} />,
        ],
      }))}
    />
  );
}

/** The discrepancy that a row opened, or the one of another level that tells of it already. */
function Told({ row, context }: { readonly row: KeptRow; readonly context: Pick<PageContext, "to"> }) {
  const cause = row.detail.reported_by;
  const id = row.discrepancyId ?? cause;
  if (id === undefined || id === null) return null;
  return (
    <a class="id" href={context.to(`/discrepancies/${id}`)}>
      {row.discrepancyId === null ? "told by another level" : id}
    </a>
  );
}

/** A comparison by its id, where something else names it. */
export function ComparisonLink({
  id,
  children,
  context,
}: {
  readonly id: string;
  readonly children: string;
  readonly context: Pick<PageContext, "to">;
}) {
  return <a href={context.to(`/reconciliations/${id}`)}>{children}</a>;
}
