import { type Destination, withoutQuery } from "../kit/destination.ts";
import type { ListedObjectRow } from "../kit/listed-rows.ts";

/** A notification setting; one that is a mail to somebody is none. */
export function destinationOf(setting: ListedObjectRow): Destination[] {
  const { type, destination, active, subscribed_events: events, traffic_source: traffic } = setting;
  const { api_version: version } = setting;
  if (type === "email") return [];
  return [
    {
      url: withoutQuery(String(destination)),
      isActive: active === true,
      eventTypes: namesOf(events),
      payload: "snapshot",
      apiVersion: version == null ? null : String(version),
      traffic: traffic === "simulation" || traffic === "all" ? traffic : "platform",
    },
  ];
}

function namesOf(events: unknown): string[] {
  if (!Array.isArray(events)) return [];
  return events.flatMap((event: { name?: unknown } | null) =>
    typeof event?.name === "string" ? [event.name] : [],
  );
}
