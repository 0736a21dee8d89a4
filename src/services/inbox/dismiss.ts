import type { ActionName } from "../../domain/action.ts";
import { isDismissible, notDismissed, type StoredEvent } from "../../domain/event.ts";
import type { EventId, StatementId } from "../../domain/ids.ts";
import {
  isReportDismissible as isDismissibleStatement,
  type ProviderReport,
  type StatementMark,
} from "../../domain/reconciling/statement.ts";
import type { Instant } from "../../domain/time.ts";
import type { Work } from "../../store/batch/unit-of-work.ts";
import type { EventSummary } from "../../store/inbox/read/events.ts";
import { findStatement } from "../../store/reconciling/read/statements.ts";
import { recorded } from "../people/acting.ts";
import type { Services } from "../services.ts";

/** What a person says of something that stands in the way: that nothing is to be done about it, or that something is. */
export type Dismissal = { readonly kind: "dismiss" | "undismiss"; readonly reason: string | null };

export type Marked<Thing> =
  | {
      readonly kind: "marked";
      readonly thing: Thing;
      readonly before: string | null;
      readonly isNew: boolean;
    }
  | { readonly kind: "not_dismissible"; readonly is: string }
  | { readonly kind: "unknown" };

/**
 * Marks an event that is parked or failed as dismissed, or takes the mark away. Nothing is booked and its outcome stays; doctor, the
 * overview and comparing are quiet about it. What can be applied later is, and lifts the mark.
 */
export async function markEvent(
  services: Services,
  id: EventId,
  word: Dismissal,
): Promise<Marked<EventSummary>> {
  const work = recorded(services, markingEvent(id, word), deedOf("event", id, word));
  return services.store.write(work);
}

/** The same of a report that was refused or could be read only so far: it stays as it is, and nothing waits for a better one. */
export async function markStatement(
  services: Services,
  id: StatementId,
  word: Dismissal,
): Promise<Marked<ProviderReport>> {
  const found = await findStatement(services.store.read, id);
  const work = markingStatement(found?.statement, word);
  return services.store.write(recorded(services, work, deedOf("statement", id, word)));
}

/** Saying what was said before does nothing, and nobody is to read of it. */
const deedOf =
  (noun: "event" | "statement", subject: string, { kind, reason }: Dismissal) =>
  (result: Marked<unknown>) => {
    if (result.kind !== "marked" || !result.isNew) return null;
    const action: ActionName = `${noun}.${kind}`;
    return { action, subject, reason, before: saidOf(result.before), after: null };
  };

const saidOf = (reason: string | null) => (reason === null ? null : { dismissed: reason });

type Mark = Pick<ProviderReport, "dismissedAt" | "dismissedReason">;

/** `null`: it says so already. */
function markBy(
  { kind, reason }: Dismissal,
  { dismissedReason, dismissedAt }: Mark,
  now: Instant,
): Mark | null {
  if (kind === "undismiss") return dismissedAt === null ? null : notDismissed;
  return dismissedAt !== null && dismissedReason === reason
    ? null
    : { dismissedAt: now, dismissedReason: reason };
}

function markingEvent(id: EventId, word: Dismissal): Work<Marked<EventSummary>> {
  return {
    needs: { events: [id] },
    decide(books, now) {
      const event = books.event(id);
      if (event === undefined) return { kind: "unknown" };
      if (word.kind === "dismiss" && !isDismissible(event))
        return { kind: "not_dismissible", is: event.outcome };
      const mark = markBy(word, event, now);
      if (mark !== null) books.putEvent({ ...event, ...mark });
      const thing = withoutBody({ ...event, ...mark });
      return { kind: "marked", thing, before: event.dismissedReason, isNew: mark !== null };
    },
  };
}

const withoutBody = ({ body: _, ...event }: StoredEvent): EventSummary => event;

/** @param statement - as it was found: how it ended never changes */
function markingStatement(
  statement: ProviderReport | undefined,
  word: Dismissal,
): Work<Marked<ProviderReport>> {
  return {
    needs: {},
    decide(books, now) {
      if (statement === undefined) return { kind: "unknown" };
      if (word.kind === "dismiss" && !isDismissibleStatement(statement))
        return { kind: "not_dismissible", is: statement.status };
      const mark = markBy(word, statement, now);
      const said: StatementMark | null = mark === null ? null : { id: statement.id, ...mark };
      if (said !== null) books.statementMarks.push(said);
      const thing = { ...statement, ...mark };
      return { kind: "marked", thing, before: statement.dismissedReason, isNew: mark !== null };
    },
  };
}
