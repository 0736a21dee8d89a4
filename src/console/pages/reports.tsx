import type { StatementId } from "../../domain/ids.ts";
import type { Amount } from "../../domain/money.ts";
import {
  isReportDismissible,
  type ProviderReport,
  type ReportRow,
  type StatementStatus,
  statementLineStatuses,
  statementOrigins,
  statementStatuses,
} from "../../domain/reconciling/statement.ts";
import { oneOf, text, yesOrNo } from "../../services/documents/parameters.ts";
import { markStatement } from "../../services/inbox/dismiss.ts";
import { readReport, readStatementLines } from "../../services/reconciling/read-runs.ts";
import { listStatements } from "../../store/reconciling/read/statements.ts";
import { Choice, ListFilters, ProviderChoice, pageSize } from "../kit/lists.tsx";
import { NotFound, type PageContext, page } from "../kit/page.ts";
import { Empty, grouped, Money, Pager, Table, Time } from "../kit/parts.tsx";
import {
  lineStatusWords,
  providerName,
  reportOriginWords,
  reportStatusWords,
  spaced,
  wordsBy,
} from "../kit/words.ts";
import { Dismissing, dismissing, StateOf } from "./dismissing.tsx";

/** What each way of ending means for whoever looks. */
const meaning: Readonly<Record<StatementStatus, string>> = {
  running: "It is being read now.",
  complete: "Every line of it was looked at.",
  incomplete:
    "What was read of it counts. What comes after that point nobody has looked at: get it again, and import it whole.",
  refused: "Nothing of it was read, and nothing was booked.",
};

export const reportsPage = page({
  path: "/statements",
  roles: [],
  title: "Reports",
  query: {
    provider: text,
    origin: oneOf(statementOrigins),
    status: oneOf(statementStatuses),
    dismissed: yesOrNo,
    after: text,
  },
  read: async ({ services, query: { after = null, ...filter } }) => ({
    list: await listStatements(services.store.read, filter, { limit: pageSize, after }),
    providers: [...services.providers.keys()],
  }),
  render: ({ list: { rows, next }, providers }, context) => (
    <>
      <h1>Reports</h1>
      <p>
        What providers state of their own books: reports that somebody imported, and lists that were asked
        for. Comparisons hold ours against them.
      </p>
      <ListFilters context={context}>
        <ProviderChoice providers={providers} context={context} />
        <Choice name="origin" label="How it came" words={reportOriginWords} context={context} />
        <Choice
          name="status"
          label="What became of it"
          words={wordsBy(statementStatuses, (status) => reportStatusWords[status][0])}
          context={context}
        />
        <Choice name="dismissed" label="Dismissed" words={{ true: "yes", false: "no" }} context={context} />
      </ListFilters>
      {rows.length === 0 ? (
        <Empty>
          {Object.keys(context.query).length === 0
            ? "No report was imported, and no list was asked for: tallyhook import, or tallyhook reconcile."
            : "No report is like this."}
        </Empty>
      ) : (
        <Reports reports={rows} context={context} />
      )}
      <Pager
        context={context}
        first={context.query.after === undefined}
        next={next}
        label="Pages of reports"
      />
    </>
  ),
});

function Reports({
  reports,
  context,
}: {
  readonly reports: readonly ProviderReport[];
  readonly context: PageContext;
}) {
  const canAny = reports.some(mayDismiss);
  const whatCanBeDone = (report: ProviderReport) =>
    mayDismiss(report) ? (
      <a key="dismiss" href={`${context.to(`/statements/${report.id}`)}#dismiss`}>
        Dismiss it
      </a>
    ) : (
      ""
    );
  return (
    <Table
      caption="Reports and lists, newest first"
      columns={[
        { head: "Report" },
        { head: "Provider" },
        { head: "How it came" },
        { head: "What became of it" },
        { head: "Of what" },
        { head: "Lines", isNumeric: true },
        { head: "In error", isNumeric: true },
        { head: "Begun" },
        ...(canAny ? [{ head: "What can be done" }] : []),
      ]}
      rows={reports.map((report) => ({
        key: report.id,
        cells: [
          <a key="id" href={context.to(`/statements/${report.id}`)}>
            {spaced(report.format)}
          </a>,
          providerName(report.provider),
          reportOriginWords[report.origin],
          <StateOf key="state" word={reportStatusWords[report.status]} dismissedAt={report.dismissedAt} />,
          <Covered key="covered" {...report} />,
          linesOf(report),
          grouped(String(report.counts.inError)),
          <Time key="begun" at={report.createdAt} />,
          ...(canAny ? [whatCanBeDone(report)] : []),
        ],
      }))}
    />
  );
}

const mayDismiss = (report: ProviderReport): boolean =>
  isReportDismissible(report) && report.dismissedAt === null;

const linesOf = ({ counts: { included, excluded, inError } }: ProviderReport): string =>
  grouped(String(included + excluded + inError));

/** Half-open; what neither says nor was asked for is all there is. */
function Covered({ covered: { from, to } }: Pick<ProviderReport, "covered">) {
  if (from === null && to === null) return <>what its lines say</>;
  return (
    <>
      {from === null ? "all" : <Time at={from} />} up to {to === null ? "its end" : <Time at={to} />}
    </>
  );
}

export const reportPage = page({
  path: "/statements/:id",
  roles: [],
  query: { status: oneOf(statementLineStatuses), after: text },
  read: async ({ services, params: { id = "" }, query: { after = null, status } }) => {
    const found = await readReport(services, id as StatementId);
    if (found === undefined) throw new NotFound("report of this id", id);
    const shown = status ?? firstShown(found.statement);
    const page = { limit: pageSize, after };
    const lines = await readStatementLines(services, id as StatementId, { status: shown }, page);
    return { ...found, shown, rows: lines?.rows ?? [], next: lines?.next ?? null };
  },
  title: ({ statement: { format, provider } }) => `Report ${spaced(format)} of ${providerName(provider)}`,
  refreshAfter: ({ statement: { status } }) => (status === "running" ? lookAgain : null),
  render: ({ statement, reasons, shown, rows, next }, context) => {
    const { id, provider, account, format, origin, problem, warnings, counts } = statement;
    return (
      <>
        <h1>
          {providerName(provider)}: {spaced(format)}
        </h1>
        <p class="states">
          <StateOf word={reportStatusWords[statement.status]} dismissedAt={statement.dismissedAt} />
          <span>{meaning[statement.status]}</span>
        </p>
        {problem === null ? null : (
          <p class="notice">
            {spaced(problem.code)}: <bdi>{problem.detail}</bdi>
          </p>
        )}
        {warnings.map((warning) => (
          <p class="notice" key={warning}>
            <bdi>{warning}</bdi>
          </p>
        ))}
        <dl class="facts">
          <dt>How it came</dt>
          <dd>{reportOriginWords[origin]}</dd>
          <dt>Account</dt>
          <dd>{account}</dd>
          <dt>Of what</dt>
          <dd>
            <Covered {...statement} />
          </dd>
          <dt>Begun</dt>
          <dd>
            <Time at={statement.createdAt} />
          </dd>
          <dt>Ended</dt>
          <dd>{statement.finishedAt === null ? "not yet" : <Time at={statement.finishedAt} />}</dd>
          <dt>Told us something new</dt>
          <dd>
            {grouped(String(counts.news))} of {linesOf(statement)} lines
          </dd>
          {statement.dismissedAt === null ? null : (
            <>
              <dt>Dismissed</dt>
              <dd>
                <Time at={statement.dismissedAt} />, because: <bdi>{statement.dismissedReason}</bdi>
              </dd>
            </>
          )}
          <dt>Our id</dt>
          <dd>
            <code>{id}</code>
          </dd>
        </dl>
        {isReportDismissible(statement) ? (
          <Dismissing
            noun="statement"
            path={`/statements/${id}`}
            dismissedAt={statement.dismissedAt}
            stays="as it is"
            ifItComes="What was read of it stays, and a comparison does not wait for a better one."
            context={context}
          />
        ) : null}
        {reasons.length === 0 ? null : (
          <>
            <h2>Why lines are not included</h2>
            <Table
              caption="What was said of the lines that do not count, and of how many"
              columns={[{ head: "Why" }, { head: "What became of them" }, { head: "Lines", isNumeric: true }]}
              rows={reasons.map(({ status, reason, count }) => ({
                key: `${status} ${reason}`,
                cells: [
                  <bdi key="why">{spaced(reason)}</bdi>,
                  lineStatusWords[status],
                  grouped(String(count)),
                ],
              }))}
            />
          </>
        )}
        <h2>Lines</h2>
        <LineKinds report={statement} shown={shown} context={context} />
        {rows.length === 0 ? (
          <Empty>No line of it is {lineStatusWords[shown]}.</Empty>
        ) : (
          <Lines rows={rows} provider={provider} context={context} />
        )}
        <Pager
          context={context}
          first={context.query.after === undefined}
          next={next}
          label="Pages of lines"
        />
      </>
    );
  },
});

/** Seconds after which one that is being read is looked at again. */
const lookAgain = 3;

const countOf = ({ counts }: ProviderReport, status: ReportRow["status"]): number =>
  ({ included: counts.included, excluded: counts.excluded, error: counts.inError })[status];

/** What somebody comes for: what is wrong with it, if anything is. */
const firstShown = (report: ProviderReport): ReportRow["status"] =>
  (["error", "included", "excluded"] as const).find((status) => countOf(report, status) > 0) ?? "included";

function LineKinds({
  report,
  shown,
  context,
}: {
  readonly report: ProviderReport;
  readonly shown: ReportRow["status"];
  readonly context: PageContext;
}) {
  const there = statementLineStatuses.filter((status) => countOf(report, status) > 0);
  if (there.length === 0) return null;
  return (
    <nav class="links" aria-label="Kinds of lines">
      {there.map((status) => (
        <a
          key={status}
          href={context.here({ status, after: null })}
          aria-current={status === shown ? "true" : undefined}
        >
          {lineStatusWords[status]} ({grouped(String(countOf(report, status)))})
        </a>
      ))}
    </nav>
  );
}

/** What of a line in error could not be read stays empty. */
function Lines({
  rows,
  provider,
  context,
}: {
  readonly rows: readonly ReportRow[];
  readonly provider: string;
  readonly context: PageContext;
}) {
  return (
    <Table
      caption="Lines as they were understood"
      columns={[
        { head: "Line" },
        { head: "Of what" },
        { head: "What" },
        { head: "When" },
        { head: "Currency" },
        { head: "Gross", isNumeric: true },
        { head: "Fee", isNumeric: true },
        { head: "Tax", isNumeric: true },
        { head: "Net", isNumeric: true },
        { head: "Why it does not count" },
      ]}
      rows={rows.map(({ line, reason, row }) => {
        const { currency, objectRef, key } = row;
        const money = (amount: Amount | null | undefined) =>
          amount == null || currency === undefined ? (
            ""
          ) : (
            <Money amount={amount} currency={currency} provider={provider} />
          );
        const name = objectRef ?? key;
        return {
          key: String(line),
          cells: [
            String(line),
            name === undefined ? (
              ""
            ) : (
              <a key="of" class="id" href={context.to("/search", { q: name })}>
                {name}
              </a>
            ),
            row.category === undefined ? "" : spaced(row.category),
            row.at == null ? "" : <Time key="at" at={row.at} />,
            currency ?? "",
            money(row.gross),
            money(row.fee),
            money(row.tax),
            money(row.net),
            reason === null ? "" : <bdi key="why">{spaced(reason)}</bdi>,
          ],
        };
      })}
    />
  );
}

/** A report by its id, where something else names it; it is for finance alone. */
export function ReportLink({
  id,
  context,
}: {
  readonly id: string;
  readonly context: Pick<PageContext, "to" | "person">;
}) {
  if (context.person.role !== "finance") return <code>{id}</code>;
  return (
    <a class="id" href={context.to(`/statements/${id}`)}>
      {id}
    </a>
  );
}

export const dismissReportActions = dismissing({
  noun: "statement",
  called: "report",
  list: "/statements",
  mark: (services, id, word) => markStatement(services, id as StatementId, word),
});
