import { type Outcome, outcomes } from "../../domain/event.ts";
import { list, oneOf, type Tellable, text } from "../../store/described/field.ts";
import { answer, extended } from "../../store/described/noun.ts";
import { eventNoun } from "../../store/inbox/nouns/event.ts";
import type { EventSummary } from "../../store/inbox/read/events.ts";
import type { EventDetail } from "../inbox/read-events.ts";

/** Without the bytes, which the API tells of one event alone. */
export const eventSummary = eventNoun as Tellable<EventSummary>;

export const eventDetail = extended<EventDetail, EventSummary>(
  eventSummary,
  ({ event }) => event,
  answer<EventDetail>()(
    "EventDetail",
    "An event with the body as it came: as text if it is UTF-8, else in base64.",
    (from) => ({
      chargeIds: from(list(text).about("The charges it says something of."), ({ charges }) => charges),
      body: from(text, ({ event }) => textOf(event.body) ?? Buffer.from(event.body).toString("base64")),
      bodyEncoding: from(oneOf(["utf-8", "base64"]), ({ event }) =>
        textOf(event.body) === null ? "base64" : "utf-8",
      ),
    }),
  ),
);

function textOf(body: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return null;
  }
}

/** What became of an event that was delivered, or is tried again. */
export const deliveryAnswer = answer<{
  readonly eventId: string;
  readonly outcome: Outcome;
  readonly reason: string | null;
}>()("Delivery", "What became of an event.", () => ({
  eventId: text,
  outcome: oneOf(outcomes),
  reason: text.nullable.about("A stable code with what it is about."),
}));
