import { isAuditing, startAudit } from "../../services/audit/auditor.ts";
import { text } from "../../services/documents/parameters.ts";
import type { KeptAudit } from "../../store/audit/nouns/audit.ts";
import { listAudits } from "../../store/audit/read/audits.ts";
import { pageSize } from "../kit/lists.tsx";
import { action, type PageContext, page } from "../kit/page.ts";
import { ActionForm, Empty, Pager, Status, Table, Time } from "../kit/parts.tsx";
import { auditWord, spaced } from "../kit/words.ts";

/** Problems of the last audit that are shown. */
const mostProblems = 200;

export const auditPage = page({
  path: "/audit",
  title: "Audit",
  query: { after: text },
  read: async ({ services, query: { after = null } }) => ({
    isRunning: await isAuditing(services),
    list: await listAudits(services.store.read, { limit: pageSize, after }),
  }),
  refreshAfter: ({ isRunning }) => (isRunning ? 3 : null),
  render: ({ isRunning, list: { rows, next } }, context) => {
    const [last] = rows;
    const isFirst = context.query.after === undefined;
    return (
      <>
        <h1>Audit</h1>
        <p>
          An audit derives every balance, decision and target anew from what providers sent, and says what
          differs. It changes nothing, and takes a time that grows with the books.
        </p>
        {isRunning ? (
          <p class="notice">One is under way. This page asks again by itself.</p>
        ) : context.person.role === "finance" ? (
          <ActionForm context={context} path="/audit" action="audit.run">
            <button type="submit">Run it now</button>
          </ActionForm>
        ) : null}
        {last === undefined ? (
          <Empty>No verdict is kept yet. Those of the command line are not: it changes nothing.</Empty>
        ) : (
          <>
            {isFirst ? <Verdict audit={last} /> : null}
            <Verdicts rows={rows} />
          </>
        )}
        <Pager context={context} first={isFirst} next={next} label="Pages of audits" />
      </>
    );
  },
});

function Verdict({
  audit: { endedAt, ok, complete, checked, problems, problemCount },
}: {
  audit: KeptAudit;
}) {
  const [word, tone] = auditWord({ ok, complete });
  const counts = Object.entries(checked).map(([name, count]) => `${count} ${spaced(name)}`);
  return (
    <>
      <h2>The last verdict</h2>
      <p class="verdict">
        <Status tone={tone}>{word}</Status> At <Time at={endedAt} />.
        {counts.length === 0 ? "" : ` Derived anew: ${counts.join(", ")}.`}
      </p>
      {problems.length === 0 ? null : (
        <Table
          caption={
            problemCount > mostProblems
              ? `The first ${mostProblems} of ${problemCount} problems`
              : "What differs"
          }
          columns={[{ head: "Of" }, { head: "Problem" }, { head: "In words" }]}
          rows={problems.slice(0, mostProblems).map(({ kind, subject, detail }, index) => ({
            key: String(index),
            cells: [
              <bdi class="id" key="of">
                {subject}
              </bdi>,
              spaced(kind),
              detail,
            ],
          }))}
        />
      )}
    </>
  );
}

function Verdicts({ rows }: { rows: readonly KeptAudit[] }) {
  return (
    <>
      <h2>Before</h2>
      <Table
        caption="Audits that a server was asked for, newest first"
        columns={[
          { head: "Ended" },
          { head: "Verdict" },
          { head: "Problems", isNumeric: true },
          { head: "Seconds", isNumeric: true },
        ]}
        rows={rows.map((audit) => {
          const [word, tone] = auditWord(audit);
          return {
            key: audit.id,
            cells: [
              <Time key="ended" at={audit.endedAt} />,
              <Status key="verdict" tone={tone}>
                {word}
              </Status>,
              String(audit.problemCount),
              String((audit.endedAt - audit.begunAt) / 1_000_000_000n),
            ],
          };
        })}
      />
    </>
  );
}

export const runAuditAction = action({
  path: "/audit",
  name: "audit.run",
  fields: {},
  run: async ({ services }) => ({
    to: "/audit",
    said: (await startAudit(services))
      ? "An audit has begun, on a thread of its own."
      : "An audit is under way already: this waits for that one.",
  }),
});

/** On the overview: what the last one said. */
export function LastAudit({ audit, context }: { audit: KeptAudit | null; context: Pick<PageContext, "to"> }) {
  const [word, tone] = audit === null ? (["", "plain"] as const) : auditWord(audit);
  return (
    <>
      <h2>Last audit</h2>
      {audit === null ? (
        <Empty>
          No verdict is kept yet. <a href={context.to("/audit")}>Run one</a>
        </Empty>
      ) : (
        <p class="verdict">
          <a href={context.to("/audit")}>
            <Status tone={tone}>{word}</Status>
          </a>{" "}
          At <Time at={audit.endedAt} />. {audit.problemCount === 0 ? "" : `${audit.problemCount} problems.`}
        </p>
      )}
    </>
  );
}
