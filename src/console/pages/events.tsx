import type { Deed } from "../../domain/action.ts";
import { isDismissible, outcomes } from "../../domain/event.ts";
import type { EventId } from "../../domain/ids.ts";
import { eventSummary } from "../../services/documents/event.ts";
import { tableOfTold } from "../../services/documents/exports/tables.ts";
import { oneOf, text, yesOrNo } from "../../services/documents/parameters.ts";
import { markEvent } from "../../services/inbox/dismiss.ts";
import { type EventDetail, readEvent } from "../../services/inbox/read-events.ts";
import { retryEvent } from "../../services/inbox/receive.ts";
import { act, noSides } from "../../services/people/acting.ts";
import { type EventSummary, listEvents, renderingsOf } from "../../store/inbox/read/events.ts";
import { FileLinks, listFile } from "../kit/files.tsx";
import { Choice, ListFilters, LookedThrough, ProviderChoice, pageSize, Words } from "../kit/lists.tsx";
import { action, download, NotFound, type PageContext, page } from "../kit/page.ts";
import { ActionForm, Empty, Pager, Table, Time } from "../kit/parts.tsx";
import { outcomeWords, providerName, spaced } from "../kit/words.ts";
import { Dismissing, dismissing, StateOf } from "./dismissing.tsx";

const stored = outcomes.filter((outcome) => outcome !== "duplicate");

/** What each outcome means for whoever looks. */
const meaning: Readonly<Record<(typeof stored)[number], string>> = {
  applied: "It is in the books.",
  ignored: "It says nothing of money.",
  waiting: "What it is about has not been heard of yet: it is applied when that comes.",
  parked:
    "It cannot be read, or contradicts itself. It is kept as it came, and can be tried again once that is mended.",
  failed: "Applying it failed; it is tried again by itself.",
};

const eventWords = { provider: text, type: text, outcome: oneOf(stored), dismissed: yesOrNo };

/** Events that one page looks through for what no index leads to. */
const mostLookedThrough = 10_000;

export const eventsPage = page({
  path: "/events",
  title: "Events",
  query: { ...eventWords, after: text },
  read: async ({ services, query: { after = null, ...filter } }) => ({
    list: await listEvents(services.store.read, filter, { limit: pageSize, after }, mostLookedThrough),
    providers: [...services.providers.keys()],
  }),
  render: ({ list, list: { rows, next }, providers }, context) => (
    <>
      <h1>Events</h1>
      <p>What providers told, in the order in which it came, newest first, and what became of it.</p>
      <ListFilters context={context}>
        <ProviderChoice providers={providers} context={context} />
        <Choice
          name="outcome"
          label="What became of it"
          words={Object.fromEntries(stored.map((outcome) => [outcome, outcomeWords[outcome][0]]))}
          context={context}
        />
        <Choice name="dismissed" label="Dismissed" words={{ true: "yes", false: "no" }} context={context} />
        <Words name="type" label="Type" size={26} context={context} />
      </ListFilters>
      {context.query.outcome === undefined ? null : (
        <p>{meaning[context.query.outcome as (typeof stored)[number]]}</p>
      )}
      <LookedThrough list={list} what="events" />
      {rows.length === 0 ? (
        list.lookedThrough === null ? (
          <NoEvent context={context} />
        ) : null
      ) : (
        <Table
          caption="Events, newest first"
          columns={[
            { head: "Event" },
            { head: "Type" },
            { head: "Provider" },
            { head: "What became of it" },
            { head: "Why" },
            { head: "When it happened" },
            { head: "Received" },
          ]}
          rows={rows.map(
            ({ id, providerEventId, type, provider, reason, occurredAt, receivedAt, ...event }) => {
              return {
                key: id,
                cells: [
                  <a class="id" key="id" href={context.to(`/events/${encodeURIComponent(id)}`)}>
                    {providerEventId}
                  </a>,
                  type,
                  providerName(provider),
                  <StateOf
                    key="outcome"
                    word={outcomeWords[event.outcome]}
                    dismissedAt={event.dismissedAt}
                  />,
                  reason === null ? "" : <bdi class="reason">{reason}</bdi>,
                  <Time key="occurred" at={occurredAt} />,
                  <Time key="received" at={receivedAt} />,
                ],
              };
            },
          )}
        />
      )}
      <Pager
        context={context}
        first={context.query.after === undefined}
        next={next}
        label="Pages of events"
      />
      {rows.length === 0 ? null : <FileLinks context={context} list="/events" />}
    </>
  ),
});

export const eventsFile = listFile({
  name: "events.csv",
  query: eventWords,
  table: tableOfTold(eventSummary, (event: EventSummary) => event),
  read: ({ query }, db, page) => listEvents(db, query, page),
});

function NoEvent({ context }: { context: PageContext }) {
  return Object.keys(context.query).length > 0 ? (
    <Empty>
      No event is like this. <a href={context.to("/events")}>All events</a>
    </Empty>
  ) : (
    <Empty>
      No event has arrived. Point a provider's webhooks at /webhooks/paddle or /webhooks/stripe; tallyhook
      events says which types it should send.
    </Empty>
  );
}

export const eventPage = page({
  path: "/events/:id",
  query: {},
  read: async ({ services, person, params: { id = "" } }) => {
    const detail = await readEvent(services, id as EventId);
    if (detail === undefined) throw new NotFound("event of this id", id);
    if (person.role === "finance") await act(services, lookedAt(id));
    return { ...detail, renderings: await renderingsOf(services.store.read, id) };
  },
  title: ({ event }) => `Event ${event.providerEventId}`,
  render: ({ event, charges, renderings }, context) => {
    const path = `/events/${encodeURIComponent(event.id)}`;
    return (
      <>
        <h1>Event {event.providerEventId}</h1>
        <p class="states">
          <StateOf word={outcomeWords[event.outcome]} dismissedAt={event.dismissedAt} />
          <span>{meaning[event.outcome]}</span>
        </p>
        <dl class="facts">
          <dt>Type</dt>
          <dd>{event.type}</dd>
          <dt>Provider</dt>
          <dd>
            {providerName(event.provider)}
            {event.account === "default" ? "" : `, account ${event.account}`}
          </dd>
          {event.reason === null ? null : (
            <>
              <dt>Why</dt>
              <dd>
                <bdi>{event.reason}</bdi>
              </dd>
            </>
          )}
          <dt>How it came</dt>
          <dd>{spaced(event.origin)}</dd>
          <dt>When it happened</dt>
          <dd>
            <Time at={event.occurredAt} />
          </dd>
          <dt>Received</dt>
          <dd>
            <Time at={event.receivedAt} />
          </dd>
          <dt>Booked</dt>
          <dd>
            <Time at={event.appliedAt} />
          </dd>
          <dt>Tried</dt>
          <dd>
            {event.attempts} {event.attempts === 1 ? "time" : "times"}
            {event.retryAt === null ? null : (
              <>
                , next <Time at={event.retryAt} />
              </>
            )}
          </dd>
          {event.dismissedAt === null ? null : (
            <>
              <dt>Dismissed</dt>
              <dd>
                <Time at={event.dismissedAt} />, because: <bdi>{event.dismissedReason}</bdi>
              </dd>
            </>
          )}
          <dt>API version</dt>
          <dd>{event.apiVersion ?? "not stated"}</dd>
        </dl>
        <h2>What it says something of</h2>
        {charges.length === 0 ? (
          <Empty>No charge.</Empty>
        ) : (
          <ul>
            {charges.map((id) => (
              <li key={id}>
                <a class="id" href={context.to(`/charges/${id}`)}>
                  {id}
                </a>
              </li>
            ))}
          </ul>
        )}
        {renderings.length === 0 ? null : (
          <>
            <h2>The same event in other words</h2>
            <Table
              caption="It was also sent at these versions of the provider's API"
              columns={[{ head: "Version" }, { head: "Received" }, { head: "Bytes", isNumeric: true }]}
              rows={renderings.map(({ apiVersion, receivedAt, size }) => ({
                key: apiVersion,
                cells: [apiVersion, <Time key="at" at={receivedAt} />, String(size)],
              }))}
            />
          </>
        )}
        {context.person.role === "finance" ? (
          <>
            <h2>Try it again</h2>
            <p>
              It is read and applied from the bytes it came in. What is in the books already is not booked
              twice.
            </p>
            <ActionForm context={context} path={`${path}/retry`} action="event.retry">
              <button type="submit">Try it again now</button>
            </ActionForm>
            {isDismissible(event) ? (
              <Dismissing
                noun="event"
                path={path}
                dismissedAt={event.dismissedAt}
                stays={outcomeWords[event.outcome][0]}
                ifItComes="If it comes again and can be applied, it is."
                context={context}
              />
            ) : null}
          </>
        ) : null}
        <h2>The body as it came</h2>
        {context.person.role === "finance" ? (
          <Body event={event} href={context.to(`${path}/body.txt`)} />
        ) : (
          <Empty>Bodies are shown to the role finance: they may hold names and addresses.</Empty>
        )}
      </>
    );
  },
});

/** Bodies may hold names and addresses: who looked at one is in the trail. */
const lookedAt = (id: string): Deed => ({ ...noSides, action: "event.read_body", subject: id });

const mostShown = 200_000;

function Body({ event, href }: { event: EventDetail["event"]; href: string }) {
  const body = bodyText(event.body);
  return (
    <>
      <p class="links">
        <a href={href}>Download it as text</a>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has only a keyboard must be able to scroll it. */}
      <pre tabIndex={0}>{body.slice(0, mostShown)}</pre>
      {body.length > mostShown ? <p class="notice">It is longer: the file has all of it.</p> : null}
    </>
  );
}

/** Bytes that are no text are shown as what they could be. */
const bodyText = (bytes: Uint8Array): string =>
  new TextDecoder("utf-8").decode(bytes).replaceAll("\0", "\u2400");

export const eventBody = download({
  path: "/events/:id/body.txt",
  roles: [],
  query: {},
  read: async ({ services, params: { id = "" } }) => {
    const detail = await readEvent(services, id as EventId);
    if (detail === undefined) throw new NotFound("event of this id", id);
    await act(services, lookedAt(id));
    const name = `${id.replaceAll(/[^\w.-]/g, "_").slice(0, 100)}.txt`;
    return { name, mediaType: "text/plain", pieces: inOnePiece(bodyText(detail.event.body)) };
  },
});

async function* inOnePiece(body: string): AsyncGenerator<string> {
  yield body;
}

export const retryEventAction = action({
  path: "/events/:id/retry",
  name: "event.retry",
  fields: {},
  run: async ({ services, params: { id = "" } }) => {
    const retried = await retryEvent(services, id as EventId);
    if (retried === null) throw new NotFound("event of this id", id);
    const { outcome, reason } = retried;
    const why = reason === null ? "" : `: ${reason}`;
    return {
      to: `/events/${encodeURIComponent(id)}`,
      said: `It was tried again. It is ${outcomeWords[outcome][0]}${why}.`,
    };
  },
});

export const dismissEventActions = dismissing({
  noun: "event",
  called: "event",
  list: "/events",
  mark: (services, id, word) => markEvent(services, id as EventId, word),
});
