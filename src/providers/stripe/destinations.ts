import { type Destination, withoutQuery } from "../kit/destination.ts";
import { isRecord } from "../kit/json.ts";
import type { ListedObjectRow } from "../kit/listed-rows.ts";
import type { StripeLists } from "./lists.ts";

/** Webhook endpoints, and event destinations: those that are webhook endpoints, too, are in both lists, and told once. */
export async function destinationsOf(lists: StripeLists): Promise<Destination[]> {
  const endpoints = await lists.all("webhook_endpoints");
  const others = await lists.eventDestinations();
  return [...endpoints.map(endpoint), ...others.flatMap(thin)];
}

function endpoint({
  url,
  status,
  enabled_events: types,
  api_version: version,
}: ListedObjectRow): Destination {
  const named = stringsIn(types);
  return {
    url: withoutQuery(String(url)),
    isActive: status === "enabled",
    eventTypes: named.includes("*") ? null : named,
    payload: "snapshot",
    apiVersion: typeof version === "string" ? version : null,
    traffic: null,
  };
}

/** Of types named `v1.invoice.paid`; what it sends whole is a webhook endpoint of the other list. */
function thin({
  event_payload,
  status,
  enabled_events: types,
  webhook_endpoint: to,
}: ListedObjectRow): Destination[] {
  if (event_payload !== "thin" || !isRecord(to)) return [];
  const named = stringsIn(types);
  return [
    {
      url: withoutQuery(String(to.url)),
      isActive: status === "enabled",
      eventTypes: named.includes("*") ? null : named.map((type) => type.replace(/^v1\./, "")),
      payload: "thin",
      apiVersion: null,
      traffic: null,
    },
  ];
}

const stringsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
