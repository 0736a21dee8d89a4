import { readDiscrepancies } from "../services/read/discrepancies.ts";
import type { Services } from "../services/services.ts";
import { pageJson } from "./cursor.ts";
import { discrepancyJson } from "./json/discrepancy.ts";
import { listing, type Operation } from "./operation.ts";
import { oneOf, providerFilter, text } from "./query.ts";

export function discrepancyOperations(services: Services): Operation[] {
  return [
    listing(
      "/discrepancies",
      {
        roles: ["read"],
        summary: "Where a provider's figures disagree with each other or with ours",
        list: "discrepancies",
        query: { status: oneOf(["open", "resolved"]), kind: text, provider: providerFilter(services) },
      },
      async ({ filter, page }) =>
        pageJson("discrepancies", await readDiscrepancies(services, filter, page), discrepancyJson),
    ),
  ];
}
