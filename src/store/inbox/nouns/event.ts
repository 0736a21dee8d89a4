import {
  type EventOrigin,
  eventOrigins,
  outcomes,
  type StoredEvent,
  type StoredOutcome,
} from "../../../domain/event.ts";
import type { EventId, ProviderName } from "../../../domain/ids.ts";
import { bytes, count, flag, json, oneOf, ownNumber, text, textOf, time } from "../../described/field.ts";
import { described } from "../../described/noun.ts";

const storedOutcomes = outcomes.filter((outcome): outcome is StoredOutcome => outcome !== "duplicate");

export const eventNoun = described<StoredEvent>()(
  "Event",
  "A provider's statement that something happened, stored once as it came.",
  (from) => ({
    no: from(ownNumber, ({ id }) => id),
    id: textOf<EventId>("paddle:default:evt_77b3d9").fixed,
    provider: textOf<ProviderName>("paddle").fixed,
    account: text.fixed,
    providerEventId: text.fixed.named("event_id").about("As the provider names it."),
    type: text.example("transaction.completed"),
    apiVersion: text.nullable,
    otherVersions: json<readonly string[]>({}, { write: JSON.stringify, restore: JSON.parse }).untold,
    origin: oneOf<EventOrigin>(eventOrigins).about("How it came to us."),
    body: bytes.fixed.untold,
    outcome: oneOf(storedOutcomes),
    reason: text.nullable.about("A stable code with what it is about; null where the outcome needs none."),
    occurredAt: time.nullable.about("The provider's clock; null if it could not be read."),
    receivedAt: time.fixed.about("Our socket."),
    appliedAt: time.nullable.about("Our commit of its effects; null until it has any."),
    attempts: count.about("How often applying it was tried."),
    retryAt: time.nullable.about("When a failed one is tried next."),
    dismissed: from(
      flag.unkept.about("Whether a person said that nothing is to be done about it."),
      ({ dismissedAt }) => dismissedAt !== null,
    ),
    dismissedAt: time.nullable,
    dismissedReason: text.nullable,
  }),
);
