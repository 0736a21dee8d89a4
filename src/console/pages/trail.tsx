import { type Action, actionNames, actorKinds } from "../../domain/action.ts";
import { tableOfTold } from "../../services/documents/exports/tables.ts";
import { oneOf, text } from "../../services/documents/parameters.ts";
import { actionNoun } from "../../store/people/nouns/action.ts";
import { listActions } from "../../store/people/read/actions.ts";
import { FileLinks, listFile } from "../kit/files.tsx";
import { Choice, Filters, pageSize, Words } from "../kit/lists.tsx";
import { page } from "../kit/page.ts";
import { Empty, moneyText, Pager, Table, Time } from "../kit/parts.tsx";
import { during } from "../kit/period.ts";
import { spaced } from "../kit/words.ts";

const kindWords = {
  person: "person",
  key: "API key",
  command: "command line",
  library: "library",
} as const satisfies Readonly<Record<(typeof actorKinds)[number], string>>;

const actionWord = (name: string): string => spaced(name.replace(".", ": "));

const trailWords = {
  actor: text,
  kind: oneOf(actorKinds),
  action: oneOf(actionNames),
  subject: text,
  request: text,
};

export const trailPage = page({
  path: "/trail",
  title: "Trail",
  roles: [],
  periodBy: "posted",
  query: { ...trailWords, after: text },
  read: ({ services, query: { after = null, ...filter }, period: { from, to } }) =>
    listActions(services.store.read, { ...filter, from, to }, { limit: pageSize, after }),
  render: ({ rows, next }, context) => (
    <>
      <h1>Trail</h1>
      <p>Who decided what, when and why, newest first. Nothing in it is ever changed.</p>
      <Filters context={context}>
        <Words name="actor" label="Who" context={context} />
        <Choice name="kind" label="As" words={kindWords} context={context} />
        <Choice
          name="action"
          label="What"
          words={Object.fromEntries(actionNames.map((name) => [name, actionWord(name)]))}
          context={context}
        />
        <Words name="subject" label="To what" size={26} context={context} />
        <Words name="request" label="Request" size={26} context={context} />
      </Filters>
      {rows.length === 0 ? (
        <Empty>Nobody has done anything of this kind {during("in", context.period)}.</Empty>
      ) : (
        <Table
          caption={`What was decided ${during("in", context.period)}, newest first`}
          columns={[
            { head: "Who" },
            { head: "As" },
            { head: "What" },
            { head: "To what" },
            { head: "When" },
            { head: "Why" },
            { head: "Before" },
            { head: "After" },
            { head: "From" },
            { head: "Request" },
          ]}
          rows={rows.map(
            ({ id, name, kind, role, action, subject, at, reason, before, after, address, requestId }) => ({
              key: id,
              cells: [
                <bdi key="name">{name}</bdi>,
                `${kindWords[kind]}${role === null ? "" : `, ${role}`}`,
                actionWord(action),
                subject === null ? (
                  ""
                ) : (
                  <a class="id" key="subject" href={context.to("/search", { q: subject })}>
                    {subject}
                  </a>
                ),
                <Time key="at" at={at} />,
                reason === null ? "" : <bdi key="reason">{reason}</bdi>,
                saidOf(before),
                saidOf(after),
                <span class="id" key="address">
                  {address?.slice(0, 12) ?? ""}
                </span>,
                <span class="id" key="request">
                  {requestId ?? ""}
                </span>,
              ],
            }),
          )}
        />
      )}
      <Pager
        context={context}
        first={context.query.after === undefined}
        next={next}
        label="Pages of the trail"
      />
      {rows.length === 0 ? null : <FileLinks context={context} list="/trail" />}
    </>
  ),
});

export const trailFile = listFile({
  name: "trail.csv",
  roles: [],
  periodBy: "posted",
  query: trailWords,
  table: tableOfTold(actionNoun, (action: Action) => action),
  read: ({ query, period: { from, to } }, db, page) => listActions(db, { ...query, from, to }, page),
});

/** Amounts as people write them, where it is said of what currency they are. */
function saidOf(side: Readonly<Record<string, string>> | null): string {
  const { currency, ...said } = side ?? {};
  const inMoney = (value: string) =>
    currency === undefined ? `${value} minor units` : `${moneyText(BigInt(value), currency)} ${currency}`;
  return Object.entries(said)
    .map(([name, value]) => `${spaced(name)}: ${amounts.has(name) ? inMoney(value) : value}`)
    .join("; ");
}

const amounts: ReadonlySet<string> = new Set(["amount", "balance", "written_off"]);
